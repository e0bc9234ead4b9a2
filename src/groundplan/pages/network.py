"""The network in words and tables: subnets, who may reach whom, and what a lost zone would mean."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from groundplan.entrance import BALANCER
from groundplan.pages.labels import capital, count, listed, resource_name, type_label
from groundplan.topology import ANYWHERE, Topology
from groundplan.topology.openings import of_ingress, of_plan
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.entrance import Entrance
    from groundplan.facts import Facts, Resource
    from groundplan.topology import Route, Subnet
    from groundplan.topology.openings import Opening

AWS_KEEPS: Final = 5  # the first four addresses of a subnet and its last are AWS's own
_TIERS: Final = ("public", "private", "isolated", UNKNOWN)
_LATER: Final = "known after apply"


@dataclass(frozen=True)
class SubnetRow:
    """A line of the network schema. `usable` is None where the range is not known."""

    name: str
    zone: str
    tier: str
    cidr: str
    usable: int | None
    routes: tuple[str, ...]


@dataclass(frozen=True)
class Spread:
    """How far a part of the design is spread over zones, and what the loss of one would mean."""

    part: str
    zones: str
    loss: str


@dataclass(frozen=True)
class OpeningRow:
    """Who may reach whom, as a table tells it."""

    source: str
    target: str
    ports: str
    why: str
    open_to_all: bool


class Network:
    """What pages tell of the network of one set of facts."""

    def __init__(self, facts: Facts, way_in: Entrance | None = None) -> None:
        self._facts, self._way_in = facts, way_in
        self._topology = Topology.of(facts)

    @property
    def cidr(self) -> str:
        """The address range of the VPC, or of each of them."""
        found = [str(vpc.get("cidr_block") or _LATER) for vpc in self._facts.of_type("aws_vpc")]
        return listed(found)

    @property
    def zones(self) -> tuple[str, ...]:
        """The availability zones that have a subnet, sorted."""
        return tuple(sorted({subnet.zone for subnet in self._topology.subnets.values()}))

    @property
    def subnets(self) -> tuple[SubnetRow, ...]:
        """The schema: from public to isolated, in each tier by zone."""
        rows = sorted(
            self._topology.subnets.values(),
            key=lambda subnet: (_TIERS.index(subnet.tier), subnet.zone, subnet.address),
        )
        return tuple(self._row(subnet) for subnet in rows)

    def _row(self, subnet: Subnet) -> SubnetRow:
        routes = [
            f"{_destination(route.destination)} → {self._called(route)}" for route in subnet.routes
        ]
        return SubnetRow(
            subnet.name,
            subnet.zone,
            subnet.tier,
            _LATER if subnet.cidr == UNKNOWN else subnet.cidr,
            usable(subnet.cidr),
            tuple(routes) or ("only inside the VPC",),
        )

    def _called(self, route: Route) -> str:
        """What a route goes through; where the plan can't tell which of several, how many."""
        found = [resource for way in route.ways if (resource := self._topology.resource(way))]
        kinds = {type_label(resource.type) for resource in found}
        if not found or len(kinds) > 1:
            return _LATER
        kind = kinds.pop()
        if len(found) > 1:
            return f"one of the {count(len(found), kind)}"
        if found[0].type == "aws_internet_gateway":
            return "internet gateway"  # a VPC has only one
        return f"{'maybe ' if route.maybe else ''}{kind} {resource_name(found[0])}"

    @property
    def openings(self) -> tuple[OpeningRow, ...]:
        """What the plan and the Ingress let in, by target and source."""
        every = (
            *of_plan(self._topology),
            *of_ingress(self._topology, self._way_in),
        )
        found = {
            OpeningRow(
                self._called_end(item.source),
                self._target(item),
                "any port" if item.ports == "all" else item.ports,
                item.why,
                item.open_to_all,
            )
            for item in every
        }
        return tuple(sorted(found, key=lambda item: (item.target, item.source, item.ports)))

    def _target(self, item: Opening) -> str:
        """Whose door it is: of what runs the applications, its security group's."""
        resource = self._topology.resource(item.target)
        if resource is None or item.by == "rule":
            return self._called_end(item.target)
        if resource.type == "aws_eks_cluster":
            return f"Kubernetes API of {resource_name(resource)}"
        if item.by == "endpoint":
            return resource_name(resource)
        groups = self._topology.groups(resource)
        return self._called_end(item.target if groups in (UNKNOWN, ()) else groups[0])

    def _called_end(self, end: str) -> str:
        if end in ANYWHERE:
            return f"anywhere ({end})"
        if end == BALANCER and self._way_in:
            return f"load balancer of {self._way_in.host}"
        resource = self._topology.resource(end)
        if resource is None:
            return _LATER if end == UNKNOWN else end
        return resource_name(resource)

    @property
    def spread(self) -> tuple[Spread, ...]:
        """How far each part is spread over the zones; parts that are not there are left out."""
        parts = (self._nat(), *self._nodes(), *self._databases(), *self._caches())
        return tuple(part for part in parts if part)

    def _nat(self) -> Spread | None:
        gateways = self._facts.of_type("aws_nat_gateway")
        if not gateways:
            return None
        if len(gateways) >= len(self.zones):
            return Spread(
                "NAT gateway", "one in each zone", "The other zones keep their own way out."
            )
        return Spread(
            "NAT gateway",
            f"{count(len(gateways), 'gateway')} for {count(len(self.zones), 'zone')}",
            "If it is in the lost zone, nothing in the private subnets reaches the internet "
            "until it is made again elsewhere. What runs can still be reached.",
        )

    def _nodes(self) -> Iterator[Spread]:
        for group in self._facts.of_type("aws_eks_node_group"):
            zones = self._zones(group)
            loss = "Kubernetes starts the lost pods on nodes in the other zones."
            yield Spread(
                f"Node group {resource_name(group)}", _in_zones(zones), loss if zones > 1 else _DOWN
            )

    def _databases(self) -> Iterator[Spread]:
        for database in self._facts.of_type("aws_db_instance"):
            name = resource_name(database)
            if self._topology.replicated(database):
                yield Spread(f"Read replica {name}", "one zone", _REPLICA_DOWN)
            elif database.get("multi_az"):
                yield Spread(f"Database {name}", "one zone, with a standby in another", _STANDBY)
            else:
                yield Spread(f"Database {name}", "one zone", _DOWN)

    def _caches(self) -> Iterator[Spread]:
        for cache in self._facts.of_type("aws_elasticache_replication_group"):
            name, nodes = resource_name(cache), int(cache.get("num_cache_clusters", 1))
            if cache.get("multi_az_enabled"):
                yield Spread(
                    f"Cache {name}", f"{count(nodes, 'node')} in different zones", _STANDBY
                )
            else:
                yield Spread(f"Cache {name}", "one zone", _CACHE_DOWN)

    def _zones(self, resource: Resource) -> int:
        placed = self._topology.placement(resource)
        subnets: Iterable[str] = () if placed == UNKNOWN else placed
        return len({self._topology.subnets[address].zone for address in subnets})

    @property
    def single_az(self) -> tuple[str, ...]:
        """The names of the parts that stand in one zone only and are missed when it is lost."""
        return tuple(item.part for item in self.spread if item.zones == "one zone")

    @property
    def statement(self) -> str:
        """Single or multi AZ, in a sentence or two."""
        zones = f"{capital(count(len(self.zones), 'availability zone'))}: {listed(self.zones)}."
        if not self.single_az:
            return f"{zones} Multi-AZ: every part survives the loss of a zone."
        names = listed([name[0].lower() + name[1:] for name in self.single_az])
        verb = "stands" if len(self.single_az) == 1 else "stand"
        return f"{zones} The network spans them all; {names} {verb} in a single one."


_DOWN: Final = "It is down until the zone is back or it is restored from its last backup."
_REPLICA_DOWN: Final = "Reads go to the primary database again. No data is lost."
_CACHE_DOWN: Final = "The applications read from the database until it is back, and are slower."
_STANDBY: Final = "A copy in another zone takes over by itself within about a minute or two."


def _in_zones(zones: int) -> str:
    return count(zones, "zone") if zones else _LATER


def _destination(cidr: str) -> str:
    return "anything else" if cidr in ANYWHERE else cidr


def usable(cidr: str) -> int | None:
    """How many addresses of an IPv4 subnet AWS leaves for use; None for no range, and for IPv6."""
    try:
        network = ipaddress.ip_network(cidr)
    except ValueError:
        return None
    return network.num_addresses - AWS_KEEPS if network.version == 4 else None  # noqa: PLR2004
