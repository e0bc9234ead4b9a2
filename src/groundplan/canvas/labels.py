"""Where the words on lines stand: where they hide nothing, and once for lines that run together.

All lengths are pixels.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING, Final

from groundplan.canvas import typeface
from groundplan.canvas.boxes import Box
from groundplan.canvas.captions import DETAIL
from groundplan.canvas.routing import EDGE, Point, head
from groundplan.thinning import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from groundplan.graph import Edge

    Path = tuple[Point, ...]
    Boxes = Sequence[Box]
    Ground = tuple[int, Boxes]  # boxes, and what it costs to hide something of one

# What it costs a label to hide words, a line's head, a line, a frame's border, the border of an end
# of its own line, and to stand in the box of something that its line has nothing to do with.
WORDS: Final = 1000
HEADS: Final = 200
LINES: Final = 150
BORDERS: Final = 10
OWN: Final = 5
STRANGE: Final = 10

_FRACTIONS: Final = (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9, 0.42, 0.58, 0.28, 0.72)
_ASIDE: Final = (2, 8)  # so far from an upright line: close, beside its head
_PAST: Final = (8, 13, 24)  # the same, past borders
ARROW: Final = 16  # what the arrow at the end of a line takes
SIGNED: Final = 22  # what the sign of a change takes before the words
HIGH: Final = DETAIL + 4


@dataclass(frozen=True)
class Frames:
    """The boxes that a label had better not cut, and those of each thing that lines lead to.

    `fills` have a ground that hides the borders of larger ones.
    """

    boxes: Sequence[Box] = ()
    of: Mapping[str, Sequence[Box]] = field(default_factory=dict)
    fills: Sequence[Box] = ()

    @cached_property
    def sides(self) -> dict[Box, list[Box]]:
        """The ground of the sides of each box, where they are seen."""
        return {
            box: [part for side in _sides(box) for part in _seen(side, self.fills)]
            for box in self.boxes
        }

    @cached_property
    def every_side(self) -> list[Box]:
        """The same of all boxes."""
        return [side for sides in self.sides.values() for side in sides]

    def grounds(self, edges: Iterable[Edge]) -> Iterator[Ground]:
        """The borders, and the boxes in which no end of some lines stands, with their prices."""
        ids = {id_ for edge in edges for id_ in (edge.source, edge.target)}
        ends = {end for id_ in ids for end in self.of.get(id_, ())}
        for price, boxes in (
            (OWN, [box for box in self.boxes if box in ends]),
            (BORDERS, [box for box in self.boxes if box not in ends]),
        ):
            yield price, [side for box in boxes for side in self.sides[box]]
        yield STRANGE, [box for box in self.boxes if not any(box.overlaps(end) for end in ends)]


def place_labels(
    routes: Mapping[Edge, Path], words: Iterable[Box], frames: Frames
) -> dict[Edge, Point]:
    """The middle of each label along the corners of its line; routes are told elsewhere.

    Lines that lead from one thing to another have one label with what all of them say, and so
    have lines into one thing that say the same, where they run together and it hides nothing.
    """
    labels = _Labels(routes, list(words), frames)
    for family in _families(routes):
        labels.add(family)
    return labels.found


@dataclass(frozen=True)
class _Label:
    edges: Sequence[Edge]
    box: Box
    price: int


class _Labels:
    """Labels one after another, each in the way of the next."""

    def __init__(self, routes: Mapping[Edge, Path], taken: list[Box], frames: Frames) -> None:
        self.routes, self.taken, self.frames = routes, taken, frames
        self.heads = [head(way[-2], way[-1]) for way in dict.fromkeys(routes.values())]
        self.found: dict[Edge, Point] = {}

    def add(self, family: Sequence[Sequence[Edge]]) -> None:
        """One label for all lines of a family, or one for each pair where that hides less."""
        every = [edge for pair in family for edge in pair]
        together = self._label(every, every)
        labels = [together] if together is not None else []
        if together is None or (together.price and len(family) > 1):
            alone = self._alone(family)
            if together is None or sum(label.price for label in alone) < together.price:
                labels = alone
        for label in labels:
            self.taken.append(label.box)
            x, y = label.box.middle
            self.found |= dict.fromkeys(label.edges, (x + _sign(label.edges[0]) / 2, y))

    def _alone(self, family: Sequence[Sequence[Edge]]) -> list[_Label]:
        """A label for each pair of a family whose line doesn't run through that of another."""
        every = [edge for pair in family for edge in pair]
        before, labels = len(self.taken), list[_Label]()
        for edges in family:
            way = self.routes[edges[0]]
            shared = (n for n, label in enumerate(labels) if _on(label.box, way))
            if (number := next(shared, None)) is not None:
                labels[number] = replace(labels[number], edges=(*labels[number].edges, *edges))
            elif (label := self._label(edges, every)) is not None:
                labels.append(label)
                self.taken.append(label.box)
        del self.taken[before:]
        return labels

    def _label(self, edges: Sequence[Edge], family: Sequence[Edge]) -> _Label | None:
        """The best place for what some lines of a family say; None where they share no way."""
        corners = _trunk([*dict.fromkeys(self.routes[edge] for edge in edges)])
        if len(corners) == 1:
            return None
        words = words_of(edges)
        own = {self.routes[edge] for edge in family} | {corners}
        others = (way for way in dict.fromkeys(self.routes.values()) if way not in own)
        lines = [strip(*piece) for way in others for piece in pairwise(way)]
        hidden = (WORDS, self.taken), (HEADS, self.heads), (LINES, lines)
        grounds = (*hidden, *self.frames.grounds(edges))
        wide = typeface.width(words, DETAIL, weight="semibold") + 8 + _sign(edges[0])
        places = _places(wide, corners, grounds, (lines, self.frames.every_side))
        return _Label(edges, *freest([*places], grounds))


