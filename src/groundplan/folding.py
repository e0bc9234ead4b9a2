"""Large plans made readable: equal things as one node, modules as one node, or only what is near.

Whatever is folded stays in the ledger, under the node that stands for it. A node that stands for
several resources lists all their addresses, and its id doesn't depend on how many they are.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from groundplan.canvas.boxes import TOP_BORDER
from groundplan.catalog import KINDS
from groundplan.errors import InputError, suggest
from groundplan.focus import frames_of, near
from groundplan.thinning import few_frames, moved_lines, thinned

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from groundplan.graph import Cluster, Edge, Entry, Graph, Node, Unknown

SIBLINGS: Final = 5  # so many equal things are one node
MOST_NODES: Final = 40  # a view with more is no longer read: its modules fold
MOST_NAMES: Final = 4  # more names than these are told by the first and the last
# What tells the tiers, and what stands on the border.
UNFOLDED: Final = TOP_BORDER | {"addresses", "internet", "nat_gateway"}

_MODULE: Final = r'module\.[^.\[]+(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?'
_MODULES: Final = re.compile(rf"(?:{_MODULE}\.)+")
_ONE: Final = re.compile(_MODULE)
_INDEX: Final = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')


@dataclass(frozen=True)
class _Bundle:
    """Nodes that become one, `node`."""

    node: Node
    members: frozenset[str]


def fold(
    graph: Graph,
    *,
    focus: str | None = None,
    depth: int | None = None,
    collapse: Sequence[str] = (),
) -> Graph:
    """`graph` as it is drawn: `collapse`d modules as one node each, only what is near `focus`.

    Equal siblings become one node, and where there is still too much to be read, so do modules.
    `focus` is a resource's address, `depth` (at least 0, default 1) how many lines away things
    may be; where the view doesn't draw that resource, no node is left and the ledger says why.
    Raises InputError for an address or a module that the plan doesn't have.
    """
    for module in collapse:
        graph = _collapsed(graph, module)
    kept: frozenset[str] = frozenset()
    if focus is not None:
        graph, kept = near(graph, focus, 1 if depth is None else depth)
    elif depth is not None:
        raise InputError("a depth is counted from a resource", hint="name it: --focus ADDRESS")
    graph = _merged(graph, _siblings(graph, kept, _equal(graph), least=SIBLINGS))
    for level in range(_deepest(graph), 0, -1):
        if len(graph.nodes) > MOST_NODES:
            graph = _merged(graph, _modules(graph, level, kept))
    graph = _merged(graph, _repeated(graph, kept))
    if len(graph.nodes) > MOST_NODES:
        graph = _merged(graph, _siblings(graph, kept, _alike(graph), least=2))
    return thinned(few_frames(graph))


# Equal siblings


def _equal(graph: Graph) -> Callable[[Node], Hashable]:
    """What two nodes must have in common to be shown as one."""
    around = _around(graph)

    def key(node: Node) -> Hashable:
        return (*_place(node), node.cluster, node.security_groups, node.exposed, around(node))

    return key


def _around(graph: Graph) -> Callable[[Node], Hashable]:
    """The lines of a node, without the node."""
    lines: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for edge in graph.edges:
        lines[edge.source].add(("to", edge.target, edge.kind, edge.label, edge.change))
        lines[edge.target].add(("from", edge.source, edge.kind, edge.label, edge.change))
    return lambda node: frozenset(lines[node.id])


def _alike(graph: Graph) -> Callable[[Node], Hashable]:
    """What two nodes have in common that are shown as one where there is no room for each."""

    def key(node: Node) -> Hashable:
        return (*_place(node), _common_frame([node], graph))

    return key


def _place(node: Node) -> tuple[Hashable, ...]:
    return (node.kind, node.subnets, node.change, node.phase)


def _siblings(
    graph: Graph, kept: frozenset[str], key: Callable[[Node], Hashable], *, least: int
) -> Iterator[_Bundle]:
    sets: dict[Hashable, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        if node.id not in kept and node.kind not in UNFOLDED | {"module"}:
            sets[key(node)].append(node)
    for nodes in sets.values():
        if len(nodes) >= least:
            title = f"{_kind_label(nodes[0].kind)} × {_count(nodes)}"
            yield _of_equals(nodes, title, _names(nodes), graph)


def _of_equals(nodes: Sequence[Node], label: str, detail: str, graph: Graph) -> _Bundle:
    frames = {node.cluster for node in nodes}
    node = replace(
        _together(nodes),
        id=f"same:{nodes[0].id}",
        label=label,
        detail=detail,
        cluster=frames.pop() if len(frames) == 1 else _common_frame(nodes, graph),
    )
    return _Bundle(node, _ids(nodes))


def _count(nodes: Iterable[Node]) -> int:
    return sum(max(len(node.addresses), 1) for node in nodes)


def _names(nodes: Sequence[Node]) -> str:
    """What tells equal things apart, and what they share: `web-1 … web-40 · t3.micro`."""
    label = _kind_label(nodes[0].kind)
    titles = sorted({node.label for node in nodes} - {label}, key=_natural)
    lines = zip_longest(*(node.detail.split("\n") for node in nodes), fillvalue="")
    details = (" · ".join(_part(parts) for parts in _columns(line)) for line in lines)
    return "\n".join(filter(None, (_listed(titles), *details)))


def _columns(line: Iterable[str]) -> Iterator[tuple[str, ...]]:
    return zip_longest(*(text.split(" · ") for text in line), fillvalue="")


def _part(texts: Iterable[str]) -> str:
    return _listed(sorted(set(texts) - {""}, key=_natural))


def _listed(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMES:
        return f"{names[0]} … {names[-1]}"
    return ", ".join(names)


def _natural(text: str) -> list[tuple[int, str]]:
    """To sort by: `web-9` comes before `web-10`."""
    return [(int(part or 0), rest) for rest, part in re.findall(r"(\D*)(\d*)", text)]


# Modules


def _collapsed(graph: Graph, module: str) -> Graph:
    held = _held(graph)
    if module not in held:
        raise InputError(f"the plan has no module '{module}'", hint=suggest(module, held))
    nodes = [node for node in graph.nodes if _within(node, module)]
    return _merged(graph, [_module_bundle(module, nodes, graph, held)] if nodes else [])


def _names_of_modules(address: str) -> Iterator[str]:
    """The modules that an address is in, each with its indices and without any."""
    for module in _path(address):
        yield module
        yield _INDEX.sub("", module)


def _path(address: str) -> list[str]:
    """`module.a[0].module.b.aws_x.y` → `module.a[0]`, `module.a[0].module.b`."""
    found = _MODULES.match(address)
    parts = _ONE.findall(found[0]) if found else []
    return [".".join(parts[: number + 1]) for number in range(len(parts))]


def _within(node: Node, module: str) -> bool:
    """True where all that the node stands for is in the module."""
    return bool(node.addresses) and all(
        module in _names_of_modules(address) for address in node.addresses
    )


def _deepest(graph: Graph) -> int:
    return max((len(_path(a)) for node in graph.nodes for a in node.addresses), default=0)


def _modules(graph: Graph, level: int, kept: frozenset[str]) -> Iterator[_Bundle]:
    """Every module at a depth, where it has more than one node; gateways stay what they are."""
    sets: dict[str, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        paths = [_path(address) for address in node.addresses]
        modules = {path[level - 1] if len(path) >= level else "" for path in paths}
        if len(modules) == 1 and node.id not in kept and node.kind not in UNFOLDED:
            sets[modules.pop()].append(node)
    held = _held(graph)
    for module, nodes in sets.items():
        if module and len(nodes) > 1:
            yield _module_bundle(module, nodes, graph, held)


def _module_bundle(
    module: str, nodes: Sequence[Node], graph: Graph, held: Mapping[str, int]
) -> _Bundle:
    node = replace(
        _together(nodes),
        id=module,
        kind="module",
        label=module,
        detail=f"{_resources(held[module])}\n{_contents(nodes)}",
        cluster=_common_frame(nodes, graph),
    )
    return _Bundle(node, _ids(nodes))


def _held(graph: Graph) -> dict[str, int]:
    """How many resources of the plan are in each module, whatever the view draws of them."""
    return Counter(name for address in graph.ledger for name in {*_names_of_modules(address)})


def _resources(count: int) -> str:
    return f"{count:,} resource{'s' if count != 1 else ''}"


def _repeated(graph: Graph, kept: frozenset[str]) -> Iterator[_Bundle]:
    """Instances of one call of a module that are alike, but for the security groups in each."""
    around = _around(graph)
    sets: dict[Hashable, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        if node.kind == "module" and node.id not in kept:
            call, looks = _INDEX.sub("", node.id), (node.detail, node.cluster, node.exposed)
            sets[call, looks, _place(node), around(node)].append(node)
    for nodes in sets.values():
        if len(nodes) >= SIBLINGS:
            call = _INDEX.sub("", nodes[0].id)
            yield _of_equals(nodes, f"{call} × {len(nodes)}", f"each {nodes[0].detail}", graph)


def _contents(nodes: Iterable[Node]) -> str:
    """What is in a module: `Load balancer, EC2 instance × 3`."""
    counts = Counter[str]()
    for node in nodes:
        if node.kind != "module":
            counts[_kind_label(node.kind)] += max(len(node.addresses), 1)
        else:
            counts["module"] += 1
    return ", ".join(f"{name} × {n}" if n > 1 else name for name, n in sorted(counts.items()))


def _common_frame(nodes: Iterable[Node], graph: Graph) -> str | None:
    """The innermost frame that holds all of `nodes` that stand in a VPC, else in the region."""
    groups = {item.id for item in graph.clusters if item.kind == "group"}
    chains = [frames_of(node.cluster, graph.clusters) for node in nodes]
    placed = [
        [frame for frame in chain if frame not in groups]
        for chain, node in zip(chains, nodes, strict=True)
        if node.subnets
    ] or [[frame for frame in chain if frame not in groups] for chain in chains]
    first, *others = placed
    return next((frame for frame in first if all(frame in other for other in others)), None)


# Nodes that become one


def _together(nodes: Sequence[Node]) -> Node:
    """The first of `nodes` with what is true of all of them."""
    changes = {node.change for node in nodes}
    phases = [node.phase for node in nodes if node.phase is not None]
    return replace(
        nodes[0],
        subnets=_union(node.subnets for node in nodes),
        security_groups=_union(node.security_groups for node in nodes),
        exposed=any(node.exposed for node in nodes),
        phase=min(phases, default=None),
        change=changes.pop() if len(changes) == 1 else "update",
    )


def _union(sets: Iterable[tuple[str, ...] | Unknown]) -> tuple[str, ...] | Unknown:
    """All of them; unknown where one is."""
    found: set[str] = set()
    for one in sets:
        if one == "unknown":
            return "unknown"
        found.update(one)
    return tuple(sorted(found))


def _ids(nodes: Iterable[Node]) -> frozenset[str]:
    return frozenset(node.id for node in nodes)


def _kind_label(kind: str) -> str:
    return KINDS[kind].label if kind in KINDS else "Resource"


def _merged(graph: Graph, bundles: Iterable[_Bundle]) -> Graph:
    """`graph` with each bundle's members as its one node, and the lines between them as one."""
    every = {bundle.node.id: bundle for bundle in bundles}
    if not every:
        return graph
    home = {member: id_ for id_, bundle in every.items() for member in bundle.members}
    nodes = tuple(dict.fromkeys(home.get(node.id, node.id) for node in graph.nodes))
    unfolded = {node.id: node for node in graph.nodes}
    found = {id_: every[id_].node if id_ in every else unfolded[id_] for id_ in nodes}
    clusters, emptied = _frames_left(graph, found, home)
    moved = {id_: (home_id,) for id_, home_id in home.items()} | emptied
    edges = tuple(dict.fromkeys(_moved_edges(graph.edges, moved)))
    ledger = _moved_ledger(graph, moved, edges)
    return replace(
        graph,
        clusters=clusters,
        nodes=tuple(_counted(node, every.get(id_), ledger) for id_, node in found.items()),
        edges=edges,
        ledger=ledger,
    )


