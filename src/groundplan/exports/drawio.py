"""A drawn view as a draw.io file: the same groups and places, every shape and text editable.

Containers are nested as the frames are, with coordinates relative to what they stand in, so that a
moved subnet takes along what is in it. The file is plain XML, and the same each time.
"""

from __future__ import annotations

import html
import re
from itertools import pairwise
from math import dist
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from groundplan.canvas import palette
from groundplan.canvas.boxes import ON_BORDER, Box
from groundplan.canvas.captions import head_of, text_of
from groundplan.canvas.lines import written
from groundplan.canvas.overlay import BADGE
from groundplan.canvas.svg_parts import clean, px
from groundplan.catalog import kind
from groundplan.exports import drawio_legend
from groundplan.exports.drawio_shapes import shape_of
from groundplan.growth import unmarked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from groundplan.canvas.overlay import Overlay
    from groundplan.canvas.render import Plan
    from groundplan.graph import Change, Cluster, Edge, Graph, Node

Point = tuple[float, float]

_ROOT: Final = "1"  # draw.io's own layer, which everything stands on
_ORDER: Final = {"region": 0, "vpc": 1, "zone": 2, "subnet": 3, "group": 4}
_TEXT: Final = "html=1;fontFamily=Open Sans;fontColor=#16202c;"
_CONTAINER: Final = (
    "container=1;collapsible=0;recursiveResize=0;pointerEvents=0;outlineConnect=0;"
    "verticalAlign=top;align=left;whiteSpace=wrap;fontSize=14;fontStyle=1;"
)
_ASIDE: Final = (
    "labelPosition=right;verticalLabelPosition=middle;align=left;verticalAlign=middle;"
    "spacingLeft=6;fontSize=14;fontStyle=1;aspect=fixed;"
)
_ICONS: Final = {"region": "group_region", "vpc": "group_vpc"}
_GONE: Final = "opacity=45;textOpacity=60;"


def write(graph: Graph, plan: Plan) -> str:
    """The `.drawio` file of `graph` as `plan` lays it out."""
    return _Writer(graph, plan).document()


