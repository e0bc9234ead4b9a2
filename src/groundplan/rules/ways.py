"""Rules about the ways out of a network: that they lead out, and that none is where none may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.stores import written
from groundplan.topology import Topology
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from groundplan.facts import Facts
    from groundplan.workspace import Workspace

_NAT: Final = "aws_nat_gateway"
_ENDPOINT: Final = "aws_vpc_endpoint"
# The address of what is wrong, what is wrong with it, and what to do.
_Wrong = tuple[str, str, str]


@rule("nat-place", "NAT gateways stand where there is a way out, each for its own zone")
def gateways(workspace: Workspace) -> Iterator[Finding]:
    """Gateways that lead nowhere, and zones that go out by another one's though they have one."""
    yield from _told(workspace, _misplaced)


@rule("isolated-ways", "nothing leads out of subnets that are told to be isolated")
def isolated(workspace: Workspace) -> Iterator[Finding]:
    """Gateway endpoints, by which all that is in a database could be sent to anybody's bucket."""
    yield from _told(workspace, _let_out)


def _told(workspace: Workspace, look: Callable[[Facts], Iterator[_Wrong]]) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for _, phase, env in drawn(workspace):
        for address, said, hint in look(workspace.facts(env, phase.number)):
            if (env, address) not in seen:
                seen.add((env, address))
                file, line = written(workspace, env, address, phase.number)
                yield error(f"{address} of {env} {said}", file, line, hint)


def _misplaced(facts: Facts) -> Iterator[_Wrong]:
    topology = Topology.of(facts)
    zones = {}
    for nat in facts.of_type(_NAT):
        places = topology.placement(nat)
        found = [] if isinstance(places, str) else [topology.subnets[each] for each in places]
        if len(found) == 1:
            zones[nat.address] = found[0].zone
        public = nat.get("connectivity_type") in {None, "public"}
        if public and found and all(each.tier in {"private", "isolated"} for each in found):
            said = f"stands in {found[0].tier} subnets, from which it can't reach the internet"
            yield nat.address, said, "put it into a public subnet"
    for subnet in topology.subnets.values():
        for route in subnet.routes:
            by = zones.get(route.via)
            if by and by not in {UNKNOWN, subnet.zone} and subnet.zone in zones.values():
                said = f"goes out by {route.via} in {by}, though its own zone has a NAT gateway"
                yield subnet.address, said, f"let it go out by the one in {subnet.zone}"


def _let_out(facts: Facts) -> Iterator[_Wrong]:
    subnets = Topology.of(facts).subnets
    endpoints = {item.address: item for item in facts.of_type(_ENDPOINT)}
    for item in facts.of_type("aws_subnet"):
        if item.get("tags_all.Tier") != "isolated":
            continue
        for route in subnets[item.address].routes:
            endpoint = endpoints.get(route.via)
            # With a policy of its own it may lead to what is the client's only.
            if endpoint and not (endpoint.get("policy") or "policy" in endpoint.references):
                said = f"is told to be isolated, and has a way to {route.destination}"
                yield item.address, said, f"take its route table from {endpoint.address}"
