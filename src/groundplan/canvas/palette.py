"""The colours of all pictures, light and dark, and how each kind of frame and line looks.

AWS's own group colours (architecture icons since 2023); the dark ones are the same hues made
lighter, on dark ground.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from groundplan.graph import Cluster, Graph

LIGHT: Final[dict[str, str]] = {
    "bg": "#ffffff",
    "ink": "#16202c",
    "soft": "#4d5b6b",
    "line": "#5b6776",
    "region": "#00858a",
    "vpc": "#7a3ff2",
    "public": "#5c7d0d",
    "public-fill": "#f2f6e8",
    "private": "#007f83",
    "private-fill": "#e6f6f7",
    "isolated": "#56657a",
    "isolated-fill": "#eff2f6",
    "group": "#c9243d",
    "group-fill": "#fffafa",
    "band": "#c25a00",
    "band-fill": "#fffdf8",
    "route": "#7a3ff2",
    "rule": "#c9243d",
    "flow": "#33475b",
    "data": "#2e5cb8",
    "data-fill": "#fafbff",
    "card": "#ffffff",
    "card-line": "#cdd5de",
    "tile": "#ffffff",
    "create": "#1b7f3b",
    "update": "#9a5b00",
    "replace": "#a3127f",
    "delete": "#c0182f",
    "warn": "#ffc61a",
    "warn-ink": "#16202c",
    "focus": "#0b57d0",
    "link": "#0b6471",
}

DARK: Final[dict[str, str]] = {
    "bg": "#161b24",
    "ink": "#eef2f7",
    "soft": "#b4c0ce",
    "line": "#9aa8b8",
    "region": "#3fc7ca",
    "vpc": "#b597ff",
    "public": "#a9cf4a",
    "public-fill": "#1f2a14",
    "private": "#3fc7ca",
    "private-fill": "#10292d",
    "isolated": "#a3b1c4",
    "isolated-fill": "#232b38",
    "group": "#ff8093",
    "group-fill": "#261d26",
    "band": "#ffab5e",
    "band-fill": "#26221d",
    "route": "#b597ff",
    "rule": "#ff8093",
    "flow": "#c3d0de",
    "data": "#8fb4ff",
    "data-fill": "#1c2230",
    "card": "#1f2734",
    "card-line": "#3c4859",
    "tile": "#eef2f7",
    "create": "#5fd389",
    "update": "#ffb74d",
    "replace": "#ff8fdc",
    "delete": "#ff7285",
    "warn": "#ffc61a",
    "warn-ink": "#16202c",
    "focus": "#8fb4ff",
    "link": "#66cdd4",
}


@dataclass(frozen=True)
class FrameStyle:
    """How a frame is drawn: its colours by their names in the palette, dashes, corner icon."""

    stroke: str
    fill: str = "none"
    dashes: str = ""
    icon: str = ""
    width: float = 1.4


FRAMES: Final[dict[str, FrameStyle]] = {
    "region": FrameStyle("region", dashes="2 4"),
    "vpc": FrameStyle("vpc", icon="aws/network/vpc.png"),
    "zone": FrameStyle("region", dashes="6 4"),
    "public": FrameStyle("public", "public-fill", icon="aws/network/public-subnet.png"),
    "private": FrameStyle("private", "private-fill", icon="aws/network/private-subnet.png"),
    "isolated": FrameStyle("isolated", "isolated-fill"),
    "unknown": FrameStyle("isolated", "isolated-fill", dashes="4 4"),
    "group": FrameStyle("group", "group-fill", dashes="6 4"),
    "card": FrameStyle("card-line", "card"),
    "box": FrameStyle("isolated", "isolated-fill"),
    "compute": FrameStyle("band", "band-fill", dashes="6 4"),
    "data": FrameStyle("data", "data-fill", dashes="6 4"),
}


def style_of(cluster: Cluster) -> FrameStyle:
    """How the frame of `cluster` is drawn; a subnet's by its tier."""
    if cluster.kind == "subnet":
        return FRAMES[cluster.tier or "unknown"]
    # A group of the plan is a security group; one drawn by hand is no resource.
    return FRAMES["box" if cluster.kind == "group" and not cluster.address else cluster.kind]


# Colour and dashes of each kind of line.
EDGES: Final[dict[str, tuple[str, str]]] = {
    "flow": ("flow", ""),
    "route": ("route", ""),
    "rule": ("rule", ""),
    "replicates": ("data", "6 4"),
    "uses": ("flow", ""),
}


@dataclass(frozen=True)
class Sign:
    """A mark at a thing: what stands in it, its colour, its shape, and what it means."""

    text: str
    colour: str
    shape: Literal["disc", "diamond", "square", "triangle"]
    meaning: str
    ink: str = "bg"


# A change is told by its sign and its shape too, not by colour alone.
CHANGES: Final[dict[str, Sign]] = {
    "create": Sign("+", "create", "disc", "added"),
    "update": Sign("~", "update", "disc", "changed"),
    "replace": Sign("±", "replace", "diamond", "replaced"),
    "delete": Sign("–", "delete", "square", "removed"),
}

EXPOSED: Final = Sign("!", "warn", "triangle", "reachable from the internet", ink="warn-ink")
# All that a Compose file can tell: whom a host's port lets in, it doesn't say.
PUBLISHED: Final = replace(EXPOSED, meaning="a store with a published port")


def exposed(graph: Graph) -> Sign:
    """How what is open is marked in `graph`, and what that means there."""
    return EXPOSED if graph.regional else PUBLISHED


_VARIABLE: Final = re.compile(r"var\(--gp-([a-z-]+)\)")


def variables(colours: dict[str, str]) -> str:
    """The palette as CSS custom properties."""
    return "".join(f"--gp-{name}:{value};" for name, value in colours.items())


def fixed(svg: str, colours: dict[str, str]) -> str:
    """`svg` with every custom property replaced by its colour, for what knows no CSS variables."""
    return _VARIABLE.sub(lambda match: colours[match[1]], svg)
