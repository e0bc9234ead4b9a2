"""What the network and the infrastructure view share: frames, nodes and the ledger of a plan."""

from __future__ import annotations

from collections import defaultdict
from os.path import commonprefix
from typing import TYPE_CHECKING

from groundplan.catalog import KINDS, treatment
from groundplan.errors import InputError
from groundplan.graph import Cluster, Entry, Node
from groundplan.relations import UNKNOWN
from groundplan.topology import Subnet, Topology
from groundplan.views.describe import describe, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.catalog import ViewName
    from groundplan.facts import Facts, Resource

REGION = "region"
MOST_NAMES = 6  # more would not be read
_TIERS = {"public": "Public", "private": "Private", "isolated": "Isolated", UNKNOWN: "Subnet"}


def topology_of(facts: Facts) -> Topology:
    """The topology of `facts`. Raises InputError where there is nothing to draw."""
    if not facts.resources:
        raise InputError(
            "there is nothing to draw: the plan has no managed resource",
            hint="was it made by 'terraform plan' in the right folder?",
        )
    return Topology(facts)


def frames(topology: Topology) -> Iterator[Cluster]:
    """The region, its VPCs, their zones and subnets, outermost first."""
    zones = {subnet.zone for subnet in topology.subnets.values()} - {UNKNOWN}
    regions = {zone.rstrip("abcdef") for zone in zones}
    label = f"Region {regions.pop()}" if len(regions) == 1 else "Region"
    yield Cluster(REGION, "region", label)
    for vpc in topology.facts.of_type("aws_vpc"):
        name = vpc.get("tags_all.Name") or vpc.name
        cidr = vpc.get("cidr_block")
        yield Cluster(
            vpc.address, "vpc", f"VPC {name}", parent=REGION, address=vpc.address, cidr=cidr
        )
    if any(subnet.vpc == UNKNOWN for subnet in topology.subnets.values()):
        yield Cluster(UNKNOWN, "vpc", "VPC that is not in this plan", parent=REGION)
    seen = set()
    for subnet in sorted(topology.subnets.values(), key=lambda item: (item.zone, item.address)):
        zone = _zone_id(subnet)
        if zone not in seen:
            seen.add(zone)
            label = subnet.zone if subnet.zone != UNKNOWN else "Zone known after apply"
            yield Cluster(zone, "zone", label, parent=subnet.vpc, zone=subnet.zone)
        yield Cluster(
            subnet.address,
            "subnet",
            f"{_TIERS[subnet.tier]} {subnet.cidr}",
            parent=zone,
            address=subnet.address,
            cidr=subnet.cidr,
            tier=subnet.tier,
            zone=subnet.zone,
        )


def _zone_id(subnet: Subnet) -> str:
    return f"{subnet.vpc}/{subnet.zone}"


def nodes(topology: Topology, view: ViewName) -> Iterator[Node]:
    """A view's nodes: one for each instance in a VPC, one for each type of regional service."""
    shared: dict[str, list[Resource]] = defaultdict(list)
    # A replica stands after what it replicates.
    for resource in sorted(topology.facts, key=lambda item: bool(topology.replicated(item))):
        how = treatment(resource.type)
        if view not in how.views or how.place in {"frame", "edge", "part"}:
            continue
        if how.place in {"region", "list"}:
            shared[resource.type].append(resource)
        else:
            yield _single(resource, topology)
    for type_, resources in sorted(shared.items()):
        yield _shared(type_, resources, topology)


def why_empty(subnet: Subnet, topology: Topology, drawn: Iterable[Node]) -> str:
    """Why nothing is drawn in a subnet; empty where something is."""
    if any(subnet.address in node.subnets for node in drawn):
        return ""
    resource = topology.resource(subnet.address)
    tags = (resource.get("tags_all") or {}) if resource else {}
    if "kubernetes.io/role/elb" in tags:
        return "empty: held for public load balancers"
    members = topology.facts.of_type("aws_db_subnet_group", "aws_elasticache_subnet_group")
    if any(subnet.address in topology.placement(group) for group in members):
        return "empty: a database can move here"
    return "empty: nothing of this plan runs here"


def _single(resource: Resource, topology: Topology) -> Node:
    label, detail = describe(resource, topology)
    subnets = topology.placement(resource)
    return Node(
        resource.address,
        kind_of(resource, topology),
        label,
        detail,
        cluster=_frame_of(resource, subnets, topology),
        addresses=(resource.address,),
        subnets=subnets,
        security_groups=topology.groups(resource),
        exposed=topology.exposed(resource),
        change=resource.change,
    )


def _frame_of(resource: Resource, subnets: tuple[str, ...] | str, topology: Topology) -> str:
    """The innermost frame that holds all of a node's subnets."""
    if isinstance(subnets, tuple) and len(subnets) == 1:
        return subnets[0]
    if isinstance(subnets, tuple) and subnets:
        vpcs = {topology.subnets[address].vpc for address in subnets}
        return vpcs.pop() if len(vpcs) == 1 else REGION
    vpc = topology.target(resource, "vpc_id", "aws_vpc")
    return vpc if vpc and vpc != UNKNOWN else REGION


def _shared(type_: str, resources: list[Resource], topology: Topology) -> Node:
    kind = treatment(type_).kind
    label, detail = describe(resources[0], topology)
    if len(resources) > 1:
        base = KINDS[kind].label if kind != "resource" else label
        label, detail = f"{base} × {len(resources)}", _names(resources)
    changes = {resource.change for resource in resources}
    return Node(
        f"all:{type_}",
        kind,
        label,
        detail,
        cluster=REGION,
        addresses=tuple(resource.address for resource in resources),
        change=changes.pop() if len(changes) == 1 else "update",
    )


def _names(resources: list[Resource]) -> str:
    """What tells them apart: their names without the path or the words that all start with."""
    names = {str(item.get("name") or item.index or "") for item in resources} - {""}
    words = commonprefix(sorted(names)).rpartition("-")  # noqa: RUF071 - they are no paths
    short = sorted({name.removeprefix("".join(words[:2])).rpartition("/")[2] for name in names})
    return ", ".join(short) if len(short) <= MOST_NAMES else ""


def ledger(
    topology: Topology, drawn: tuple[Node, ...], frames_: tuple[Cluster, ...]
) -> dict[str, Entry]:
    """Where each address of the plan is drawn, or why it is not."""
    entries: dict[str, Entry] = {}
    for node in drawn:
        status = "aggregated" if len(node.addresses) > 1 else "drawn"
        for address in node.addresses:
            entries[address] = Entry(status, node=node.id)  # type: ignore[arg-type]
    for frame in frames_:
        if frame.address:
            entries.setdefault(frame.address, Entry("drawn", node=frame.id))
    for resource in topology.facts:
        reason = treatment(resource.type).reason or "not a part of this view"
        entries.setdefault(resource.address, Entry("omitted", reason=reason))
    return entries
