"""Whether facts are of the shape that everything which reads them relies on.

What is read comes from files that a person or another program may have changed; past this point
nothing has to ask whether a type is a text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, get_args

from groundplan.errors import InputError
from groundplan.graph import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.facts import Facts, Resource

_CHANGES = frozenset(get_args(Change))


@contextmanager
def damage_told(what: str, path: Path) -> Iterator[None]:
    """Inside, what fails because of a value that can't be is an InputError that names `path`."""
    try:
        yield
    except InputError as error:
        error.file = error.file or path
        raise
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{what} damaged: {error!r:.300}", file=path) from None


def assert_sound(facts: Facts) -> Facts:
    """`facts`. Raises InputError for what can't be: it names the resource and what is wrong."""
    _assert_head(facts)
    addresses = Counter(item.address for item in facts.resources if _is_name(item.address))
    for resource in facts.resources:
        if wrong := _wrong(resource, addresses):
            raise InputError(f"the resource '{resource.address!s:.200}' {wrong}")
    return facts


def _assert_head(facts: Facts) -> None:
    if not isinstance(facts.env, str | None) or not isinstance(facts.phase, int | None):
        raise InputError("the environment or phase of these facts is none")
    if not isinstance(facts.terraform_version, str) or not isinstance(facts.source, str):
        raise InputError("what these facts were made from is no text")


def _wrong(resource: Resource, addresses: Mapping[str, int]) -> str | None:
    """What is wrong with it, as the end of a sentence."""
    if not all(map(_is_name, (resource.address, resource.type, resource.name))):
        return "has an address, a type or a name that is no text"
    if addresses[resource.address] > 1:
        return "is there twice"
    if not isinstance(resource.module, str) or not isinstance(resource.index, str | int | None):
        return "has a module or an index that is none"
    return _wrong_in(resource) or _wrong_way(resource, addresses)


def _wrong_in(resource: Resource) -> str | None:
    if not isinstance(resource.change, str) or resource.change not in _CHANGES:
        return "has a change that is none"
    if not isinstance(resource.values, Mapping):
        return "has values without names"
    if not _are_texts(resource.unknown) or not _are_texts(resource.before.values()):
        return "has paths or names that are no texts"
    return None


def _wrong_way(resource: Resource, addresses: Mapping[str, int]) -> str | None:
    for told in (resource.references, resource.maybe):
        targets = [target for found in told.values() for target in found]
        if not _are_texts(targets) or any(target not in addresses for target in targets):
            return "refers to what is not there"
    return None


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
