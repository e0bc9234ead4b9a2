"""Lines with right angles between things, round what stands in the way.

Each is the cheapest way (see `gridsearch`) on the sparse grid of the lines just outside every
obstacle, with a price for each bend, for crossing another line and for running along one.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise
from math import dist
from typing import TYPE_CHECKING, Final

from groundplan.canvas.boxes import Box
from groundplan.canvas.gridsearch import Grid, Point, Port, Side

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

__all__ = ["CLEAR", "Point", "Port", "Router", "Side", "head"]

Piece = tuple[Point, Point]

CLEAR: Final = 10  # how far a line keeps from what it passes
NEAR: Final = 4  # grid lines closer than this are one
BETWEEN: Final = 6  # how far a line between two blocks keeps from each
BESIDE: Final = 8  # how far two lines keep from each other
OWN: Final = 250  # as much dearer is another port than the one that a line of the family took
TAKEN: Final = 150  # as much dearer is a port at which a line of another family starts or ends
HEAD: Final = 11.5  # the length of an arrowhead
THICK: Final = 10
EDGE: Final = 6.0  # how far a line keeps from the picture's edge
# What a pixel of a level and of an upright line costs more, where it has nothing to do with what it
# runs through: a zone, of which several stand side by side, a subnet, a VPC, and a single thing.
ZONE: Final = (0.5, 4)
SUBNET: Final = (3, 4)
ROOM: Final = (20, 20)
WALL: Final = (60, 60)
PAST: Final = 40  # how far round a wall a line may lead
ROUND: Final = 260  # how far round its ends a line may lead, where that is far enough


@dataclass
class Router:
    """Routes lines one after another; each is an obstacle of a softer kind to the next."""

    obstacles: Sequence[Box]
    width: float
    height: float
    rails: Sequence[Piece] = ()  # lines of frames, which no line should run on
    zones: Sequence[Box] = ()  # which a line that doesn't end there rather goes round
    subnets: Sequence[Box] = ()  # the same, and lines may run between them
    walls: Sequence[Box] = ()  # which it goes round unless that is very far
    rooms: Sequence[Box] = ()  # the same, and a line from inside to inside doesn't leave them
    outside: Sequence[Box] = ()  # ground round all of them

    def __post_init__(self) -> None:
        self._drawn: dict[Hashable, list[Piece]] = defaultdict(list)
        self._met: dict[Hashable, Port] = {}
        self._taken: dict[Point, Hashable] = {}
        self._kept: set[Point] = set()

    def route(
        self,
        sources: Sequence[Port],
        targets: Sequence[Port],
        family: Hashable = None,
        bands: Sequence[Box] = (),
    ) -> tuple[Point, ...]:
        """The corners of the cheapest line from one of `sources` to one of `targets`.

        Lines of one `family` run together from where they meet, into the same port unless that is
        far. Straight from the first to the first where everything is in the way. `bands` are those
        of its ends: it has to do with all zones and subnets that they span.
        """
        sources = self._untaken(sources, family)
        targets = self._untaken(self._unhidden(targets), family)
        if (met := self._met.get(family)) is not None:
            targets = [replace(port, price=port.price + OWN * (port != met)) for port in targets]
        path = self._way(sources, targets, family, bands)
        points = _corners(path) if path else (sources[0].at, targets[0].at)
        # A little longer than drawn, so that no other line goes on where this one ends.
        beyond = (_beyond(points[1], points[0]), *points[1:-1], _beyond(points[-2], points[-1]))
        self._drawn[family] += pairwise(beyond)
        self._taken |= dict.fromkeys((points[0], points[-1]), family)
        if family is not None:
            self._met.setdefault(family, next(port for port in targets if port.at == points[-1]))
        return points

    def are_free(self, *ports: Port) -> bool:
        """True where no line starts or ends at any of some ports."""
        return not any(port.at in self._taken for port in ports)

    def keep(self, *points: Point) -> None:
        """Let no line that is yet to come start or end at some points, where another port is."""
        self._kept.update(points)

    def _way(
        self,
        sources: Sequence[Port],
        targets: Sequence[Port],
        family: Hashable,
        bands: Sequence[Box],
    ) -> list[Point]:
        ports = (*sources, *targets)
        strange = [*self._strange([*_points(ports), *bands])]
        for room in self._rooms(sources, targets):
            for ground in (self._window(ports, room), room):
                grid = self._grid(ports, ground, family, strange)
                if path := grid.way(sources, targets):
                    return path
        return []

    def _unhidden(self, targets: Sequence[Port]) -> Sequence[Port]:
        """Those of some ports where an arrowhead hides nothing; all, where there are none."""
        free = [port for port in targets if not self._hides(port)]
        return free or targets

    def _hides(self, target: Port) -> bool:
        (x, y), (right, down) = target.at, target.side
        return any(map(head((x + right, y + down), target.at).overlaps, self.obstacles))

    def _untaken(self, ports: Sequence[Port], family: Hashable) -> list[Port]:
        """Some ports, each that is taken by a line of another family with a higher price."""
        ports = [port for port in ports if port.at not in self._kept] or ports
        free = (None, family)
        return [
            port if self._taken.get(port.at) in free else replace(port, price=port.price + TAKEN)
            for port in ports
        ]

    def _rooms(self, sources: Sequence[Port], targets: Sequence[Port]) -> Iterator[Box]:
        """The rooms that both ends stand in, the smallest first, and at last the whole page."""
        for room in sorted(self.rooms, key=lambda box: box.w * box.h):
            if all(_meet(point, room) for point in _points((*sources, *targets))):
                yield room
        yield Box(0, 0, self.width, self.height)

    def _window(self, ports: Sequence[Port], page: Box) -> Box:
        """The part of the page round some ports, and round the walls between them."""
        points = _points(ports)
        between = _round(points, 0, page)
        every = (*self.walls, *self.rooms)
        walls = (box for box in every if _meet(box, between) and not _held(points, box))
        return _round([_round([between], ROUND, page), *walls], PAST, page)

    def _grid(
        self,
        ports: Sequence[Port],
        ground: Box,
        family: Hashable,
        strange: Iterable[tuple[Box, tuple[float, float]]],
    ) -> Grid:
        """The grid on a part of the page, with the price of every piece."""
        obstacles = [box for box in self.obstacles if _meet(box, ground)]
        drawn = [
            piece
            for other, pieces in self._drawn.items()
            for piece in pieces
            if (other is None or other != family) and _meet(_box(piece), ground)
        ]
        own = self._drawn[family] if family is not None else []
        every = (*self.subnets, *self.zones, *self.rooms)
        blocks = [box for box in every if _meet(box, ground)]
        grid = Grid(*_lines(ports, obstacles, (drawn, own), blocks, ground))
        if own:
            grid.favour(own)
        for box, prices in strange:
            if _meet(box, ground):
                grid.avoid(box, *prices)
        _close(grid, obstacles, ports)
        for piece in self.rails:
            _along(grid, *piece, CLEAR / 2)
        for piece in drawn:
            _along(grid, *piece, BESIDE)
        for piece in own:
            _along(grid, *piece, BESIDE, on=False)
        for piece in drawn:
            _across(grid, *piece)
        return grid

    def _strange(self, ends: Sequence[Box]) -> Iterator[tuple[Box, tuple[float, float]]]:
        """What a line with such ends has nothing to do with, and what a pixel there costs."""
        for boxes, prices in (
            (self.outside, ZONE), (self.zones, ZONE), (self.subnets, SUBNET), (self.rooms, ROOM),
            (self.walls, WALL),
        ):  # fmt: skip
            yield from ((box, prices) for box in boxes if not _held(ends, box))


def _close(grid: Grid, obstacles: Sequence[Box], ports: Iterable[Port]) -> None:
    """Let no way lead through obstacles; close to one a line only starts or ends, straight."""
    for box in obstacles:
        grid.close(box, 0)
    doors = [(pieces, at, pieces[at]) for pieces, at in map(grid.door, ports)]
    for box in obstacles:
        grid.close(box, NEAR)
    for pieces, at, price in doors:
        pieces[at] = price


def _lines(
    ports: Iterable[Port],
    obstacles: Iterable[Box],
    lines: tuple[Iterable[Piece], Iterable[Piece]],
    blocks: Iterable[Box],
    ground: Box,
) -> tuple[list[float], list[float]]:
    """The grid lines: just outside every obstacle, at every port, at and beside `lines` drawn.

    Beside those of others, and on those of the same family.
    """
    xs = {ground.x + EDGE, ground.right - EDGE}
    ys = {ground.y + EDGE, ground.bottom - EDGE}
    for box in obstacles:
        xs |= {box.x - CLEAR, box.right + CLEAR}
        ys |= {box.y - CLEAR, box.bottom + CLEAR}
    fixed_xs, fixed_ys = set(), set()
    for box in blocks:
        fixed_xs |= {box.x - BETWEEN, box.right + BETWEEN}
        fixed_ys |= {box.y - BETWEEN, box.bottom + BETWEEN}
    for port in ports:
        (x, y), (right, down) = port.at, port.side
        fixed_xs.add(x)
        fixed_ys.add(y)
        xs.add(x + right * CLEAR * 2)
        ys.add(y + down * CLEAR * 2)
    drawn, own = lines
    for a, b in drawn:  # for the next line to take
        if a[0] == b[0]:
            xs |= {a[0] - CLEAR, a[0] + CLEAR}
        else:
            ys |= {a[1] - CLEAR, a[1] + CLEAR}
    fixed_xs |= {a[0] for a, b in own if a[0] == b[0]}
    fixed_ys |= {a[1] for a, b in own if a[1] == b[1]}
    return (
        _thinned(xs, fixed_xs, ground.x + EDGE, ground.right - EDGE),
        _thinned(ys, fixed_ys, ground.y + EDGE, ground.bottom - EDGE),
    )


def _thinned(lines: set[float], fixed: set[float], low: float, high: float) -> list[float]:
    """The grid lines in order; of two that are nearer than 4 pixels only one, fixed ones all."""
    kept: list[float] = []
    for line in sorted(lines | fixed):
        if not low <= line <= high:
            continue
        if kept and line - kept[-1] < NEAR and line not in fixed:
            continue
        if kept and line - kept[-1] < NEAR and kept[-1] not in fixed:
            kept.pop()
        kept.append(line)
    return kept


def _round(boxes: Sequence[Box], by: float, page: Box) -> Box:
    """The part of the page that some boxes take up, and so much round them."""
    x = max(min(box.x for box in boxes) - by, page.x)
    y = max(min(box.y for box in boxes) - by, page.y)
    right = min(max(box.right for box in boxes) + by, page.right)
    return Box(x, y, right - x, min(max(box.bottom for box in boxes) + by, page.bottom) - y)


def head(before: Point, end: Point) -> Box:
    """The ground of the arrowhead at the end of a line that comes from a point."""
    (ax, ay), (x, y) = before, end
    way = dist(before, end) or 1
    back = x - (x - ax) / way * HEAD, y - (y - ay) / way * HEAD
    aside, above = THICK / 2 * abs(y - ay) / way, THICK / 2 * abs(x - ax) / way
    left, top = min(back[0], x) - aside, min(back[1], y) - above
    return Box(left, top, max(back[0], x) + aside - left, max(back[1], y) + above - top)


def _points(ports: Iterable[Port]) -> list[Box]:
    return [Box(*port.at, 0, 0) for port in ports]


def _held(ends: Iterable[Box], box: Box) -> bool:
    """True where an end stands in a box or at its border."""
    return any(_meet(end, box) for end in ends)


def _meet(a: Box, b: Box) -> bool:
    return a.x <= b.right and b.x <= a.right and a.y <= b.bottom and b.y <= a.bottom


def _box(piece: Piece) -> Box:
    (ax, ay), (bx, by) = piece
    return Box(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))


def _along(grid: Grid, a: Point, b: Point, near: float, *, on: bool = True) -> None:
    if a[1] == b[1]:
        grid.beside_level(a[1], min(a[0], b[0]), max(a[0], b[0]), near, on=on)
    else:
        grid.beside_upright(a[0], min(a[1], b[1]), max(a[1], b[1]), near, on=on)


def _across(grid: Grid, a: Point, b: Point) -> None:
    if a[1] == b[1]:
        grid.across_level(a[1], min(a[0], b[0]), max(a[0], b[0]))
    else:
        grid.across_upright(a[0], min(a[1], b[1]), max(a[1], b[1]))


def _beyond(a: Point, b: Point) -> Point:
    """`b`, moved on in the direction from `a` to it."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = max(abs(dx), abs(dy), 1)
    return b[0] + dx / length * 3 * CLEAR, b[1] + dy / length * 3 * CLEAR


def _corners(path: Sequence[Point]) -> tuple[Point, ...]:
    """The first, the last and every point where the direction changes."""
    return (path[0], *_turns(path), path[-1])


def _turns(path: Sequence[Point]) -> Iterator[Point]:
    for before, at, after in zip(path, path[1:], path[2:], strict=False):
        if not (before[0] == at[0] == after[0] or before[1] == at[1] == after[1]):
            yield at
