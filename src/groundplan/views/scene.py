"""What the network and the infrastructure view share: frames, nodes and the ledger of a plan."""

from __future__ import annotations

from collections import defaultdict
from os.path import commonprefix
from typing import TYPE_CHECKING, Final

from groundplan.catalog import KINDS, RESOURCES, treatment
from groundplan.errors import InputError
from groundplan.facts.givers import VPCS
from groundplan.graph import Cluster, Entry, Node
from groundplan.topology import Subnet, Topology
from groundplan.topology.relations import UNKNOWN
from groundplan.views.describe import Text, describe, kind_of, name_of, told_apart
from groundplan.views.spread import spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.catalog import ViewName
    from groundplan.facts import Facts, Resource

REGION = "region"
HELD: Final = "empty: held for public load balancers"
MOST_NAMES = 6  # more would not be read
_TIERS = {"public": "Public", "private": "Private", "isolated": "Isolated", UNKNOWN: "Subnet"}
_ALL_NAMED: Final = (
    "in all subnets that its expression names: a plan doesn't show whether it picks some of them"
)
_SUBNET_GROUPS: Final = tuple(type_ for type_ in RESOURCES if type_.endswith("_subnet_group"))
_UNKNOWN_GROUPS: Final = "security groups known after apply"


def topology_of(facts: Facts) -> Topology:
    """The topology of `facts`. Raises InputError where there is nothing to draw."""
    if not facts.resources:
        raise InputError(
            "there is nothing to draw: the plan has no managed resource",
            hint="was it made by 'terraform plan' in the right folder?",
        )
    return Topology.of(facts)


def frames(topology: Topology) -> Iterator[Cluster]:
    """The region, its VPCs, their zones and subnets, outermost first."""
    zones = {subnet.zone for subnet in topology.subnets.values()} - {UNKNOWN}
    regions = sorted({zone.rstrip("abcdef") for zone in zones})
    word = "Regions" if len(regions) > 1 else "Region"
    yield Cluster(REGION, "region", " ".join([word, ", ".join(regions)]).strip())
    for vpc in topology.facts.of_type(*VPCS):
        name = vpc.get("tags_all.Name") or vpc.name
        cidr = vpc.get("cidr_block")
        yield Cluster(
            vpc.address, "vpc", f"VPC {name}", parent=REGION, address=vpc.address, cidr=cidr
        )
    if any(subnet.vpc == UNKNOWN for subnet in topology.subnets.values()):
        yield Cluster(UNKNOWN, "vpc", _other_vpc(topology), parent=REGION)
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
            _TIERS[subnet.tier] + _range(subnet),
            parent=zone,
            address=subnet.address,
            cidr=subnet.cidr,
            tier=subnet.tier,
            zone=subnet.zone,
        )


def _range(subnet: Subnet) -> str:
    return f" {subnet.cidr}" if subnet.cidr != UNKNOWN else ", range known after apply"


def _other_vpc(topology: Topology) -> str:
    """What the frame is called of subnets whose VPC isn't known."""
    lost = [item.address for item in topology.subnets.values() if item.vpc == UNKNOWN]
    found = [item for address in lost if (item := topology.resource(address))]
    if all(item.get("vpc_id") for item in found):
        return "VPC that is not in this plan"
    return "VPC known after apply" if topology.facts.of_type(*VPCS) else "VPC"


def _zone_id(subnet: Subnet) -> str:
    return f"{subnet.vpc}/{subnet.zone}"


def nodes(topology: Topology, view: ViewName) -> Iterator[Node]:
    """A view's nodes: one for each instance in a VPC, one for each type of regional service."""
    shared: dict[str, list[Resource]] = defaultdict(list)
    single = []
    # A replica stands next to what it replicates.
    for resource in sorted(topology.facts, key=lambda item: _lineage(item, topology)):
        how = treatment(resource.type)
        if view not in how.views or how.place in {"frame", "edge", "part"}:
            continue
        if _is_shared(resource, topology):
            shared[resource.type].append(resource)
        else:
            single.append((_frame_of(resource, topology), resource))
    texts = told_apart(single, topology)
    for frame, resource in single:
        yield _single(resource, topology, view, (frame, texts[resource.address]))
    for type_, resources in sorted(shared.items()):
        yield _shared(type_, resources, topology)


def _lineage(resource: Resource, topology: Topology) -> list[str]:
    """The address of a resource after that of what it replicates, and so on; to sort by."""
    found = [resource.address]
    while (source := topology.replicated(resource)) and source not in found:
        found.insert(0, source)
        if (primary := topology.resource(source)) is None:
            break
        resource = primary
    return found


def _is_shared(resource: Resource, topology: Topology) -> bool:
    """True for a service of the region or of the whole world, which stands in no VPC."""
    how = treatment(resource.type)
    if how.place in {"global", "list"}:
        return True
    regional = how.place == "region" or how.optional
    return regional and topology.placement(resource) == ()


