"""The infrastructure view: the services a client talks about, where they run, who uses what."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from typing import TYPE_CHECKING

from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.topology.wiring import Wiring
from groundplan.views import scene
from groundplan.views.network import replication

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from groundplan.facts import Facts
    from groundplan.topology import Topology


@lru_cache(maxsize=64)
def infrastructure(
    facts: Facts, *, title: str = "Infrastructure", runs: tuple[str, ...] = ()
) -> Graph:
    """The services of a plan; `runs` names the applications that its node groups carry.

    Raises InputError where the plan has no resource.
    """
    topology = scene.topology_of(facts)
    nodes = tuple(
        _with_applications(node, runs) for node in scene.nodes(topology, "infrastructure")
    )
    frames = tuple(_told(frame, topology, nodes) for frame in scene.frames(topology))
    wiring = Wiring(topology, nodes)
    edges = _one_for_each_pair((*wiring.links(), *wiring.rules(), *replication(topology)))
    ledger = scene.ledger(topology, "infrastructure", nodes, frames)
    return Graph("infrastructure", title, frames, nodes, edges, ledger)


def _told(frame: Cluster, topology: Topology, nodes: Iterable[Node]) -> Cluster:
    """An empty subnet's frame with why it is empty."""
    subnet = topology.subnets.get(frame.id)
    why = scene.why_empty(subnet, topology, nodes) if subnet else ""
    return dataclasses.replace(frame, note=why) if why else frame


def _with_applications(node: Node, runs: Sequence[str]) -> Node:
    if node.kind != "node_group" or not runs:
        return node
    return dataclasses.replace(node, detail=f"{node.detail}\n{' · '.join(runs)}")


def _one_for_each_pair(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Without a line of the same kind and ends that says nothing, where another says something."""
    once = tuple(dict.fromkeys(edges))
    told = {(edge.source, edge.target, edge.kind) for edge in once if edge.label}
    return tuple(e for e in once if e.label or (e.source, e.target, e.kind) not in told)
