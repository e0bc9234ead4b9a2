"""Layout where no structure is known (application flow, hand-drawn pictures): Graphviz's `dot`.

Graphviz comes inside pygraphviz's wheel, so no system package is needed and every machine has the
same one.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import accumulate, islice, pairwise, product
from typing import TYPE_CHECKING, Any, Final

from groundplan.canvas import typeface
from groundplan.canvas.boxes import Box, Layout, best, head_height, head_width, icon
from groundplan.canvas.captions import DETAIL, LABEL, cell, head_of
from groundplan.canvas.curves import crossings, sampled
from groundplan.canvas.labels import HEADS, LINES, WORDS, beyond, freest
from groundplan.canvas.lines import Line
from groundplan.canvas.routing import head
from groundplan.canvas.svg_parts import grown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundplan.canvas.routing import Point
    from groundplan.graph import Cluster, Edge, Graph, Node

PAD: Final = 14  # between a card's border and what stands on it
MARGIN: Final = 24
APART: Final = 36  # between two cards side by side, and two parts that nothing joins
STEPS_DOWN: Final = range(1, 7)  # rows that the leaves of one node may stand in
# With more lines than these, the time that `dot` takes grows beyond what anybody waits for.
BUSY: Final = 150  # one try, where it makes no room for labels and crossings are looked at briefly
CROWDED: Final = 500  # and lines are straight
FEW: Final = 24  # places that are looked at for a label among so many lines
_BRIEFLY: Final = {"mclimit": "0.05", "nslimit": "1", "nslimit1": "1"}
SORTED: Final = 40  # of more lines no order is looked for in which fewer cross
MOST_LOWER: Final = 6  # so many things are tried a row lower, where lines cross
NEAR: Final = 3  # between a card and words
GAPS: Final = (5, 10, 15)  # between a line and its label, where a shorter one hides something
ALOOF: Final = 10  # words so close to another line may be taken for what that says
CLOSE: Final = 1  # what that costs for each short piece of it
CORNER: Final = 10  # how far a line's ends keep from the corners of a card
FADE: Final = 50  # so far from an end that is moved a curve goes along with it
ROUNDED: Final = 2  # so far from a border Graphviz's ends may be


@dataclass
class _Sheet(Layout):
    """A layout with the curve of each line, and where Graphviz left room for its label."""

    curves: dict[Edge, list[Point]] = field(default_factory=dict)
    wishes: dict[Edge, Point] = field(default_factory=dict)

    def hold(self, part: _Sheet, x: float, y: float) -> None:
        """Take a part whose upper left corner comes to stand at (x, y)."""
        self.take(part, x, y)
        for edge, curve in part.curves.items():
            self.curves[edge] = [(px + x, py + y) for px, py in curve]
        self.wishes |= {edge: (px + x, py + y) for edge, (px, py) in part.wishes.items()}
        self.width = max(self.width, x + part.width + MARGIN)
        self.height = max(self.height, y + part.height + MARGIN)


def arrange(graph: Graph) -> tuple[Layout, dict[Edge, Line]]:
    """Lay out a graph of cards from top to bottom; a line and a label's place for each edge.

    What hangs together stands together; what has no line stands in a grid below.
    """
    parts = [*_parts(graph)]
    wide = max((_card(part.nodes[0])[0] for part in parts if _alone(part)), default=0)
    joined = [
        best(_clearest(part, steps) for steps in _tried(part)) for part in parts if part.edges
    ]
    joined += [_drawn(part) for part in parts if not part.edges and not _alone(part)]
    cards = [_carded(part.nodes[0], wide) for part in parts if _alone(part)]
    sheet = best(_shelved(joined, cards))
    labels = _labels(graph, sheet, sheet.curves, sheet.wishes)
    ways = {edge: sheet.curves[edge] for edge in graph.edges}
    return sheet, {edge: Line(_path(curve), labels.get(edge)) for edge, curve in ways.items()}


def _parts(graph: Graph) -> Iterator[Graph]:
    """What hangs together by lines or by a group, in the order of its first nodes."""
    groups = {item.id: item for item in graph.clusters}
    around = {node.id: _around(node.cluster, groups) for node in graph.nodes}
    pairs = [(edge.source, edge.target) for edge in graph.edges]
    pairs += [(id_, frames[-1]) for id_, frames in around.items() if frames]
    near: dict[str, list[str]] = defaultdict(list)
    for one, other in pairs:
        near[one].append(other)
        near[other].append(one)
    seen: set[str] = set()
    for node in graph.nodes:
        if node.id in seen:
            continue
        found, ahead = {node.id}, [node.id]
        while ahead:
            new = {*near[ahead.pop()]} - found
            found |= new
            ahead += sorted(new)
        seen |= found
        yield replace(
            graph,
            nodes=tuple(item for item in graph.nodes if item.id in found),
            edges=tuple(edge for edge in graph.edges if edge.source in found),
        )


def _tried(part: Graph) -> Sequence[int]:
    """In how many rows the leaves of a node may stand."""
    return STEPS_DOWN if len(part.edges) <= BUSY else STEPS_DOWN[2:3]


def _alone(part: Graph) -> bool:
    return len(part.nodes) == 1 and not part.edges and part.nodes[0].cluster is None


def _carded(node: Node, width: float) -> _Sheet:
    """A card for itself, as wide as all others of that kind."""
    height = _card(node)[1]
    sheet = _Sheet(width, height)
    sheet.cards[node.id] = Box(0, 0, width, height)
    sheet.icons[node.id] = icon(PAD, 0, height)
    return sheet


def _shelved(joined: Sequence[_Sheet], cards: Sequence[_Sheet]) -> Iterator[_Sheet]:
    """Everything in one row; then in rows ever narrower, as long as they are no tower."""
    parts = [*joined, *cards]
    yield _rows([parts], math.inf)
    widths = {*accumulate(part.width + APART for part in parts)}
    for width in sorted(widths, reverse=True):
        sheet = _rows([joined, cards], width)
        if sheet.width < sheet.height:
            return
        yield sheet


def _rows(shelves: Iterable[Sequence[_Sheet]], width: float) -> _Sheet:
    """Parts side by side in rows of at most that width, or of a single part; each of the shelves
    starts a row.
    """
    sheet, y = _Sheet(2 * MARGIN, 2 * MARGIN), float(MARGIN)
    for parts in shelves:
        x, below = float(MARGIN), y
        for part in parts:
            if x > MARGIN and x + part.width > MARGIN + width:
                x, y = float(MARGIN), below
            sheet.hold(part, x, y)
            x, below = x + part.width + APART, max(below, y + part.height + APART)
        y = below
    return sheet


def _clearest(graph: Graph, steps: int) -> _Sheet:
    """One part in the first of a few arrangements in which the fewest lines cross.

    As `dot` has it, with its nodes the other way round, or with a thing that several lines lead to
    a row lower: so they may come from both sides.
    """
    if len(graph.edges) > SORTED:
        return _drawn(graph, steps)
    shared = Counter(edge.target for edge in graph.edges if edge.kind != "replicates")
    lower = [id_ for id_, lines in sorted(shared.items()) if lines > 1][:MOST_LOWER]
    turned = replace(graph, nodes=graph.nodes[::-1])
    found: dict[int, _Sheet] = {}
    for part, low in ((graph, None), (turned, None), *((graph, id_) for id_ in lower)):
        sheet = _drawn(part, steps, low)
        crossed = crossings([sampled(curve) for curve in sheet.curves.values()])
        found.setdefault(crossed, sheet)
        if not crossed:
            break
    return found[min(found)]


def _drawn(graph: Graph, steps: int = 1, low: str | None = None) -> _Sheet:
    """One part as `dot` lays it out, with what nothing else hangs on spread over so many rows.

    The node `low` stands a row lower than it might.
    """
    import pygraphviz  # noqa: PLC0415 - takes 50 ms to import, and AWS views don't need it

    nodes = {f"n{number}": node for number, node in enumerate(graph.nodes)}
    names = {node.id: name for name, node in nodes.items()}
    drawing = pygraphviz.AGraph(directed=True, strict=False)
    drawing.graph_attr.update(_settings(len(graph.edges)))
    busy = len(graph.edges) > BUSY
    for name, node in nodes.items():
        width, height = _card(node)
        drawing.add_node(
            name, shape="box", label="", fixedsize="true", width=width / 72, height=height / 72
        )
    lengths = _lengths(graph, steps, low)
    for number, edge in enumerate(graph.edges):
        wide = typeface.width(edge.label, DETAIL, weight="semibold") + 10
        label = _placeholder(wide) if edge.label and not busy else ""
        ends = names[edge.source], names[edge.target]
        if edge.kind == "replicates":  # no further down the flow than what it replicates
            drawing.add_subgraph(ends, rank="same")
            below = {"tailport": "s", "headport": "s"}  # where no call runs
            drawing.add_edge(*ends, key=f"e{number}", **below)
        else:
            drawing.add_edge(*ends, key=f"e{number}", label=label, minlen=lengths[edge])
    groups: dict[str | None, Any] = {None: drawing}
    for number, (group, inside) in enumerate(_grouped(graph)):
        wide = typeface.width(head_of(group)[0], LABEL, weight="semibold") + 20
        groups[group.id] = groups[group.parent].add_subgraph(
            [names[node] for node in inside], f"cluster_{number}",
            label=_placeholder(wide), labeljust="l", margin="18",
        )  # fmt: skip
    drawing.layout(prog="dot")
    return _read(drawing, graph, nodes)


def _settings(lines: int) -> dict[str, str]:
    """How `dot` goes about a graph with so many lines."""
    found = {"rankdir": "TB", "ranksep": "0.45", "nodesep": f"{APART / 72}", "dpi": "72"}
    if lines > BUSY:
        found |= _BRIEFLY
    return found | ({"splines": "line"} if lines > CROWDED else {})


def _lengths(graph: Graph, steps: int, low: str | None) -> dict[Edge, int]:
    """The rows that each line leads down: to the leaves of a node it is 1, 2, … `steps`, 1, …

    One more to the node `low`.
    """
    lines = Counter(end for edge in graph.edges for end in (edge.source, edge.target))
    leaves: Counter[tuple[str, bool]] = Counter()
    lengths = {}
    for edge in graph.edges:
        down = lines[edge.target] == 1
        leaf = down or lines[edge.source] == 1
        hub = (edge.source if down else edge.target, down)
        lengths[edge] = (leaves[hub] % steps + 1 if leaf else 1) + (edge.target == low)
        leaves[hub] += leaf
    return lengths


def _grouped(graph: Graph) -> list[tuple[Cluster, list[str]]]:
    """The groups that hold something, outer ones first, each with the ids of all its nodes."""
    groups = {item.id: item for item in graph.clusters}
    found: dict[str, list[str]] = {item.id: [] for item in graph.clusters}
    for node in graph.nodes:
        for id_ in _around(node.cluster, groups):
            found[id_].append(node.id)
    outer_first = sorted(groups.values(), key=lambda item: len(_around(item.id, groups)))
    return [(item, found[item.id]) for item in outer_first if found[item.id]]


def _around(frame: str | None, groups: dict[str, Cluster]) -> list[str]:
    """A group's id and those of the groups that it stands in."""
    return [frame, *_around(groups[frame].parent, groups)] if frame else []