def why_empty(subnet: Subnet, topology: Topology, drawn: Iterable[Node]) -> str:
    """Why nothing is drawn in a subnet; empty where something is."""
    things = tuple(drawn)
    if any(subnet.address in node.subnets for node in things):
        return ""
    if any(node.subnets == UNKNOWN and node.cluster in {subnet.vpc, REGION} for node in things):
        return "empty: nothing is known to run here"
    resource = topology.resource(subnet.address)
    tags = resource.get("tags_all") if resource else None
    if isinstance(tags, dict) and "kubernetes.io/role/elb" in tags:
        return HELD
    members = topology.facts.of_type(*_SUBNET_GROUPS)
    if any(subnet.address in topology.placement(group) for group in members):
        return "empty: held for databases"
    return "empty: nothing of this plan runs here"


def _single(
    resource: Resource, topology: Topology, view: ViewName, known: tuple[str, Text]
) -> Node:
    """The node of one resource, of which the frame and the words are known."""
    frame, (label, detail) = known
    subnets, groups = topology.placement(resource), topology.groups(resource)
    lines = [detail, spread(resource, topology)]
    lines.append(topology.unplaced(resource) if subnets == UNKNOWN else "")
    lines.append(_across_tiers(subnets, topology))
    if view == "network" and groups == UNKNOWN:
        lines.append(_UNKNOWN_GROUPS)
    return Node(
        resource.address,
        kind_of(resource, topology),
        label,
        "\n".join(filter(None, lines)),
        cluster=frame,
        addresses=(resource.address,),
        subnets=subnets,
        security_groups=groups,
        exposed=topology.exposed(resource),
        change=resource.change,
    )


def _across_tiers(subnets: tuple[str, ...] | str, topology: Topology) -> str:
    """`in public and private subnets`, of what may stand in both."""
    places = subnets if isinstance(subnets, tuple) else ()
    tiers = {topology.subnets[address].tier for address in places}
    words = [tier for tier in _TIERS if tier in tiers and tier != UNKNOWN]
    return f"in {' and '.join(words)} subnets" if len(words) > 1 else ""


def _frame_of(resource: Resource, topology: Topology) -> str:
    """The innermost frame that holds all of a node's subnets."""
    subnets = topology.placement(resource)
    if isinstance(subnets, tuple) and len(subnets) == 1:
        return subnets[0]
    if isinstance(subnets, tuple) and subnets:
        vpcs = {topology.subnets[address].vpc for address in subnets}
        return vpcs.pop() if len(vpcs) == 1 else REGION
    if resource.type == "aws_vpc_peering_connection":
        return REGION  # it stands between two
    vpc = topology.home(resource)
    if vpc == UNKNOWN and subnets == UNKNOWN:
        vpc = _vpc_of_groups(resource, topology)
    return vpc if vpc != UNKNOWN else REGION


def _vpc_of_groups(resource: Resource, topology: Topology) -> str:
    """The VPC of what carries these security groups: they never leave their own."""
    groups = topology.groups(resource)
    found = [topology.resource(address) for address in (() if groups == UNKNOWN else groups)]
    vpcs = {topology.vpc_of(group) for group in found if group and "security" in group.type}
    return vpcs.pop() if len(vpcs) == 1 else UNKNOWN


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
        cluster=None if treatment(type_).place == "global" else REGION,
        addresses=tuple(resource.address for resource in resources),
        change=changes.pop() if len(changes) == 1 else "update",
    )


def _names(resources: list[Resource]) -> str:
    """What tells them apart: their names without the path or the words that all start with."""
    names = {name_of(item) for item in resources}
    words = commonprefix(sorted(names)).rpartition("-")  # noqa: RUF071 - they are no paths
    short = sorted({name.removeprefix("".join(words[:2])).rpartition("/")[2] for name in names})
    return ", ".join(short) if len(short) <= MOST_NAMES else ""


def ledger(
    topology: Topology, view: ViewName, drawn: tuple[Node, ...], frames_: tuple[Cluster, ...]
) -> dict[str, Entry]:
    """Where each address of the plan is drawn, or why it is not."""
    entries: dict[str, Entry] = {}
    for node in drawn:
        status = "aggregated" if len(node.addresses) > 1 else "drawn"
        for address in node.addresses:
            entries[address] = Entry(
                status,  # type: ignore[arg-type]
                node=node.id,
                reason=_doubts(node, topology),
            )
    for frame in frames_:
        if frame.address:
            entries.setdefault(frame.address, Entry("drawn", node=frame.id))
    for resource in topology.facts:
        entries.setdefault(resource.address, Entry("omitted", reason=_why_omitted(resource, view)))
    return entries


def _why_omitted(resource: Resource, view: ViewName) -> str:
    how = treatment(resource.type)
    if view not in how.views:
        return f"a part of the {how.views[0]} view"
    return how.reason or "not a part of this view"


def _doubts(node: Node, topology: Topology) -> str | None:
    """What the plan doesn't tell of something that is drawn."""
    resource = topology.resource(node.addresses[0]) if node.addresses else None
    doubts = []
    if node.subnets == UNKNOWN and resource:
        doubts.append(topology.unplaced(resource))
    elif resource and topology.placed_by_expression(resource):
        doubts.append(_ALL_NAMED)
    if node.security_groups == UNKNOWN:
        doubts.append(_UNKNOWN_GROUPS)
    return "; ".join(doubts) or None
