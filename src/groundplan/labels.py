"""Where the words on lines stand: where they hide nothing, and once for lines that run together.

All lengths are pixels.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from groundplan import typeface
from groundplan.captions import DETAIL
from groundplan.layout import Box
from groundplan.routing import EDGE, Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from groundplan.graph import Edge

    Path = tuple[Point, ...]
    Hidden = tuple[int, int, int]  # how many words, lines and boxes a label would hide

_FRACTIONS: Final = (0.5, 0.35, 0.65, 0.2, 0.8, 0.1, 0.9, 0.42, 0.58, 0.28, 0.72)
ARROW: Final = 16  # what the arrow at the end of a line takes
SIGNED: Final = 22  # what the sign of a change takes before the words
_NOTHING: Final = (0, 0)


def place_labels(
    routes: Mapping[Edge, Path], words: Iterable[Box], boxes: Sequence[Box]
) -> dict[Edge, Point]:
    """The middle of each label along the corners of its line; routes are told elsewhere.

    A label hides rather a border of `boxes` than a line, and rather a line than `words`. Lines
    into one thing that say the same have one label where they run together.
    """
    taken = list(words)
    found: dict[Edge, Point] = {}
    families: dict[tuple[str, ...], list[Edge]] = defaultdict(list)
    for edge in routes:
        if edge.label and edge.kind != "route":
            families[edge.target, edge.kind, edge.label, edge.change].append(edge)
    for family in families.values():
        for edges in (family, *([edge] for edge in family)):
            corners = _trunk([*dict.fromkeys(routes[edge] for edge in edges)])
            if edges[0] in found or len(corners) == 1:
                continue
            others = (way for edge, way in routes.items() if edge not in edges and way != corners)
            lines = [strip(*piece) for way in others for piece in pairwise(way)]
            places = [*_boxes(edges[0], corners)]
            box, hidden = freest(places, taken, lines, [*boxes, *_arrow(corners)])
            if len(edges) == 1 or hidden[:2] == _NOTHING:
                taken.append(box)
                x, y = box.middle
                found |= dict.fromkeys(edges, (x + _sign(edges[0]) / 2, y))
    return found


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


def _boxes(edge: Edge, corners: Path) -> Iterator[Box]:
    """Where a label may stand: beside an upright line, on a level one, else above or below it."""
    w, h = typeface.width(edge.label, DETAIL, weight="semibold") + 8 + _sign(edge), DETAIL + 6
    pieces = sorted(pairwise(corners), key=lambda piece: -_length(piece))
    for above in (0.0, -h / 2 - 2, h / 2 + 2):
        for a, b in pieces:
            if not above and a[1] == b[1] and abs(a[0] - b[0]) < w + ARROW:
                continue  # nothing of it would be left to see
            for part in _FRACTIONS:
                x, y = a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part
                if a[0] != b[0]:
                    yield Box(x - w / 2, y + above - h / 2, w, h)
                elif not above:
                    yield Box(x + 2, y - h / 2, w, h)
                    yield Box(x - 2 - w, y - h / 2, w, h)


def freest(
    places: Sequence[Box], words: Iterable[Box], lines: Iterable[Box], boxes: Iterable[Box] = ()
) -> tuple[Box, Hidden]:
    """The first of the places that hides nothing, else the one that hides least, and what."""
    ground = _round(places)
    near = [[box for box in each if box.overlaps(ground)] for each in (words, lines, boxes)]
    found, least = places[0], (len(near[0]) + 1, 0, 0)
    for place in places:
        hidden = sum(place.overlaps(box) for box in near[0])
        if hidden > least[0]:
            continue
        cut, inside = (sum(place.overlaps(box) for box in each) for each in near[1:])
        told = (hidden, cut, inside)
        if told < least:
            found, least = place, told
        if not any(least):
            break
    return found, least


def beyond(page: Box) -> Iterator[Box]:
    """The ground round the page, where no label may stand."""
    far = 1000.0
    yield Box(page.x - far, page.y - far, far + EDGE / 2, page.h + 2 * far)
    yield Box(page.right - EDGE / 2, page.y - far, far, page.h + 2 * far)
    yield Box(page.x - far, page.y - far, page.w + 2 * far, far)
    yield Box(page.x - far, page.bottom, page.w + 2 * far, far)


def _arrow(corners: Path) -> Iterator[Box]:
    """The ground of the arrow at the end of a line, where a label on the line could hide it."""
    (x, y), before = corners[-1], corners[-2]
    if y == before[1]:
        yield Box(x - ARROW / 2, y - ARROW / 2, ARROW, ARROW)


def strip(a: Point, b: Point) -> Box:
    """The ground that a straight piece of a line takes."""
    x, y = min(a[0], b[0]) - 3, min(a[1], b[1]) - 3
    return Box(x, y, abs(a[0] - b[0]) + 6, abs(a[1] - b[1]) + 6)


def _round(boxes: Sequence[Box]) -> Box:
    """The box round several."""
    x, y = min(box.x for box in boxes), min(box.y for box in boxes)
    return Box(x, y, max(b.right for b in boxes) - x, max(b.bottom for b in boxes) - y)


def _length(piece: tuple[Point, Point]) -> float:
    (ax, ay), (bx, by) = piece
    return abs(ax - bx) + abs(ay - by)
