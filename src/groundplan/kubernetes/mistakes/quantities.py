"""Quantities that don't go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.kubernetes.formats import quantity
from groundplan.kubernetes.loader import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.kubernetes.mistakes.together import Found, Together


def requests(every: Together) -> Iterator[Found]:
    """Containers that ask for more than they may have."""
    for pods in every.pods:
        for container in pods.containers:
            resources = container.get("resources", {})
            asked, limits = resources.get("requests", {}), resources.get("limits", {})
            for name in asked.keys() & limits.keys():
                least, most = quantity(asked[name]), quantity(limits[name])
                if least is not None and most is not None and least > most:
                    message = (
                        f"asks for more {name} ({asked[name]}) than its limit ({limits[name]})"
                    )
                    yield pods.of, message, line_of(asked, [name])
