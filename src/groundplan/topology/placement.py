"""Where each thing can run, and which security groups it carries, as its type's row says.

Every relation comes from a known id, else from the references in the plan's configuration; what
neither tells is `UNKNOWN`, never a guess.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from groundplan.catalog import OTHER, RESOURCES, treatment
from groundplan.facts.givers import VPCS
from groundplan.topology.relations import UNKNOWN, configured, has_unknown, hidden, may_be_given
from groundplan.topology.routes import SUBNETS, Routing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.catalog import End
    from groundplan.facts import Resource
    from groundplan.graph import Unknown

# Who holds security groups that others name: an EKS cluster has one of its own.
HOLDERS: Final = ("aws_security_group", "aws_default_security_group", "aws_eks_cluster")
# What tells subnets to others: subnet groups, network interfaces, launch templates.
_TELLERS: Final = tuple(
    type_ for type_, row in RESOURCES.items() if row.place == "part" and row.subnets
)
# How the attributes of types without a row name subnets and security groups.
_ANY_SUBNETS: Final = ("subnet_ids", "subnets", "subnet_id")
_ANY_GROUPS: Final = ("security_group_ids", "security_groups", "vpc_security_group_ids")
_ATTACHED: Final = {
    "aws_network_interface_sg_attachment": "network_interface_id",
    "aws_vpc_endpoint_security_group_association": "vpc_endpoint_id",
}


class Placement(Routing):
    """Where the things of one set of facts stand."""

    @cached_property
    def _placed(self) -> dict[str, tuple[str, ...] | Unknown]:
        return {}

    def placement(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """The addresses of exactly the subnets that `resource` can run in.

        Empty for what lives outside a VPC. A database without a subnet group of its own that
        replicates another stands where that one does.
        """
        if resource.address not in self._placed:
            self._placed[resource.address] = UNKNOWN  # who refers to itself in a circle is nowhere
            self._placed[resource.address] = self._in_zone(resource, self._allowed(resource))
        return self._placed[resource.address]

    def _allowed(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """The subnets that `resource` may run in, whichever zone it is pinned to."""
        if resource.type == "aws_vpc_endpoint" and resource.get("vpc_endpoint_type") == "Gateway":
            return ()  # a route, not an interface in a subnet
        row = treatment(resource.type)
        for path in _subnet_paths(resource):
            if configured(resource, path):
                return self._told(resource, path)
        if row.members:
            return self._of_members(resource, *row.members)
        if source := self.replicated(resource):
            primary = self._by_address.get(source)
            return self._allowed(primary) if primary else UNKNOWN
        told = [self._through(resource, e) for e in row.through if configured(resource, e.path)]
        known = next((found for found in told if found != UNKNOWN), UNKNOWN)
        return known if told else self._unsaid(resource)

    def _unsaid(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """Without a word about it, AWS would choose, in the account's default VPC."""
        row = treatment(resource.type)
        if row.optional:
            return UNKNOWN if any(may_be_given(resource, path) for path in row.subnets) else ()
        if resource.type == "aws_vpc_endpoint":
            kinds = ("Interface", "GatewayLoadBalancer")  # a damaged plan may have a list there
            return UNKNOWN if resource.get("vpc_endpoint_type") in kinds else ()
        return UNKNOWN if row.subnets else ()

    def _told(self, resource: Resource, path: str) -> tuple[str, ...] | Unknown:
        found = self.targets(resource, path, *SUBNETS, *_TELLERS)
        one = path.endswith(("_id", "_name")) and "*" not in path
        if not found or found == UNKNOWN or (one and len(found) > 1):
            return UNKNOWN
        return self._subnets_of(found)

    def _through(self, resource: Resource, end: End) -> tuple[str, ...] | Unknown:
        found = self.targets(resource, end.path, *end.types)
        known = () if found == UNKNOWN else found
        placed = [self.placement(self._by_address[item]) for item in known]
        if not placed or UNKNOWN in placed or not any(placed):
            return UNKNOWN
        return tuple(sorted({item for subnets in placed for item in subnets}))

    def _of_members(self, resource: Resource, type_: str, path: str) -> tuple[str, ...] | Unknown:
        members = self._members(resource, type_, path)
        placed = [self.placement(member) for member in members]
        if UNKNOWN in placed:
            return UNKNOWN
        return tuple(sorted({item for subnets in placed for item in subnets}))

    def _members(self, resource: Resource, type_: str, path: str) -> list[Resource]:
        """Those of a type whose attribute at `path` refers to `resource`, or may do so."""
        return [
            item
            for item in self.facts.of_type(type_)
            if resource.address in self.candidates(item, path, resource.type)
        ]

    def _subnets_of(self, addresses: Iterable[str]) -> tuple[str, ...] | Unknown:
        found: set[str] = set()
        for address in addresses:
            if address in self.subnets:
                found.add(address)
                continue
            inner = self.placement(self._by_address[address])
            if inner == UNKNOWN:
                return UNKNOWN
            found.update(inner)
        # An expression may pick some of a block's by tier, which a plan doesn't show.
        if len({self.subnets[address].tier for address in found}) > 1 and self._whole(found):
            return UNKNOWN
        return tuple(sorted(found))

    def _whole(self, subnets: set[str]) -> bool:
        """True when the subnets are all that one block makes: named ones would be fewer."""
        blocks = {(self._by_address[a].module, self._by_address[a].name) for a in subnets}
        of_block = (
            a
            for a in self.subnets
            if (self._by_address[a].module, self._by_address[a].name) in blocks
        )
        return len(blocks) == 1 and subnets == set(of_block)

    def _in_zone(
        self, resource: Resource, subnets: tuple[str, ...] | Unknown
    ) -> tuple[str, ...] | Unknown:
        """Of `subnets`, those in the zone that the resource is pinned to."""
        zone = resource.get("availability_zone")
        free = not zone or resource.get("multi_az") or len(subnets) == 1
        if subnets == UNKNOWN or free:
            return subnets
        here = tuple(address for address in subnets if self.subnets[address].zone == zone)
        return here or UNKNOWN

    def unplaced(self, resource: Resource) -> str:
        """Why it is not known where `resource` runs, in a few words."""
        paths = _subnet_paths(resource)
        if any(configured(resource, path) for path in paths) and not any(
            has_unknown(resource, path) for path in paths
        ):
            return "in subnets that are not in this plan"
        return "subnets known after apply"

    def placed_by_expression(self, resource: Resource) -> bool:
        """True where several subnets are told by an expression alone, and not yet by their ids."""
        paths = _subnet_paths(resource)
        subnets = self.placement(resource)
        several = subnets != UNKNOWN and len(subnets) > 1
        return several and any(has_unknown(resource, path) for path in paths)

    def replicated(self, resource: Resource) -> str | None:
        """The database that `resource` is a replica of, None where it is none."""
        if resource.type != "aws_db_instance":
            return None
        found = self.target(resource, "replicate_source_db", "aws_db_instance")
        return found if found != UNKNOWN else None

    @cached_property
    def _carried(self) -> dict[str, tuple[str, ...] | Unknown]:
        return {}

    def groups(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """The security groups that `resource` carries.

        What doesn't say so itself carries those of its launch template, network interface or
        cluster. An EKS cluster's own group, which its nodes carry where they have no other, stands
        under the cluster's address.
        """
        if resource.address not in self._carried:
            self._carried[resource.address] = UNKNOWN
            found = self._all_groups(resource)
            self._carried[resource.address] = found
        return self._carried[resource.address]

    def _all_groups(self, resource: Resource) -> tuple[str, ...] | Unknown:
        if resource.get("vpc_endpoint_type") == "Gateway" or self._outside(resource):
            return ()
        found = self._own_groups(resource)
        added = self._attachments.get(resource.address, ())
        if found == UNKNOWN or UNKNOWN in added:
            return UNKNOWN
        own = (resource.address,) if resource.type == "aws_eks_cluster" else ()
        return (*sorted({*found, *added}), *own)

    def _outside(self, resource: Resource) -> bool:
        row = treatment(resource.type)
        return row.place == "subnet" and row.optional and self.placement(resource) == ()

    def _own_groups(self, resource: Resource) -> tuple[str, ...] | Unknown:
        row = treatment(resource.type)
        given = next((path for path in _group_paths(resource) if configured(resource, path)), None)
        if given:
            return self.holders(resource, given)
        ends = [end for end in row.through if configured(resource, end.path)]
        told = [found for end in ends if (found := self._groups_of(resource, end))]
        if told:  # one template by its name and its id, of which one may be known after apply
            return next((found for found in told if found != UNKNOWN), UNKNOWN)
        if row.members:
            members = self._members(resource, *row.members)
            return self._union(self.groups(member) for member in members)
        return self._groups_by_default(resource)

    def holders(self, resource: Resource, path: str) -> tuple[str, ...] | Unknown:
        """Who holds the security groups that the attribute at `path` names.

        A VPC's default one is unknown where nothing in the plan takes it over.
        """
        found = self.targets(resource, path, *HOLDERS, *VPCS)
        return UNKNOWN if any(self._type(address) in VPCS for address in found) else found

    def holder(self, resource: Resource, path: str) -> str | Unknown | None:
        """Who holds the one security group that a scalar attribute names; None for none."""
        found = self.holders(resource, path)
        if found == UNKNOWN or len(found) > 1:
            return UNKNOWN
        return found[0] if found else None

    def _groups_by_default(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """What a thing carries that isn't given any: AWS chooses, where the plan leaves it open."""
        row = treatment(resource.type)
        ends = [end.path for end in row.through]
        given = any(configured(resource, path) for path in ends)
        if not given and any(hidden(resource, path) for path in ends):
            return UNKNOWN
        if resource.type in {"aws_eks_node_group", "aws_eks_fargate_profile"}:
            cluster = self.target(resource, "cluster_name", "aws_eks_cluster") or UNKNOWN
            return (cluster,) if cluster != UNKNOWN else UNKNOWN
        if self._needs_none(resource):
            return ()
        ways = [*row.groups, *ends]
        carries = row.place == "subnet" and row.groups
        if not carries and not any(may_be_given(resource, path) for path in ways):
            return ()
        return self._default_group(resource)

    def _default_group(self, resource: Resource) -> tuple[str, ...] | Unknown:
        """The default group of its VPC, which AWS gives to what is given none."""
        paths = treatment(resource.type).groups
        blocks = any("." in path and may_be_given(resource, path) for path in paths)
        vpc = self.home(resource)
        if blocks or vpc == UNKNOWN:  # a dynamic block may give some
            return UNKNOWN
        groups = self.facts.of_type("aws_default_security_group")
        found = tuple(item.address for item in groups if self.vpc_of(item) == vpc)
        return found if len(found) == 1 else UNKNOWN

    def home(self, resource: Resource) -> str | Unknown:
        """The VPC that a thing stands in: that of all the subnets where it may run."""
        places = self.placement(resource)
        if places == UNKNOWN:
            paths = treatment(resource.type).subnets
            may = {a for path in paths for a in self.candidates(resource, path, *SUBNETS)}
            vpcs = {self.subnets[address].vpc for address in may}
        else:
            vpcs = {self.subnets[address].vpc for address in places}
        return vpcs.pop() if len(vpcs) == 1 else self.vpc_of(resource)

    def _needs_none(self, resource: Resource) -> bool:
        """A network load balancer without security groups lets everybody in; EKS makes its own."""
        network = is_balancer(resource) and resource.get("load_balancer_type") == "network"
        return network or resource.type == "aws_eks_cluster"

    def _groups_of(self, resource: Resource, end: End) -> tuple[str, ...] | Unknown:
        found = self.targets(resource, end.path, *end.types)
        if found == UNKNOWN:
            return UNKNOWN
        return self._union(self.groups(self._by_address[address]) for address in found)

    @cached_property
    def _attachments(self) -> dict[str, list[str]]:
        """Security groups that a resource of their own gives to what it names."""
        found: dict[str, list[str]] = defaultdict(list)
        for item in self.facts.of_type(*_ATTACHED):
            path = _ATTACHED[item.type]
            group = self.holder(item, "security_group_id") or UNKNOWN
            for address in self.candidates(item, path):
                found[address].append(group)
        return found

    @staticmethod
    def _union(sets: Iterable[tuple[str, ...] | Unknown]) -> tuple[str, ...] | Unknown:
        every = list(sets)
        if UNKNOWN in every:
            return UNKNOWN
        return tuple(sorted({item for one in every for item in one}))


def is_balancer(resource: Resource) -> bool:
    """True for a load balancer that has listeners and target groups."""
    return resource.type in {"aws_lb", "aws_alb"}


def _subnet_paths(resource: Resource) -> tuple[str, ...]:
    """Where a resource names subnets."""
    return treatment(resource.type).subnets or _paths(resource, _ANY_SUBNETS)


def _group_paths(resource: Resource) -> tuple[str, ...]:
    """Where a resource names security groups."""
    return treatment(resource.type).groups or _paths(resource, _ANY_GROUPS)


def _paths(resource: Resource, leaves: Iterable[str]) -> tuple[str, ...]:
    """The attributes of these names, in any block, of a resource of a type without a row."""
    if treatment(resource.type) is not OTHER:
        return ()
    told = {*resource.references, *resource.maybe, *resource.values}
    return tuple(sorted(path for path in told if path.rpartition(".")[2] in leaves))
