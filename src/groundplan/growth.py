"""How a picture grows from phase to phase: one frame for all phases, and what is new in each."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from groundplan.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from groundplan.graph import Change, Cluster, Edge, Node


def frame(graphs: Sequence[Graph]) -> Graph:
    """Everything that any of `graphs` has: what the layout of all of them is made from.

    `graphs` is in the order of the phases, and not empty. Where several have a thing, the last
    one's is taken.
    """
    clusters: dict[str, Cluster] = {}
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, str, str], Edge] = {}
    for graph in graphs:
        clusters |= {item.id: item for item in graph.clusters}
        nodes |= {item.id: item for item in graph.nodes}
        edges |= {_key(item): item for item in graph.edges}
    last = graphs[-1]
    ordered = [*_order(last.nodes, nodes)]
    return Graph(
        last.view, last.title, tuple(clusters.values()), tuple(ordered), tuple(edges.values())
    )


def _order(last: Iterable[Node], every: Mapping[str, Node]) -> Iterable[Node]:
    """In the last graph's order, then what it no longer has."""
    here = {node.id for node in last}
    yield from last
    yield from (node for id_, node in every.items() if id_ not in here)


def _key(edge: Edge) -> tuple[str, str, str, str]:
    return (edge.source, edge.target, edge.kind, edge.label)


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
    known = {_key(edge) for edge in before.edges} if before else set()
    edges = tuple(
        dataclasses.replace(edge, change="create" if before and _key(edge) not in known else "none")
        for edge in graph.edges
    )
    return dataclasses.replace(graph, nodes=nodes, edges=edges)


def _change(node: Node, old: Node | None) -> Change:
    if old is None:
        return "create"
    same = (node.label, node.detail, node.addresses, node.subnets, node.security_groups)
    return "none" if same == (
        old.label, old.detail, old.addresses, old.subnets, old.security_groups
    ) else "update"  # fmt: skip


def first_phases(graphs: Mapping[int, Graph]) -> dict[str, int]:
    """The first phase that has each node, by the node's id."""
    found: dict[str, int] = {}
    for phase, graph in sorted(graphs.items()):
        for node in graph.nodes:
            found.setdefault(node.id, phase)
    return found
