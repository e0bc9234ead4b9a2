"""The ways through a network: route tables, their routes, and the tier that they give a subnet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from groundplan.facts.givers import VPCS
from groundplan.topology.endpoints import service_of
from groundplan.topology.relations import UNKNOWN, Relations, configured, has_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.facts import Resource
    from groundplan.graph import Tier, Unknown

ANYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
SUBNETS: Final = ("aws_subnet", "aws_default_subnet")
_ROUTE_TABLES: Final = ("aws_route_table", "aws_default_route_table")
# Who holds the routes of subnets: a VPC has a table of its own, without any, as AWS makes it.
_TABLES: Final = (*_ROUTE_TABLES, *VPCS)
# What an attribute of a route names, by the attribute.
_WAYS: Final[dict[str, tuple[str, ...]]] = {
    "gateway_id": ("aws_internet_gateway", "aws_vpn_gateway"),
    "nat_gateway_id": ("aws_nat_gateway",),
    "transit_gateway_id": ("aws_ec2_transit_gateway",),
    "vpc_peering_connection_id": ("aws_vpc_peering_connection",),
    "egress_only_gateway_id": ("aws_egress_only_internet_gateway",),
    "vpc_endpoint_id": ("aws_vpc_endpoint", "aws_networkfirewall_firewall"),
    "network_interface_id": ("aws_network_interface", "aws_instance"),
}
# What an id is of, by how AWS begins it.
_BY_ID: Final = {
    "igw": "aws_internet_gateway",
    "vgw": "aws_vpn_gateway",
    "vpce": "aws_vpc_endpoint",
}
_ENDPOINT: Final = "aws_vpc_endpoint"
_SERVICE: Final = "an AWS service"
_ANY_WAY: Final = frozenset(type_ for types in _WAYS.values() for type_ in types)
_INTERNET: Final = frozenset({"aws_internet_gateway"})
_PEERING: Final = frozenset({"aws_vpc_peering_connection"})
_DESTINATIONS: Final = (
    "destination_cidr_block",
    "destination_ipv6_cidr_block",
    "cidr_block",
    "ipv6_cidr_block",
    "destination_prefix_list_id",
)


@dataclass(frozen=True)
class Route:
    """A route of a route table: where to, and through which of `ways`, their addresses.

    More than one where the plan can't tell which; none where it can't tell at all. `kinds` has the
    resource types that it may go through, which may be known where the ways are not. `maybe`: the
    plan can't tell whether the table has it. A gateway endpoint's destination is its service.
    """

    destination: str
    ways: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    maybe: bool = False

    @property
    def via(self) -> str | Unknown:
        """The address of what it goes through."""
        return self.ways[0] if len(self.ways) == 1 else UNKNOWN


@dataclass(frozen=True)
class Subnet:
    """A subnet as the plan has it; `routes` are those of its route table, local ones left out.

    Those that a gateway endpoint adds to the table stand last.
    """

    address: str
    name: str
    vpc: str | Unknown
    zone: str
    cidr: str
    tier: Tier | Unknown
    routes: tuple[Route, ...] = ()


class Routing(Relations):
    """The subnets of one set of facts and the ways out of them."""

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        """The subnets by address."""
        return {item.address: self._subnet(item) for item in self.facts.of_type(*SUBNETS)}

    def _subnet(self, resource: Resource) -> Subnet:
        tables = self._route_tables[resource.address]
        tiers = {self._tier_of(table) for table in tables}
        vpc = self.vpc_of(resource)
        return Subnet(
            address=resource.address,
            name=resource.get("tags_all.Name") or resource.get("tags.Name") or resource.name,
            vpc=vpc,
            zone=_text(resource, "availability_zone", "availability_zone_id"),
            cidr=_text(resource, "cidr_block", "ipv6_cidr_block"),
            # Where more than one table may be its own, they agree, or nobody knows.
            tier=tiers.pop() if len(tiers) == 1 else UNKNOWN,
            routes=(
                *_common([self._routes.get(table, []) for table in tables]),
                *self._by_endpoints(vpc, tables),
            ),
        )

    def _by_endpoints(self, vpc: str, tables: tuple[str, ...]) -> Iterator[Route]:
        """The routes that gateway endpoints give, or may give, to the table of a subnet."""
        for address, given in self._endpoint_tables.items():
            endpoint = self._by_address[address]
            near = self.vpc_of(endpoint) in {vpc, UNKNOWN}
            sure = all(given.get(table) for table in tables)
            if sure or any(table in given for table in tables) or (near and UNKNOWN in given):
                kinds = frozenset({endpoint.type})
                yield Route(service_of(endpoint) or _SERVICE, (address,), kinds, maybe=not sure)

    @cached_property
    def _endpoint_tables(self) -> dict[str, dict[str, bool]]:
        """The route tables that each gateway endpoint gives a route, and whether that is sure.

        `unknown` stands for any of its VPC.
        """
        found: dict[str, dict[str, bool]] = {}
        for item in self.facts.of_type(_ENDPOINT):
            if item.get("vpc_endpoint_type") not in {"Interface", "GatewayLoadBalancer"}:
                found[item.address] = dict(self._tables(item, "route_table_ids", sure=True))
        for item in self.facts.of_type(f"{_ENDPOINT}_route_table_association"):
            ways = self.candidates(item, "vpc_endpoint_id", _ENDPOINT)
            for way in ways:
                tables = dict(self._tables(item, "route_table_id", sure=len(ways) == 1))
                found[way] = tables | found.get(way, {})
        return found

    def _tables(self, item: Resource, path: str, *, sure: bool) -> Iterator[tuple[str, bool]]:
        """The route tables that the attribute at `path` names, and whether it is sure to."""
        if not configured(item, path):
            return
        told = self.targets(item, path, *_TABLES) != UNKNOWN
        for table in self.candidates(item, path, *_TABLES) or (UNKNOWN,):
            yield table, sure and told

    def _tier_of(self, table: str) -> Tier | Unknown:
        return UNKNOWN if table == UNKNOWN else self._tier(self._routes.get(table, []))

    def vpc_of(self, resource: Resource) -> str | Unknown:
        """The VPC that a resource names as its own; a default subnet stands in the default VPC."""
        found = self.target(resource, "vpc_id", *VPCS)
        default = self.facts.of_type("aws_default_vpc")
        if resource.type == "aws_default_subnet" and len(default) == 1:
            return default[0].address
        return found or UNKNOWN

    def _tier(self, routes: Iterable[Route]) -> Tier | Unknown:
        """By what leads to the internet; a way to another VPC doesn't."""
        tiers = {_tier_by(route) for route in routes} - {"isolated"}
        if "public" in tiers:
            return "public"
        if UNKNOWN in tiers:
            return UNKNOWN
        return "private" if tiers else "isolated"

    def _type(self, address: str) -> str:
        found = self._by_address.get(address)
        return found.type if found else UNKNOWN

    @cached_property
    def _route_tables(self) -> dict[str, tuple[str, ...]]:
        """The route table of each subnet, or all that may be it: its own, else the main one."""
        own: dict[str, tuple[str, ...]] = {}
        doubtful: set[str] = set()
        subnets = [item.address for item in self.facts.of_type(*SUBNETS)]
        for link in self._kept("aws_route_table_association", "subnet_id", *SUBNETS):
            subnet = self.target(link, "subnet_id", *SUBNETS)
            if subnet == UNKNOWN:
                # An id that is known and that none of them has is of a subnet elsewhere.
                anybody = subnets if has_unknown(link, "subnet_id") else ()
                doubtful.update(self.candidates(link, "subnet_id", *SUBNETS) or anybody)
            elif subnet:
                tables = self.candidates(link, "route_table_id", *_TABLES)
                own[subnet] = tables or (UNKNOWN,)
        others = {
            address: (UNKNOWN,)
            if address in doubtful
            else (self._main_table(self._by_address[address]),)
            for address in subnets
        }
        return others | own

    def _kept(self, type_: str, path: str, *types: str) -> Iterator[Resource]:
        """Those of a type, without what is taken away from a thing that stays."""
        for item in self.facts.of_type(type_):
            stays = item.change == "delete" and any(
                self._by_address[address].change != "delete"
                for address in self.candidates(item, path, *types)
            )
            if not stays:
                yield item

    def _outdated(self, items: Iterable[Resource], path: str, *holders: str) -> frozenset[str]:
        """Whose own blocks tell of these as they were before a change.

        What stands lists its rules, or routes, whoever made them.
        """
        changing = (item for item in items if item.change not in {"create", "none"})
        told = {address for item in changing for address in self.candidates(item, path, *holders)}
        new = {"create", "replace"}
        return frozenset(a for a in told if self._by_address[a].change not in new)

    def _main_table(self, subnet: Resource) -> str:
        vpc = self.vpc_of(subnet)
        # A VPC that this plan doesn't have may have any routes, and so may a default one.
        default = UNKNOWN if self._type(vpc) != "aws_vpc" else vpc
        return UNKNOWN if vpc == UNKNOWN else self._main_tables.get(vpc, default)

    @cached_property
    def _main_tables(self) -> dict[str, str]:
        """The main route table of each VPC that has another one than AWS's own."""
        kind = "aws_default_route_table"
        found = {vpc: table for (type_, vpc), table in self._taken_over.items() if type_ == kind}
        for item in self.facts.of_type("aws_main_route_table_association"):
            vpc = self.target(item, "vpc_id", *VPCS) or UNKNOWN
            found[vpc] = self.target(item, "route_table_id", *_TABLES) or UNKNOWN
        if UNKNOWN in found:  # any of them may be the one meant
            found |= {item.address: UNKNOWN for item in self.facts.of_type(*VPCS)}
        return found

    @cached_property
    def _routes(self) -> dict[str, list[Route]]:
        found: dict[str, list[Route]] = defaultdict(list)
        for item in self._kept("aws_route", "route_table_id", *_TABLES):
            route = self.route(item)
            tables = self.candidates(item, "route_table_id", *_TABLES)
            if not tables and has_unknown(item, "route_table_id"):
                tables = tuple(table.address for table in self.facts.of_type(*_TABLES))
            if len(tables) > 1:  # each of them may have it, or not
                route = Route(route.destination, kinds=_ANY_WAY)
            for table in tables:
                found[table].append(route)
        outdated = self._outdated(self.facts.of_type("aws_route"), "route_table_id", *_TABLES)
        for item in self.facts.of_type(*_ROUTE_TABLES):
            if item.address not in outdated:
                found[item.address] += self._inline(item)
        return found

    def _inline(self, table: Resource) -> Iterator[Route]:
        """The routes in the blocks of a table."""
        blocks = table.get("route") or []
        if not isinstance(blocks, list) or (not blocks and configured(table, "route")):
            yield Route(UNKNOWN, kinds=_ANY_WAY)
            return
        for number, _route in enumerate(blocks):
            yield self.route(table, f"route.{number}.")

    def route(self, resource: Resource, prefix: str = "") -> Route:
        """The route of an `aws_route`, or of the inline block at `prefix`."""
        ways: tuple[str, ...] = ()
        kinds: set[str] = set()
        # A block of its table may be a dynamic one, which has no references.
        given = has_unknown if prefix else configured
        for name, types in _WAYS.items():
            path = f"{prefix}{name}"
            found, known = self.candidates(resource, path, *types), str(resource.get(path) or "")
            ways += found
            kinds |= {self._type(way) for way in found}
            if not found and (known or given(resource, path)):
                kind = _BY_ID.get(known.partition("-")[0])
                kinds |= {kind} if kind else set(types)
        return Route(
            _text(resource, *(f"{prefix}{n}" for n in _DESTINATIONS)), ways, frozenset(kinds)
        )


