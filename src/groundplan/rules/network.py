"""Rules about address ranges, and about what was promised of zones."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, Final, get_args

from groundplan.cidrs import as_range, inside, overlap
from groundplan.findings import Finding, error, rule, warning
from groundplan.graph import Tier
from groundplan.rules.conformance import drawn
from groundplan.rules.design import line_of
from groundplan.rules.stores import written
from groundplan.topology import Topology
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.design import Decision, Promise
    from groundplan.facts import Facts, Resource
    from groundplan.topology import Subnet
    from groundplan.workspace import Workspace


@rule("subnet-ranges", "subnets lie in their VPC's range and don't overlap")
def subnet_ranges(workspace: Workspace) -> Iterator[Finding]:
    """Subnets that overlap, lie outside their VPC, or whose range the plan can't tell."""
    for _, phase, env in drawn(workspace):
        file = workspace.facts_file(env, phase.number)
        topology = Topology.of(workspace.facts(env, phase.number))
        by_vpc: dict[str, list[Subnet]] = defaultdict(list)
        for subnet in topology.subnets.values():
            if UNKNOWN not in {subnet.cidr, subnet.vpc} and as_range(subnet.cidr) is None:
                message = f"'{subnet.cidr}' of {subnet.address} is not an address range"
                yield error(message, file, hint="such as 10.0.0.0/24")
            elif UNKNOWN in {subnet.cidr, subnet.vpc}:
                message = f"range or VPC of {subnet.address} is not in the plan"
                yield warning(message, file, hint="it can't be held against the others")
            else:
                by_vpc[subnet.vpc].append(subnet)
        for vpc, subnets in by_vpc.items():
            yield from _overlaps(subnets, file)
            yield from _outside(vpc, subnets, topology.facts, file)


def _overlaps(subnets: list[Subnet], file: Path) -> Iterator[Finding]:
    for one, other in combinations(subnets, 2):
        if overlap(one.cidr, other.cidr):
            message = f"{one.address} ({one.cidr}) overlaps {other.address} ({other.cidr})"
            yield error(message, file, hint="give each subnet a range of its own")


def _outside(vpc: str, subnets: list[Subnet], facts: Facts, file: Path) -> Iterator[Finding]:
    ranges = _ranges_of(vpc, facts)
    for subnet in subnets:
        if ranges and not any(inside(subnet.cidr, whole) for whole in ranges):
            said = ", ".join(ranges)
            message = f"{subnet.address} ({subnet.cidr}) is not inside {vpc} ({said})"
            yield error(message, file, hint="give it a part of the range of its VPC")


def _ranges_of(vpc: str, facts: Facts) -> list[str]:
    """The VPC's own range, and those associated with it later."""
    found = [item.get("cidr_block") for item in facts if item.address == vpc]
    found += [
        item.get("cidr_block")
        for item in facts.of_type("aws_vpc_ipv4_cidr_block_association")
        if vpc in item.references.get("vpc_id", ())
    ]
    return [cidr for cidr in found if cidr]


_TIERS: Final = frozenset(get_args(Tier))


@rule("subnet-tier", "subnets are of the tier that their tag says")
def tiers(workspace: Workspace) -> Iterator[Finding]:
    """Subnets tagged `Tier` whose routes make them public, private or isolated otherwise."""
    seen: set[tuple[str, str]] = set()
    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        subnets = Topology.of(facts).subnets
        for item in facts.of_type("aws_subnet"):
            said, is_ = item.get("tags_all.Tier"), subnets[item.address].tier
            if said in _TIERS and is_ not in {UNKNOWN, said} and (env, item.address) not in seen:
                seen.add((env, item.address))
                message = f"{item.address} of {env} is tagged {said}, and its routes make it {is_}"
                file, line = written(workspace, env, item.address, phase.number)
                yield error(message, file, line, "look at the routes of its route table")


@rule("vpc-ranges", "the VPCs of all environments have ranges of their own")
def vpc_ranges(workspace: Workspace) -> Iterator[Finding]:
    """VPCs of different environments that could never be connected."""
    found: dict[tuple[str, str, str], Path] = {}
    for _, phase, env in drawn(workspace):
        for vpc in workspace.facts(env, phase.number).of_type("aws_vpc"):
            if cidr := vpc.get("cidr_block"):
                found[env, vpc.address, cidr] = workspace.facts_file(env, phase.number)
    for (env, address, cidr), (other, its, its_cidr) in combinations(sorted(found), 2):
        if (env, address) != (other, its) and overlap(cidr, its_cidr):
            message = f"{address} of {env} ({cidr}) overlaps {its} of {other} ({its_cidr})"
            hint = "give each VPC a range of its own, or they can never be connected"
            yield error(message, found[other, its, its_cidr], hint=hint)


