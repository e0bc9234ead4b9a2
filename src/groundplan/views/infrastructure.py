"""The infrastructure view: the services a client talks about, where they run, who uses what."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.relations import UNKNOWN
from groundplan.views import scene
from groundplan.views.network import replication

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundplan.facts import Facts
    from groundplan.topology import Topology

# Gateways belong to the network view; here they would only be in the way.
_LEFT_OUT = {"internet_gateway", "endpoint"}


def infrastructure(
    facts: Facts, *, title: str = "Infrastructure", runs: Sequence[str] = ()
) -> Graph:
    """The services of a plan; `runs` names the applications that its node groups carry.

    Raises InputError where the plan has no resource.
    """
    topology = scene.topology_of(facts)
    nodes = tuple(
        _with_applications(node, runs)
        for node in scene.nodes(topology, "infrastructure")
        if node.kind not in _LEFT_OUT
    )
    frames = tuple(_told(frame, topology, nodes) for frame in scene.frames(topology))
    edges = tuple(dict.fromkeys((*_uses(topology, nodes), *replication(topology))))
    return Graph(
        "infrastructure", title, frames, nodes, edges, scene.ledger(topology, nodes, frames)
    )


def _told(frame: Cluster, topology: Topology, nodes: Iterable[Node]) -> Cluster:
    """An empty subnet's frame with why it is empty."""
    subnet = topology.subnets.get(frame.id)
    why = scene.why_empty(subnet, topology, nodes) if subnet else ""
    return dataclasses.replace(frame, note=why) if why else frame


def _with_applications(node: Node, runs: Sequence[str]) -> Node:
    if node.kind != "node_group" or not runs:
        return node
    return dataclasses.replace(node, detail=f"{node.detail}\n{' · '.join(runs)}")


def _uses(topology: Topology, nodes: Iterable[Node]) -> Iterator[Edge]:
    """Who may call whom: the security groups' rules, told between the things that carry them."""
    drawn = tuple(nodes)
    for rule in topology.rules:
        if rule.peer == rule.group:
            continue
        for source in _carriers(drawn, rule.peer):
            for target in _carriers(drawn, rule.group):
                if source.kind == "node_group" and target.kind != "eks":
                    yield Edge(source.id, target.id, "uses", rule.ports)
    for group in topology.facts.of_type("aws_eks_node_group"):
        cluster = topology.target(group, "cluster_name", "aws_eks_cluster")
        if cluster and cluster != UNKNOWN:
            yield Edge(cluster, group.address, "uses", "runs")


def _carriers(nodes: Iterable[Node], group: str) -> Iterator[Node]:
    return (
        node for node in nodes if node.security_groups != UNKNOWN and group in node.security_groups
    )
