"""From a graph and a layout to one SVG: self-contained, light and dark, with stable ids.

Text from users' files goes through ElementTree, which escapes it; control characters, which XML
can't hold, are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from groundplan.canvas import marks, palette, signs, typeface, viewer
from groundplan.canvas.boxes import ON_BORDER, Box, filled
from groundplan.canvas.captions import ASIDE, DETAIL, LABEL, LINE, head_of, text_of
from groundplan.canvas.echoes import echoes
from groundplan.canvas.lines import INWARD, written
from groundplan.canvas.overlay import Overlay
from groundplan.canvas.svg_parts import (
    clean,
    fonts,
    grown,
    icon_data,
    icon_file,
    ids,
    place,
    px,
    slug,
    style,
)
from groundplan.canvas.viewer import fitted
from groundplan.catalog import kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from groundplan.canvas.boxes import Layout
    from groundplan.canvas.lines import Line
    from groundplan.cards import Card
    from groundplan.graph import Cluster, Edge, Graph, Node

__all__ = ["fitted", "icon_file", "said", "slug", "write"]

MARKED: Final = 9  # the radius of a sign at an icon
TILE: Final = 3  # between an icon that is drawn with lines and the border of its ground


def write(
    graph: Graph,
    layout: Layout,
    lines: Mapping[Edge, Line],
    *,
    name: str,
    cards: Iterable[Card] = (),
    over: Overlay | None = None,
) -> str:
    """The picture of `graph`; `name` starts every id in it, so that several can share a page.

    Colours are CSS custom properties `--gp-…` with the light palette as the default. What has one
    of `cards` opens it where the picture is alone in a browser.
    """
    known = tuple(cards)
    writer = _Writer(graph, layout, lines, name, frozenset(card.id for card in known))
    root = writer.document(over or Overlay())
    viewer.embed(root, known)
    return ET.tostring(root, encoding="unicode") + "\n"


class _Writer:
    def __init__(
        self,
        graph: Graph,
        layout: Layout,
        lines: Mapping[Edge, Line],
        name: str,
        carded: frozenset[str],
    ) -> None:
        self.graph, self.layout, self.lines, self.name = graph, layout, lines, name
        self.carded = carded
        size = {"width": px(layout.width), "height": px(layout.height)}
        self.root = ET.Element("svg", {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {size['width']} {size['height']}",
            **size,
            "class": f"gp gp-{graph.view}",
            "role": "img",
            "aria-labelledby": f"{name}--title {name}--text",
        })  # fmt: skip
        self.icons: dict[str, str] = {}
        things = (*(frame.id for frame in graph.clusters), *(node.id for node in graph.nodes))
        self.ids = ids(things, name)
        self.marked = graph.marked

    def document(self, over: Overlay) -> ET.Element:
        self._head()
        for cluster in self._outer_first():
            self._frame(cluster)
        kinds = {node.id: kind(node.kind).band for node in self.graph.nodes}
        # Several nodes may stand in one band, side by side.
        bands = {
            part: kinds[id_]
            for id_, box in self.layout.bands.items()
            if id_ in kinds
            for part in (box, *self.layout.again.get(id_, ()))
        }
        for box, band in bands.items():
            style = palette.FRAMES[band]
            self._rect(self.root, box, style if filled(box) else replace(style, fill="none"))
        for echo in echoes(self.graph, self.layout):
            self._line(self.root, echo.text, echo.x, echo.y)
        edges = sorted(self.graph.edges, key=lambda e: (e.source, e.target, e.kind, e.label))
        marks.draw_outlines(self.root, self.graph, self.layout)
        for edge in edges:
            self._edge(edge)
        marks.draw_lines(self.root, self.graph, self.lines)
        for node in sorted(self.graph.nodes, key=self._reading_order):
            self._node(node)
        for edge in written(edges, self.lines):
            self._said(edge)
        marks.draw(self.root, self.graph, self.layout, self.lines, over)
        self._define_icons()
        return self.root

    def _reading_order(self, node: Node) -> tuple[float, float, str]:
        """From top to bottom and left to right: the order in which the keyboard goes."""
        icon = self.layout.icons[node.id]
        return icon.y, icon.x, node.id

    def _outer_first(self) -> list[Cluster]:
        order = {"region": 0, "vpc": 1, "zone": 2, "subnet": 3, "group": 4}
        return sorted(self.graph.clusters, key=lambda item: (order[item.kind], item.id))

    def _head(self) -> None:
        self._text_of(ET.SubElement(self.root, "title", id=f"{self.name}--title"), self.graph.title)
        self._text_of(ET.SubElement(self.root, "desc", id=f"{self.name}--text"), said(self.graph))
        ET.SubElement(self.root, "style", {"class": "gp-fonts"}).text = fonts()
        ET.SubElement(self.root, "style", {"class": "gp-style"}).text = style()
        self.definitions = ET.SubElement(self.root, "defs")
        for head, colour in sorted({self._looks(edge) for edge in self.graph.edges}):
            self._arrow(head, colour)
        box = Box(0, 0, self.layout.width, self.layout.height)
        rect = ET.SubElement(self.root, "rect", place(box))
        rect.attrib |= {"class": "gp-ground", "fill": "var(--gp-bg)"}

    def _looks(self, edge: Edge) -> tuple[str, str]:
        """The name and the colour of an edge's head: of its change where that is drawn."""
        if marks.redrawn(edge, self.graph):
            return edge.change, palette.CHANGES[edge.change].colour
        return edge.kind, palette.EDGES[edge.kind][0]

    def _arrow(self, head: str, colour: str) -> None:
        marker = ET.SubElement(self.definitions, "marker", {
            "id": f"{self.name}--{head}", "viewBox": "0 0 10 10", "refX": "9", "refY": "5",
            "markerWidth": "7", "markerHeight": "7", "orient": "auto-start-reverse",
        })  # fmt: skip
        ET.SubElement(marker, "path", d="M0,1L10,5L0,9z", fill=f"var(--gp-{colour})")

    def _frame(self, cluster: Cluster) -> None:
        box = self.layout.frames.get(cluster.id)
        if box is None:
            return
        style = palette.style_of(cluster)
        if self.marked:
            style = marks.framed(style, cluster.change)
        group = ET.SubElement(self.root, "g", {
            "id": self.ids[cluster.id], "class": f"gp-frame gp-{cluster.kind}",
            **self._data(cluster.id),
        })  # fmt: skip
        # A security group with members in several tiers has a box in each.
        for part in (box, *self.layout.again.get(cluster.id, ())):
            self._rect(group, part, style)
            self._head_of(group, cluster, part, style)

    def _head_of(
        self, group: ET.Element, cluster: Cluster, box: Box, style: palette.FrameStyle
    ) -> None:
        left = box.x + 10
        if style.icon:
            self._icon(group, style.icon, Box(box.x, box.y, 26, 26))
            left = box.x + 34
        label, *notes = head_of(cluster)
        colour = f"fill:var(--gp-{style.stroke})"
        self._line(group, label, left, box.y + 19, "gp-label", style=colour)
        for number, note in enumerate(notes):
            self._line(group, note, box.x + 10, box.y + 40 + number * 17)

    def _rect(self, parent: ET.Element, box: Box, style: palette.FrameStyle) -> None:
        fill = style.fill if style.fill == "none" else f"var(--gp-{style.fill})"
        rect = ET.SubElement(parent, "rect", {**place(box), "rx": "3", "fill": fill})
        rect.attrib |= {"stroke": f"var(--gp-{style.stroke})", "stroke-width": px(style.width)}
        if style.dashes:
            rect.attrib["stroke-dasharray"] = style.dashes

    def _node(self, node: Node) -> None:
        box = self.layout.icons[node.id]
        card = self.layout.cards.get(node.id)
        group = ET.SubElement(self.root, "g", {
            "id": self.ids[node.id], "class": f"gp-node gp-kind-{slug(node.kind)}",
            **self._data(node.id), **({"data-change": node.change} if self.marked else {}),
        })  # fmt: skip
        self._text_of(ET.SubElement(group, "title"), "\n".join(node.addresses) or node.label)
        if card:
            self._rect(group, card, palette.FRAMES["card"])
        drawn = kind(node.kind).drawn
        if drawn:
            tile = ET.SubElement(group, "rect", {**place(box), "rx": "5", "fill": "var(--gp-tile)"})
            tile.attrib |= {} if card else {"stroke": "var(--gp-card-line)"}
        self._icon(group, kind(node.kind).icon, grown(box, -TILE) if drawn else box)
        if node.change == "delete" and self.marked:
            marks.veil(group, box)
        self._words(group, node, box)
        if node.change != "none" and self.marked and not self.graph.compared:
            # Lines end anywhere at a card, but not inside of it.
            at = (card.right - 16, card.y + 16) if card else (box.right - INWARD, box.y)
            signs.draw(group, palette.CHANGES[node.change], *at, MARKED)
        if node.exposed:
            signs.draw(group, palette.exposed(self.graph), box.x, box.y, MARKED)

    def _words(self, group: ET.Element, node: Node, box: Box) -> None:
        text = text_of(node)
        x, y = box.right + ASIDE, box.middle[1] - text.height / 2
        if (
            node.kind in ON_BORDER and node.id not in self.layout.bands
        ):  # the frame's line must not run through its name
            ground = Box(x - 4, y - 2, text.width + 8, text.height + 4)
            ET.SubElement(group, "rect", {**place(ground), "fill": "var(--gp-bg)"})
        for line in text.label:
            y += LABEL * LINE
            self._line(group, line, x, y - 4, "gp-label")
        for line in text.detail:
            y += DETAIL * LINE
            self._line(group, line, x, y - 4)

    def _edge(self, edge: Edge) -> None:
        line = self.lines.get(edge)
        if line is None:
            return
        colour, dashes = palette.EDGES[edge.kind]
        head, _ = self._looks(edge)
        path = ET.SubElement(self.root, "path", {
            "class": f"gp-line gp-{edge.kind}", "d": line.path,
            "stroke": f"var(--gp-{colour})", "marker-end": f"url(#{self.name}--{head})",
            **_ends(edge),
            **({"data-change": edge.change} if edge.change != "none" else {}),
        })  # fmt: skip
        if dashes:
            path.attrib["stroke-dasharray"] = dashes

    def _said(self, edge: Edge) -> None:
        at = self.lines[edge].label_at
        if at is None:
            return
        pieces = marks.pieces(self._alike(edge), self.graph)
        words = "".join(text for text, _ in pieces)
        wide = typeface.width(words, DETAIL, weight="semibold") + 6
        ground = {**place(Box(at[0] - wide / 2, at[1] - 8, wide, 16)), "rx": "3"}
        group = ET.SubElement(self.root, "g", {"class": "gp-words", **_ends(edge)})
        ET.SubElement(group, "rect", {**ground, "fill": "var(--gp-bg)"})
        middle = {"x": px(at[0]), "y": px(at[1] + 4), "text-anchor": "middle"}
        said = ET.SubElement(group, "text", {**middle, "class": "gp-said"})
        (said.text, colour), *others = pieces
        said.attrib["style"] = f"fill:var(--gp-{colour})"
        for text, colour in others:
            part = ET.SubElement(said, "tspan", style=f"fill:var(--gp-{colour})")
            self._text_of(part, text)

    def _alike(self, edge: Edge) -> list[Edge]:
        """The lines that are drawn and written on as one with this one."""
        looks = (edge.source, edge.target, edge.kind, self.lines[edge].label_at)
        return [
            other
            for other, line in self.lines.items()
            if (other.source, other.target, other.kind, line.label_at) == looks
        ]

    def _line(
        self,
        parent: ET.Element,
        text: str,
        x: float,
        y: float,
        class_: str = "",
        *,
        anchor: str = "",
        style: str = "",
    ) -> None:
        if not text:
            return
        attributes = {
            "x": px(x),
            "y": px(y),
            "class": class_,
            "text-anchor": anchor,
            "style": style,
        }
        kept = {key: value for key, value in attributes.items() if value}
        self._text_of(ET.SubElement(parent, "text", kept), text)

    def _icon(self, parent: ET.Element, icon: str, box: Box) -> None:
        id_ = self.icons.setdefault(icon, f"{self.name}--icon-{len(self.icons)}")
        ET.SubElement(parent, "use", {"href": f"#{id_}", **place(box)})

    def _define_icons(self) -> None:
        for icon, id_ in self.icons.items():
            symbol = ET.SubElement(self.definitions, "symbol", id=id_, viewBox="0 0 64 64")
            data = f"data:image/png;base64,{icon_data(icon)}"
            ET.SubElement(symbol, "image", {"href": data, "width": "64", "height": "64"})

    def _data(self, id_: str) -> dict[str, str]:
        """By what the viewer finds the thing that a card is of."""
        return {"data-id": clean(id_)} if id_ in self.carded else {}

    @staticmethod
    def _text_of(element: ET.Element, text: str) -> None:
        element.text = clean(text)