def _tier_by(route: Route) -> Tier | Unknown:
    """What tier a route gives, if it is the only one."""
    if route.destination not in {*ANYWHERE, UNKNOWN} or route.kinds == _PEERING:
        return "isolated"
    if route.destination == UNKNOWN or not route.kinds:
        return UNKNOWN
    if route.kinds == _INTERNET:
        return "public"
    return UNKNOWN if route.kinds & _INTERNET else "private"


def _common(tables: list[list[Route]]) -> tuple[Route, ...]:
    """The routes of the one table, or those that all of the tables have, whichever way they go."""
    if len(tables) == 1:
        return tuple(tables[0])
    found = []
    for destination in {route.destination: None for route in tables[0]}:
        same = [[r for r in routes if r.destination == destination] for routes in tables]
        every = [route for routes in same for route in routes]
        if all(same):
            ways = tuple(sorted({way for route in every for way in route.ways}))
            known = all(route.ways for route in every)
            kinds = frozenset[str]().union(*(route.kinds for route in every))
            found.append(Route(destination, ways if known else (), kinds))
    return tuple(found)


def _text(resource: Resource, *paths: str) -> str:
    """The first of these that is known and is a text."""
    told = (resource.get(path) for path in paths)
    return next((value for value in told if isinstance(value, str) and value), UNKNOWN)
