"""Who took part in serving a page: the strip at its foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, has_request_context

if TYPE_CHECKING:
    import httpx

_SOURCES = {"primary": "MySQL primary", "replica": "MySQL replica", "cache": "Redis cache"}


@dataclass(frozen=True)
class Stop:
    """One answer of one service; ``kind`` is primary, replica, cache or empty."""

    service: str
    version: str
    instance: str
    kind: str
    milliseconds: int

    @property
    def source(self) -> str:
        """Where its data came from, in words."""
        return _SOURCES.get(self.kind, "")


def note(answer: httpx.Response, milliseconds: float) -> None:
    """Remember an answer for the page that is being served."""
    if has_request_context():
        g.setdefault("trail", []).append(_stop(answer, milliseconds))


def stops() -> list[Stop]:
    """The answers that this page was made of, in the order in which they came."""
    return list(g.get("trail", []))


def short(instance: str) -> str:
    """Enough of a container's or pod's name to tell it from its siblings."""
    return instance[-5:]


def _stop(answer: httpx.Response, milliseconds: float) -> Stop:
    service, _, version = answer.headers.get("X-Served-By", "?/?").partition("/")
    instance = short(answer.headers.get("X-Instance", ""))
    kind = answer.headers.get("X-Data-Source", "")
    return Stop(service, version, instance, kind, max(1, round(milliseconds)))
