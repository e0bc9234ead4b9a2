"""Address ranges as plans and prose write them, held against each other."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

Network = IPv4Network | IPv6Network
_WIDEST: Final = {4: 8, 6: 16}


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


def is_wide(address_range: str) -> bool:
    """Whether an address range, such as `0.0.0.0/1`, takes in more than anyone has for himself.

    Wider than a /8, or a /16 of IPv6, and not of private addresses.
    """
    found = as_range(address_range)
    return found is not None and found.prefixlen < _WIDEST[found.version] and not found.is_private