def _ends(edge: Edge) -> dict[str, str]:
    """By what the viewer finds the lines of a thing, and their words."""
    return {"data-source": clean(edge.source), "data-target": clean(edge.target)}


def said(graph: Graph) -> str:
    """The picture in words, for those who can't see it."""
    names = {item.id: item.label for item in graph.clusters}
    names |= {item.id: item.label for item in graph.nodes}
    things = ", ".join(sorted(node.label for node in graph.nodes))
    relations = "; ".join(
        f"{names[edge.source]} to {names[edge.target]}{f' ({edge.label})' if edge.label else ''}"
        for edge in sorted(graph.edges, key=lambda e: (e.source, e.target, e.label))
        if edge.kind != "route" and edge.source in names and edge.target in names
    )
    parts = [f"{graph.title}. It shows: {things}."]
    parts += [f"Relations: {relations}."] if relations else []
    parts += _changes_said(graph) if graph.compared else []
    parts += [f"Note at {names.get(note.beside, note.beside)}: {note.text}" for note in graph.notes]
    return " ".join(parts)


def _changes_said(graph: Graph) -> list[str]:
    """What a difference adds, changes and removes, in words."""
    words = {"create": "Added", "update": "Changed", "replace": "Replaced", "delete": "Removed"}
    things: list[Cluster | Node] = [*graph.clusters, *graph.nodes]
    told = {
        word: [item.label for item in things if item.change == change]
        for change, word in words.items()
    }
    said = [f"{word}: {', '.join(sorted(labels))}." for word, labels in told.items() if labels]
    return [f"Compared with {graph.compared}.", *said]
