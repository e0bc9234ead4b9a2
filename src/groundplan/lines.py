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
from groundplan.layout import Box, Layout, filled
from groundplan.overlay import cell_of
from groundplan.routing import CLEAR, Point, Port, Router
from groundplan.svg_parts import grown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from groundplan.graph import Edge, Graph, Node

MARK: Final = 10  # the radius of a mark at an icon's corner, with its rim
ABOVE: Final = 40  # what a copy's line costs more that starts or ends above
NARROW: Final = 20  # nearer to a border words have no room
FACING: Final = (0.5, 0.25, 0.75)
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
    sides = [side for box in _frames(graph, layout, "subnet") for side in _outline(box)]
    for edge in sorted(graph.edges, key=lambda e: (*_rank(e, layout), e.source, e.target, e.label)):
        source, target = boxes.get(edge.source), boxes.get(edge.target)
        if source is None or target is None:
            continue
        ends = _leaving(source, target, layout), _ports(target, source, layout)
        if edge.kind == "replicates":
            ends = _below(ends[0]), _below(ends[1])
        if edge.kind == "rule":
            ends = _roomy(ends[0], sides), _roomy(ends[1], sides)
        pair = (edge.source, edge.target, edge.kind)
        if all(ends):
            if pair not in alike:
                family = (edge.target, edge.kind, said[pair], edge.change)  # of what means the same
                alike[pair] = router.route(*ends, family)
            routes[edge] = alike[pair]
    return routes


def _router(graph: Graph, layout: Layout, solid: Sequence[Box]) -> Router:
    frames = (*layout.frames.values(), *layout.bands.values())
    rails = [side for box in frames for side in _outline(box)]
    subnets = _frames(graph, layout, "subnet")
    zones = _frames(graph, layout, "zone")
    walls = [*_frames(graph, layout, "group"), *layout.bands.values()]
    walls += [box for boxes in layout.again.values() for box in boxes]
    rooms = [*_frames(graph, layout, "vpc"), *_frames(graph, layout, "region")]
    walls = [*dict.fromkeys(walls)]
    return Router(
        solid, layout.width, layout.height, rails, zones, subnets, walls, rooms,
        outside=[*_aside(graph, layout)],
    )


def _boxes(graph: Graph, layout: Layout) -> Frames:
    """All boxes with a border, and those of each thing that lines lead to."""
    first = {**layout.frames, **layout.bands}
    of = {id_: (box, *layout.again.get(id_, ())) for id_, box in first.items()}
    groups = {item.id for item in graph.clusters if item.kind == "group"}
    things = {id_: boxes for id_, boxes in of.items() if id_ in groups or id_ in layout.bands}
    fills = [box for boxes in things.values() for box in boxes if filled(box)]
    for node in graph.nodes:
        of[node.id] = (*of.get(node.id, ()), layout.icons[node.id])
    every = dict.fromkeys(box for id_ in first for box in of[id_] if box != layout.icons.get(id_))
    return Frames([*every], of, fills)


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
        if (box := layout.frames.get(cluster.id)) is not None:
            for number, line in enumerate(head_of(cluster)):
                size = DETAIL if number else 14
                wide = typeface.width(line, size, weight="regular" if number else "semibold")
                room = 34 if palette.style_of(cluster).icon and not number else 12
                yield Box(box.x + 4, box.y + 4 + number * 18, wide + room, 18)


def _ports(thing: Node | Cluster, other: Node | Cluster, layout: Layout) -> list[Port]:
    """Where a line may touch a thing: an icon away from its text, a frame on all four sides."""
    if (icon := layout.icons.get(thing.id)) is not None:
        ports = [port for port in _sides(icon, (0.5, 0.25, 0.7)) if port.side != (1, 0)]
        return _on_its_side(ports, icon, _nearest(other, thing, layout), layout)
    frame, there = _nearest(thing, other, layout), _nearest(other, thing, layout)
    if frame is None:
        return []
    ports = [*_opposite(frame, there), *_sides(frame, (0.5, 0.3, 0.7, 0.4, 0.6, 0.2, 0.8))]
    # Ways out of a subnet lead up: gateways stand above.
    subnet = isinstance(thing, Cluster) and thing.kind == "subnet"
    return [port for port in ports if port.side == (0, -1) or not subnet]


