"""How a picture grows from phase to phase: one frame for all phases, and what is new in each.

Also the difference of two pictures as one, in which what was removed still stands.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TYPE_CHECKING

from groundplan.canvas import captions
from groundplan.graph import Boundary, Cluster, Graph

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from groundplan.difference import What
    from groundplan.graph import Change, Edge, Node


def frame(graphs: Sequence[Graph]) -> Graph:
    """Everything that any of `graphs` has: what the layout of all of them is made from.

    `graphs` is in the order of the phases, and not empty. Where several have a thing, the last
    one's is taken, with the words that take the most room in any of them.
    """
    whole = _joined(graphs)
    frames: dict[str, list[Cluster]] = defaultdict(list)
    nodes: dict[str, list[Node]] = defaultdict(list)
    for graph in graphs:
        for frame_ in graph.clusters:
            frames[frame_.id].append(frame_)
        for node in graph.nodes:
            nodes[node.id].append(node)
    return dataclasses.replace(
        whole,
        clusters=tuple(captions.roomy_frame(frames[item.id]) for item in whole.clusters),
        nodes=tuple(captions.roomy_node(nodes[item.id]) for item in whole.nodes),
    )


def _joined(graphs: Sequence[Graph]) -> Graph:
    """Everything that any of `graphs` has, as the last one has it."""
    clusters: dict[str, Cluster] = {}
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, str, str], Edge] = {}
    for graph in graphs:
        clusters |= {item.id: item for item in graph.clusters}
        nodes |= {item.id: item for item in graph.nodes}
        edges |= {_key(item): item for item in graph.edges}
    last = graphs[-1]
    return Graph(
        last.view,
        last.title,
        tuple(clusters.values()),
        tuple(_order(last.nodes, nodes)),
        tuple(edges.values()),
        notes=tuple(dict.fromkeys(note for graph in graphs for note in graph.notes)),
        boundaries=tuple(_boundaries(graphs)),
    )


def _boundaries(graphs: Sequence[Graph]) -> Iterator[Boundary]:
    """Each boundary of any of the graphs, round all that it is round in any of them."""
    around: dict[str, dict[str, None]] = {}
    for item in (item for graph in graphs for item in graph.boundaries):
        around.setdefault(item.label, {}).update(dict.fromkeys(item.around))
    yield from (Boundary(label, tuple(ids)) for label, ids in around.items())


def _order(last: Iterable[Node], every: Mapping[str, Node]) -> Iterable[Node]:
    """In the last graph's order, then what it no longer has."""
    here = {node.id for node in last}
    yield from last
    yield from (node for id_, node in every.items() if id_ not in here)


def _key(edge: Edge) -> tuple[str, str, str, str]:
    return (edge.source, edge.target, edge.kind, edge.label)


def series(graphs: Mapping[int, Graph]) -> dict[int, Graph]:
    """Each phase's graph, by number, with what changed since the phase before it."""
    first, found = first_phases(graphs), {}
    before: Graph | None = None
    for number, graph in sorted(graphs.items()):
        found[number] = marked(graph, before, phase=number, first=first)
        before = graph
    return found


def marked(graph: Graph, before: Graph | None, *, phase: int, first: Mapping[str, int]) -> Graph:
    """`graph` of `phase` with what changed since `before`, None for the first phase.

    `first` tells the first phase that has a node, by its id.
    """
    old = {node.id: node for node in before.nodes} if before else {}
    nodes = tuple(
        dataclasses.replace(
            node,
            phase=first.get(node.id, phase),
            change=_change(node, old.get(node.id)) if before else "none",
        )
        for node in graph.nodes
    )
    edges = _marked_lines(graph.edges, before.edges) if before else graph.edges
    there = {item.id for item in before.clusters} if before else set()
    clusters = tuple(
        dataclasses.replace(item, change="create" if before and item.id not in there else "none")
        for item in graph.clusters
    )
    return dataclasses.replace(graph, clusters=clusters, nodes=nodes, edges=edges)


def _marked_lines(edges: Sequence[Edge], before: Sequence[Edge]) -> tuple[Edge, ...]:
    """The lines with what became of them: one that says something else than before has changed."""
    known, here = {_key(edge) for edge in before}, {_key(edge) for edge in edges}
    gone = {key[:3] for key in known - here}
    return tuple(
        dataclasses.replace(edge, change=_line_change(_key(edge), known, gone)) for edge in edges
    )


def _line_change(
    key: tuple[str, str, str, str], known: Container[object], gone: Container[object]
) -> Change:
    if key in known:
        return "none"
    return "update" if key[:3] in gone else "create"


