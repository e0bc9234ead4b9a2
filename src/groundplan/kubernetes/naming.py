"""What things are called in Kubernetes, where each kind of thing has each name once."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.compose import Application, Service
    from groundplan.kubernetes.source import Source

_UNSAFE: Final = re.compile(r"[^a-z0-9]+")
_MOST: Final = 63  # characters of a label's value, and of a name that is part of a host's


@cache
def slug(text: str) -> str:
    """`text` as a name that Kubernetes takes."""
    return _UNSAFE.sub("-", text.lower()).strip("-")


def named(application: Application, project: str) -> Application:
    """`application` as a namespace can be called, with the images that Compose builds for it.

    `project` is its name for Compose, which calls what it builds after it.
    """
    services = (
        replace(item, image=item.image or f"{project}-{item.name}") if item.build else item
        for item in application.services
    )
    return replace(application, name=_distinct(project, ()), services=tuple(services))


def services(names: Iterable[str]) -> dict[str, str]:
    """What each service is called: a name that can be part of a host's, and begins with a letter.

    `names` are those that Compose has for them.
    """
    begun = {name: name if slug(name)[:1].isalpha() else f"service-{name}" for name in names}
    return {name: _distinct(text, begun.values()) for name, text in begun.items()}


def nobody_else(application: Application) -> str:
    """The policy that denies all; each service's own is called as the service is."""
    return _distinct("nobody-else", (), (item.name for item in application.services))


def settings_secret(service: Service) -> str:
    """The Secret with those settings of a service that are secret."""
    return f"{service.name}-env"


def secret(source: Source, name: str) -> str:
    """The Secret of one of Compose's own secrets."""
    taken = map(settings_secret, source.application.services)
    return _distinct(name, source.document.get("secrets") or (), taken)


def claim(source: Source, volume: str) -> str:
    """The claim of one of Compose's volumes."""
    return _distinct(volume, source.document.get("volumes") or ())


def config(source: Source, service: Service, target: str) -> str:
    """The ConfigMap with the files that a service mounts at `target`.

    A service's settings are in one that is called as the service is.
    """
    services = source.application.services
    mounts = (f"{item.name} {volume.target}" for item in services for volume in item.volumes)
    taken = (item.name for item in services)
    return _distinct(f"{service.name} {target}", mounts, taken)


def _distinct(text: str, every: Iterable[str], taken: Iterable[str] = ()) -> str:
    """The slug of `text`; with a digest where another of `every` has it, it is `taken` or long."""
    name = slug(text)
    others = (slug(other) for other in every if other != text)
    if name and len(name) <= _MOST and name not in (*others, *taken):
        return name
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{name[: _MOST - 1 - len(digest)].strip('-')}-{digest}".strip("-")
