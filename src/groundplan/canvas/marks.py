"""What is drawn over a picture: marks of change, notes, boundaries, and the legend of both.

A change is told by its sign, by an outline of its own shape, and by colour. Nothing here takes the
pointer from what stands below.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from groundplan.canvas import legend, palette, signs, typeface
from groundplan.canvas.captions import DETAIL, LINE
from groundplan.canvas.lines import written
from groundplan.canvas.overlay import BADGE, INDENT, cell_of
from groundplan.canvas.signs import SIGN
from groundplan.canvas.svg_parts import clean, grown, place, px
from groundplan.thinning import label_parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from groundplan.canvas.boxes import Box, Layout
    from groundplan.canvas.lines import Line
    from groundplan.canvas.overlay import Overlay
    from groundplan.canvas.palette import FrameStyle
    from groundplan.graph import Change, Edge, Graph

WIDE: Final = 2.6  # of a line that changed
# The outline of each change: whole for what is new, long dashes for what changed, dashes and dots
# for what is replaced, dots for what is gone.
_DASHES: Final[dict[str, str]] = {
    "update": "9 4", "replace": "12 3 3 3", "delete": "2 4",
}  # fmt: skip


def draw(
    root: ET.Element, graph: Graph, layout: Layout, lines: Mapping[Edge, Line], over: Overlay
) -> None:
    """Draw over the picture in `root` what `over` has for `graph`, and its changes."""
    layer = ET.SubElement(root, "g", {"class": "gp-over", "pointer-events": "none"})
    if graph.marked:
        _signs(layer, graph, layout)
    _line_signs(layer, graph, lines)
    if graph.compared:
        _changes(layer, graph, layout)
    for outline in over.outlines:
        _outline(layer, outline.box, "ink", "10 5", radius="10")
        ET.SubElement(layer, "rect", {**place(outline.words), "fill": "var(--gp-bg)"})
        x, y = outline.words.middle
        _text(layer, outline.label, x, y + 4, anchor="middle", colour="ink")
    for badge in over.badges:
        _badge(layer, badge.number, badge.x, badge.y, over.labels[badge.number])
    for told in over.legend:
        _badge(layer, told.number, told.x, told.y)
        for row, line in enumerate(told.lines):
            y = told.y + 4 + row * DETAIL * LINE
            _text(layer, line, told.x + INDENT - 6, y, class_="gp-told")
    if over.key is not None:
        legend.draw(layer, graph, layout, over.key)


def framed(style: FrameStyle, change: Change) -> FrameStyle:
    """How a frame is drawn once it changed: its own line takes the outline."""
    if change == "none":
        return style
    dashes = _DASHES.get(change, "")
    return replace(style, stroke=palette.CHANGES[change].colour, dashes=dashes, width=WIDE)


def draw_outlines(root: ET.Element, graph: Graph, layout: Layout) -> None:
    """Draw the outlines of what changed in a difference, below the lines that lead there."""
    if graph.compared:
        layer = ET.SubElement(root, "g", {"class": "gp-over", "pointer-events": "none"})
        for node in graph.nodes:
            if node.change != "none":
                cell, colour = grown(cell_of(node, layout), 4), palette.CHANGES[node.change].colour
                _outline(layer, cell, colour, _DASHES.get(node.change, ""))


def draw_lines(root: ET.Element, graph: Graph, lines: Mapping[Edge, Line]) -> None:
    """Draw what changed among the lines anew, below everything that is written on them."""
    if changed := [edge for edge in _in_order(graph, lines) if redrawn(edge, graph)]:
        layer = ET.SubElement(root, "g", {"class": "gp-over", "pointer-events": "none"})
        for edge in changed:
            _line(layer, edge, lines[edge])


def redrawn(edge: Edge, graph: Graph) -> bool:
    """True for a line that is drawn as its change has it: in a difference, or where it is gone."""
    return edge.change == "delete" or (edge.change != "none" and bool(graph.compared))


def pieces(edges: Sequence[Edge], graph: Graph) -> list[tuple[str, str]]:
    """What is written on a line that stands for `edges`, and the colour of each piece.

    What is new among it from phase to phase has its sign before it: `tcp 9443, +10251`.
    """
    told = () if graph.compared else graph.changed_lines
    changes = {edge.label: palette.CHANGES[edge.change] for edge in edges if edge in told}
    usual = palette.EDGES[edges[0].kind][0]
    found: list[tuple[str, str]] = []
    for part in label_parts(edge.label for edge in edges):
        signs_ = [changes[label] for label in part.labels if label in changes]
        text, colour = (
            (f"{signs_[0].text}{part.text}", signs_[0].colour) if signs_ else (part.text, usual)
        )
        found += [(part.before, usual), (text, colour)]
    return _joined(found)


def _joined(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Neighbours of one colour as one piece."""
    runs = groupby((piece for piece in found if piece[0]), key=itemgetter(1))
    return [(clean("".join(text for text, _ in run)), colour) for colour, run in runs]