def _on(label: Box, way: Path) -> bool:
    """True where a line runs through the middle of a label."""
    middle = Box(*label.middle, 0, 0)
    return any(strip(*piece).overlaps(middle) for piece in pairwise(way))


def words_of(edges: Iterable[Edge]) -> str:
    """What is written on a line that stands for several: `tcp 80, 443`."""
    return label_of(edge.label for edge in edges)


def _families(routes: Mapping[Edge, Path]) -> list[list[list[Edge]]]:
    """The lines that may share a label and end at one point, those of each pair of ends together.

    Of lines that changed only those that changed alike, which have one sign.
    """
    pairs: dict[tuple[str, ...], list[Edge]] = defaultdict(list)
    for edge in routes:
        if edge.label and edge.kind != "route":
            pairs[edge.source, edge.target, edge.kind, edge.change].append(edge)
    families: dict[tuple[object, ...], list[list[Edge]]] = defaultdict(list)
    for edges in pairs.values():
        first = edges[0]
        alike = (first.target, first.kind, first.change, words_of(edges), routes[first][-1])
        families[alike].append(edges)
    return [*families.values()]


def _sign(edge: Edge) -> float:
    """The width of the sign before the words of a line that changed."""
    return SIGNED if edge.change != "none" else 0.0


def _trunk(ways: Sequence[Path]) -> Path:
    """The corners of what all of some ways to one place have in common at their end."""
    if len(ways) == 1:
        return ways[0]
    corners = [ways[0][-1]]
    for steps in zip(*(way[-2::-1] for way in ways), strict=False):
        reached = min(steps, key=lambda point: _length((corners[-1], point)))
        if not all(_between(corners[-1], reached, step) for step in steps):
            break
        corners.append(reached)
        if len({*steps}) > 1:
            break
    return tuple(corners[::-1])


def _between(start: Point, point: Point, end: Point) -> bool:
    """True where a point is on the level or upright line from one to another."""
    return _length((start, point)) + _length((point, end)) == _length((start, end)) and (
        start[0] == point[0] == end[0] or start[1] == point[1] == end[1]
    )


def _places(
    wide: float, corners: Path, grounds: Sequence[Ground], between: tuple[Boxes, Boxes]
) -> Iterator[Box]:
    """Where a label may stand: on a long level piece, else close to an upright one or on a level
    one, else further away.

    `between` it and an upright one there may be none of the first, other lines, and, where it is
    close, none of the second, borders.
    """
    around = _round([Box(*point, 0, 0) for point in corners])
    around = Box(around.x - 2 * wide, around.y - 50, around.w + 4 * wide, around.h + 100)
    near = [box for _, boxes in grounds for box in boxes if box.overlaps(around)]
    lines, borders = ([box for box in boxes if box.overlaps(around)] for boxes in between)

    def rank(piece: tuple[Point, Point]) -> tuple[bool, float]:
        roomy = piece[0][1] == piece[1][1] and _length(piece) >= wide + 2 * ARROW
        return not roomy, -_length(piece)

    pieces = sorted(pairwise(corners), key=rank)
    for far, (a, b) in product((False, True), pieces):
        if a[1] == b[1]:
            for above in (-HIGH / 2 - 2, HIGH / 2 + 2) if far else (0.0,):
                if far or abs(a[0] - b[0]) >= wide + ARROW:  # else nothing of it would be seen
                    yield from _along(a, b, Box(-wide / 2, above - HIGH / 2, wide, HIGH), near)
            continue
        for left in (left for by in (_PAST if far else _ASIDE) for left in (by, -by - wide)):
            places = _along(a, b, Box(left, -HIGH / 2, wide, HIGH), near)
            hindering = lines if far else borders
            yield from (place for place in places if not _apart(place, a[0], hindering))


