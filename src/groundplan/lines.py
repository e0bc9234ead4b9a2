"""The lines of a laid-out view: their corners, and where their labels stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from groundplan import palette, typeface
from groundplan.captions import ASIDE, DETAIL, head_of, text_of
from groundplan.graph import Cluster
from groundplan.layout import Box, Layout
from groundplan.routing import Point, Port, Router

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundplan.graph import Edge, Graph, Node

_FRACTIONS: Final = (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9)


@dataclass(frozen=True)
class Line:
    """An SVG path, and the centre of its label where one fits."""

    path: str
    label_at: Point | None = None


def draw_lines(graph: Graph, layout: Layout) -> dict[Edge, Line]:
    """A line for each edge of the frame graph, in a fixed order, round icons, texts and heads."""
    solid = [*_solid(graph, layout)]
    frames = (*layout.frames.values(), *layout.bands.values())
    rails = [side for box in frames for side in _outline(box)]
    router = Router(solid, layout.width, layout.height, rails)
    boxes: dict[str, Node | Cluster] = {item.id: item for item in graph.clusters}
    boxes |= {item.id: item for item in graph.nodes}
    # A group that has no frame is met at one of its nodes.
    boxes |= {n.cluster: n for n in graph.nodes if n.cluster and n.cluster not in layout.frames}
    routes: dict[Edge, tuple[Point, ...]] = {}
    for edge in sorted(graph.edges, key=lambda e: (_span(e, layout), e.source, e.target, e.label)):
        things = [boxes[id_] for id_ in (edge.source, edge.target) if id_ in boxes]
        ends = [_ports(thing, layout) for thing in things]
        if len(ends) == 2 and all(ends):  # noqa: PLR2004 - a line has two ends
            routes[edge] = router.route(*ends)
    return _labelled(routes, solid)


def _outline(box: Box) -> Iterator[tuple[Point, Point]]:
    corners = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    yield from pairwise((*corners, corners[0]))


def _labelled(routes: dict[Edge, tuple[Point, ...]], solid: list[Box]) -> dict[Edge, Line]:
    """The lines, each label where it hides nothing and stands at no other line."""
    taken = list(solid)
    found: dict[Edge, Line] = {}
    for edge, corners in routes.items():
        others = [_strip(*piece) for e, c in routes.items() if e != edge for piece in pairwise(c)]
        label = None if edge.kind == "route" else _label(edge, corners, taken, others)
        found[edge] = Line(_path(corners), label)
    return found


def _strip(a: Point, b: Point) -> Box:
    """The ground that a straight piece of a line takes."""
    x, y = min(a[0], b[0]) - 3, min(a[1], b[1]) - 3
    return Box(x, y, abs(a[0] - b[0]) + 6, abs(a[1] - b[1]) + 6)


def _span(edge: Edge, layout: Layout) -> float:
    """Short lines first: long ones can go round them."""
    boxes = [layout.icons.get(id_) or layout.frames.get(id_) for id_ in (edge.source, edge.target)]
    if not all(boxes):
        return 0.0
    (ax, ay), (bx, by) = (box.middle for box in boxes if box)
    return abs(ax - bx) + abs(ay - by)


def _solid(graph: Graph, layout: Layout) -> Iterator[Box]:
    """What no line may cross: icons, texts, and the heads of frames."""
    for node in graph.nodes:
        icon = layout.icons[node.id]
        text = text_of(node)
        yield icon
        top = icon.middle[1] - text.height / 2
        yield Box(icon.right, top, ASIDE + text.width, text.height)
    for cluster in graph.clusters:
        if (box := layout.frames.get(cluster.id)) is not None:
            for number, line in enumerate(head_of(cluster)):
                size = DETAIL if number else 14
                wide = typeface.width(line, size, weight="regular" if number else "semibold")
                room = 34 if palette.style_of(cluster).icon and not number else 12
                yield Box(box.x + 4, box.y + 4 + number * 18, wide + room, 18)


def _ports(thing: Node | Cluster, layout: Layout) -> list[Port]:
    """Where a line may touch a thing: an icon away from its text, a frame on all four sides."""
    if (icon := layout.icons.get(thing.id)) is not None:
        return [port for port in _sides(icon, (0.5, 0.2, 0.8)) if port.side != (1, 0)]
    frame = layout.frames.get(thing.id)
    if frame is None:
        return []
    ports = _sides(frame, (0.5, 0.35, 0.65, 0.43, 0.57, 0.2, 0.8))
    # Ways out of a subnet lead up: gateways stand above.
    subnet = isinstance(thing, Cluster) and thing.kind == "subnet"
    return [port for port in ports if port.side == (0, -1) or not subnet]


def _sides(box: Box, fractions: Sequence[float]) -> Iterator[Port]:
    for number, part in enumerate(fractions):
        price = 4.0 * number  # the middle first
        yield Port((box.x, box.y + box.h * part), (-1, 0), price)
        yield Port((box.right, box.y + box.h * part), (1, 0), price)
        yield Port((box.x + box.w * part, box.y), (0, -1), price)
        yield Port((box.x + box.w * part, box.bottom), (0, 1), price)


def _label(
    edge: Edge, corners: Sequence[Point], taken: list[Box], others: list[Box]
) -> Point | None:
    """The first free place along the line, on its longest piece first."""
    if not edge.label:
        return None
    w, h = typeface.width(edge.label, DETAIL, weight="semibold") + 8, DETAIL + 6
    pieces = sorted(pairwise(corners), key=lambda piece: -_length(piece))
    # Beside an upright line, on a level one.
    places = [
        (
            a[0] + (b[0] - a[0]) * part + aside,
            a[1] + (b[1] - a[1]) * part,
        )
        for a, b in pieces
        for part in _FRACTIONS
        for aside in ((w / 2 + 2, -w / 2 - 2) if a[0] == b[0] else (0.0,))
    ]
    for x, y in places:
        box = Box(x - w / 2, y - h / 2, w, h)
        if not any(_overlap(box, other) for other in (*taken, *others)):
            taken.append(box)
            return x, y
    return places[0]


def _length(piece: tuple[Point, Point]) -> float:
    (ax, ay), (bx, by) = piece
    return abs(ax - bx) + abs(ay - by)


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _path(corners: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners)
