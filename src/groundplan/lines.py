"""The lines of a laid-out view: their corners, and where their labels stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from groundplan import palette, typeface
from groundplan.captions import ASIDE, DETAIL, head_of, text_of
from groundplan.graph import Cluster
from groundplan.layout import Box, Layout
from groundplan.routing import CLEAR, EDGE, Point, Port, Router

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundplan.graph import Edge, Graph, Node

MARK: Final = 10  # the radius of a mark at an icon's corner, with its rim
INWARD: Final = 3  # so far left of the corner, to keep clear of the text beside the icon
_FRACTIONS: Final = (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9, 0.42, 0.58, 0.28, 0.72)


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
    subnets = _frames(graph, layout, "subnet")
    strange = dict.fromkeys((*subnets, *_frames(graph, layout, "group"), *layout.bands.values()))
    router = Router(solid, layout.width, layout.height, rails, tuple(strange), subnets)
    boxes: dict[str, Node | Cluster] = {item.id: item for item in graph.clusters}
    boxes |= {item.id: item for item in graph.nodes}
    # A group that has no frame is met at one of its nodes.
    boxes |= {n.cluster: n for n in graph.nodes if n.cluster and n.cluster not in layout.frames}
    routes: dict[Edge, tuple[Point, ...]] = {}
    alike: dict[tuple[str, str, str], tuple[Point, ...]] = {}  # parallel lines are drawn as one
    for edge in sorted(graph.edges, key=lambda e: (_span(e, layout), e.source, e.target, e.label)):
        source, target = boxes.get(edge.source), boxes.get(edge.target)
        if source is None or target is None:
            continue
        ends = _ports(source, target, layout), _ports(target, source, layout)
        pair = (edge.source, edge.target, edge.kind)
        if all(ends):
            if pair not in alike:
                alike[pair] = router.route(*ends)
            routes[edge] = alike[pair]
    page = Box(0, 0, layout.width, layout.height)
    return _labelled(routes, [*solid, *_marks(graph, layout), *_beyond(page)])


def _marks(graph: Graph, layout: Layout) -> Iterator[Box]:
    """The corners of icons, where marks of change and of danger may come in any phase."""
    for node in graph.nodes:
        box = layout.cards.get(node.id) or layout.icons[node.id]
        yield _round_about(box.right - INWARD, box.y)
        if node.exposed:
            icon = layout.icons[node.id]
            yield _round_about(icon.x, icon.y)


def _round_about(x: float, y: float) -> Box:
    return Box(x - MARK, y - MARK, 2 * MARK, 2 * MARK)


def _beyond(page: Box) -> Iterator[Box]:
    """The ground round the page, where no label may stand."""
    far = 1000.0
    yield Box(page.x - far, page.y - far, far + EDGE / 2, page.h + 2 * far)
    yield Box(page.right - EDGE / 2, page.y - far, far, page.h + 2 * far)
    yield Box(page.x - far, page.y - far, page.w + 2 * far, far)
    yield Box(page.x - far, page.bottom, page.w + 2 * far, far)


def _frames(graph: Graph, layout: Layout, kind: str) -> list[Box]:
    found = (layout.frames.get(item.id) for item in graph.clusters if item.kind == kind)
    return [box for box in found if box is not None]


def _outline(box: Box) -> Iterator[tuple[Point, Point]]:
    corners = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    yield from pairwise((*corners, corners[0]))


def _labelled(routes: dict[Edge, tuple[Point, ...]], solid: list[Box]) -> dict[Edge, Line]:
    """The lines, each label where it hides nothing and stands at no other line."""
    taken = list(solid)
    found: dict[Edge, Line] = {}
    for edge, corners in routes.items():
        others = [_strip(*piece) for c in routes.values() if c != corners for piece in pairwise(c)]
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


def _ports(thing: Node | Cluster, other: Node | Cluster, layout: Layout) -> list[Port]:
    """Where a line may touch a thing: an icon away from its text, a frame on all four sides."""
    if (icon := layout.icons.get(thing.id)) is not None:
        return [port for port in _sides(icon, (0.5, 0.2, 0.8)) if port.side != (1, 0)]
    frame = layout.frames.get(thing.id)
    if frame is None:
        return []
    ports = [*_opposite(frame, layout.icons.get(other.id) or layout.frames.get(other.id))]
    ports += _sides(frame, (0.5, 0.3, 0.7, 0.4, 0.6, 0.2, 0.8))
    # Ways out of a subnet lead up: gateways stand above.
    subnet = isinstance(thing, Cluster) and thing.kind == "subnet"
    return [port for port in ports if port.side == (0, -1) or not subnet]


def _opposite(frame: Box, other: Box | None) -> Iterator[Port]:
    """The places on a frame's sides from which a straight line leads to the middle of the other."""
    if other is None:
        return
    x, y = other.middle
    if frame.x + CLEAR < x < frame.right - CLEAR:
        yield Port((x, frame.y), (0, -1))
        yield Port((x, frame.bottom), (0, 1))
    if frame.y + CLEAR < y < frame.bottom - CLEAR:
        yield Port((frame.x, y), (-1, 0))
        yield Port((frame.right, y), (1, 0))


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
    boxes = [Box(x - w / 2, y - h / 2, w, h) for x, y in places]
    ground = _round(boxes)
    words = [box for box in taken if _overlap(box, ground)]
    lines = [box for box in others if _overlap(box, ground)]
    box = _freest(boxes, words, lines)
    taken.append(box)
    return box.middle


def _freest(boxes: Sequence[Box], words: Sequence[Box], lines: Sequence[Box]) -> Box:
    """The first place that hides nothing; else rather one that hides a line than a word."""
    found, least = boxes[0], float("inf")
    for box in boxes:
        hidden = 10 * sum(_overlap(box, other) for other in words)
        if hidden < least:
            hidden += sum(_overlap(box, other) for other in lines)
        if not hidden:
            return box
        if hidden < least:
            found, least = box, hidden
    return found


def _round(boxes: Sequence[Box]) -> Box:
    """The box round several."""
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(x, y, max(b.right for b in boxes) - x, max(b.bottom for b in boxes) - y)


def _length(piece: tuple[Point, Point]) -> float:
    (ax, ay), (bx, by) = piece
    return abs(ax - bx) + abs(ay - by)


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _path(corners: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners)
