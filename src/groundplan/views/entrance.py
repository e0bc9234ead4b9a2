"""The way in by an Ingress, in the views of a plan: there it is said to be none of the plan's."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from groundplan import entrance
from groundplan.entrance import BALANCER
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.topology import Topology, openings
from groundplan.topology.relations import UNKNOWN
from groundplan.views.gateway import by_gateway
from groundplan.views.outside import INTERNET
from groundplan.views.scene import HELD, REGION

if TYPE_CHECKING:
    from groundplan.entrance import Entrance
    from groundplan.facts import Facts
    from groundplan.graph import EdgeKind

_INTERNET: Final = Node(INTERNET, "internet", "Internet")
# Who they are no plan tells: those of an environment for tests are no customers.
_VISITORS: Final = Node("visitors", "users", "Visitors")


def with_entrance(graph: Graph, facts: Facts, way_in: Entrance | None) -> Graph:
    """`graph`, a view of `facts`, with the load balancer that leads to what runs applications.

    Unchanged without a way in, or without anything that it could lead to.
    """
    topology = Topology.of(facts)
    doors = tuple(openings.of_ingress(topology, way_in))
    if way_in is None or not doors:
        return graph
    network = graph.view == "network"
    kind: EdgeKind = "rule" if network else "flow"
    from_ = _INTERNET if network else _VISITORS
    balancer = _balancer(way_in, topology)
    here = {node.id: node for node in (from_, balancer, *graph.nodes)}
    groups = {frame.id for frame in graph.clusters if frame.kind == "group"}

    def end(of: str) -> str:
        """As lines of rules do, they lead to the security group, where one is drawn."""
        home = here[of].cluster if of in here else None
        return home if home in groups else of

    lines = (
        Edge(from_.id if item.open_to_all else end(item.source), end(item.target), kind,
             f"{item.ports}, {openings.BY_INGRESS}")
        for item in doors
    )  # fmt: skip
    whole = dataclasses.replace(
        graph,
        clusters=tuple(_taken(frame, balancer) for frame in graph.clusters),
        nodes=tuple(here.values()),
        edges=(*graph.edges, *dict.fromkeys(lines)),
    )
    return by_gateway(whole)


def _balancer(way_in: Entrance, topology: Topology) -> Node:
    subnets = entrance.subnets(topology)
    vpcs = {topology.subnets[item].vpc for item in (() if subnets == UNKNOWN else subnets)}
    return Node(
        BALANCER,
        "load_balancer_application",
        "Load balancer",
        f"{way_in.host}\nmade by Kubernetes, not by Terraform",
        cluster=vpcs.pop() if len(vpcs) == 1 else REGION,
        subnets=subnets,
        exposed=True,
    )


def _taken(frame: Cluster, balancer: Node) -> Cluster:
    """A subnet that was held for load balancers is not empty where this one stands in it."""
    if frame.id not in balancer.subnets or not frame.note:
        return frame
    left = [line for line in frame.note.splitlines() if line != HELD]
    return dataclasses.replace(frame, note="\n".join(left) or None)
