"""Fewer lines and frames where a picture has more than can be followed: joined, or in words."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from groundplan.graph import Entry, Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.graph import Cluster, Edge, Node

MOST_SUBNETS: Final = 24  # of more, those in which nothing runs are one frame a zone and tier
PARALLEL: Final = 3  # so many lines between the same two things are drawn; more are one
MOST_PORTS: Final = 3  # so many ports are named on a line that stands for several
HUB: Final = 12  # more lines of a kind than these at one thing are told in words
ROUTES: Final = 6  # more routes too: the heads of the subnets tell them already
MOST_LINES: Final = 60  # a view with more is a hairball: then they are told where there are
FEW: Final = 4  # at least so many
_TOLD: Final = frozenset({"route", "rule", "uses"})  # the kinds of line that words can stand for


def thinned(graph: Graph) -> Graph:
    """`graph` with parallel lines joined, and the lines of its hubs told where there are too many.

    A hub is a thing that very many lines lead to or from: the internet, a monitoring server.
    """
    graph = replace(graph, edges=tuple(_joined(graph.edges)))
    while hub := _hub(graph):
        graph = _told(graph, *hub)
    return graph


def _joined(edges: Iterable[Edge]) -> Iterator[Edge]:
    """Of more than `PARALLEL` lines between the same things, one with the labels of all."""
    sets: dict[tuple[str, str, str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        sets[edge.source, edge.target, edge.kind, edge.change].append(edge)
    for parallel in sets.values():
        if len(parallel) > PARALLEL:
            yield replace(parallel[0], label=label_of(edge.label for edge in parallel))
        else:
            yield from parallel


def label_of(labels: Iterable[str]) -> str:
    """`tcp 443`, `tcp 80`, `udp 53`, … as one: `tcp 80, 443 · udp 53 +2`."""
    return "".join(part.before + part.text for part in label_parts(labels))


@dataclass(frozen=True)
class LabelPart:
    """What is written for one of several labels, or for all that there is no room for."""

    labels: frozenset[str]
    before: str
    text: str


def label_parts(labels: Iterable[str]) -> Iterator[LabelPart]:
    """The parts of what `label_of` makes of `labels`, in their order."""
    unlike = sorted(set(labels) - {""}, key=_port)
    spoken = ""
    for label in unlike[:MOST_PORTS]:
        protocol, _, ports = label.partition(" ")
        again = bool(spoken) and protocol == spoken
        before = ", " if again else " · " if spoken else ""
        yield LabelPart(frozenset({label}), before, ports if again else label)
        spoken = protocol
    if hidden := frozenset(unlike[MOST_PORTS:]):
        yield LabelPart(hidden, " ", f"+{len(hidden)}")


def _port(label: str) -> tuple[str, int, str]:
    protocol, _, ports = label.partition(" ")
    low = ports.partition("–")[0]
    return protocol, int(low) if low.isdecimal() else -1, ports


def _hub(graph: Graph) -> tuple[str, str, str] | None:
    """The thing with the most lines of a kind that words can stand for: at which end, which kind.

    None where no thing has too many.
    """
    counts = Counter(
        end
        for edge in graph.edges
        if edge.kind in _TOLD
        for end in ((edge.source, "from", edge.kind), (edge.target, "to", edge.kind))
    )
    most = {"route": ROUTES} if len(graph.edges) <= MOST_LINES else dict.fromkeys(_TOLD, FEW - 1)
    hubs = [(count, hub) for hub, count in counts.items() if count > most.get(hub[2], HUB)]
    return max(hubs)[1] if hubs else None


def moved_lines(
    lines: Iterable[tuple[str, str]], moved: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Source and target of each line, with its ends where they went; none within one thing."""
    for start, end in lines:
        for source in moved.get(start, (start,)):
            for target in moved.get(end, (end,)):
                if source != target:
                    yield source, target


