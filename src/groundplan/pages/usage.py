"""What the costs assume, as a table tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.design.usage import Usage


@dataclass(frozen=True)
class Assumption:
    """An amount that is assumed; `where` is an environment, or those that it holds for."""

    what: str
    where: str
    amount: str
    reason: str


def assumptions(usage: Usage) -> tuple[Assumption, ...]:
    """The assumptions in the order of the design's model; those that are not made are left out."""
    found = (
        (field.description or name, getattr(usage, name))
        for name, field in type(usage).model_fields.items()
    )
    return tuple(row for what, assumed in found if assumed for row in _rows(what, assumed))


def _rows(what: str, assumed: Any) -> Iterator[Assumption]:
    said = what.rstrip(".")
    for env, other in sorted(assumed.environments.items()):
        yield Assumption(said, env, f"{other.value:,g} {assumed.unit}", other.reason)
    where = "everywhere else" if assumed.environments else "everywhere"
    yield Assumption(said, where, f"{assumed.value:,g} {assumed.unit}", assumed.reason)
