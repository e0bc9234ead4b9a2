"""The network of one set of facts: who stands where, who is let in, what the internet reaches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from groundplan.catalog import treatment
from groundplan.topology.placement import HOLDERS, Placement, is_balancer
from groundplan.topology.relations import UNKNOWN, configured, has_unknown
from groundplan.topology.routes import ANYWHERE, Route, Subnet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Facts, Resource

__all__ = ["ANYWHERE", "Route", "Rule", "Subnet", "Topology"]

_RANGES: Final = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")
_PREFIX_LISTS: Final = ("prefix_list_id", "prefix_list_ids")
_OF: Final = ("security_group_id", *HOLDERS)
_SEPARATE: Final = ("aws_vpc_security_group_ingress_rule", "aws_security_group_rule")
_INLINE: Final = ("aws_security_group", "aws_default_security_group")


@dataclass(frozen=True)
class Rule:
    """What a security group lets in.

    `peer` is a security group's holder, a range, or the id of what is not in the plan. `address` is
    that of the rule, or of the group that has it inline. `ports` is `tcp 3306`, `udp 53–54`, `all`.
    """

    address: str
    group: str
    peer: str
    ports: str
    description: str = ""

    @property
    def open_to_all(self) -> bool:
        """True when the whole internet is let in."""
        return self.peer in ANYWHERE


class Topology(Placement):
    """The network of one set of facts."""

    @staticmethod
    @lru_cache(maxsize=64)
    def of(facts: Facts) -> Topology:
        """The topology of `facts`, found once: rules, pictures, cards and pages ask for it."""
        return Topology(facts)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """What is let in, from separate rule resources and from inline blocks."""
        return tuple(sorted(self._all_rules(), key=lambda r: (r.group, r.peer, r.ports, r.address)))

    def _all_rules(self) -> Iterator[Rule]:
        for item in self._kept("aws_vpc_security_group_ingress_rule", *_OF):
            yield from self._rules(item, "", "security_group_id", "referenced_security_group_id")
        for item in self._kept("aws_security_group_rule", *_OF):
            if item.get("type") == "ingress":
                yield from self._rules(item, "", "security_group_id", "source_security_group_id")
        separate = self.facts.of_type(*_SEPARATE)
        ingress = (item for item in separate if item.get("type", "ingress") == "ingress")
        outdated = self._outdated(ingress, *_OF)
        for item in self.facts.of_type(*_INLINE):
            blocks = item.blocks("ingress") if item.address not in outdated else ()
            for number, _block in enumerate(blocks):
                yield from self._rules(item, f"ingress.{number}.", None, "security_groups")

    def _rules(self, item: Resource, prefix: str, own: str | None, peer: str) -> Iterator[Rule]:
        group = item.address if own is None else self.holder(item, own)
        peers = [*self._ranges(item, prefix), *self._listed_ranges(item, prefix)]
        if item.get(f"{prefix}self"):
            peers.append(group or UNKNOWN)
        # The references of inline blocks are told together with those of their ranges.
        path = f"{prefix}{peer}"
        found = self.holders(item, path) if own else self.targets(item, path, *HOLDERS)
        if found != UNKNOWN:
            peers += found
        elif not has_unknown(item, path) and (value := item.get(path)):
            peers += map(str, value if isinstance(value, list) else [value])
        elif not (own and peers):  # a rule that names another peer has AWS fill this one in
            peers.append(UNKNOWN)
        description = str(item.get(f"{prefix}description") or "")
        for one in dict.fromkeys(peers):
            yield Rule(item.address, group or UNKNOWN, one, _ports(item, prefix), description)

    def _ranges(self, item: Resource, prefix: str) -> Iterator[str]:
        for name in _RANGES:
            value = item.get(f"{prefix}{name}")
            known = value if isinstance(value, list) else [value]
            yield from (str(each) for each in known if each)
            if has_unknown(item, f"{prefix}{name}") and configured(item, f"{prefix}{name}"):
                yield UNKNOWN

    def _listed_ranges(self, item: Resource, prefix: str) -> Iterator[str]:
        """The ranges of the prefix lists that a rule names, else the lists themselves."""
        for name in _PREFIX_LISTS:
            path = f"{prefix}{name}"
            if not configured(item, path):
                continue
            found = self.targets(item, path, "aws_ec2_managed_prefix_list")
            if found == UNKNOWN:
                value = item.get(path)
                yield from map(str, value if isinstance(value, list) else [value or UNKNOWN])
                continue
            for address in found:
                entries = self._by_address[address].blocks("entry")
                yield from [str(entry["cidr"]) for entry in entries if "cidr" in entry] or [address]

    def api_peers(self, cluster: Resource) -> tuple[str, ...]:
        """The ranges that the public endpoint of an EKS cluster's API lets in; none without one.

        `unknown` is among them where the plan can't tell one: everybody is AWS's own choice only.
        """
        public, ranges = (
            f"vpc_config.0.{name}" for name in ("endpoint_public_access", "public_access_cidrs")
        )
        if cluster.get(public) is False:
            return ()
        told = tuple(map(str, cluster.get(ranges) or ()))
        later = any(
            has_unknown(cluster, path) and configured(cluster, path) for path in (public, ranges)
        )
        return (*told, UNKNOWN) if later else told or ("0.0.0.0/0",)

    @cached_property
    def _open_groups(self) -> dict[str, set[str]]:
        """The security groups that let in everybody, by the range that says so."""
        return {
            range_: {rule.group for rule in self.rules if rule.peer == range_}
            for range_ in ANYWHERE
        }

    def exposed(self, resource: Resource) -> bool:
        """True where the plan lets the whole internet in to a publicly reachable thing."""
        if resource.type == "aws_eks_cluster":
            return not ANYWHERE.isdisjoint(self.api_peers(resource))
        ranges, groups = self._public(resource), self.groups(resource)
        if not ranges or groups == UNKNOWN or not self._on_the_way(resource):
            return False
        return any(self._open_groups[range_].intersection(groups) for range_ in ranges) or (
            is_balancer(resource) and not groups
        )

    def _public(self, resource: Resource) -> frozenset[str]:
        """The ranges, of IPv4 and of IPv6, that its settings give a way in."""
        setting = treatment(resource.type).public
        if setting == "address":
            v4, v6 = self._has_public_address(resource), self._has_ipv6(resource)
            return frozenset([*(["0.0.0.0/0"] if v4 else []), *(["::/0"] if v6 else [])])
        if setting == "!internal":
            public = resource.get("internal") is not True  # AWS's own choice is the internet
        else:
            public = bool(setting) and resource.get(setting) is True
        return ANYWHERE if public else frozenset()

    def _has_ipv6(self, machine: Resource) -> bool:
        """By its own setting or its subnet's: an address of IPv6 is always a public one."""
        own = machine.get("ipv6_address_count"), machine.get("ipv6_addresses")
        if any(own) or own[0] == 0:
            return any(own)
        return any(place.get("assign_ipv6_address_on_creation") for place in self._places(machine))

    def _places(self, machine: Resource) -> list[Resource]:
        subnets = self.placement(machine)
        return [self._by_address[address] for address in (() if subnets == UNKNOWN else subnets)]

    def _on_the_way(self, resource: Resource) -> bool:
        """True unless all of its subnets are known to have no way in from the internet."""
        subnets = self.placement(resource)
        if not subnets or subnets == UNKNOWN:
            return True
        return any(self.subnets[address].tier in {"public", UNKNOWN} for address in subnets)

    def _has_public_address(self, machine: Resource) -> bool:
        """By its own setting or its template's, else by its subnet's, or by an Elastic IP."""
        given = self._asked_for_address(machine)
        if given is None:
            places = self._places(machine)
            given = any(place.get("map_public_ip_on_launch") for place in places)
        path = "network_interface.*.network_interface_id"
        own = self.targets(machine, path, "aws_network_interface")
        cards = () if own == UNKNOWN else own
        return given or not self._elastic.isdisjoint({machine.address, *cards})

    def _asked_for_address(self, machine: Resource) -> bool | None:
        """What it, or the template that it is made from, says of a public address."""
        name = "associate_public_ip_address"
        for path in (name, f"network_interfaces.0.{name}"):
            if (given := machine.get(path)) is not None:
                return given in {True, "true"}
        for end in treatment(machine.type).through:
            found = self.targets(machine, end.path, *end.types)
            for address in () if found == UNKNOWN else found:
                if (asked := self._asked_for_address(self._by_address[address])) is not None:
                    return asked
        return None

    @cached_property
    def _elastic(self) -> frozenset[str]:
        """The machines and network interfaces that an Elastic IP is given to."""
        types = ("aws_instance", "aws_network_interface")
        held = [
            self.target(item, f"{name}{suffix}", *types)
            for type_, suffix in (("aws_eip", ""), ("aws_eip_association", "_id"))
            for item in self.facts.of_type(type_)
            for name in ("instance", "network_interface")
        ]
        return frozenset(address for address in held if address)


def _ports(resource: Resource, prefix: str) -> str:
    """`tcp 3306`, `udp 53–54`, `all`."""
    protocol = str(resource.get(f"{prefix}ip_protocol") or resource.get(f"{prefix}protocol") or "")
    if protocol in {"-1", "all"}:
        return "all"
    low, high = resource.get(f"{prefix}from_port"), resource.get(f"{prefix}to_port")
    if low is None or low == -1 or protocol.startswith("icmp"):
        return protocol
    return f"{protocol} {low}" if low == high else f"{protocol} {low}–{high}"
