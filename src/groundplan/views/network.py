"""The network view: subnets and their routes, gateways, and which security group lets in which."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from groundplan.facts.addresses import split
from groundplan.facts.givers import VPCS
from groundplan.graph import Cluster, Edge, Entry, Graph
from groundplan.topology import openings
from groundplan.topology.relations import UNKNOWN
from groundplan.topology.wiring import Wiring
from groundplan.views import scene
from groundplan.views.gateway import by_gateway
from groundplan.views.outside import INTERNET, strangers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.facts import Facts
    from groundplan.graph import Node, Unknown
    from groundplan.topology import Subnet, Topology
    from groundplan.topology.openings import Opening

OWN = "/sg"  # an EKS cluster's own security group stands under the cluster's address
_RULES = ("aws_vpc_security_group_ingress_rule", "aws_security_group_rule")
_NO_SUBNET = "no subnet's routes have it, or what it leads through is not drawn"
_OUT = ("aws_egress_only_internet_gateway", "aws_internet_gateway")
_OUTGOING = "outgoing traffic is not drawn; what is let in is"


@lru_cache(maxsize=64)
def network(facts: Facts, *, title: str = "Network") -> Graph:
    """The network of a plan; without frames and nodes where the plan has nothing of a network.

    Raises InputError where the plan has no resource.
    """
    topology = scene.topology_of(facts)
    placed = tuple(scene.nodes(topology, "network"))
    groups = {group.id: group for group in _groups(topology, placed)}
    nodes = tuple(_in_group(node, set(groups)) for node in placed)
    doors = tuple(openings.of_plan(topology))
    outside = strangers(topology, doors)
    ends = _ends(nodes, set(groups)) | {peer: node.id for peer, node in outside.items()}
    links = (e for e in Wiring(topology, nodes).links() if e.kind in {"route", "replicates"})
    edges = (*_routes(topology, nodes), *links, *_rules(doors, ends), *replication(topology))
    joined = {end for edge in edges for end in (edge.source, edge.target)}
    nodes = (*dict.fromkeys(node for node in outside.values() if node.id in joined), *nodes)
    held = {node.cluster for node in nodes}
    heads = (_head(frame, topology, placed) for frame in scene.frames(topology))
    frames = (*heads, *(group for group in groups.values() if group.id in held))
    if not nodes and len(frames) == 1:
        frames = ()  # a region with nothing in it is no picture
    ledger = scene.ledger(topology, "network", nodes, frames)
    ledger.update(_drawn_as_edges(topology, doors, edges, ends))
    return by_gateway(Graph("network", title, frames, nodes, tuple(dict.fromkeys(edges)), ledger))


def _groups(topology: Topology, nodes: Iterable[Node]) -> Iterator[Cluster]:
    """The security groups that some node carries; an EKS cluster's own stands under its address."""
    carried = {address for node in nodes for address in _known(node.security_groups)}
    for address in sorted(carried):
        resource = topology.resource(address)
        if resource is None:
            continue
        name = resource.get("name") or resource.get("name_prefix") or resource.name
        if resource.type == "aws_default_security_group":
            name = "default"  # AWS's own name for it
        vpc = topology.vpc_of(resource)
        if resource.type == "aws_eks_cluster":
            name, vpc = f"{name} (of the EKS cluster)", _vpc_of_cluster(topology, address)
        parent = vpc if vpc != UNKNOWN else scene.REGION
        yield Cluster(
            address if resource.type != "aws_eks_cluster" else f"{address}{OWN}",
            "group",
            f"Security group {name}",
            parent=parent,
            address=address,
        )


def _known(addresses: tuple[str, ...] | Unknown) -> tuple[str, ...]:
    return () if addresses == UNKNOWN else addresses


def _vpc_of_cluster(topology: Topology, address: str) -> str:
    resource = topology.resource(address)
    subnets = _known(topology.placement(resource)) if resource else ()
    vpcs = {topology.subnets[item].vpc for item in subnets}
    return vpcs.pop() if len(vpcs) == 1 else UNKNOWN


def _in_group(node: Node, groups: set[str]) -> Node:
    """The node, framed by the first of its security groups that is drawn, the default one last."""
    for address in sorted(_known(node.security_groups), key=_is_default):
        for id_ in (address, f"{address}{OWN}"):
            if id_ in groups:
                return dataclasses.replace(node, cluster=id_)
    return node


def _is_default(address: str) -> bool:
    return split(address)[-2] == "aws_default_security_group"


def _head(frame: Cluster, topology: Topology, nodes: Iterable[Node]) -> Cluster:
    """A subnet's frame with its routes, and with why nothing stands in it."""
    subnet = topology.subnets.get(frame.id)
    if subnet is None:
        return frame
    parts = [_routes_text(subnet, topology), scene.why_empty(subnet, topology, nodes)]
    return dataclasses.replace(frame, note="\n".join(part for part in parts if part))