@rule("availability", "the plan keeps what the chosen options promise for each environment")
def availability(workspace: Workspace) -> Iterator[Finding]:
    """Zones, NAT gateways and standby databases, as promised and as planned."""
    for number, decision in enumerate(workspace.design.decisions):
        option = decision.options.index(decision.chosen)
        for env, promise in decision.chosen.promises.items():
            broken: dict[str, list[str]] = defaultdict(list)
            for _, phase, drawn_env in drawn(workspace):
                if drawn_env == env and phase.number >= decision.phase:
                    for message in _broken(promise, workspace.facts(env, phase.number)):
                        broken[message].append(str(phase.number))
            loc = ("decisions", number, "options", option, "promises", env)
            for message, phases in broken.items():
                said = f"{message} in {env}, phase {', '.join(phases)}"
                hint = "keep the promise in Terraform, or take it back in the decision"
                yield error(said, workspace.design_file, line_of(workspace, loc), hint)


@rule("promises", "what is promised of an environment is promised of what is drawn of it")
def promises(workspace: Workspace) -> Iterator[Finding]:
    """Promises that come after the last phase of an environment; environments that have none."""
    for number, decision in enumerate(workspace.design.decisions):
        yield from _unpromised(workspace, number, decision)
        for env in decision.chosen.promises:
            drawn_ = [phase.number for phase in workspace.design.drawn(env)]
            if drawn_ and max(drawn_) < decision.phase:
                line = line_of(workspace, ("decisions", number, "phase"))
                message = (
                    f"'{decision.id}' promises something of {env}, and is decided in phase"
                    f" {decision.phase}: {env} is last drawn in phase {max(drawn_)}"
                )
                hint = "decide it before the environment is built"
                yield error(message, workspace.design_file, line, hint)


def _unpromised(workspace: Workspace, number: int, decision: Decision) -> Iterator[Finding]:
    """Environments that a decision passes over which promises something of another one."""
    promised = decision.chosen.promises
    later = {
        env: phase.number
        for phase in reversed(workspace.design.phases)
        for env in phase.environments
        if phase.number >= decision.phase
    }
    for env in sorted(later.keys() - promised.keys() if promised else ()):
        option = decision.options.index(decision.chosen)
        line = line_of(workspace, ("decisions", number, "options", option, "promises"))
        message = f"'{decision.id}' promises nothing of {env}, which is drawn in phase {later[env]}"
        yield error(message, workspace.design_file, line, "say what it means for each environment")


def _broken(promise: Promise, facts: Facts) -> Iterator[str]:
    if promise.zones is not None:
        yield from _zones(promise.zones, facts)
    gateways = len(facts.of_type("aws_nat_gateway"))
    if promise.nat_gateways not in {None, gateways}:
        yield f"{promise.nat_gateways} NAT gateways are promised, but there are {gateways}"
    if promise.zones is not None:
        yield from _spread(promise, facts)
    if promise.standby_database is not None:
        yield from _standby(facts, promised=promise.standby_database)


def _zones(promised: int, facts: Facts) -> Iterator[str]:
    zones: dict[str, set[str]] = defaultdict(set)
    for subnet in Topology.of(facts).subnets.values():
        zones[subnet.tier].add(subnet.zone)
    if not zones:
        yield f"{promised} zones are promised, but there is no subnet"
    tiers: dict[int, list[str]] = defaultdict(list)
    for tier, names in sorted(zones.items()):
        if UNKNOWN not in names and len(names) != promised:
            tiers[len(names)].append(tier)
    for count, named in sorted(tiers.items()):
        yield f"{promised} zones are promised, but {', '.join(named)} subnets stand in {count}"


def _spread(promise: Promise, facts: Facts) -> Iterator[str]:
    """What stands in fewer of the promised zones than it could: nodes, and NAT gateways."""
    topology = Topology.of(facts)
    planned = facts.of_type("aws_nat_gateway")
    gateways = _stand(planned, topology)
    wanted = min(len(planned), promise.nat_gateways or 0, promise.zones or 0)
    if wanted > 1 and len(gateways) < wanted:
        where = f"all stand in {_told(gateways)}"
        if UNKNOWN in gateways:  # which is no promise kept
            where = "the plan can't tell in which zones they stand"
        yield f"{promise.nat_gateways} NAT gateways are promised, but {where}"
    for nodes in facts.of_type("aws_eks_node_group"):
        zones = _stand((nodes,), topology)
        if len(zones) < (promise.zones or 0) and UNKNOWN not in zones:
            where = _told(zones)
            yield f"{promise.zones} zones are promised, but {nodes.address} stands in {where}"


def _stand(resources: Iterable[Resource], topology: Topology) -> set[str]:
    """The zones of the subnets that these can stand in; UNKNOWN among them where one can't tell."""
    places = [topology.placement(resource) for resource in resources]
    if any(isinstance(found, str) for found in places):
        return {UNKNOWN}
    return {topology.subnets[address].zone for found in places for address in found}


def _told(zones: Iterable[str]) -> str:
    return ", ".join(sorted(zones)) or "no zone"


def _standby(facts: Facts, *, promised: bool) -> Iterator[str]:
    for database in facts.of_type("aws_db_instance"):
        if database.get("replicate_source_db") or database.is_unknown("multi_az"):
            continue
        if bool(database.get("multi_az")) != promised:
            wanted, has = ("a", "none") if promised else ("no", "one")
            yield f"{wanted} standby database is promised, but {database.address} has {has}"