def _told(graph: Graph, hub: str, end: str, kind: str) -> Graph:
    """`graph` with the lines from or to a hub told in the hub's words."""
    lines = [
        edge
        for edge in graph.edges
        if edge.kind == kind and (edge.source if end == "from" else edge.target) == hub
    ]
    others = {edge.target if end == "from" else edge.source for edge in lines}
    labels = label_of(edge.label for edge in lines)
    words = f"{labels} {'to' if end == 'from' else 'from'} {len(others)} others".strip()
    left = tuple(edge for edge in graph.edges if edge not in set(lines))
    return replace(
        graph,
        clusters=tuple(_with_note(item, words) if item.id == hub else item
                       for item in graph.clusters),
        nodes=tuple(_with_detail(node, words) if node.id == hub else node for node in graph.nodes),
        edges=left,
        ledger=_ledger(graph, left, words),
    )  # fmt: skip


def _with_note(frame: Cluster, words: str) -> Cluster:
    return replace(frame, note="\n".join(filter(None, (frame.note, words))))


def _with_detail(node: Node, words: str) -> Node:
    return replace(node, detail="\n".join(filter(None, (node.detail, words))))


def _ledger(graph: Graph, edges: Iterable[Edge], words: str) -> dict[str, Entry]:
    """The resources that were nothing but lines which are gone, with what became of them."""
    drawn = {(edge.source, edge.target) for edge in edges}
    told = Entry("omitted", reason=f"too many lines to be drawn: told in words, '{words}'")
    found = {}
    for address, entry in graph.ledger.items():
        left = tuple(line for line in entry.lines if line in drawn)
        found[address] = told if entry.lines and not left else replace(entry, lines=left)
    return found


def few_frames(graph: Graph) -> Graph:
    """`graph` with the empty subnets of a tier in a zone as one frame, where there are many."""
    subnets = [item for item in graph.clusters if item.kind == "subnet"]
    if len(subnets) <= MOST_SUBNETS:
        return graph
    used = {place for node in graph.nodes for place in (*_places(node), node.cluster)}
    alike: dict[tuple[object, ...], list[Cluster]] = defaultdict(list)
    for item in subnets:
        if item.id not in used:
            alike[item.parent, item.tier, item.change].append(item)
    home = {
        item.id: f"same:{items[0].id}" for items in alike.values() if len(items) > 1
        for item in items
    }  # fmt: skip
    frames = {home[items[0].id]: _one(items) for items in alike.values() if items[0].id in home}
    order = dict.fromkeys(home.get(item.id, item.id) for item in graph.clusters)
    every = {item.id: item for item in graph.clusters} | frames
    moved = {id_: (home_id,) for id_, home_id in home.items()}
    edges = (
        replace(edge, source=source, target=target)
        for edge in graph.edges
        for source, target in moved_lines([(edge.source, edge.target)], moved)
    )
    return replace(
        graph,
        clusters=tuple(every[id_] for id_ in order),
        edges=tuple(dict.fromkeys(edges)),
        ledger={
            address: replace(entry, status="aggregated", node=home[entry.node])
            if entry.node in home
            else replace(entry, lines=tuple(moved_lines(entry.lines, moved)))
            for address, entry in graph.ledger.items()
        },
    )


def _one(subnets: list[Cluster]) -> Cluster:
    """A frame that stands for several: how many, from which range to which, and their words."""
    tier = (subnets[0].tier or "unknown").capitalize().replace("Unknown", "Subnet")
    ranges = f"{subnets[0].cidr} … {subnets[-1].cidr}"
    notes = dict.fromkeys(item.note for item in subnets if item.note)
    said = next(iter(notes)) if len(notes) == 1 else "empty: nothing is known to run here"
    return replace(
        subnets[0], id=f"same:{subnets[0].id}", label=f"{tier} × {len(subnets)}",
        address=None, cidr=None, note=f"{ranges}\n{said}",
    )  # fmt: skip


def _places(node: Node) -> tuple[str, ...]:
    return node.subnets if isinstance(node.subnets, tuple) else ()