def _frames_left(
    graph: Graph, nodes: Mapping[str, Node], home: Mapping[str, str]
) -> tuple[tuple[Cluster, ...], dict[str, tuple[str, ...]]]:
    """The frames that still hold something, and where the things of the other groups went."""
    held = {node.cluster for node in nodes.values()}
    went: dict[str, list[str]] = defaultdict(list)
    for node in graph.nodes:
        if node.cluster is not None and node.id in home:
            went[node.cluster].append(home[node.id])
    emptied = {
        item.id: tuple(dict.fromkeys(went[item.id]))
        for item in graph.clusters
        if item.kind == "group" and item.id in went and item.id not in held
    }
    return tuple(item for item in graph.clusters if item.id not in emptied), emptied


def _moved_edges(edges: Iterable[Edge], moved: Mapping[str, tuple[str, ...]]) -> Iterator[Edge]:
    for edge in edges:
        for source, target in moved_lines([(edge.source, edge.target)], moved):
            yield replace(edge, source=source, target=target)


def _moved_ledger(
    graph: Graph, moved: Mapping[str, tuple[str, ...]], edges: Iterable[Edge]
) -> dict[str, Entry]:
    """Things are aggregated in the node that they became; lines too where none is left."""
    drawn = {(edge.source, edge.target) for edge in edges}
    found = {}
    for address, entry in graph.ledger.items():
        homes = moved.get(entry.node or "")
        lines = tuple(line for line in moved_lines(entry.lines, moved) if line in drawn)
        if lines:
            found[address] = replace(entry, node=lines[0][1], lines=lines)
        elif homes is not None:
            found[address] = replace(entry, status="aggregated", node=homes[0], lines=())
        else:
            found[address] = entry
    return found


def _counted(node: Node, bundle: _Bundle | None, ledger: Mapping[str, Entry]) -> Node:
    """A bundle's node with the addresses that the ledger has under it."""
    if bundle is None:
        return node
    addresses = tuple(
        sorted(
            address
            for address, entry in ledger.items()
            if entry.node == node.id and entry.status == "aggregated"
        )
    )
    return replace(node, addresses=addresses)
