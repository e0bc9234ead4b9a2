"""The values of a resource, as facts have them: without what says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def normalise(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without nulls and empties; `tags` is left out where `tags_all`, which includes it, stands."""
    kept = _without_empty(values)
    if "tags_all" in kept:
        kept.pop("tags", None)
    return cast("dict[str, Any]", kept)


def _without_empty(value: Any) -> Any:
    if isinstance(value, Mapping):
        items = {key: _without_empty(item) for key, item in sorted(value.items())}
        return {key: item for key, item in items.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value


def paths(unknown: Any, prefix: str = "") -> Iterator[str]:
    """The dotted paths of what `unknown`, a plan's `after_unknown`, marks True."""
    if unknown is True:
        yield prefix
        return
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(unknown, Mapping):
        items = unknown.items()
    elif isinstance(unknown, list):
        items = enumerate(unknown)
    for key, item in items:
        yield from paths(item, f"{prefix}.{key}" if prefix else str(key))
