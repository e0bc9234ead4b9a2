"""Address ranges as plans and prose write them, held against each other."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network


def as_range(cidr: str) -> Network | None:
    """The range that `cidr` names; None where it is none."""
    try:
        return ip_network(cidr, strict=False)
    except ValueError:
        return None


def overlap(one: str, other: str) -> bool:
    """True when both are address ranges of one kind and share an address."""
    first, second = as_range(one), as_range(other)
    if first is None or second is None or first.version != second.version:
        return False
    return first.overlaps(second)


def inside(part: str, whole: str) -> bool:
    """True when the range `part` lies in `whole`."""
    inner, outer = as_range(part), as_range(whole)
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network):
        return inner.subnet_of(outer)
    return False