def _routes_text(subnet: Subnet, topology: Topology) -> str:
    names = {
        "aws_ec2_transit_gateway": "transit gateway",
        "aws_egress_only_internet_gateway": "egress-only gateway",
        "aws_instance": "EC2 instance",
        "aws_internet_gateway": "internet gateway",
        "aws_nat_gateway": "NAT gateway",
        "aws_network_interface": "network interface",
        "aws_networkfirewall_firewall": "firewall",
        "aws_vpc_endpoint": "endpoint",
        "aws_vpc_peering_connection": "peering",
        "aws_vpn_gateway": "VPN gateway",
    }
    found = []
    for route in subnet.routes:
        types = {item.type for way in route.ways if (item := topology.resource(way))}
        way = " or ".join(sorted(names.get(type_, type_) for type_ in types))
        article = "the" if len(route.ways) == 1 else "a"
        where = f"{route.destination} maybe" if route.maybe else route.destination
        found.append(f"{where} by {article} {way}" if way else where)
    none = "no route out of the VPC" if subnet.tier != UNKNOWN else "routes not known from the plan"
    return ", ".join(sorted(found)) or none


def _routes(topology: Topology, nodes: Iterable[Node]) -> Iterator[Edge]:
    drawn = {node.id: node for node in nodes}
    for subnet in topology.subnets.values():
        for route in subnet.routes:
            if route.via in drawn and not route.maybe:
                yield Edge(subnet.address, route.via, "route", route.destination)
    for peering in topology.facts.of_type("aws_vpc_peering_connection"):
        for path in ("vpc_id", "peer_vpc_id"):
            vpc = topology.target(peering, path, *VPCS)
            if vpc and vpc != UNKNOWN:
                yield Edge(peering.address, vpc, "route")
    for gateway in topology.facts.of_type(*_OUT):
        yield Edge(gateway.address, INTERNET, "route")


def _ends(nodes: Iterable[Node], groups: set[str]) -> dict[str, str]:
    """Where a security group's rules end: at its frame, else at a node that carries it.

    What opens a door itself has a further end, at its own node.
    """
    drawn = tuple(nodes)
    ends: dict[str, str] = {}
    for node in drawn:
        ends |= {f"{address}{openings.OWN_DOOR}": node.id for address in node.addresses}
        for address in _known(node.security_groups):
            ends.setdefault(address, node.id)
    framed = {node.cluster for node in drawn if node.cluster in groups}
    return {**ends, **{id_.removesuffix(OWN): id_ for id_ in framed if id_}}


def _rules(doors: Iterable[Opening], ends: Mapping[str, str]) -> Iterator[Edge]:
    """One edge for each pair of ends and port."""
    for opening in doors:
        source, target = _pair(opening, ends)
        if source and target and source != target:
            yield Edge(source, target, "rule", opening.ports)


def replication(topology: Topology) -> Iterator[Edge]:
    """An edge from each database to each replica of it."""
    for database in topology.facts.of_type("aws_db_instance"):
        if source := topology.replicated(database):
            yield Edge(source, database.address, "replicates", "replicates")


def _drawn_as_edges(
    topology: Topology,
    doors: Iterable[Opening],
    edges: Iterable[Edge],
    ends: Mapping[str, str],
) -> Iterator[tuple[str, Entry]]:
    """The ledger lines of routes and of rules that are resources of their own."""
    drawn = dict.fromkeys((edge.source, edge.target) for edge in edges)
    rules: dict[str, list[Opening]] = defaultdict(list)
    for opening in doors:
        rules[opening.address].append(opening)
    for item in topology.facts.of_type(*_RULES):
        pairs = dict.fromkeys(_pair(rule, ends) for rule in rules[item.address])
        shown = tuple((source, target) for source, target in drawn if (source, target) in pairs)
        if shown:
            yield item.address, Entry("drawn", node=shown[0][1], lines=shown)
        elif item.get("type") == "egress":
            yield item.address, Entry("omitted", reason=_OUTGOING)
        else:
            whys = sorted({_why_no_line(rule, ends, topology) for rule in rules[item.address]})
            yield item.address, Entry("omitted", reason="; ".join(whys) or "lets nobody in")
    for route in topology.facts.of_type("aws_route"):
        via = topology.route(route).via
        shown = tuple((source, target) for source, target in drawn if target == via)
        if shown:
            yield route.address, Entry("drawn", node=via, lines=shown)
        else:
            why = "what it leads through is known after apply" if via == UNKNOWN else _NO_SUBNET
            yield route.address, Entry("omitted", reason=why)


def _pair(opening: Opening, ends: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The ends of an opening's line."""
    return ends.get(opening.source), ends.get(opening.door)


def _why_no_line(rule: Opening, ends: Mapping[str, str], topology: Topology) -> str:
    if rule.target == UNKNOWN:
        return "its security group is known after apply"
    if rule.target not in ends:
        return "its security group is carried by nothing drawn"
    if rule.source == rule.target:
        return "lets in who carries the same security group"
    if rule.source == UNKNOWN:
        return "whom it lets in is known after apply"
    if topology.resource(rule.source):
        return "lets in a security group that is carried by nothing drawn"
    return f"lets in {rule.source}, which is not drawn"
