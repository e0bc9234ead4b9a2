"""Who stands where: VPCs, subnets and their tiers, placement, security groups, routes, replicas.

Every relation comes from a known id, else from the references in the plan's configuration; what
neither tells is `UNKNOWN`, never a guess.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from groundplan.relations import UNKNOWN, Relations, configured

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.facts import Resource
    from groundplan.graph import Tier, Unknown

ANYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})

# Where a resource type says which subnets it runs in: dotted paths, first one that tells wins.
PLACEMENT: Final[dict[str, tuple[str, ...]]] = {
    "aws_autoscaling_group": ("vpc_zone_identifier",),
    "aws_db_instance": ("db_subnet_group_name",),
    "aws_db_subnet_group": ("subnet_ids",),
    "aws_eks_cluster": ("vpc_config.0.subnet_ids",),
    "aws_eks_node_group": ("subnet_ids",),
    "aws_elasticache_replication_group": ("subnet_group_name",),
    "aws_elasticache_subnet_group": ("subnet_ids",),
    "aws_instance": ("subnet_id",),
    "aws_lb": ("subnets",),
    "aws_nat_gateway": ("subnet_id",),
    "aws_vpc_endpoint": ("subnet_ids",),
}
_ONE: Final = ("subnet_id", "db_subnet_group_name", "subnet_group_name")  # names one, not several
_ROUTE_TABLES: Final = ("aws_route_table", "aws_default_route_table")
_SUBNET_GROUPS: Final = ("aws_db_subnet_group", "aws_elasticache_subnet_group")

# Where a resource type says which security groups it carries.
SECURITY_GROUPS: Final[dict[str, str]] = {
    "aws_db_instance": "vpc_security_group_ids",
    "aws_eks_cluster": "vpc_config.0.security_group_ids",
    "aws_elasticache_replication_group": "security_group_ids",
    "aws_instance": "vpc_security_group_ids",
    "aws_launch_template": "vpc_security_group_ids",
    "aws_lb": "security_groups",
    "aws_vpc_endpoint": "security_group_ids",
}


@dataclass(frozen=True)
class Route:
    """A route of a route table: where to, and through which of `ways`, their addresses.

    More than one where the plan can't tell which; none where it can't tell at all.
    """

    destination: str
    ways: tuple[str, ...] = ()

    @property
    def via(self) -> str | Unknown:
        """The address of what it goes through."""
        return self.ways[0] if len(self.ways) == 1 else UNKNOWN


@dataclass(frozen=True)
class Subnet:
    """A subnet as the plan has it; `routes` are those of its route table, local ones left out."""

    address: str
    name: str
    vpc: str | Unknown
    zone: str
    cidr: str
    tier: Tier | Unknown
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What a security group lets in: `peer` is a security group's holder or a CIDR."""

    address: str
    group: str
    peer: str
    ports: str
    description: str = ""

    @property
    def open_to_all(self) -> bool:
        """True when the whole internet is let in."""
        return self.peer in ANYWHERE


