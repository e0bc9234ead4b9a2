"""What is near one resource of a view: the things that lines lead to, and the frames round them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from groundplan.errors import InputError, suggest
from groundplan.graph import Entry, Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from groundplan.graph import Cluster, Node

OUTSIDE: Final = "outside the focus"


def near(graph: Graph, address: str, depth: int) -> tuple[Graph, frozenset[str]]:
    """The part of `graph` that is at most `depth` lines from a resource, and that one's nodes.

    A frame in focus brings what stands in it. Things meet where a line is between them, or
    between the frames that they stand in. The rest is in the ledger as left out. Raises
    InputError for an address that the ledger doesn't have and for a negative depth.
    """
    if depth < 0:
        raise InputError(f"a depth is 0 or more, not {depth}")
    if address not in graph.ledger:
        raise InputError(
            f"the plan has no resource '{address}'", hint=suggest(address, graph.ledger)
        )
    start = _start(graph, address)
    reached = _reached(graph, start, depth)
    return _cut(graph, reached, address), frozenset(start)


def frames_of(frame: str | None, clusters: Iterable[Cluster]) -> list[str]:
    """The ids of a frame and of those that it stands in, from the inside out."""
    parents = {item.id: item.parent for item in clusters}
    found: list[str] = []
    while frame is not None and frame not in found:
        found.append(frame)
        frame = parents.get(frame)
    return found


def _start(graph: Graph, address: str) -> set[str]:
    """The nodes that a resource is drawn as, or that stand in the frame that it is drawn as."""
    entry = graph.ledger[address]
    if entry.status == "omitted" or entry.node is None:
        return set()
    inside = {node.id for node in graph.nodes if entry.node in _round(node, graph)}
    return inside | {entry.node}


def _round(node: Node, graph: Graph) -> set[str]:
    """All frames that a node stands in."""
    places = node.subnets if isinstance(node.subnets, tuple) else ()
    return {
        frame for start in (node.cluster, *places) for frame in frames_of(start, graph.clusters)
    }


def _reached(graph: Graph, start: set[str], depth: int) -> set[str]:
    """The things at most `depth` lines from `start`; a security group counts as its members."""
    lines: dict[str, set[str]] = defaultdict(set)
    for edge in graph.edges:
        lines[edge.source].add(edge.target)
        lines[edge.target].add(edge.source)
    members: dict[str, set[str]] = defaultdict(set)
    inside: dict[str, set[str]] = {}
    groups = {item.id for item in graph.clusters if item.kind == "group"}
    for node in graph.nodes:
        inside[node.id] = _frames_met(node)
        if node.cluster in groups:
            members[node.cluster].add(node.id)
    reached, edge_of = set(start), set(start)
    # What the internet, or an office, may reach is not near to each other.
    outside = {"addresses", "internet"}
    ends_here = {node.id for node in graph.nodes if node.kind in outside} - start
    for _ in range(depth):
        edge_of -= ends_here
        ends = edge_of | {frame for thing in edge_of for frame in inside.get(thing, ())}
        found = {other for end in ends for other in lines[end]}
        found |= {node for other in found for node in members[other]}
        edge_of = found - reached
        reached |= found
    return reached


def _frames_met(node: Node) -> set[str]:
    """The frames whose lines are a node's own: its subnets' and its group's."""
    places = node.subnets if isinstance(node.subnets, tuple) else ()
    return {frame for frame in (node.cluster, *places) if frame is not None}


def _cut(graph: Graph, reached: set[str], address: str) -> Graph:
    nodes = tuple(node for node in graph.nodes if node.id in reached)
    frames = {frame for node in nodes for frame in _round(node, graph)}
    ids = {item.id for item in graph.clusters}
    frames |= {outer for id_ in reached & ids for outer in frames_of(id_, graph.clusters)}
    clusters = tuple(item for item in graph.clusters if item.id in frames)
    left = {node.id for node in nodes} | frames
    edges = tuple(e for e in graph.edges if e.source in left and e.target in left)
    return replace(
        graph,
        clusters=clusters if nodes or reached & ids else (),
        nodes=nodes,
        edges=edges,
        ledger=_ledger(graph.ledger, left, address),
    )


def _ledger(ledger: Mapping[str, Entry], left: set[str], focus: str) -> dict[str, Entry]:
    return {
        address: entry
        if entry.status == "omitted" or _is_left(entry, left)
        else Entry("omitted", reason=f"{OUTSIDE} on {focus}")
        for address, entry in ledger.items()
    }


def _is_left(entry: Entry, left: set[str]) -> bool:
    if entry.lines:
        return any({*line} <= left for line in entry.lines)
    return entry.node in left
