"""What makes one manifest of another, as a JSON patch (RFC 6902), which kustomize applies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Operation = dict[str, Any]


def patch(old: Any, new: Any, path: str = "") -> Iterator[Operation]:
    """The operations that make `new` of `old`; a list that differs is replaced whole."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield {"op": "replace", "path": path, "value": new}
        return
    for key in [*old, *(key for key in new if key not in old)]:
        place = f"{path}/{_escaped(key)}"
        if key not in new:
            yield {"op": "remove", "path": place}
        elif key not in old:
            yield {"op": "add", "path": place, "value": new[key]}
        else:
            yield from patch(old[key], new[key], place)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
