"""Who comes in from outside: the internet, and ranges of addresses that no VPC here has."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from groundplan.cidrs import as_range, inside
from groundplan.facts.givers import VPCS
from groundplan.graph import Node
from groundplan.topology import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.topology import Topology
    from groundplan.topology.openings import Opening

INTERNET: Final = "internet"
MOST: Final = 3  # so many ranges that may reach the same are nodes of their own; more are one
# The ranges of a VPC, and the types that give it more.
_OWN: Final = ("cidr_block", "ipv6_cidr_block")
_MORE: Final = ("aws_vpc_ipv4_cidr_block_association", "aws_vpc_ipv6_cidr_block_association")
# What a VPC that isn't in the plan may have, as AWS advises (RFC 1918, 6598 and 4193).
_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")


def strangers(topology: Topology, openings: Iterable[Opening]) -> dict[str, Node]:
    """The node of each range that is let in, by the range: one for more than `MOST` of them that
    may reach just the same. What is, or may be, inside a VPC has none.
    """
    givers = topology.facts.of_type(*VPCS, *_MORE)
    taken = [str(cidr) for item in givers for name in _OWN if (cidr := item.get(name))]
    doors: dict[str, set[tuple[str, str]]] = defaultdict(set)
    within = set()
    for item in openings:
        if as_range(item.source) and item.source not in ANYWHERE:
            doors[item.source].add((item.target, item.ports))
            if not _is_outside(item, topology, taken):
                within.add(item.source)
    alike: dict[frozenset[tuple[str, str]], list[str]] = defaultdict(list)
    for range_, opened in sorted(doors.items()):
        if range_ not in within:
            alike[frozenset(opened)].append(range_)
    found: dict[str, Node] = {range_: Node(INTERNET, "internet", "Internet") for range_ in ANYWHERE}
    for ranges in alike.values():
        found |= _nodes(ranges)
    return found


def _nodes(ranges: list[str]) -> dict[str, Node]:
    if len(ranges) <= MOST:
        return {range_: Node(range_, "addresses", range_, "addresses outside") for range_ in ranges}
    label, detail = f"{len(ranges)} ranges of addresses", f"outside: {', '.join(ranges)}"
    return dict.fromkeys(ranges, Node(f"ranges:{ranges[0]}", "addresses", label, detail))


def _is_outside(opening: Opening, topology: Topology, taken: list[str]) -> bool:
    """True where some of a range is known to lie outside of all VPCs, whose ranges are `taken`."""
    if opening.by == "endpoint":
        return True  # who comes by it comes from the internet
    group = topology.resource(opening.target)
    home = topology.resource(topology.vpc_of(group)) if group else None
    known = home is not None and home.get("cidr_block")
    return not any(inside(opening.source, r) for r in (*taken, *(() if known else _PRIVATE)))