def _card(node: Node) -> tuple[float, float]:
    width, height = cell(node)
    return width + 2 * PAD, height + 2 * PAD


def _placeholder(width: float) -> str:
    """A label of that width for `dot` to make room for: a table without text needs no font."""
    size = f'FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="18"'
    return f'<<TABLE BORDER="0" {size}><TR><TD></TD></TR></TABLE>>'


def _read(drawing: Any, graph: Graph, nodes: dict[str, Node]) -> _Sheet:
    left, low, right, high = (float(part) for part in drawing.graph_attr["bb"].split(","))
    layout = _Sheet(right - left, high - low)

    def place(x: str, y: str) -> tuple[float, float]:
        return float(x) - left, high - float(y)

    for name, node in nodes.items():
        x, y = place(*drawing.get_node(name).attr["pos"].split(","))
        width, height = _card(node)
        layout.cards[node.id] = Box(x - width / 2, y - height / 2, width, height)
        layout.icons[node.id] = icon(x - width / 2 + PAD, y - height / 2, height)
    groups: dict[str | None, Any] = {None: drawing}
    for number, (group, _inside) in enumerate(_grouped(graph)):
        drawn = groups[group.parent].get_subgraph(f"cluster_{number}")
        bounds = drawn.graph_attr["bb"].split(",")
        (x, y), (right, top) = place(*bounds[:2]), place(*bounds[2:])
        layout.frames[group.id], groups[group.id] = Box(x, top, right - x, y - top), drawn
    for number, edge in enumerate(graph.edges):
        drawn = drawing.get_edge(*_ends(edge, nodes), key=f"e{number}")
        ends = layout.cards[edge.source], layout.cards[edge.target]
        layout.curves[edge] = curve = _off_corners(_curve(drawn.attr["pos"], place), *ends)
        if label := drawn.attr["lp"]:
            layout.wishes[edge] = place(*label.split(","))
        elif edge.label:
            layout.wishes[edge] = curve[len(curve) // 2]
    return layout


def _ends(edge: Edge, nodes: dict[str, Node]) -> tuple[str, str]:
    names = {node.id: name for name, node in nodes.items()}
    return names[edge.source], names[edge.target]


def _curve(position: str, place: Any) -> list[Point]:
    """Graphviz's `e,x,y x,y x,y …` (the end, then a Bézier curve): the curve's points, the end."""
    end, *points = position.split()
    return [place(*part.split(",")) for part in (*points, end.removeprefix("e,"))]


def _off_corners(curve: Sequence[Point], source: Box, target: Box) -> list[Point]:
    """The curve between two cards, its ends moved away from their corners, and what is near each
    end the less the further it is, so that there is no kink.
    """
    first, last = curve[0], curve[-1]
    fade = min(FADE, math.dist(first, last))
    (ax, ay), (bx, by) = _inward(first, source), _inward(last, target)
    found = []
    for x, y in curve:
        start = max(1 - math.dist((x, y), first) / fade, 0)
        end = max(1 - math.dist((x, y), last) / fade, 0)
        found.append((x + ax * start + bx * end, y + ay * start + by * end))
    return found


def _inward(end: Point, card: Box) -> Point:
    """How far a line's end has to be moved along the border of a card, away from a corner."""
    x, y = end
    if min(abs(y - card.y), abs(y - card.bottom)) < ROUNDED:
        return min(max(x, card.x + CORNER), card.right - CORNER) - x, 0.0
    return 0.0, min(max(y, card.y + CORNER), card.bottom - CORNER) - y


def _path(curve: Sequence[Point]) -> str:
    """The curve as an SVG path: a start, three points for each part of it, the end."""
    start, *bends, end = (f"{x:.1f},{y:.1f}" for x, y in curve)
    return f"M{start}C{' '.join(bends)}L{end}"


# Labels


def _labels(
    graph: Graph,
    layout: Layout,
    curves: dict[Edge, list[Point]],
    wishes: dict[Edge, Point],
) -> dict[Edge, Point]:
    """The middle of each label: beside its own curve, where it hides neither words nor lines."""
    taken = [grown(card, NEAR) for card in layout.cards.values()]
    taken += beyond(Box(0, 0, layout.width, layout.height))
    taken += [part for frame in graph.clusters for part in _heads(frame, layout)]
    ways = {edge: sampled(curve) for edge, curve in curves.items()}
    pieces = {edge: [_piece(a, b) for a, b in pairwise(way)] for edge, way in ways.items()}
    every = [piece for own in pieces.values() for piece in own]
    heads = [head(way[-2], way[-1]) for way in ways.values()]
    found, busy = {}, len(graph.edges) > BUSY
    for edge, wish in wishes.items():
        size = typeface.width(edge.label, DETAIL, weight="semibold") + 6, DETAIL + 4
        others = () if busy else (way for way in pieces if way != edge)
        close = [grown(part, ALOOF) for way in others for part in pieces[way]]
        grounds = (WORDS, taken), (HEADS, heads), (LINES, every), (CLOSE, close)
        most = FEW if busy else None
        box, _ = freest([*islice(_places(size, ways[edge], wish), most)], grounds)
        taken.append(box)
        found[edge] = box.middle
    return found


def _places(size: tuple[float, float], way: Sequence[Point], wish: Point) -> Iterator[Box]:
    """Where a label may stand: beside its curve where Graphviz left room for it, there, …

    Beside a steep piece, over or under a level one, or off a slanting one by a corner.
    """
    w, h = size
    near = sorted(way, key=lambda point: math.dist(point, wish))
    for number, (x, y) in enumerate(near):
        side = 1 if x < wish[0] else -1
        level, upright = [(side, 0), (-side, 0)], [(0, -1), (0, 1)]
        slanting = [*product((side, -side), (-1, 1))]
        for ways in (level, upright, slanting):
            for gap, (right, down) in product(GAPS, ways):
                middle = x + right * (w / 2 + gap), y + down * (h / 2 + gap)
                yield Box(middle[0] - w / 2, middle[1] - h / 2, w, h)
        if not number:
            yield Box(wish[0] - w / 2, wish[1] - h / 2, w, h)
    yield from (Box(x - w / 2, y - h / 2, w, h) for x, y in near)


def _heads(frame: Cluster, layout: Layout) -> Iterator[Box]:
    """The ground of what is written at a frame's head."""
    if (box := layout.frames.get(frame.id)) is not None:
        yield Box(box.x, box.y, head_width(frame), head_height(frame))


def _piece(a: Point, b: Point) -> Box:
    """The ground of a short piece of a line."""
    x, y = min(a[0], b[0]) - 1, min(a[1], b[1]) - 1
    return Box(x, y, abs(a[0] - b[0]) + 2, abs(a[1] - b[1]) + 2)