def _apart(label: Box, x: float, others: Iterable[Box]) -> bool:
    """True where one of others is between a label and the upright line that it stands beside."""
    left, right = (x, label.x) if x < label.x else (label.right, x)
    between = Box(left, label.y, right - left, label.h)
    return any(map(between.overlaps, others))


def _along(a: Point, b: Point, label: Box, near: Iterable[Box]) -> Iterator[Box]:
    """Places along a straight piece for a label, which is given from a point on the piece.

    First parts of the way, then the middle of each stretch where nothing stands.
    """
    (ax, ay), (bx, by) = a, b
    for part in _FRACTIONS:
        yield label.moved(ax + (bx - ax) * part, ay + (by - ay) * part)
    level = ay == by
    low, high = sorted((ax, bx) if level else (ay, by))
    size = label.w if level else label.h
    other = label.moved(0, ay) if level else label.moved(ax, 0)
    at = low
    for start, end in sorted(_hindrances(other, near, level=level)):
        if at + size <= min(start, high):
            yield _moved_to((at + min(start, high)) / 2, label, a, level=level)
        at = max(at, end)
    if at + size <= high:
        yield _moved_to((at + high) / 2, label, a, level=level)


def _hindrances(label: Box, near: Iterable[Box], *, level: bool) -> Iterator[tuple[float, float]]:
    """From where to where boxes are in a label's way as it slides along a level or upright line."""
    for box in near:
        if level and box.y < label.bottom and label.y < box.bottom:
            yield box.x, box.right
        elif not level and box.x < label.right and label.x < box.right:
            yield box.y, box.bottom


def _moved_to(middle: float, label: Box, a: Point, *, level: bool) -> Box:
    return label.moved(middle, a[1]) if level else label.moved(a[0], middle)


def freest(places: Sequence[Box], grounds: Iterable[Ground]) -> tuple[Box, int]:
    """The first of the places that hides nothing, else the one that hides least, and its price."""
    around = _round(places)
    near = [(price, box) for price, boxes in grounds for box in boxes if box.overlaps(around)]
    near.sort(key=lambda ground: -ground[0])
    found, least = places[0], sum(price for price, _ in near) + 1
    for place in places:
        total = 0
        for price, box in near:
            if place.overlaps(box):
                total += price
                if total >= least:
                    break
        if total < least:
            found, least = place, total
        if not least:
            break
    return found, least


def beyond(page: Box) -> Iterator[Box]:
    """The ground round the page, where no label may stand."""
    far = 1000.0
    yield Box(page.x - far, page.y - far, far + EDGE / 2, page.h + 2 * far)
    yield Box(page.right - EDGE / 2, page.y - far, far, page.h + 2 * far)
    yield Box(page.x - far, page.y - far, page.w + 2 * far, far)
    yield Box(page.x - far, page.bottom, page.w + 2 * far, far)


def strip(a: Point, b: Point) -> Box:
    """The ground that a straight piece of a line takes."""
    x, y = min(a[0], b[0]) - 3, min(a[1], b[1]) - 3
    return Box(x, y, abs(a[0] - b[0]) + 6, abs(a[1] - b[1]) + 6)


def _sides(box: Box) -> Iterator[Box]:
    """The ground of a frame's four sides."""
    for x in (box.x, box.right):
        yield Box(x - 1, box.y, 2, box.h)
    for y in (box.y, box.bottom):
        yield Box(box.x, y - 1, box.w, 2)


def _seen(side: Box, fills: Iterable[Box]) -> Iterator[Box]:
    """The parts of a side of a frame that no ground of a smaller one hides."""
    x, y = side.middle
    level = side.w > side.h
    over = [box for box in fills if (box.y < y < box.bottom if level else box.x < x < box.right)]
    at = side.x if level else side.y
    for box in sorted(over, key=lambda box: box.x if level else box.y):
        start, end = (box.x, box.right) if level else (box.y, box.bottom)
        if start > at:
            yield _stretch(side, at, min(start, side.right if level else side.bottom), level=level)
        at = max(at, end)
    if at < (side.right if level else side.bottom):
        yield _stretch(side, at, side.right if level else side.bottom, level=level)


def _stretch(side: Box, start: float, end: float, *, level: bool) -> Box:
    if level:
        return Box(start, side.y, end - start, side.h)
    return Box(side.x, start, side.w, end - start)


def _round(boxes: Sequence[Box]) -> Box:
    """The box round several."""
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(x, y, max(b.right for b in boxes) - x, max(b.bottom for b in boxes) - y)


def _length(piece: tuple[Point, Point]) -> float:
    (ax, ay), (bx, by) = piece
    return abs(ax - bx) + abs(ay - by)