def _nearest(thing: Node | Cluster, other: Node | Cluster, layout: Layout) -> Box | None:
    """The box of a thing that is nearest to one of another: a group may have several."""
    here, there = ([*_boxes_of(each, layout)] for each in (thing, other))
    pairs = [(_apart(a, b), number, a) for number, a in enumerate(here) for b in there]
    return min(pairs)[-1] if pairs else next(iter(here), None)


def _boxes_of(thing: Node | Cluster, layout: Layout) -> Iterator[Box]:
    """A node's icon, or the boxes of a frame."""
    if (box := layout.icons.get(thing.id) or layout.frames.get(thing.id)) is not None:
        yield box
        if thing.id not in layout.icons:
            yield from layout.again.get(thing.id, ())


def _apart(a: Box, b: Box) -> tuple[float, float]:
    """How far two boxes are from each other: between their sides, and between their middles."""
    across = max(a.x - b.right, b.x - a.right, 0)
    down = max(a.y - b.bottom, b.y - a.bottom, 0)
    (ax, ay), (bx, by) = a.middle, b.middle
    return across + down, abs(ax - bx) + abs(ay - by)


def _on_its_side(
    ports: Sequence[Port], icon: Box, other: Box | None, layout: Layout
) -> list[Port]:
    """The ports of an icon; of one on a frame's border those towards the other, inside or out."""
    x, y = icon.middle
    frames = [box for box in layout.frames.values() if abs(box.y - y) < 1 and box.x < x < box.right]
    if not frames or other is None:
        return [*ports]
    inward = frames[0].y < other.middle[1] <= frames[0].bottom
    return [port for port in ports if port.side == (0, 1 if inward else -1)]


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


def _roomy(ports: Sequence[Port], sides: Sequence[tuple[Point, Point]]) -> list[Port]:
    """The same, rather those beside which there is room for words, and no border."""
    upright = [(a[0], min(a[1], b[1]), max(a[1], b[1])) for a, b in sides if a[0] == b[0]]

    def narrow(port: Port) -> bool:
        x, y = port.at
        near = (abs(x - at) < NARROW and low < y < high for at, low, high in upright)
        return bool(port.side[1]) and any(near)

    return [replace(port, price=port.price + 90 * narrow(port)) for port in ports]


def _opposite(frame: Box, other: Box | None) -> Iterator[Port]:
    """The places on a frame's sides from which a straight line leads to another.

    To its middle, and to parts of the stretch where both face each other.
    """
    if other is None:
        return
    for number, part in enumerate(FACING):
        x = _facing((frame.x, frame.right), (other.x, other.right), part)
        y = _facing((frame.y, frame.bottom), (other.y, other.bottom), part)
        if x is not None:
            yield Port((x, frame.y), (0, -1), 10.0 * number)
            yield Port((x, frame.bottom), (0, 1), 10.0 * number)
        if y is not None:
            yield Port((frame.x, y), (-1, 0), 10.0 * number)
            yield Port((frame.right, y), (1, 0), 10.0 * number)


def _facing(one: tuple[float, float], other: tuple[float, float], part: float) -> float | None:
    """A part of the stretch that two sides have in common, away from its ends."""
    low, high = max(one[0], other[0]) + CLEAR, min(one[1], other[1]) - CLEAR
    return low + (high - low) * part if low < high else None


def _sides(box: Box, fractions: Sequence[float]) -> Iterator[Port]:
    for number, part in enumerate(fractions):
        price = 20.0 * number  # the middle first
        yield Port((box.x, box.y + box.h * part), (-1, 0), price)
        yield Port((box.right, box.y + box.h * part), (1, 0), price)
        yield Port((box.x + box.w * part, box.y), (0, -1), price)
        yield Port((box.x + box.w * part, box.bottom), (0, 1), price)


def _path(corners: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in corners)