class _Writer:
    def __init__(self, graph: Graph, plan: Plan) -> None:
        self.graph = graph if graph.marked else unmarked(graph)
        self.layout, self.over = plan.layout, plan.over.of(graph)
        self.lines = {_key(edge): line for edge, line in plan.lines.items()}
        here = {edge: self.lines[_key(edge)] for edge in graph.edges if _key(edge) in self.lines}
        self.words = {_key(edge): text for edge, text in written(graph.edges, here).items()}
        self.frames = {item.id: item for item in graph.clusters}
        self.boxes: dict[str, Box] = {}  # of each cell, from the picture's corner
        self.bands: dict[Box, str] = {}  # the cell of each
        self.parts: dict[str, list[str]] = {}  # the cells of a thing that is drawn in several
        self.file = ET.Element("mxfile", {"host": "groundplan"})
        diagram = ET.SubElement(self.file, "diagram", id=graph.view, name=clean(graph.title))
        model = ET.SubElement(diagram, "mxGraphModel", {
            "grid": "1", "gridSize": "10", "guides": "1", "tooltips": "1", "connect": "1",
            "arrows": "1", "fold": "1", "page": "0", "pageScale": "1", "math": "0", "shadow": "0",
            "pageWidth": px(self.layout.width), "pageHeight": px(self.layout.height),
        })  # fmt: skip
        self.root = ET.SubElement(model, "root")
        ET.SubElement(self.root, "mxCell", id="0")
        ET.SubElement(self.root, "mxCell", {"id": _ROOT, "parent": "0"})

    def document(self) -> str:
        for cluster in sorted(self.graph.clusters, key=lambda c: (_ORDER[c.kind], c.id)):
            self._frame(cluster)
        for node in self.graph.nodes:
            self._node(node)
        for edge in sorted(self.graph.edges, key=lambda e: (e.source, e.target, e.kind, e.label)):
            self._edge(edge)
        self._added(self.over)
        self._legend()
        ET.indent(self.file, " ")
        return ET.tostring(self.file, encoding="unicode") + "\n"

    def _frame(self, cluster: Cluster) -> None:
        box = self.layout.frames.get(cluster.id)
        if box is None:
            return
        label, *notes = head_of(cluster)
        value = _html(_signed(label, cluster.change), notes)
        style = _frame_style(cluster) + _changed(cluster.change)
        extra = {"address": cluster.address or ""}
        boxes = (box, *self.layout.again.get(cluster.id, ()))
        self._several(cluster.id, (value, style), boxes, parent=cluster.parent, extra=extra)

    def _node(self, node: Node) -> None:
        text, icon = text_of(node), self.layout.icons[node.id]
        danger = f"{drawio_legend.DANGER} " if node.exposed else ""
        label = "\n".join(text.label)
        value = _html(_signed(f"{danger}{label}", node.change), text.detail)
        extra = {"tooltip": "\n".join(node.addresses)}
        if card := self.layout.cards.get(node.id):
            style = f"rounded=1;arcSize=4;fillColor=#ffffff;strokeColor=#cdd5de;{_TEXT}"
            style += "container=1;collapsible=0;recursiveResize=0;"
            style += _changed(node.change)
            self._vertex(node.id, "", style, card, parent=node.cluster, extra=extra)
            shape = f"{shape_of(kind(node.kind).icon)}{_ASIDE}{_TEXT}connectable=0;"
            self._vertex(f"{node.id}/icon", value, shape, icon, parent=node.id)
            return
        home = self._part(node.cluster, icon.middle) if node.cluster else None
        ground = "labelBackgroundColor=#ffffff;" if node.kind in ON_BORDER else ""
        if band := self.layout.bands.get(node.id):
            home = self._band(node, (band, *self.layout.again.get(node.id, ())))
        style = f"{shape_of(kind(node.kind).icon)}{_ASIDE}{_TEXT}{ground}"
        style += _changed(node.change, icon=True)
        self._vertex(node.id, value, style, icon, parent=home, extra=extra)

    def _band(self, node: Node, boxes: Sequence[Box]) -> str:
        """The cell of the band that a node stands in; several may stand in one, side by side."""
        if boxes[0] not in self.bands:
            style = f"{_style(palette.FRAMES[kind(node.kind).band])}container=1;collapsible=0;"
            self.bands[boxes[0]] = id_ = f"{node.id}/band"
            self._several(id_, ("", style), boxes, parent=node.cluster)
        return self.bands[boxes[0]]

    def _edge(self, edge: Edge) -> None:
        line = self.lines.get(_key(edge))
        if line is None:
            return
        points, curved = _points(line.path)
        source, target = self._end(edge.source, points[0]), self._end(edge.target, points[-1])
        if not {source, target} <= self.boxes.keys():
            return
        said = self.words.get(_key(edge), "")  # a route's is told at its subnet's head
        cell = self._cell(_edge_id(edge), _html(_signed(said, edge.change)), {
            "style": _edge_style(edge, curved=curved)
            + _port("exit", self.boxes[source], points[0])
            + _port("entry", self.boxes[target], points[-1]),
            "edge": "1", "parent": _ROOT,
            "source": f"g:{clean(source)}", "target": f"g:{clean(target)}",
        })  # fmt: skip
        geometry = ET.SubElement(cell, "mxGeometry", {"relative": "1", "as": "geometry"})
        if said and line.label_at:
            along, aside = _label_place(points, line.label_at)
            geometry.attrib["x"] = f"{along:.4g}"
            offset = {"x": px(aside[0]), "y": px(aside[1]), "as": "offset"}
            ET.SubElement(geometry, "mxPoint", offset)
        if points[1:-1]:
            array = ET.SubElement(geometry, "Array", {"as": "points"})
            for x, y in points[1:-1]:
                ET.SubElement(array, "mxPoint", x=px(x), y=px(y))

    def _end(self, id_: str, at: Point) -> str:
        """What a line ends at: a group that has no frame is met at one of its nodes."""
        inside = [node.id for node in self.graph.nodes if node.cluster == id_]
        return inside[-1] if inside and id_ not in self.boxes else self._part(id_, at)

    def _part(self, id_: str, at: Point) -> str:
        """The cell of a thing that a point is in or next to."""
        cells = self.parts.get(id_)
        return min(cells, key=lambda cell: self._off(cell, at)) if cells else id_

    def _off(self, cell: str, at: Point) -> float:
        box = self.boxes[cell]
        near = min(max(at[0], box.x), box.right), min(max(at[1], box.y), box.bottom)
        return dist(near, at)

    def _legend(self) -> None:
        style = f"text;align=left;verticalAlign=middle;fontSize=12;fontStyle=1;{_TEXT}"
        if self.over.key is not None:
            entries = drawio_legend.entries(self.graph, self.layout, self.over.key)
            for number, (told, box) in enumerate(entries):
                self._vertex(f"legend/{number}", told, style, box, parent=None)

    def _added(self, over: Overlay) -> None:
        """A person's notes and boundaries."""
        for number, outline in enumerate(over.outlines):
            style = (
                f"rounded=1;arcSize=6;dashed=1;dashPattern=10 5;fillColor=none;strokeColor=#16202c;"
                f"strokeWidth=2;pointerEvents=0;verticalAlign=top;align=left;spacingLeft=8;{_TEXT}"
            )
            self._vertex(
                f"boundary/{number}", _html(outline.label), style, outline.box, parent=None
            )
        disc = f"ellipse;fillColor=#16202c;strokeColor=#ffffff;fontStyle=1;{_TEXT}fontColor=#fff;"
        for number, badge in enumerate(over.badges):
            box = Box(badge.x - BADGE, badge.y - BADGE, 2 * BADGE, 2 * BADGE)
            tooltip = {"tooltip": over.labels[badge.number]}
            self._vertex(
                f"badge/{number}", str(badge.number), disc, box, parent=None, extra=tooltip
            )
        for told in over.legend:
            text = f"{told.number}  {over.labels[told.number]}"
            style = f"text;align=left;verticalAlign=top;whiteSpace=wrap;{_TEXT}"
            room = self.layout.width - told.x - BADGE
            box = Box(told.x - BADGE, told.y - BADGE, room, 20 * len(told.lines))
            self._vertex(f"note/{told.number}", _html(text), style, box, parent=None)

    def _several(
        self,
        id_: str,
        looks: tuple[str, str],
        boxes: Sequence[Box],
        *,
        parent: str | None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """A cell of that value and style at each box that a thing has."""
        self.parts[id_] = [id_, *(f"{id_}/{number}" for number in range(2, len(boxes) + 1))]
        for cell, box in zip(self.parts[id_], boxes, strict=True):
            home = self._part(parent, box.middle) if parent else None
            self._vertex(cell, *looks, box, parent=home, extra=extra)

    def _vertex(
        self,
        id_: str,
        value: str,
        style: str,
        box: Box,
        *,
        parent: str | None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """A cell at `box`, given from the picture's corner, in the nearest frame that is drawn."""
        while parent is not None and parent not in self.boxes:
            parent = self.frames[parent].parent if parent in self.frames else None
        cell = self._cell(f"g:{id_}", value, {
            "style": style, "vertex": "1", "parent": f"g:{clean(parent)}" if parent else _ROOT,
        }, extra)  # fmt: skip
        corner = self.boxes[parent] if parent else Box(0, 0, 0, 0)
        ET.SubElement(cell, "mxGeometry", {
            "x": px(box.x - corner.x), "y": px(box.y - corner.y),
            "width": px(box.w), "height": px(box.h), "as": "geometry",
        })  # fmt: skip
        self.boxes[id_] = box

    def _cell(
        self,
        id_: str,
        value: str,
        attributes: Mapping[str, str],
        extra: Mapping[str, str] | None = None,
    ) -> ET.Element:
        """A cell, in an object of its own where it has data (Edit Data in draw.io) to show."""
        data = {key: clean(text) for key, text in (extra or {}).items() if text}
        named = {"id": clean(id_)}
        if not data:
            return ET.SubElement(self.root, "mxCell", {**named, "value": value, **attributes})
        holder = ET.SubElement(self.root, "UserObject", {"label": value, **named, **data})
        return ET.SubElement(holder, "mxCell", dict(attributes))


def _key(edge: Edge) -> tuple[str, str, str, str]:
    return (edge.source, edge.target, edge.kind, edge.label)


def _edge_id(edge: Edge) -> str:
    return f"e:{edge.kind}:{edge.source}:{edge.target}:{edge.label}"


def _html(label: str, small: Iterable[str] = ()) -> str:
    """A label as draw.io shows it: the first part as it is, smaller lines below."""
    head = html.escape(clean(label), quote=False).replace("\n", "<br>")
    lines = "<br>".join(html.escape(clean(line), quote=False) for line in small)
    if not lines:
        return head
    return f'{head}<br><font style="font-size: 12px; font-weight: normal;">{lines}</font>'


def _signed(label: str, change: Change) -> str:
    return f"{palette.CHANGES[change].text} {label}".strip() if change != "none" else label


def _changed(change: Change, *, icon: bool = False) -> str:
    """What a change makes of a style; the last word on a key counts."""
    if change == "none":
        return ""
    colour = palette.LIGHT[palette.CHANGES[change].colour]
    gone = _GONE if change == "delete" else ""
    outline = "" if icon else f"strokeColor={colour};strokeWidth=3;"
    dashes = "dashed=1;dashPattern=2 4;" if change == "delete" else ""
    return f"{outline}{dashes}fontColor={colour};{gone}"


def _frame_style(cluster: Cluster) -> str:
    looks = palette.style_of(cluster)
    style = _style(looks) + _CONTAINER
    colour = palette.LIGHT[looks.stroke]
    icon = _ICONS.get(cluster.kind) or ("group_security_group" if looks.icon else "")
    if not icon:
        return f"{style}{_TEXT}fontColor={colour};spacingLeft=6;"
    return (
        f"shape=mxgraph.aws4.group;grIcon=mxgraph.aws4.{icon};grStroke=1;"
        f"{style}{_TEXT}fontColor={colour};spacingLeft=30;"
    )


def _style(looks: palette.FrameStyle) -> str:
    fill = "none" if looks.fill == "none" else palette.LIGHT[looks.fill]
    dashes = f"dashed=1;dashPattern={looks.dashes};" if looks.dashes else "dashed=0;"
    stroke = palette.LIGHT[looks.stroke]
    return f"fillColor={fill};strokeColor={stroke};strokeWidth=1.4;{dashes}"


def _edge_style(edge: Edge, *, curved: bool) -> str:
    colour, dashes = palette.EDGES[edge.kind]
    stroke = palette.LIGHT[colour]
    pattern = f"dashed=1;dashPattern={dashes};" if dashes else ""
    bend = "curved=1;" if curved else ""
    return (
        f"rounded=1;arcSize=12;endArrow=block;endFill=1;endSize=5;strokeColor={stroke};strokeWidth=1.6;"
        f"fontSize=12;fontStyle=1;labelBackgroundColor=#ffffff;{bend}{pattern}{_TEXT}"
        f"fontColor={stroke};{_changed(edge.change)}"
    )


def _port(end: str, box: Box, point: Point) -> str:
    """Where a line leaves or enters a cell, as parts of its width and height."""
    x = min(max((point[0] - box.x) / (box.w or 1), 0), 1)
    y = min(max((point[1] - box.y) / (box.h or 1), 0), 1)
    return f"{end}X={x:.4g};{end}Y={y:.4g};{end}Dx=0;{end}Dy=0;{end}Perimeter=0;"


def _points(path: str) -> tuple[list[Point], bool]:
    """The points that an SVG path goes through, and whether it is curved between them.

    A rounded corner (Q) is the one point that it would be without.
    """
    found: list[Point] = []
    for command, part in re.findall(r"([MLCQA])([^MLCQA]*)", path):
        numbers = [float(item) for item in re.findall(r"-?\d+(?:\.\d+)?", part)]
        step = {"C": 6, "A": 7}.get(command, 2)
        if command == "Q":
            found[-1] = (numbers[0], numbers[1])
            continue
        ends = range(step, len(numbers) + 1, step)
        found += [(numbers[end - 2], numbers[end - 1]) for end in ends]
    return found, "C" in path


def _label_place(points: list[Point], at: Point) -> tuple[float, Point]:
    """Where on its line a label stands: -1 at the start, 1 at the end; and how far beside it."""
    gone, found = 0.0, []
    for start, end in pairwise(points):
        length = dist(start, end)
        way = (end[0] - start[0], end[1] - start[1])
        part = sum((at[i] - start[i]) * way[i] for i in (0, 1)) / (length**2 or 1)
        part = min(max(part, 0), 1)
        foot = (start[0] + part * way[0], start[1] + part * way[1])
        found.append((dist(foot, at), gone + part * length, foot))
        gone += length
    _, along, foot = min(found)
    return 2 * along / (gone or 1) - 1, (at[0] - foot[0], at[1] - foot[1])
