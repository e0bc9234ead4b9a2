"""The signs at things that changed or are open: a shape, and what stands in it. All in pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from groundplan.canvas.svg_parts import clean, px

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundplan.canvas.palette import Sign

SIGN: Final = 8  # the radius of a sign
WIDEST: Final = 1.1  # how far the corners of a shape are, for a radius of one
# The corners of each shape, for a radius of one; a disc has none.
_CORNERS: Final[dict[str, Sequence[tuple[float, float]]]] = {
    "diamond": ((0, -WIDEST), (WIDEST, 0), (0, WIDEST), (-WIDEST, 0)),
    "square": ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    "triangle": ((0, -WIDEST), (WIDEST, 0.85), (-WIDEST, 0.85)),
}


def draw(parent: ET.Element, sign: Sign, x: float, y: float, radius: float = SIGN) -> ET.Element:
    """Draw `sign` round that point; its meaning is its title."""
    group = ET.SubElement(parent, "g", {"class": "gp-change"})
    ET.SubElement(group, "title").text = clean(sign.meaning)
    looks = {
        "fill": f"var(--gp-{sign.colour})", "stroke": f"var(--gp-{sign.ink})",
        "stroke-width": "2", "stroke-linejoin": "round",
    }  # fmt: skip
    if corners := _CORNERS.get(sign.shape):
        points = (f"{px(x + radius * dx)},{px(y + radius * dy)}" for dx, dy in corners)
        ET.SubElement(group, "path", {"d": f"M{'L'.join(points)}z", **looks})
    else:
        ET.SubElement(group, "circle", {"cx": px(x), "cy": px(y), "r": px(radius), **looks})
    place = {"x": px(x), "y": px(y + 4.5), "class": "gp-mark", "text-anchor": "middle"}
    ink = {"style": f"fill:var(--gp-{sign.ink})"} if sign.ink != "bg" else {}
    ET.SubElement(group, "text", {**place, **ink}).text = sign.text
    return group
