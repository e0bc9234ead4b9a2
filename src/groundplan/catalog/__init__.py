"""The one table of what can be drawn: icons, labels, and what becomes of each resource type.

A new resource type is one row in `RESOURCES`: in `network`, `compute`, `data` or `services`. A new
kind of node, or of Compose service, is one row in `KINDS`. What has no row is treated by its name,
in `families`. Icons are paths inside the icon set that the `diagrams` library ships.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from groundplan.catalog.compute import COMPUTE_ROWS
from groundplan.catalog.data import DATA_ROWS
from groundplan.catalog.families import OTHER, by_name
from groundplan.catalog.kinds import KINDS
from groundplan.catalog.model import End, Kind, Link, Place, Treatment, ViewName
from groundplan.catalog.network import NETWORK_ROWS
from groundplan.catalog.services import SERVICE_ROWS

__all__ = [
    "KINDS",
    "OTHER",
    "RESOURCES",
    "End",
    "Kind",
    "Link",
    "Place",
    "Treatment",
    "ViewName",
    "kind",
    "treatment",
]

RESOURCES: Final[dict[str, Treatment]] = NETWORK_ROWS | COMPUTE_ROWS | DATA_ROWS | SERVICE_ROWS


def kind(name: str) -> Kind:
    """The looks of a kind of node; the path of an icon stands for a kind of its own."""
    return Kind(name, "") if name.endswith(".png") else KINDS[name]


@cache
def treatment(type_: str) -> Treatment:
    """What becomes of a resource type; one that no row knows is treated by its name."""
    return RESOURCES.get(type_) or by_name(type_)
