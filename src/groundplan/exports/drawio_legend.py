"""The legend of a draw.io file: a text for each entry, with letters for what it is about."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from groundplan.canvas import legend, palette
from groundplan.canvas.boxes import Box
from groundplan.canvas.overlay import ROW
from groundplan.canvas.palette import FrameStyle, Sign
from groundplan.canvas.svg_parts import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.canvas.boxes import Layout
    from groundplan.canvas.legend import Entry, Stroke
    from groundplan.graph import Graph

DANGER: Final = "\u26a0"  # before what is open to all
_ROOM: Final = 1.1  # letters of another typeface may be so much wider


def entries(graph: Graph, layout: Layout, y: float) -> Iterator[tuple[str, Box]]:
    """What stands in each cell, as HTML, and where; `y` is the middle of the first row."""
    for number, row in enumerate(legend.rows(graph, layout)):
        for entry, x in row:
            yield _told(entry), Box(x, y + (number - 0.5) * ROW, entry.width * _ROOM, ROW)


def _told(entry: Entry) -> str:
    samples = "".join(f"{_sample(item)} " for item in entry.samples)
    return f"{samples}{html.escape(clean(entry.words), quote=False)}"


def _sample(sample: Sign | Stroke | FrameStyle) -> str:
    if isinstance(sample, Sign):
        open_ = sample.shape == "triangle"
        letter, colour = (DANGER, sample.ink) if open_ else (sample.text, sample.colour)
    elif isinstance(sample, FrameStyle):
        letter, colour = "\u2b1a" if sample.dashes else "\u25a1", sample.stroke  # a square
    else:
        letter, colour = "\u21e2" if sample.dashes else "\u2192", sample.colour  # an arrow
    return f'<font color="{palette.LIGHT[colour]}">{letter}</font>'
