"""From a graph and a layout to one SVG: self-contained, light and dark, with stable ids.

Text from users' files goes through ElementTree, which escapes it; control characters, which XML
can't hold, are left out.
"""

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
from xml.etree import ElementTree as ET

from groundplan import palette, typeface
from groundplan.captions import ASIDE, DETAIL, LABEL, LINE, head_of, text_of
from groundplan.catalog import kind
from groundplan.errors import ToolError
from groundplan.layout import ON_BORDER, Box

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groundplan.graph import Cluster, Edge, Graph, Node
    from groundplan.layout import Layout
    from groundplan.lines import Line

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


def write(graph: Graph, layout: Layout, lines: Mapping[Edge, Line], *, name: str) -> str:
    """The picture of `graph`; `name` starts every id in it, so that several can share a page.

    Colours are CSS custom properties `--gp-…` with the light palette as the default; the dark one
    applies by the reader's preference, or where a page sets `data-theme` or Material's scheme.
    """
    return _Writer(graph, layout, lines, name).document()


def slug(text: str) -> str:
    """`text` as a part of an id: letters, digits and single hyphens."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", text).strip("-")


class _Writer:
    def __init__(self, graph: Graph, layout: Layout, lines: Mapping[Edge, Line], name: str) -> None:
        self.graph, self.layout, self.lines, self.name = graph, layout, lines, name
        size = {"width": _n(layout.width), "height": _n(layout.height)}
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
        self.slugs = Counter(slug(id_) for id_ in set(things))
        # Where all is new, as in a first plan, a mark on everything says nothing.
        self.marked = len({node.change for node in graph.nodes if node.addresses}) > 1

    def document(self) -> str:
        self._head()
        for cluster in self._outer_first():
            self._frame(cluster)
        for node in self.graph.nodes:
            if box := self.layout.bands.get(node.id):
                self._rect(self.root, box, palette.FRAMES[kind(node.kind).band])
        edges = sorted(self.graph.edges, key=lambda e: (e.source, e.target, e.kind, e.label))
        for edge in edges:
            self._edge(edge)
        for node in sorted(self.graph.nodes, key=lambda item: item.id):
            self._node(node)
        for edge in edges:
            self._said(edge)
        self._define_icons()
        return ET.tostring(self.root, encoding="unicode") + "\n"

    def _outer_first(self) -> list[Cluster]:
        order = {"region": 0, "vpc": 1, "zone": 2, "subnet": 3, "group": 4}
        return sorted(self.graph.clusters, key=lambda item: (order[item.kind], item.id))

    def _head(self) -> None:
        self._text_of(ET.SubElement(self.root, "title", id=f"{self.name}--title"), self.graph.title)
        self._text_of(ET.SubElement(self.root, "desc", id=f"{self.name}--text"), said(self.graph))
        fonts = "".join(
            f"@font-face{{font-family:'Open Sans';font-weight:{weight};"
            f"src:url(data:font/woff2;base64,{_font(file)})}}"
            for weight, file in _FONTS.items()
        )
        light, dark = palette.variables(palette.LIGHT), palette.variables(palette.DARK)
        style = (
            f".gp{{{light}}}@media(prefers-color-scheme:dark){{.gp{{{dark}}}}}"
            f"[data-theme=light].gp,[data-md-color-scheme=default] .gp{{{light}}}"
            f"[data-theme=dark].gp,[data-md-color-scheme=slate] .gp{{{dark}}}"
            f"{_STYLE}"
        )
        ET.SubElement(self.root, "style", {"class": "gp-fonts"}).text = fonts
        ET.SubElement(self.root, "style").text = style
        self.definitions = ET.SubElement(self.root, "defs")
        for edge_kind in sorted({edge.kind for edge in self.graph.edges}):
            self._arrow(edge_kind)
        box = Box(0, 0, self.layout.width, self.layout.height)
        rect = ET.SubElement(self.root, "rect", _box(box))
        rect.attrib |= {"class": "gp-ground", "fill": "var(--gp-bg)"}

    def _arrow(self, kind: str) -> None:
        marker = ET.SubElement(self.definitions, "marker", {
            "id": f"{self.name}--{kind}", "viewBox": "0 0 10 10", "refX": "9", "refY": "5",
            "markerWidth": "7", "markerHeight": "7", "orient": "auto-start-reverse",
        })  # fmt: skip
        colour = palette.EDGES[kind][0]
        ET.SubElement(marker, "path", d="M0,1L10,5L0,9z", fill=f"var(--gp-{colour})")

    def _frame(self, cluster: Cluster) -> None:
        box = self.layout.frames.get(cluster.id)
        if box is None:
            return
        style = palette.style_of(cluster)
        group = ET.SubElement(self.root, "g", {
            "id": self._id(cluster.id), "class": f"gp-frame gp-{cluster.kind}",
        })  # fmt: skip
        self._rect(group, box, style)
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
        rect = ET.SubElement(parent, "rect", {**_box(box), "rx": "3", "fill": fill})
        rect.attrib |= {"stroke": f"var(--gp-{style.stroke})", "stroke-width": "1.4"}
        if style.dashes:
            rect.attrib["stroke-dasharray"] = style.dashes

    def _node(self, node: Node) -> None:
        box = self.layout.icons[node.id]
        card = self.layout.cards.get(node.id)
        group = ET.SubElement(self.root, "g", {
            "id": self._id(node.id), "class": f"gp-node gp-kind-{slug(node.kind)}",
        })  # fmt: skip
        self._text_of(ET.SubElement(group, "title"), "\n".join(node.addresses) or node.label)
        if card:
            self._rect(group, card, palette.FRAMES["card"])
        if kind(node.kind).drawn:
            tile = ET.SubElement(group, "rect", {**_box(_grown(box, 2)), "rx": "7"})
            tile.attrib |= {"fill": "var(--gp-tile)", "fill-opacity": "var(--gp-tile-opacity)"}
        self._icon(group, kind(node.kind).icon, box)
        self._words(group, node, box)
        if node.change != "none" and self.marked:
            corner = card or box
            self._mark(group, palette.CHANGES[node.change], (corner.right, corner.y))
        if node.exposed:
            self._mark(group, palette.EXPOSED, (box.x, box.y))

    def _words(self, group: ET.Element, node: Node, box: Box) -> None:
        text = text_of(node)
        x, y = box.right + ASIDE, box.middle[1] - text.height / 2
        if node.kind in ON_BORDER:  # the frame's line must not run through its name
            ground = Box(x - 4, y - 2, text.width + 8, text.height + 4)
            ET.SubElement(group, "rect", {**_box(ground), "fill": "var(--gp-bg)"})
        for line in text.label:
            y += LABEL * LINE
            self._line(group, line, x, y - 4, "gp-label")
        for line in text.detail:
            y += DETAIL * LINE
            self._line(group, line, x, y - 4)

    def _mark(
        self, group: ET.Element, looks: tuple[str, str, str], at: tuple[float, float]
    ) -> None:
        (sign, colour, meaning), (x, y) = looks, at
        mark = ET.SubElement(group, "g", {"class": "gp-change"})
        ET.SubElement(mark, "title").text = meaning
        ET.SubElement(mark, "circle", {
            "cx": _n(x), "cy": _n(y), "r": "9",
            "fill": f"var(--gp-{colour})", "stroke": "var(--gp-bg)", "stroke-width": "2",
        })  # fmt: skip
        self._line(mark, sign, x, y + 4.5, "gp-mark", anchor="middle")

    def _edge(self, edge: Edge) -> None:
        line = self.lines.get(edge)
        if line is None:
            return
        colour, dashes = palette.EDGES[edge.kind]
        path = ET.SubElement(self.root, "path", {
            "class": f"gp-line gp-{edge.kind}", "d": line.path,
            "stroke": f"var(--gp-{colour})", "marker-end": f"url(#{self.name}--{edge.kind})",
            "data-source": _clean(edge.source), "data-target": _clean(edge.target),
        })  # fmt: skip
        if dashes:
            path.attrib["stroke-dasharray"] = dashes

    def _said(self, edge: Edge) -> None:
        line = self.lines.get(edge)
        if line is not None and line.label_at and edge.label:
            colour = f"fill:var(--gp-{palette.EDGES[edge.kind][0]})"
            x, y = line.label_at
            wide = typeface.width(edge.label, DETAIL, weight="semibold") + 6
            ground = {**_box(Box(x - wide / 2, y - 8, wide, 16)), "rx": "3"}
            ET.SubElement(self.root, "rect", {**ground, "fill": "var(--gp-bg)"})
            self._line(self.root, edge.label, x, y + 4, "gp-said", anchor="middle", style=colour)

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
            "x": _n(x),
            "y": _n(y),
            "class": class_,
            "text-anchor": anchor,
            "style": style,
        }
        kept = {key: value for key, value in attributes.items() if value}
        self._text_of(ET.SubElement(parent, "text", kept), text)

    def _icon(self, parent: ET.Element, icon: str, box: Box) -> None:
        id_ = self.icons.setdefault(icon, f"{self.name}--icon-{len(self.icons)}")
        ET.SubElement(parent, "use", {"href": f"#{id_}", **_box(box)})

    def _define_icons(self) -> None:
        for icon, id_ in self.icons.items():
            symbol = ET.SubElement(self.definitions, "symbol", id=id_, viewBox="0 0 64 64")
            data = f"data:image/png;base64,{_icon_data(icon)}"
            ET.SubElement(symbol, "image", {"href": data, "width": "64", "height": "64"})

    def _id(self, id_: str) -> str:
        """A slug of the thing's id, marked where another thing here (`a.b`, `a-b`) has it too."""
        twice = self.slugs[slug(id_)] > 1
        mark = f"--{sha256(id_.encode(errors='replace')).hexdigest()[:6]}" if twice else ""
        return f"{self.name}-{slug(id_)}{mark}"

    @staticmethod
    def _text_of(element: ET.Element, text: str) -> None:
        element.text = _clean(text)


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
    return f"{graph.title}. It shows: {things}." + (
        f" Relations: {relations}." if relations else ""
    )


def fitted(svg: str) -> str:
    """The picture for a page that brings the fonts itself: without the embedded ones."""
    return re.sub(r'<style class="gp-fonts">.*?</style>', "", svg, flags=re.DOTALL)


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def _grown(box: Box, by: float) -> Box:
    return Box(box.x - by, box.y - by, box.w + 2 * by, box.h + 2 * by)


def _box(box: Box) -> dict[str, str]:
    return {"x": _n(box.x), "y": _n(box.y), "width": _n(box.w), "height": _n(box.h)}


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


@cache
def _font(file: str) -> str:
    path = resources.files("groundplan") / "assets" / "fonts" / file
    return base64.b64encode(path.read_bytes()).decode()


@cache
def _icon_data(icon: str) -> str:
    return base64.b64encode(icon_file(icon).read_bytes()).decode()


def icon_file(icon: str) -> Path:
    """The file of an icon that the `diagrams` library ships."""
    spec = find_spec("diagrams")
    if spec is None or spec.origin is None:
        raise ToolError("the diagrams library is not installed", hint="make setup")
    return Path(spec.origin).parents[1] / "resources" / icon
