"""What the SVG writer builds with: text made safe, ids, numbers, icons and fonts as data."""

from __future__ import annotations

import base64
import re
from collections import Counter
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.canvas import palette
from groundplan.canvas.boxes import Box
from groundplan.canvas.captions import DETAIL, LABEL
from groundplan.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable

_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_FONTS: Final = {400: "OpenSans-Regular.woff2", 600: "OpenSans-Semibold.woff2"}

_STYLE: Final = f"""
.gp text{{font-family:'Open Sans',sans-serif;font-size:{DETAIL}px;fill:var(--gp-soft)}}
.gp .gp-label{{font-weight:600;font-size:{LABEL}px;fill:var(--gp-ink)}}
.gp .gp-line{{fill:none;stroke-width:1.6;stroke-linejoin:round}}
.gp .gp-said{{font-weight:600}}
.gp .gp-mark{{font-weight:600;font-size:13px;fill:var(--gp-bg)}}
"""


def style() -> str:
    """The style sheet of every picture: both palettes, and its letters and lines.

    The dark palette applies by the reader's preference, or where a page sets `data-theme` or
    Material's scheme; never on paper.
    """
    light, dark = palette.variables(palette.LIGHT), palette.variables(palette.DARK)
    return (
        f".gp{{{light}}}@media screen and (prefers-color-scheme:dark){{.gp{{{dark}}}}}"
        f"[data-theme=light].gp,[data-md-color-scheme=default] .gp{{{light}}}"
        f"@media screen{{[data-theme=dark].gp,[data-md-color-scheme=slate] .gp{{{dark}}}}}"
        f"{_STYLE}"
    )


def fonts() -> str:
    """The style sheet that brings the typeface along, as data."""
    return "".join(
        f"@font-face{{font-family:'Open Sans';font-weight:{weight};"
        f"src:url(data:font/woff2;base64,{_font(file)})}}"
        for weight, file in _FONTS.items()
    )


def slug(text: str) -> str:
    """`text` as a part of an id: letters, digits and single hyphens."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-")


def ids(things: Iterable[str], name: str) -> dict[str, str]:
    """The element's id of each node and frame in the picture `name`, by its own id.

    It is a slug of that, marked where another thing here (`a.b`, `a-b`) has the same.
    """
    every = set(things)
    slugs = Counter(slug(id_) for id_ in every)
    return {id_: f"{name}-{slug(id_)}{_mark(id_) if slugs[slug(id_)] > 1 else ''}" for id_ in every}


def _mark(id_: str) -> str:
    return f"--{sha256(id_.encode(errors='replace')).hexdigest()[:6]}"


def clean(text: str) -> str:
    """`text` without control characters, which XML can't hold or which reorder what is read."""
    return _CONTROL.sub("", text)


def grown(box: Box, by: float) -> Box:
    """`box`, larger by `by` on each side."""
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def place(box: Box) -> dict[str, str]:
    """The attributes of an element that takes up `box`."""
    return {"x": px(box.x), "y": px(box.y), "width": px(box.w), "height": px(box.h)}


def px(value: float) -> str:
    """A length with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


@cache
def _font(file: str) -> str:
    path = resources.files("groundplan") / "assets" / "fonts" / file
    return base64.b64encode(path.read_bytes()).decode()


@cache
def icon_data(icon: str) -> str:
    """The PNG of an icon in base 64."""
    return base64.b64encode(icon_file(icon).read_bytes()).decode()


def icon_file(icon: str) -> Path:
    """The file of an icon that the `diagrams` library ships."""
    spec = find_spec("diagrams")
    if spec is None or spec.origin is None:
        raise ToolError("the diagrams library is not installed", hint="make setup")
    return Path(spec.origin).parents[1] / "resources" / icon
