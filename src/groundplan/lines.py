"""The lines of a laid-out view: where they start and end, and which way they go."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from groundplan import palette, typeface
from groundplan.captions import ASIDE, DETAIL, head_of, text_of
from groundplan.echoes import echoes
from groundplan.graph import Cluster
from groundplan.labels import Frames, beyond, place_labels, words_of
from groundplan.layout import Box, Layout
from groundplan.overlay import cell_of
from groundplan.routing import CLEAR, Point, Port, Router
from groundplan.svg_parts import grown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from groundplan.graph import Edge, Graph, Node

MARK: Final = 10  # the radius of a mark at an icon's corner, with its rim
ABOVE: Final = 40  # what a copy's line costs more that starts or ends above
AWAY: Final = 80  # so many pixels cheaper is a line that leaves on the side it goes to
INWARD: Final = 3  # so far left of the corner, to keep clear of the text beside the icon


@dataclass(frozen=True)
class Line:
    """An SVG path, and the centre of its label where one fits."""

    path: str
    label_at: Point | None = None


def draw_lines(graph: Graph, layout: Layout) -> dict[Edge, Line]:
    """A line for each edge of the frame graph, in a fixed order, round icons, texts and heads."""
    solid = [*_solid(graph, layout), *(echo.box for echo in echoes(graph, layout))]
    routes = _routes(graph, layout, solid)
    page = Box(0, 0, layout.width, layout.height)
    words = [*solid, *_marks(graph, layout), *beyond(page)]
    labels = place_labels(routes, words, _boxes(graph, layout))
    return {edge: Line(_path(corners), labels.get(edge)) for edge, corners in routes.items()}


def written(edges: Iterable[Edge], lines: Mapping[Edge, Line]) -> dict[Edge, str]:
    """What is written on each line; of several that are drawn as one, on the first of them."""
    alike: dict[tuple[object, ...], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.label and (line := lines.get(edge)) and line.label_at:
            alike[edge.source, edge.target, edge.kind, line.label_at].append(edge)
    return {parallel[0]: words_of(parallel) for parallel in alike.values()}


def _routes(graph: Graph, layout: Layout, solid: Sequence[Box]) -> dict[Edge, tuple[Point, ...]]:
    """The corners of the line of each edge; parallel lines are one."""
    router = _router(graph, layout, solid)
    boxes: dict[str, Node | Cluster] = {item.id: item for item in graph.clusters}
    boxes |= {item.id: item for item in graph.nodes}
    # A group that has no frame is met at one of its nodes.
    boxes |= {n.cluster: n for n in graph.nodes if n.cluster and n.cluster not in layout.frames}
    routes: dict[Edge, tuple[Point, ...]] = {}
    alike: dict[tuple[str, str, str], tuple[Point, ...]] = {}
    said = _said(graph)
    for edge in sorted(graph.edges, key=lambda e: (*_rank(e, layout), e.source, e.target, e.label)):
        source, target = boxes.get(edge.source), boxes.get(edge.target)
        if source is None or target is None:
            continue
        ends = _leaving(source, target, layout), _ports(target, source, layout)
        if edge.kind == "replicates":
            ends = _below(ends[0]), _below(ends[1])
        pair = (edge.source, edge.target, edge.kind)
        if all(ends):
            if pair not in alike:
                family = (edge.target, edge.kind, said[pair], edge.change)
                alike[pair] = router.route(*ends, family)
            routes[edge] = alike[pair]
    return routes


def _router(graph: Graph, layout: Layout, solid: Sequence[Box]) -> Router:
    frames = (*layout.frames.values(), *layout.bands.values())
    rails = [side for box in frames for side in _outline(box)]
    subnets = _frames(graph, layout, "subnet")
    walls = [*_frames(graph, layout, "group"), *layout.bands.values()]
    walls += [box for boxes in layout.again.values() for box in boxes]
    rooms = [*_frames(graph, layout, "vpc"), *_frames(graph, layout, "region")]
    walls = [*dict.fromkeys(walls)]
    return Router(
        solid, layout.width, layout.height, rails, subnets, walls, blocks=subnets, rooms=rooms
    )


def _boxes(graph: Graph, layout: Layout) -> Frames:
    """All boxes with a border, and those of each thing that lines lead to."""
    first = {**layout.frames, **layout.bands}
    of = {id_: (box, *layout.again.get(id_, ())) for id_, box in first.items()}
    for node in graph.nodes:
        of[node.id] = (*of.get(node.id, ()), layout.icons[node.id])
    every = (box for id_ in first for box in of[id_][: 1 + len(layout.again.get(id_, ()))])
    return Frames([*dict.fromkeys(every)], of)


def _said(graph: Graph) -> dict[tuple[str, str, str], frozenset[str]]:
    """What the parallel lines between two things say, by both and the kind of line."""
    found: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for edge in graph.edges:
        found[edge.source, edge.target, edge.kind].add(edge.label)
    return {pair: frozenset(labels) for pair, labels in found.items()}


def _marks(graph: Graph, layout: Layout) -> Iterator[Box]:
    """The corners of icons, where marks of change and of danger may come in any phase."""
    for node in graph.nodes:
        box = layout.cards.get(node.id) or layout.icons[node.id]
        yield _round_about(box.right - INWARD, box.y)
        if graph.compared and node.change != "none":
            whole = grown(cell_of(node, layout), 4)
            yield _round_about(whole.right, whole.y)
        if node.exposed:
            icon = layout.icons[node.id]
            yield _round_about(icon.x, icon.y)


def _round_about(x: float, y: float) -> Box:
    return Box(x - MARK, y - MARK, 2 * MARK, 2 * MARK)


def _frames(graph: Graph, layout: Layout, kind: str) -> list[Box]:
    found = (layout.frames.get(item.id) for item in graph.clusters if item.kind == kind)
    return [box for box in found if box is not None]


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
        return [port for port in _sides(icon, (0.5, 0.25, 0.7)) if port.side != (1, 0)]
    frame = layout.frames.get(thing.id)
    if frame is None:
        return []
    ports = [*_opposite(frame, layout.icons.get(other.id) or layout.frames.get(other.id))]
    ports += _sides(frame, (0.5, 0.3, 0.7, 0.4, 0.6, 0.2, 0.8))
    # Ways out of a subnet lead up: gateways stand above.
    subnet = isinstance(thing, Cluster) and thing.kind == "subnet"
    return [port for port in ports if port.side == (0, -1) or not subnet]


def _leaving(thing: Node | Cluster, other: Node | Cluster, layout: Layout) -> list[Port]:
    """Where a line may begin: rather on the other's side, or lines to several things cross."""
    ports = _ports(thing, other, layout)
    here, there = layout.icons.get(thing.id), layout.icons.get(other.id)
    if here is None or there is None:
        return ports
    middle = here.middle[0]
    across = there.middle[0] - middle
    return [
        replace(port, price=port.price + AWAY * ((port.at[0] - middle) * across < 0))
        if port.side[1] else port
        for port in ports
    ]  # fmt: skip


def _below(ports: Sequence[Port]) -> list[Port]:
    """The same, rather those below: calls come from above."""
    return [replace(port, price=port.price + ABOVE * (port.side == (0, -1))) for port in ports]


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
        price = 20.0 * number  # the middle first
        yield Port((box.x, box.y + box.h * part), (-1, 0), price)
        yield Port((box.right, box.y + box.h * part), (1, 0), price)
        yield Port((box.x + box.w * part, box.y), (0, -1), price)
        yield Port((box.x + box.w * part, box.bottom), (0, 1), price)


def _path(corners: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners)