def _in_order(graph: Graph, lines: Mapping[Edge, Line]) -> list[Edge]:
    drawn = (edge for edge in graph.edges if edge in lines)
    return sorted(drawn, key=lambda edge: (edge.source, edge.target, edge.kind, edge.label))


def _line_signs(layer: ET.Element, graph: Graph, lines: Mapping[Edge, Line]) -> None:
    """The signs of lines that don't stand in their words."""
    told = graph.changed_lines
    changed = [e for e in _in_order(graph, lines) if redrawn(e, graph) or e in told]
    words = written((edge for edge in changed if redrawn(edge, graph)), lines)
    for edge in changed:
        if edge in words or not _labelled(edge, lines[edge]):
            _sign(layer, edge.change, *_sign_place(words.get(edge), lines[edge]))


def _changes(layer: ET.Element, graph: Graph, layout: Layout) -> None:
    for node in graph.nodes:
        if node.change != "none":
            cell = grown(cell_of(node, layout), 4)
            _sign(layer, node.change, cell.right, cell.y)


def _signs(layer: ET.Element, graph: Graph, layout: Layout) -> None:
    """The signs of frames."""
    for cluster in graph.clusters:
        if cluster.change != "none" and (box := layout.frames.get(cluster.id)):
            _sign(layer, cluster.change, box.right - 14, box.y)


def veil(group: ET.Element, icon: Box) -> None:
    """Veil the icon of what is gone; its words stay to be read."""
    looks = {**place(icon), "fill": "var(--gp-bg)", "fill-opacity": "0.6"}
    ET.SubElement(group, "rect", looks)


def _line(layer: ET.Element, edge: Edge, line: Line) -> None:
    colour = palette.CHANGES[edge.change].colour
    looks = {"d": line.path, "fill": "none", "class": f"gp-changed gp-{edge.change}"}
    if dashes := _DASHES.get(edge.change):  # the line below must not show between its dashes
        cover = {"stroke": "var(--gp-bg)", "stroke-width": "3", "stroke-opacity": "0.8"}
        ET.SubElement(layer, "path", {**looks, **cover})
        looks["stroke-dasharray"] = dashes
    ET.SubElement(
        layer, "path", {**looks, "stroke": f"var(--gp-{colour})", "stroke-width": px(WIDE)}
    )


def _labelled(edge: Edge, line: Line) -> bool:
    return bool(edge.label and line.label_at)


def _sign_place(words: str | None, line: Line) -> tuple[float, float]:
    """Before a line's words, else in the middle of its longest piece."""
    if words is None or line.label_at is None:
        return _middle(line.path)
    x, y = line.label_at
    return x - typeface.width(words, DETAIL, weight="semibold") / 2 - SIGN - 3, y


def _middle(path: str) -> tuple[float, float]:
    """The middle of a path's longest piece."""
    numbers = [float(part) for part in re.findall(r"-?\d+(?:\.\d+)?", path)]
    points = [*zip(numbers[::2], numbers[1::2], strict=True)]
    (ax, ay), (bx, by) = max(
        pairwise(points), key=lambda piece: sum(abs(a - b) for a, b in zip(*piece, strict=True))
    )
    return (ax + bx) / 2, (ay + by) / 2


def _outline(layer: ET.Element, box: Box, colour: str, dashes: str, *, radius: str = "4") -> None:
    rect = ET.SubElement(layer, "rect", {**place(box), "rx": radius, "fill": "none"})
    rect.attrib |= {"stroke": f"var(--gp-{colour})", "stroke-width": "2"}
    if dashes:
        rect.attrib["stroke-dasharray"] = dashes


def _sign(layer: ET.Element, change: Change, x: float, y: float) -> None:
    signs.draw(layer, palette.CHANGES[change], x, y)


def _badge(layer: ET.Element, number: int, x: float, y: float, text: str = "") -> None:
    """A note's number; its text as a title where it stands at its thing."""
    badge = _disc(layer, x, y, BADGE, "ink")
    badge.attrib["class"] = "gp-note"
    if text:
        badge.attrib["pointer-events"] = "auto"
        ET.SubElement(badge, "title").text = clean(text)
    _text(badge, str(number), x, y + 4.5, anchor="middle", class_="gp-mark")


def _disc(layer: ET.Element, x: float, y: float, radius: float, colour: str) -> ET.Element:
    group = ET.SubElement(layer, "g", {"class": "gp-change"})
    ET.SubElement(group, "circle", {
        "cx": px(x), "cy": px(y), "r": px(radius),
        "fill": f"var(--gp-{colour})", "stroke": "var(--gp-bg)", "stroke-width": "2",
    })  # fmt: skip
    return group


def _text(
    layer: ET.Element,
    text: str,
    x: float,
    y: float,
    *,
    anchor: str = "start",
    colour: str = "",
    class_: str = "gp-said",
) -> None:
    attributes = {"x": px(x), "y": px(y), "class": class_, "text-anchor": anchor}
    if colour:
        attributes["style"] = f"fill:var(--gp-{colour})"
    ET.SubElement(layer, "text", attributes).text = clean(text)
