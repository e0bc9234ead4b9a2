"""What an attribute of a resource refers to: by a known id, else by the plan's configuration.

What neither tells is `UNKNOWN`, never a guess. Paths are dotted, `*` for every block of a list.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from groundplan.facts import IDENTITIES
from groundplan.facts.givers import VPCS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.facts import Facts, Resource
    from groundplan.graph import Unknown

UNKNOWN: Final[Unknown] = "unknown"
# What AWS makes along with a VPC goes by the VPC's address, unless one of these takes it over.
_TAKE_OVER: Final = ("aws_default_route_table", "aws_default_security_group")


class Relations:
    """The relations between the resources of one set of facts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def _by_address(self) -> dict[str, Resource]:
        return {resource.address: resource for resource in self.facts}

    @cached_property
    def _by_identity(self) -> dict[str, list[str]]:
        """Who goes by a name, now or until it is replaced."""
        found = defaultdict(list)
        for resource in self.facts:
            names = {str(name) for path in IDENTITIES if (name := resource.get(path))}
            for value in names.union(resource.before.values()):
                found[value].append(resource.address)
        return found

    def resource(self, address: str) -> Resource | None:
        """The resource of that address, None where the plan has none."""
        return self._by_address.get(address)

    def targets(self, resource: Resource, path: str, *types: str) -> tuple[str, ...] | Unknown:
        """The addresses, of these types, that the attribute at `path` refers to.

        `()` where it refers to nothing; `"unknown"` where it does, and the plan can't say to what.
        Without types only what goes by an ARN is recognised by its value.
        """
        values = {str(item) for item in _values(resource.values, path) if item}
        known = {found for value in values if (found := self._identified(value, types))}
        open_ = has_unknown(resource, path)
        if not open_ and len(known) == len(values):
            return tuple(sorted(known))
        referred = self._typed(_at(resource.references, path), types)
        if not referred or (len(referred) > 1 and _lumped(resource, path)):
            return UNKNOWN
        whole = _length(resource, path)
        some = len(referred) != whole if whole is not None else len(values) > len(referred)
        return UNKNOWN if some else referred

    def target(self, resource: Resource, path: str, *types: str) -> str | Unknown | None:
        """The one address that a scalar attribute refers to; None for nothing, else unknown."""
        found = self.targets(resource, path, *types)
        if found == UNKNOWN or len(found) > 1:
            return UNKNOWN
        return found[0] if found else None

    def _identified(self, value: str, types: tuple[str, ...]) -> str | None:
        if not types and not value.startswith("arn:"):
            return None  # things of other types may go by the same name
        found = self._typed(self._by_identity.get(value, ()), types)
        return found[0] if len(found) == 1 else None

    def _typed(self, addresses: Iterable[str], types: tuple[str, ...]) -> tuple[str, ...]:
        meant = {self._meant(address, types) for address in addresses}
        return tuple(sorted({a for a in meant if not types or self._by_address[a].type in types}))

    def _meant(self, address: str, types: tuple[str, ...]) -> str:
        """The resource that takes over what a VPC's id was given for, else the same."""
        if self._by_address[address].type not in VPCS or not {*VPCS}.issubset(types):
            return address
        taken = (self._taken_over.get((type_, address)) for type_ in _TAKE_OVER if type_ in types)
        return next(filter(None, taken), address)

    @cached_property
    def _taken_over(self) -> dict[tuple[str, str], str]:
        """By type and VPC, the resource that takes over what AWS makes along with the VPC."""
        found = {}
        for item in self.facts.of_type(*_TAKE_OVER):
            paths = ("default_route_table_id", "vpc_id")
            told = [vpc for path in paths if (vpc := self.target(item, path, *VPCS))]
            known = next((vpc for vpc in told if vpc != UNKNOWN), UNKNOWN)
            found[item.type, known] = item.address
        return found

    def candidates(self, resource: Resource, path: str, *types: str) -> tuple[str, ...]:
        """What the attribute at `path` refers to, or may refer to where the plan can't tell."""
        found = self.targets(resource, path, *types)
        if found != UNKNOWN:
            return found
        return self._typed((*_at(resource.references, path), *_at(resource.maybe, path)), types)


def configured(resource: Resource, path: str) -> bool:
    """True where the attribute is given a value, and not left to the provider."""
    told = (at for each in (resource.references, resource.maybe) for at in each)
    return any(_meets(at, path) for at in told) or any(_values(resource.values, path))


def may_be_given(resource: Resource, path: str) -> bool:
    """True where the attribute has a value, or gets one that is known after apply."""
    return configured(resource, path) or has_unknown(resource, path)


def hidden(resource: Resource, path: str) -> bool:
    """True where a block is there that gives a value at `path`, and the plan has no word of it.

    That is a dynamic one: a plan has no expressions of these.
    """
    inside = any("." in at and _meets(at, path) for at in resource.unknown)
    return inside and not configured(resource, path)


def _values(value: Any, path: str) -> Iterator[Any]:
    """The known values at `path`, those in lists one by one."""
    head, _, rest = path.partition(".")
    if not head:
        yield from value if isinstance(value, list) else (value,)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            if head in {"*", str(number)}:
                yield from _values(item, rest)
    elif isinstance(value, dict) and head in value:
        yield from _values(value[head], rest)


def _length(resource: Resource, path: str) -> int | None:
    """How many the attribute names, where it is a list whose parts are known after apply."""
    value = resource.get(path)
    return len(value) if isinstance(value, list) else None


@cache
def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


@cache
def _meets(at: str, path: str) -> bool:
    """True where one of the two paths is the other, or leads to it."""
    pairs = zip(_parts(at), _parts(path), strict=False)
    return all("*" in pair or pair[0] == pair[1] for pair in pairs)


def _at(references: Mapping[str, tuple[str, ...]], path: str) -> Iterator[str]:
    """The references at `path`, inside it, or at the block that holds it."""
    for at, addresses in references.items():
        if _meets(at, path):
            yield from addresses


def _lumped(resource: Resource, path: str) -> bool:
    """True where the references to `path` are told for several blocks together, in any order."""
    if "*" in path:
        return False  # all of the blocks are meant
    lists = (at for at in resource.references if path.startswith(f"{at}."))
    return any(len(resource.blocks(at)) > 1 for at in lists)


def has_unknown(resource: Resource, path: str) -> bool:
    """True where the value at `path`, one in it, or one that holds it is known after apply."""
    return any(_meets(at, path) for at in resource.unknown)