def planned(graph: Graph, changes: Mapping[str, Change]) -> Graph:
    """`graph` of a plan with what the plan does to its frames; `changes` are by address.

    A line goes with either of its ends. Between one that goes and one that comes there never is
    any.
    """
    clusters = tuple(
        dataclasses.replace(item, change=changes.get(item.address or "", "none"))
        for item in graph.clusters
    )
    ends: dict[str, Change] = {item.id: item.change for item in clusters}
    ends |= {item.id: item.change for item in graph.nodes}
    edges = ((edge, {ends.get(edge.source), ends.get(edge.target)}) for edge in graph.edges)
    return dataclasses.replace(
        graph,
        clusters=clusters,
        edges=tuple(
            dataclasses.replace(edge, change="delete") if "delete" in became else edge
            for edge, became in edges
            if not became >= {"create", "delete"}
        ),
    )


def _change(node: Node, old: Node | None) -> Change:
    if old is None:
        return "create"
    return "none" if _same(node, old) else "update"


def unmarked(graph: Graph) -> Graph:
    """`graph` without any change."""
    return dataclasses.replace(
        graph,
        clusters=tuple(dataclasses.replace(item, change="none") for item in graph.clusters),
        nodes=tuple(dataclasses.replace(node, change="none") for node in graph.nodes),
        edges=tuple(dataclasses.replace(edge, change="none") for edge in graph.edges),
    )


def difference(
    before: Graph, after: Graph, *, resources: Mapping[str, What], against: str
) -> Graph:
    """Both graphs as one: what was added, changed and removed has its `change`, the rest none.

    `resources` tells what became of each address (`Difference.by_address`): a thing whose settings
    changed is changed, and one that is only drawn under another id is neither new nor gone.
    `against` says to people what `after` is compared with.
    """
    whole = _joined([before, after])
    old, new = _things(before), _things(after)
    found = (_differing(node, old, new, resources) for node in whole.nodes)
    nodes = tuple(node for node in found if node)
    frames = tuple(_differing_frame(item, old, new, resources) for item in whole.clusters)
    kept = {*(node.id for node in nodes), *(item.id for item in frames)}
    keys = {_key(edge) for edge in before.edges}, {_key(edge) for edge in after.edges}
    return dataclasses.replace(
        whole,
        title=f"{after.title}: changes since {against}",
        clusters=frames,
        nodes=nodes,
        edges=tuple(
            dataclasses.replace(edge, change=_presence(_key(edge), *keys))
            for edge in whole.edges
            if {edge.source, edge.target} <= kept
        ),
        ledger=before.ledger | after.ledger,
        compared=against,
    )


def _things(graph: Graph) -> dict[str, Node | Cluster]:
    return {item.id: item for item in graph.nodes} | {item.id: item for item in graph.clusters}


def _presence(thing: object, before: Container[object], after: Container[object]) -> Change:
    """Whether something came or went; `none` for what is there before and after."""
    if thing not in after:
        return "delete"
    return "none" if thing in before else "create"


def _differing(
    node: Node,
    old: Mapping[str, Node | Cluster],
    new: Mapping[str, Node | Cluster],
    resources: Mapping[str, What],
) -> Node | None:
    """The node with its change; None for what is gone only by its id."""
    change = _presence(node.id, old, new)
    became = {resources.get(address) for address in node.addresses}
    settled: Change = "update" if became - {None} else "none"
    if change == "none":
        change = settled if _same(old[node.id], new[node.id]) else "update"
    elif node.addresses and became <= {None, "changed"}:
        if change == "delete":
            return None
        change = settled
    return dataclasses.replace(node, change=change)


def _differing_frame(
    frame: Cluster,
    old: Mapping[str, Node | Cluster],
    new: Mapping[str, Node | Cluster],
    resources: Mapping[str, What],
) -> Cluster:
    change = _presence(frame.id, old, new)
    if change == "none":
        same = _same(old[frame.id], new[frame.id]) and resources.get(frame.address or "") is None
        change = "none" if same else "update"
    return dataclasses.replace(frame, change=change)


def _same(one: Node | Cluster, other: Node | Cluster) -> bool:
    return _told(one) == _told(other)


def _told(thing: Node | Cluster) -> tuple[object, ...]:
    """What a picture tells of a thing; the region is named by what stands in it."""
    if isinstance(thing, Cluster):
        region = thing.kind == "region"
        return () if region else (thing.label, thing.cidr, thing.tier, thing.parent)
    return (thing.label, thing.detail, thing.addresses, thing.subnets, thing.security_groups)


def first_phases(graphs: Mapping[int, Graph]) -> dict[str, int]:
    """The first phase that has each node, by the node's id."""
    found: dict[str, int] = {}
    for phase, graph in sorted(graphs.items()):
        for node in graph.nodes:
            found.setdefault(node.id, phase)
    return found
