"""What an attribute of a resource refers to: by a known id, else by the plan's configuration.

What neither tells is `UNKNOWN`, never a guess.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.facts import Facts, Resource
    from groundplan.graph import Unknown

UNKNOWN: Final[Unknown] = "unknown"

# Attributes whose values name a resource, by which a known value is recognised.
_IDENTITIES: Final = ("id", "arn", "name", "identifier", "bucket", "replication_group_id")


class Relations:
    """The relations between the resources of one set of facts."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @cached_property
    def _by_address(self) -> dict[str, Resource]:
        return {resource.address: resource for resource in self.facts}

    @cached_property
    def _by_identity(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for resource in self.facts:
            for value in {str(resource.values.get(name)) for name in _IDENTITIES}:
                found[value].append(resource.address)
        return found

    def resource(self, address: str) -> Resource | None:
        """The resource of that address, None where the plan has none."""
        return self._by_address.get(address)

    def targets(self, resource: Resource, path: str, *types: str) -> tuple[str, ...] | Unknown:
        """The addresses, of these types, that the attribute at `path` refers to.

        `()` where it refers to nothing; `"unknown"` where it does, and the plan can't say to what.
        """
        value = resource.get(path)
        values = [str(item) for item in (value if isinstance(value, list) else [value]) if item]
        known = [self._identified(item, types) for item in values]
        if all(known) and not _has_unknown(resource, path):
            return tuple(sorted({address for address in known if address}))
        referred = self._typed(_at(resource.references, path), types)
        if referred and not (len(referred) > 1 and _lumped(resource, path)):
            return referred
        return UNKNOWN

    def target(self, resource: Resource, path: str, *types: str) -> str | Unknown | None:
        """The one address that a scalar attribute refers to; None for nothing, else unknown."""
        found = self.targets(resource, path, *types)
        if found == UNKNOWN:
            return UNKNOWN
        if len(found) > 1:
            return UNKNOWN
        return found[0] if found else None

    def _identified(self, value: str, types: tuple[str, ...]) -> str | None:
        found = self._typed(self._by_identity.get(value, ()), types)
        return found[0] if len(found) == 1 else None

    def _typed(self, addresses: Iterable[str], types: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(
            sorted({a for a in addresses if not types or self._by_address[a].type in types})
        )

    def candidates(self, resource: Resource, path: str, *types: str) -> tuple[str, ...]:
        """What the attribute at `path` refers to, or may refer to where the plan can't tell."""
        found = self.targets(resource, path, *types)
        if found != UNKNOWN:
            return found
        return self._typed((*_at(resource.references, path), *_at(resource.maybe, path)), types)


def configured(resource: Resource, path: str) -> bool:
    """True where the attribute is given a value, and not left to the provider."""
    told = (*_at(resource.references, path), *_at(resource.maybe, path))
    return bool(told) or bool(resource.get(path))


def _at(references: Mapping[str, tuple[str, ...]], path: str) -> Iterator[str]:
    """The references at `path`, inside it, or at the block that holds it."""
    for at, addresses in references.items():
        if at == path or at.startswith(f"{path}.") or path.startswith(f"{at}."):
            yield from addresses


def _lumped(resource: Resource, path: str) -> bool:
    """True where the references to `path` are told for several blocks together, in any order."""
    lists = (at for at in resource.references if path.startswith(f"{at}."))
    return any(len(resource.get(at) or ()) > 1 for at in lists)


def _has_unknown(resource: Resource, path: str) -> bool:
    return resource.is_unknown(path) or any(at.startswith(f"{path}.") for at in resource.unknown)
