"""What changed since the phase before: resources by human type name, and services."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from groundplan.cards import settings as card_settings
from groundplan.difference import UNKNOWN, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from groundplan.compose import Application
    from groundplan.difference import Setting
    from groundplan.facts import Facts, Resource


_OUTSIDE: Final = frozenset({"internet", "users"})  # kinds of nodes


@dataclass(frozen=True)
class Told:
    """A setting in people's words, and what it was and is; None where it was or is not set."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Changed:
    """A resource that stays and has other settings than before."""

    address: str
    settings: tuple[Told, ...]


@dataclass(frozen=True)
class TypeChange:
    """What changed among the resources of one type; addresses are sorted."""

    type: str
    label: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[Changed, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What a phase changes in the application: services by name, sorted."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True)
class Drawn:
    """What pictures show of a change that is no resource of Terraform's.

    `added` and `removed` are labels and details of things; `opened` and `closed` are what the
    internet reaches now, or did: `Load balancer, tcp 443`. `first`: nothing was open before.
    """

    added: tuple[tuple[str, str], ...] = ()
    removed: tuple[tuple[str, str], ...] = ()
    opened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()
    first: bool = False


def drawn(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> Drawn:
    """The difference of two phases' pictures, given as `graph.json` has each view of them."""
    old, new = _Shown(before), _Shown(after)
    if not old.nodes:  # it was not drawn
        return Drawn()
    return Drawn(
        added=tuple(text for id_, text in new.beyond.items() if id_ not in old.beyond),
        removed=tuple(text for id_, text in old.beyond.items() if id_ not in new.beyond),
        opened=tuple(text for id_, text in new.open.items() if id_ not in old.open),
        closed=tuple(text for id_, text in old.open.items() if id_ not in new.open),
        first=not old.open,
    )


class _Shown:
    """What the views of one phase show, by id."""

    def __init__(self, graphs: Iterable[Mapping[str, Any]]) -> None:
        views = tuple(graphs)
        self.nodes = {node["id"]: node for view in views for node in view["nodes"]}
        self._lines = [line for view in views for line in view["edges"]]

    @property
    def beyond(self) -> dict[str, tuple[str, str]]:
        """Label and detail of what no plan has; those who come in are no part of the design."""
        return {
            id_: (node["label"], node["detail"])
            for id_, node in sorted(self.nodes.items())
            if not node["addresses"] and node["kind"] not in _OUTSIDE
        }

    @property
    def open(self) -> dict[str, str]:
        """What the internet reaches, with the ports where a line leads there."""
        outside = {id_ for id_, node in self.nodes.items() if node["kind"] in _OUTSIDE}
        found = {}
        for id_, node in sorted(self.nodes.items()):
            if node["exposed"]:
                here = (e for e in self._lines if e["target"] == id_ and e["source"] in outside)
                ports = sorted({line["label"] for line in here} - {""})
                found[id_] = ", ".join((node["label"], *ports))
        return found


@lru_cache(maxsize=64)
def resources(
    before: Facts, after: Facts, *, label: Callable[[str], str]
) -> tuple[TypeChange, ...]:
    """The difference of two plans by address, grouped by type and sorted by the type's label."""
    old = {resource.address: resource for resource in before}
    new = {resource.address: resource for resource in after}
    types = {resource.type for resource in (*old.values(), *new.values())}
    changes = (_of_type(type_, label(type_), old, new) for type_ in types)
    found = (change for change in changes if change.added or change.removed or change.changed)
    return tuple(sorted(found, key=lambda change: (change.label, change.type)))


def _of_type(
    type_: str, label: str, old: Mapping[str, Resource], new: Mapping[str, Resource]
) -> TypeChange:
    before = {address for address, resource in old.items() if resource.type == type_}
    after = {address for address, resource in new.items() if resource.type == type_}
    both = ((address, settings(old[address], new[address])) for address in sorted(before & after))
    return TypeChange(
        type_,
        label,
        added=tuple(sorted(after - before)),
        removed=tuple(sorted(before - after)),
        changed=tuple(
            Changed(address, tuple(_told(type_, setting) for setting in found))
            for address, found in both
            if found
        ),
    )


def _told(type_: str, setting: Setting) -> Told:
    name, form = card_settings.called(type_, setting.path)

    def said(value: str | None) -> str | None:
        if value is None or UNKNOWN in value:
            return value
        return form.replace("{}", card_settings.in_words(setting.path, value))

    return Told(name, said(setting.before), said(setting.after))


def services(before: Application, after: Application) -> Difference:
    """The difference of two applications: services that came, went, or are declared otherwise."""
    old = {service.name: service for service in before.services}
    new = {service.name: service for service in after.services}
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(n for n in new.keys() & old.keys() if new[n] != old[n])),
    )


@dataclass(frozen=True)
class Count:
    """How many resources of a type two plans have."""

    label: str
    before: int
    after: int


def compare(
    before: Facts, after: Facts, *, label: Callable[[str], str], types: Iterable[str]
) -> tuple[Count, ...]:
    """How many resources of each of `types` two environments have, in the order of `types`."""
    old = Counter(resource.type for resource in before)
    new = Counter(resource.type for resource in after)
    return tuple(
        Count(label(type_), old[type_], new[type_]) for type_ in types if old[type_] or new[type_]
    )
