"""The legend below a picture: its signs, lines and frames, as far as there are any in it.

All lengths are pixels.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from groundplan.canvas import palette, signs, typeface
from groundplan.canvas.boxes import Box
from groundplan.canvas.captions import DETAIL
from groundplan.canvas.overlay import INDENT, ROW
from groundplan.canvas.palette import FrameStyle, Sign
from groundplan.canvas.signs import SIGN, WIDEST
from groundplan.canvas.svg_parts import clean, place, px
from groundplan.catalog import kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.canvas.boxes import Layout
    from groundplan.graph import Cluster, Edge, Graph, Node

_BETWEEN: Final = 24  # two entries
_BESIDE: Final = 6  # a sample and its words
_SPACE: Final = 4  # two words
_LINE: Final = 26  # the length of a line's sample
_BOX: Final = Box(0, -7, 20, 14)  # a frame's sample, from its middle left
LINES: Final = {
    "route": "route", "rule": "may reach, by a rule", "flow": "flow", "uses": "use",
    "replicates": "replicates",
}  # fmt: skip
_SPREAD: Final = "may run in each of these"


@dataclass(frozen=True)
class Stroke:
    """How a kind of line is drawn: its colour's name, and its dashes."""

    colour: str
    dashes: str


@dataclass(frozen=True)
class Entry:
    """A sample of what is drawn, and its meaning; words alone go with the entry before them."""

    words: str
    samples: tuple[Sign | Stroke | FrameStyle, ...] = ()

    @property
    def width(self) -> float:
        """Of samples and words."""
        return sum(_width(item) + _BESIDE for item in self.samples) + typeface.width(
            self.words, DETAIL, weight="semibold"
        )


def width(graph: Graph, layout: Layout) -> float:
    """The least width of a picture that the widest entry has room in; 0 without any."""
    return max((entry.width + 2 * INDENT for entry in _entries(graph, layout)), default=0.0)


def rows(graph: Graph, layout: Layout) -> tuple[tuple[tuple[Entry, float], ...], ...]:
    """The entries of each row, with where they start; as wide as the picture."""
    found: list[list[tuple[Entry, float]]] = []
    at = layout.width
    for entry in _entries(graph, layout):
        if at + entry.width > layout.width - INDENT:
            found.append([])
            at = INDENT
        elif not entry.samples:
            at -= _BETWEEN - _SPACE
        found[-1].append((entry, at))
        at += entry.width + _BETWEEN
    return tuple(tuple(row) for row in found)


def draw(layer: ET.Element, graph: Graph, layout: Layout, y: float) -> None:
    """Draw the legend of `graph`; `y` is the middle of its first row."""
    layer = ET.SubElement(layer, "g", {"class": "gp-legend"})
    for number, row in enumerate(rows(graph, layout)):
        for entry, x in row:
            _draw(layer, entry, x, y + number * ROW)


def _entries(graph: Graph, layout: Layout) -> Iterator[Entry]:
    changed = [sign for change, sign in palette.CHANGES.items() if change in changes_of(graph)]
    yield from (Entry(sign.meaning, (sign,)) for sign in changed)
    if changed:
        yield Entry(since(graph))
    if any(node.exposed for node in graph.nodes):
        sign = palette.exposed(graph)
        yield Entry(sign.meaning, (sign,))
    lines: dict[Stroke, list[str]] = defaultdict(list)  # two kinds may look the same
    here = {edge.kind for edge in graph.edges}
    for kind_, looks in palette.EDGES.items():
        if kind_ in here:
            lines[Stroke(*looks)].append(LINES[kind_])
    yield from (Entry(" or ".join(words), (looks,)) for looks, words in lines.items())
    if any(item.kind == "group" and item.address for item in graph.clusters):
        yield Entry("security group", (palette.FRAMES["group"],))
    bands = dict.fromkeys(kind(n.kind).band for n in graph.nodes if n.id in layout.bands)
    if bands:
        yield Entry(_SPREAD, tuple(palette.FRAMES[band] for band in sorted(bands)))


def changes_of(graph: Graph) -> set[str]:
    """The changes that have a sign in the picture."""
    if not graph.marked:
        return set()
    lines = graph.edges if graph.compared else graph.changed_lines
    things: list[Cluster | Node | Edge] = [*graph.clusters, *graph.nodes, *lines]
    return {item.change for item in things}


def since(graph: Graph) -> str:
    """Since when, or by what, the things that have a sign have changed."""
    if graph.compared:
        return f"since {graph.compared}"
    return "in this phase" if any(node.phase for node in graph.nodes) else "by this plan"


def _width(sample: Sign | Stroke | FrameStyle) -> float:
    if isinstance(sample, Sign):
        return 2 * WIDEST * SIGN
    return _LINE if isinstance(sample, Stroke) else _BOX.w


def _draw(layer: ET.Element, entry: Entry, x: float, y: float) -> None:
    for sample in entry.samples:
        _sample(layer, sample, x, y)
        x += _width(sample) + _BESIDE
    attributes = {"x": px(x), "y": px(y + 4), "class": "gp-said"}
    ET.SubElement(layer, "text", attributes).text = clean(entry.words)


def _sample(layer: ET.Element, sample: Sign | Stroke | FrameStyle, x: float, y: float) -> None:
    if isinstance(sample, Sign):
        signs.draw(layer, sample, x + WIDEST * SIGN, y)
    elif isinstance(sample, Stroke):
        colour = f"var(--gp-{sample.colour})"
        line = {"d": f"M{px(x)},{px(y)}h{_LINE - 6}", "stroke": colour, "stroke-width": "1.6"}
        _dashed(ET.SubElement(layer, "path", line), sample.dashes)
        tip = f"M{px(x + _LINE - 7)},{px(y - 4)}l7,4l-7,4z"
        ET.SubElement(layer, "path", {"d": tip, "fill": colour})
    else:
        looks = {"rx": "3", "fill": f"var(--gp-{sample.fill})", "stroke-width": "1.4"}
        looks["stroke"] = f"var(--gp-{sample.stroke})"
        box = place(_BOX.moved(x, y))
        _dashed(ET.SubElement(layer, "rect", {**box, **looks}), sample.dashes)


def _dashed(element: ET.Element, dashes: str) -> None:
    if dashes:
        element.attrib["stroke-dasharray"] = dashes
