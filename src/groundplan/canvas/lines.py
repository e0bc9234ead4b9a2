"""The lines of a laid-out view: where they start and end, and which way they go."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from math import dist
from typing import TYPE_CHECKING, Final

from groundplan.canvas import palette, typeface
from groundplan.canvas.boxes import Box, Layout, filled, places
from groundplan.canvas.captions import ASIDE, DETAIL, head_of, text_of
from groundplan.canvas.echoes import echoes
from groundplan.canvas.labels import Frames, beyond, place_labels, strip, words_of
from groundplan.canvas.overlay import cell_of
from groundplan.canvas.ports import passed, past, ports_of, words_at
from groundplan.canvas.routing import Point, Router
from groundplan.canvas.svg_parts import grown
from groundplan.thinning import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from groundplan.graph import Cluster, Edge, Graph, Node

    Way = tuple[Point, ...]

MARK: Final = 10  # the radius of a mark at an icon's corner, with its rim
BEND: Final = 6  # the radius of a corner
TIP: Final = 4  # straight before a line's end, for its head
INWARD: Final = 3  # so far left of the corner, to keep clear of the text beside the icon


@dataclass(frozen=True)
class Line:
    """An SVG path, and the centre of its label where one fits.

    The path is in two parts where the line passes something: up to that, and on from it.
    """

    path: str
    label_at: Point | None = None


def draw_lines(graph: Graph, layout: Layout) -> dict[Edge, Line]:
    """A line for each edge of the frame graph, in a fixed order, round icons, texts and heads."""
    solid = [*_solid(graph, layout), *(echo.box for echo in echoes(graph, layout))]
    routes = _routes(graph, layout, solid)
    page = Box(0, 0, layout.width, layout.height)
    words = [*solid, *_marks(graph, layout), *beyond(page)]
    before = dict.fromkeys(way for ways in routes.values() for way in ways[:-1])
    words += [strip(*piece) for way in before for piece in pairwise(way)]
    last = {edge: ways[-1] for edge, ways in routes.items()}
    labels = place_labels(last, words, _boxes(graph, layout))
    return {
        edge: Line("".join(map(_path, ways)), labels.get(edge)) for edge, ways in routes.items()
    }


def written(edges: Iterable[Edge], lines: Mapping[Edge, Line]) -> dict[Edge, str]:
    """What is written on each line; of several that are drawn as one, on the first of them."""
    alike: dict[tuple[object, ...], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.label and (line := lines.get(edge)) and line.label_at:
            alike[edge.source, edge.target, edge.kind, line.label_at].append(edge)
    return {parallel[0]: words_of(parallel) for parallel in alike.values()}


def _routes(graph: Graph, layout: Layout, solid: Sequence[Box]) -> dict[Edge, tuple[Way, ...]]:
    """The ways of the line of each edge: to what it passes, and on to its end; parallel lines are
    one.
    """
    router = _router(graph, layout, solid)
    boxes: dict[str, Node | Cluster] = {item.id: item for item in graph.clusters}
    boxes |= {item.id: item for item in graph.nodes}
    # A group that has no frame is met at one of its nodes.
    boxes |= {n.cluster: n for n in graph.nodes if n.cluster and n.cluster not in layout.frames}
    routes: dict[Edge, tuple[Way, ...]] = {}
    alike: dict[tuple[str, str, str], tuple[Way, ...]] = {}
    said, spans = _said(graph), _spans(graph, layout)
    taken = [side for box in _frames(graph, layout, "subnet") for side in _upright(box)]
    for edge in sorted(graph.edges, key=lambda e: (*_rank(e, layout), e.source, e.target, e.label)):
        source, target = boxes.get(edge.source), boxes.get(edge.target)
        if source is None or target is None:
            continue
        pair = (edge.source, edge.target, edge.kind)
        wide = typeface.width(label_of(said[pair]), DETAIL, weight="semibold")
        starts, ends = ports_of(edge.kind, source, target, layout, (wide, taken))
        if starts and ends:
            if pair not in alike:
                family = (edge.target, edge.kind, said[pair], edge.change)  # of what means the same
                bands = [spans[id_] for id_ in pair[:2] if id_ in spans]
                before = _way_to(boxes.get(edge.via or ""), (source, target), layout, router)
                if before:
                    starts = [past(before[-1], layout.icons[edge.via or ""])]
                    router.keep(before[-1], starts[0].at)
                way = router.route(starts, ends, family, bands)
                alike[pair] = (before, way) if before else (way,)
                taken += words_at(way, wide, taken)
            routes[edge] = alike[pair]
    return routes


def _way_to(
    via: Node | Cluster | None,
    ends: tuple[Node | Cluster, Node | Cluster],
    layout: Layout,
    router: Router,
) -> Way:
    """The way to what a line passes; none where that is not drawn, or other lines take its room."""
    if via is None or via.id not in layout.icons:
        return ()
    starts, _ = ports_of("flow", ends[0], via, layout, (0, ()))
    icon, ports = layout.icons[via.id], passed(via, *ends, layout)
    free = [port for port in ports if router.are_free(port, past(port.at, icon))]
    return router.route(starts, free) if free else ()


def _spans(graph: Graph, layout: Layout) -> dict[str, Box]:
    """What shows where a node runs, by its id: its band, or alone the frame of its group."""
    groups = {
        item.id: layout.frames.get(item.id) for item in graph.clusters if item.kind == "group"
    }
    spanning = (node for node in graph.nodes if len(places(node)) > 1)
    framed = ((node.id, groups.get(node.cluster or "")) for node in spanning)
    return {id_: box for id_, box in framed if box} | layout.bands


def _router(graph: Graph, layout: Layout, solid: Sequence[Box]) -> Router:
    frames = (*layout.frames.values(), *layout.bands.values())
    things = [*_frames(graph, layout, "group"), *layout.bands.values()]
    things += [box for boxes in layout.again.values() for box in boxes]
    return Router(
        solid,
        layout.width,
        layout.height,
        rails=[side for box in frames for side in _outline(box)],
        zones=_frames(graph, layout, "zone"),
        subnets=_frames(graph, layout, "subnet"),
        walls=[*dict.fromkeys(things)],
        rooms=[*_frames(graph, layout, "vpc"), *_frames(graph, layout, "region")],
        outside=[*_aside(graph, layout)],
    )


def _boxes(graph: Graph, layout: Layout) -> Frames:
    """All boxes with a border, and those of each thing that lines lead to."""
    framed = {**layout.frames, **layout.bands}
    of = {id_: (box, *layout.again.get(id_, ())) for id_, box in framed.items()}
    every = dict.fromkeys(box for boxes in of.values() for box in boxes)
    groups = {item.id for item in graph.clusters if item.kind == "group"}
    fills = [box for id_, boxes in of.items() if id_ in groups for box in boxes]
    fills += [box for id_ in layout.bands for box in of[id_] if filled(box)]
    for node in graph.nodes:
        of[node.id] = (*of.get(node.id, ()), layout.icons[node.id])
    return Frames([*every], of, fills)


def _upright(box: Box) -> tuple[Box, Box]:
    """The upright sides of a frame."""
    return Box(box.x, box.y, 0, box.h), Box(box.right, box.y, 0, box.h)


def _said(graph: Graph) -> dict[tuple[str, str, str], frozenset[str]]:
    """What the parallel lines between two things say, by both and the kind of line.

    Nothing, where they are routes: those are told at the heads of subnets.
    """
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for edge in graph.edges:
        found[edge.source, edge.target, edge.kind].add(edge.label if edge.kind != "route" else "")
    return {pair: frozenset(labels) for pair, labels in found.items()}


def _marks(graph: Graph, layout: Layout) -> Iterator[Box]:
    """The corners of icons, where marks of change may come in any phase."""
    for node in graph.nodes:
        box = layout.cards.get(node.id) or layout.icons[node.id]
        yield _round_about(box.right - INWARD, box.y)
        if graph.compared and node.change != "none":
            whole = grown(cell_of(node, layout), 4)
            yield _round_about(whole.right, whole.y)


def _round_about(x: float, y: float) -> Box:
    return Box(x - MARK, y - MARK, 2 * MARK, 2 * MARK)


def _frames(graph: Graph, layout: Layout, kind: str) -> list[Box]:
    found = (layout.frames.get(item.id) for item in graph.clusters if item.kind == kind)
    return [box for box in found if box is not None]


def _aside(graph: Graph, layout: Layout) -> Iterator[Box]:
    """The ground left and right of the regions: lines to what is above them stay inside."""
    for box in _frames(graph, layout, "region"):
        yield Box(0, box.y, box.x, box.h)
        yield Box(box.right, box.y, layout.width - box.right, box.h)


def _outline(box: Box) -> Iterator[tuple[Point, Point]]:
    corners = ((box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom))
    yield from pairwise((*corners, corners[0]))


def _rank(edge: Edge, layout: Layout) -> tuple[bool, float]:
    """Copies first, as they stand side by side; then short lines: long ones can go round them."""
    boxes = [layout.icons.get(id_) or layout.frames.get(id_) for id_ in (edge.source, edge.target)]
    if not all(boxes):
        return True, 0.0
    (ax, ay), (bx, by) = (box.middle for box in boxes if box)
    return edge.kind != "replicates", abs(ax - bx) + abs(ay - by)


def _solid(graph: Graph, layout: Layout) -> Iterator[Box]:
    """What no line may cross: icons and the marks of danger at them, texts, the heads of frames."""
    for node in graph.nodes:
        icon = layout.icons[node.id]
        text = text_of(node)
        yield icon
        top = icon.middle[1] - text.height / 2
        yield Box(icon.right, top, ASIDE + text.width, text.height)
        if node.exposed:
            yield _round_about(icon.x, icon.y)
    for cluster in graph.clusters:
        for box in _boxes_of(cluster, layout):
            for number, line in enumerate(head_of(cluster)):
                size = DETAIL if number else 14
                wide = typeface.width(line, size, weight="regular" if number else "semibold")
                room = 34 if palette.style_of(cluster).icon and not number else 12
                yield Box(box.x + 4, box.y + 4 + number * 18, wide + room, 18)


def _boxes_of(cluster: Cluster, layout: Layout) -> tuple[Box, ...]:
    """The boxes of a frame, which each have its head; none where it is not drawn."""
    first = layout.frames.get(cluster.id)
    return (first, *layout.again.get(cluster.id, ())) if first else ()


def _path(corners: Sequence[Point]) -> str:
    """The way as an SVG path, its corners rounded: so lines that join show where they lead."""
    steps = [f"M{_at(corners[0])}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        straight = TIP if after == corners[-1] else 0
        here, there = dist(before, corner) / 2, dist(corner, after) / 2
        bend = min(BEND, here, max(2 * there - straight, 0) if straight else there)
        start, end = _toward(corner, before, bend), _toward(corner, after, bend)
        steps.append(f"L{_at(start)}Q{_at(corner)} {_at(end)}")
    return "".join((*steps, f"L{_at(corners[-1])}"))


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _toward(start: Point, end: Point, by: float) -> Point:
    """The point so many pixels on the way from one to another."""
    part = by / (dist(start, end) or 1)
    return start[0] + (end[0] - start[0]) * part, start[1] + (end[1] - start[1]) * part