class Topology(Relations):
    """The network of one set of facts."""

    @cached_property
    def subnets(self) -> dict[str, Subnet]:
        """The subnets by address."""
        return {item.address: self._subnet(item) for item in self.facts.of_type("aws_subnet")}

    def _subnet(self, resource: Resource) -> Subnet:
        table = self._route_tables[resource.address]
        routes = self._routes.get(table, ()) if table else ()
        return Subnet(
            address=resource.address,
            name=resource.get("tags_all.Name") or resource.get("tags.Name") or resource.name,
            vpc=self.target(resource, "vpc_id", "aws_vpc") or UNKNOWN,
            zone=resource.get("availability_zone")
            or resource.get("availability_zone_id")
            or UNKNOWN,
            cidr=resource.get("cidr_block") or resource.get("ipv6_cidr_block") or UNKNOWN,
            tier=UNKNOWN if table == UNKNOWN else self._tier(routes),
            routes=tuple(routes),
        )

    def _tier(self, routes: Iterable[Route]) -> Tier | Unknown:
        out = [route for route in routes if route.destination in ANYWHERE]
        ways = {self._type(way) for route in out for way in route.ways}
        if not all(route.ways for route in out) or (
            len(ways) > 1 and "aws_internet_gateway" in ways
        ):
            return UNKNOWN
        if "aws_internet_gateway" in ways:
            return "public"
        return "private" if ways else "isolated"

    def _type(self, address: str) -> str:
        found = self._by_address.get(address)
        return found.type if found else UNKNOWN

    @cached_property
    def _route_tables(self) -> dict[str, str | None]:
        """The route table of each subnet: one of its own, else its VPC's main one."""
        own: dict[str, str] = {}
        doubtful: set[str] = set()
        subnets = [item.address for item in self.facts.of_type("aws_subnet")]
        for link in self.facts.of_type("aws_route_table_association"):
            subnet = self.target(link, "subnet_id", "aws_subnet")
            if subnet == UNKNOWN:
                doubtful.update(self.candidates(link, "subnet_id", "aws_subnet") or subnets)
            elif subnet:
                own[subnet] = self.target(link, "route_table_id", *_ROUTE_TABLES) or UNKNOWN
        others = {
            address: UNKNOWN if address in doubtful else self._main_table(self._by_address[address])
            for address in subnets
        }
        return others | own

    def _main_table(self, subnet: Resource) -> str | None:
        vpc = self.target(subnet, "vpc_id", "aws_vpc") or UNKNOWN
        # A VPC that this plan doesn't have may have any routes.
        return UNKNOWN if vpc == UNKNOWN else self._main_tables.get(vpc)

    @cached_property
    def _main_tables(self) -> dict[str, str]:
        """The main route table of each VPC that has another one than AWS's, without routes."""
        found = {}
        for item in self.facts.of_type("aws_default_route_table"):
            path = "default_route_table_id" if item.is_unknown("vpc_id") else "vpc_id"
            found[self.target(item, path, "aws_vpc") or UNKNOWN] = item.address
        for item in self.facts.of_type("aws_main_route_table_association"):
            vpc = self.target(item, "vpc_id", "aws_vpc") or UNKNOWN
            found[vpc] = self.target(item, "route_table_id", *_ROUTE_TABLES) or UNKNOWN
        if UNKNOWN in found:  # any of them may be the one meant
            found |= {item.address: UNKNOWN for item in self.facts.of_type("aws_vpc")}
        return found

    @cached_property
    def _routes(self) -> dict[str, list[Route]]:
        found: dict[str, list[Route]] = defaultdict(list)
        for item in self.facts.of_type("aws_route"):
            route = self.route(item)
            tables = self.candidates(item, "route_table_id", *_ROUTE_TABLES)
            if len(tables) > 1:  # each of them may have it, or not
                route = Route(route.destination)
            for table in tables:
                found[table].append(route)
        for item in self.facts.of_type(*_ROUTE_TABLES):
            for number, _route in enumerate(item.get("route") or ()):
                prefix = f"route.{number}."
                found[item.address].append(self.route(item, prefix))
        return found

    def route(self, resource: Resource, prefix: str = "") -> Route:
        """The route of an `aws_route`, or of the inline block at `prefix`."""
        kinds = {
            "gateway_id": ("aws_internet_gateway", "aws_vpn_gateway"),
            "nat_gateway_id": ("aws_nat_gateway",),
            "transit_gateway_id": ("aws_ec2_transit_gateway",),
            "vpc_peering_connection_id": ("aws_vpc_peering_connection",),
            "egress_only_gateway_id": ("aws_egress_only_internet_gateway",),
        }
        ways: tuple[str, ...] = ()
        for name, types in kinds.items():
            ways += self.candidates(resource, f"{prefix}{name}", *types)
        return Route(_destination(resource, prefix), ways)

    def placement(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """The addresses of exactly the subnets that `resource` can run in.

        Empty for what lives outside a VPC. A database without a subnet group of its own that
        replicates another stands where that one does.
        """
        if resource.type == "aws_vpc_endpoint" and resource.get("vpc_endpoint_type") == "Gateway":
            return ()  # a route, not an interface in a subnet
        return self._in_zone(resource, self._allowed(resource))

    def _allowed(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """The subnets that `resource` may run in, whichever zone it is pinned to."""
        for path in PLACEMENT.get(resource.type, ()):
            if not configured(resource, path):
                continue  # left to the provider
            found = self.targets(resource, path, "aws_subnet", *_SUBNET_GROUPS)
            if found == UNKNOWN or (path in _ONE and len(found) > 1):
                return UNKNOWN
            if found:
                return self._subnets_of(found)
        if source := self.replicated(resource):
            primary = self._by_address.get(source)
            return self._allowed(primary) if primary else UNKNOWN
        # Without a word about it, AWS would choose, in the account's default VPC.
        return UNKNOWN if resource.type in PLACEMENT else ()

    def _subnets_of(self, addresses: Iterable[str]) -> tuple[str, ...] | Unknown:
        found: set[str] = set()
        for address in addresses:
            if self._type(address) == "aws_subnet":
                found.add(address)
                continue
            inner = self.placement(self._by_address[address])
            if inner == UNKNOWN:
                return UNKNOWN
            found.update(inner)
        # An expression may pick some of them by tier, which a plan doesn't show.
        if len({self.subnets[address].tier for address in found}) > 1 and not self._listed(found):
            return UNKNOWN
        return tuple(sorted(found))

    def _listed(self, subnets: Iterable[str]) -> bool:
        """True when the subnets come from more than one block: then their tiers may differ."""
        blocks = {(self._by_address[a].module, self._by_address[a].name) for a in subnets}
        return len(blocks) > 1

    def _in_zone(
        self, resource: Resource, subnets: tuple[str, ...] | Unknown
    ) -> tuple[str, ...] | Unknown:
        """Of `subnets`, those in the zone that the resource is pinned to."""
        zone = resource.get("availability_zone")
        if subnets == UNKNOWN or not zone or resource.get("multi_az"):
            return subnets
        here = tuple(address for address in subnets if self.subnets[address].zone == zone)
        return here or UNKNOWN

    def replicated(self, resource: Resource) -> str | None:
        """The database that `resource` is a replica of, None where it is none."""
        found = self.target(resource, "replicate_source_db", "aws_db_instance")
        return found if found != UNKNOWN else None

    def groups(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """The security groups that `resource` carries.

        A node group's are those of its launch template, else its cluster's own, which stands
        under the cluster's address.
        """
        if resource.type == "aws_eks_node_group":
            return self._node_groups_groups(resource)
        path = SECURITY_GROUPS.get(resource.type)
        if path is None or resource.get("vpc_endpoint_type") == "Gateway":
            return ()
        holders = ("aws_security_group", "aws_default_security_group", "aws_eks_cluster")
        found = self.targets(resource, path, *holders)
        if resource.type == "aws_eks_cluster" and found != UNKNOWN:
            return (*found, resource.address)
        return found

    def _node_groups_groups(self, resource: Resource) -> tuple[str, ...] | Unknown:
        if resource.get("launch_template"):
            paths = ("launch_template.0.id", "launch_template.0.name")
            told = [self.target(resource, path, "aws_launch_template") for path in paths]
            known = [address for address in told if address and address != UNKNOWN]
            found = self.groups(self._by_address[known[0]]) if known else UNKNOWN
            if found:
                return found
        cluster = self.target(resource, "cluster_name", "aws_eks_cluster")
        return (cluster,) if cluster and cluster != UNKNOWN else UNKNOWN

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """What is let in, from separate rule resources and from inline blocks."""
        return tuple(sorted(self._all_rules(), key=lambda r: (r.group, r.peer, r.ports, r.address)))

    def _all_rules(self) -> Iterator[Rule]:
        for item in self.facts.of_type("aws_vpc_security_group_ingress_rule"):
            yield from self._rules(item, "", "security_group_id", "referenced_security_group_id")
        for item in self.facts.of_type("aws_security_group_rule"):
            if item.get("type") == "ingress":
                yield from self._rules(item, "", "security_group_id", "source_security_group_id")
        for item in self.facts.of_type("aws_security_group"):
            for number, _block in enumerate(item.get("ingress") or ()):
                yield from self._rules(item, f"ingress.{number}.", None, "security_groups")

    def _rules(self, item: Resource, prefix: str, own: str | None, peer: str) -> Iterator[Rule]:
        holders = ("aws_security_group", "aws_default_security_group", "aws_eks_cluster")
        group = item.address if own is None else self.target(item, own, *holders)
        peers: list[str] = []
        for name in ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks"):
            value = item.get(f"{prefix}{name}")
            peers += value if isinstance(value, list) else [value] if value else []
        if item.get(f"{prefix}self"):
            peers.append(group or UNKNOWN)
        found = self.targets(item, f"{prefix}{peer}", *holders)
        if found != UNKNOWN:
            peers += found
        elif not (own and peers):  # a rule that names another peer has AWS fill this one in
            peers.append(UNKNOWN)
        for one in peers:
            description = str(item.get(f"{prefix}description") or "")
            yield Rule(item.address, group or UNKNOWN, one, _ports(item, prefix), description)

    def exposed(self, resource: Resource) -> bool:
        """True where the plan lets the whole internet in to a publicly reachable thing."""
        if resource.type == "aws_eks_cluster":
            settings = "vpc_config.0."
            open_to = set(resource.get(f"{settings}public_access_cidrs") or ["0.0.0.0/0"])
            public = resource.get(f"{settings}endpoint_public_access", default=True)
            return bool(public and open_to & ANYWHERE)
        public = {
            "aws_lb": resource.get("internal") is not True,
            "aws_db_instance": resource.get("publicly_accessible") is True,
            "aws_instance": self._has_public_address(resource),
        }.get(resource.type, False)
        groups = self.groups(resource)
        known = () if groups == UNKNOWN else groups
        return public and any(r.open_to_all and r.group in known for r in self.rules)

    def _has_public_address(self, instance: Resource) -> bool:
        """By its own setting, else by its subnet's, or by an Elastic IP."""
        given = instance.get("associate_public_ip_address")
        if given is None:
            subnets = self.placement(instance)
            places = () if subnets == UNKNOWN else subnets
            given = any(self._by_address[a].get("map_public_ip_on_launch") for a in places)
        addresses = self.facts.of_type("aws_eip")
        held = (self.target(item, "instance", "aws_instance") for item in addresses)
        return given is True or instance.address in held


def _destination(resource: Resource, prefix: str) -> str:
    names = (
        "destination_cidr_block",
        "destination_ipv6_cidr_block",
        "cidr_block",
        "ipv6_cidr_block",
    )
    found = next(
        (resource.get(f"{prefix}{n}") for n in names if resource.get(f"{prefix}{n}")), None
    )
    return str(found or resource.get(f"{prefix}destination_prefix_list_id") or UNKNOWN)


def _ports(resource: Resource, prefix: str) -> str:
    """`tcp 3306`, `udp 53–54`, `all`."""
    protocol = str(resource.get(f"{prefix}ip_protocol") or resource.get(f"{prefix}protocol") or "")
    if protocol in {"-1", "all"}:
        return "all"
    low, high = resource.get(f"{prefix}from_port"), resource.get(f"{prefix}to_port")
    if low is None:
        return protocol
    return f"{protocol} {low}" if low == high else f"{protocol} {low}–{high}"
