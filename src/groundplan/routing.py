"""Lines with right angles between things, round what stands in the way.

A shortest-path search (A* with a price for each bend and for running along another line) on
the sparse grid of the lines just outside every obstacle.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from groundplan.layout import Box

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Point = tuple[float, float]
Side = tuple[int, int]

CLEAR: Final = 10  # how far a line keeps from what it passes
BEND: Final = 60  # a bend costs as much as so many pixels
SHARED: Final = 6  # a pixel along another line costs so many
NEAR: Final = 4  # grid lines closer than this are one
CROSS: Final = 50  # crossing another line costs so many pixels
_SIDES: Final[tuple[Side, ...]] = ((1, 0), (-1, 0), (0, 1), (0, -1))
_THERE: Final[Side] = (0, 0)


@dataclass(frozen=True)
class Port:
    """A point where a line may start or end, the direction away from its thing, and a price."""

    at: Point
    side: Side
    price: float = 0


@dataclass
class Router:
    """Routes lines one after another; each is an obstacle of a softer kind to the next."""

    obstacles: Sequence[Box]
    width: float
    height: float
    rails: Sequence[tuple[Point, Point]] = ()  # lines of frames, which no line should run on

    def __post_init__(self) -> None:
        self._frames = _Lines(self.rails)
        self._drawn = _Lines()

    def route(self, sources: Sequence[Port], targets: Sequence[Port]) -> tuple[Point, ...]:
        """The corners of the cheapest line from one of `sources` to one of `targets`.

        Straight from the first to the first where everything is in the way.
        """
        xs, ys = self._grid((*sources, *targets))
        path = _Search(self, xs, ys, sources, targets).run()
        points = _corners(path) if path else (sources[0].at, targets[0].at)
        # A little longer than drawn, so that no other line goes on where this one ends.
        beyond = (_beyond(points[1], points[0]), *points[1:-1], _beyond(points[-2], points[-1]))
        for piece in pairwise(beyond):
            self._drawn.add(*piece)
        return points

    def _grid(self, ports: Iterable[Port]) -> tuple[list[float], list[float]]:
        xs = {12.0, self.width - 12}
        ys = {12.0, self.height - 12}
        for box in self.obstacles:
            xs |= {box.x - CLEAR, box.right + CLEAR}
            ys |= {box.y - CLEAR, box.bottom + CLEAR}
        for port in ports:
            xs |= {port.at[0], port.at[0] + port.side[0] * CLEAR * 2}
            ys |= {port.at[1], port.at[1] + port.side[1] * CLEAR * 2}
        # A line beside one that is there already, for the next one to take.
        for x, _, _ in self._drawn.upright:
            xs |= {x - CLEAR, x + CLEAR}
        for y, _, _ in self._drawn.level:
            ys |= {y - CLEAR, y + CLEAR}
        fixed = [port.at for port in ports]
        return (
            _thinned(xs, {at[0] for at in fixed}, self.width),
            _thinned(ys, {at[1] for at in fixed}, self.height),
        )

    def price(self, a: Point, b: Point) -> float:
        """What a straight piece costs beyond its length, for the lines that are there already."""
        shared = self._drawn.along(a, b) + self._frames.along(a, b)
        return shared * SHARED + self._drawn.crossed(a, b) * CROSS


class _Lines:
    """Straight pieces, level and upright ones apart, each sort in order of where it stands."""

    def __init__(self, pieces: Iterable[tuple[Point, Point]] = ()) -> None:
        self.level: list[tuple[float, float, float]] = []  # y, from x, to x
        self.upright: list[tuple[float, float, float]] = []  # x, from y, to y
        for a, b in pieces:
            self.add(a, b)

    def add(self, a: Point, b: Point) -> None:
        if a[1] == b[1]:
            insort(self.level, (a[1], min(a[0], b[0]), max(a[0], b[0])))
        else:
            insort(self.upright, (a[0], min(a[1], b[1]), max(a[1], b[1])))

    def along(self, a: Point, b: Point) -> float:
        """How much of the piece runs on one of these, or closer beside it than `CLEAR`/2."""
        lines, at, low, high = self._seen(a, b)
        near = lines[
            bisect_left(lines, (at - CLEAR / 2 + 0.1,)) : bisect_left(lines, (at + CLEAR / 2,))
        ]
        return sum(max(min(high, end) - max(low, start), 0.0) for _, start, end in near)

    def crossed(self, a: Point, b: Point) -> int:
        """How many of these the piece crosses."""
        lines, at, low, high = self._seen(a, b)
        others = self.upright if lines is self.level else self.level
        between = others[bisect_left(others, (low + 0.1,)) : bisect_left(others, (high,))]
        return sum(start < at < end for _, start, end in between)

    def _seen(
        self, a: Point, b: Point
    ) -> tuple[list[tuple[float, float, float]], float, float, float]:
        if a[1] == b[1]:
            return self.level, a[1], min(a[0], b[0]), max(a[0], b[0])
        return self.upright, a[0], min(a[1], b[1]), max(a[1], b[1])


def _beyond(a: Point, b: Point) -> Point:
    """`b`, moved on in the direction from `a` to it."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = max(abs(dx), abs(dy), 1)
    return b[0] + dx / length * 3 * CLEAR, b[1] + dy / length * 3 * CLEAR


def _thinned(lines: set[float], fixed: set[float], limit: float) -> list[float]:
    """The grid lines in order; of two that are nearer than 4 pixels only one, fixed ones all."""
    kept: list[float] = []
    for line in sorted(lines):
        if not 0 <= line <= limit:
            continue
        if kept and line - kept[-1] < NEAR and line not in fixed:
            continue
        if kept and line - kept[-1] < NEAR and kept[-1] not in fixed:
            kept.pop()
        kept.append(line)
    return kept


class _Search:
    def __init__(
        self,
        router: Router,
        xs: list[float],
        ys: list[float],
        sources: Sequence[Port],
        targets: Sequence[Port],
    ) -> None:
        self.router, self.xs, self.ys = router, xs, ys
        self.sources = sources
        self.goals = {target.at: target for target in targets}
        across, down = zip(*self.goals, strict=True)
        self.bounds: tuple[float, ...] = (min(across), min(down), max(across), max(down))
        self.blocked = _blocked(router.obstacles, xs, ys)
        near = [
            Box(b.x - NEAR, b.y - NEAR, b.w + 2 * NEAR, b.h + 2 * NEAR) for b in router.obstacles
        ]
        self.tight = _blocked(near, xs, ys)
        self.touching = {port.at for port in (*sources, *targets)}

    def run(self) -> list[Point] | None:
        queue: list[tuple[float, Point, Side]] = []
        came: dict[tuple[Point, Side], tuple[Point, Side] | None] = {}
        best: dict[tuple[Point, Side], float] = {}
        parents: dict[tuple[Point, Side], tuple[Point, Side] | None] = {}
        for port in self.sources:
            heapq.heappush(queue, (port.price + self._ahead(port.at), port.at, port.side))
            best[port.at, port.side] = port.price
            parents[port.at, port.side] = None
        while queue:
            _, at, side = heapq.heappop(queue)
            if (at, side) in came:
                continue
            came[at, side] = parents[at, side]
            cost = best[at, side]
            if side == _THERE:
                return _trace(came, (at, side))[:-1]
            for way, to in self._steps(at, side):
                length = abs(to[0] - at[0]) + abs(to[1] - at[1])
                new = cost + length + (BEND if way != side else 0) + self.router.price(at, to)
                if way == _THERE:
                    new = cost + self.goals[at].price
                if new < best.get((to, way), float("inf")):
                    best[to, way] = new
                    parents[to, way] = (at, side)
                    heapq.heappush(queue, (new + self._ahead(to), to, way))
        return None

    def _ahead(self, at: Point) -> float:
        """The least that is still to go: how far it is to the box round all targets."""
        x0, y0, x1, y1 = self.bounds
        return max(x0 - at[0], 0, at[0] - x1) + max(y0 - at[1], 0, at[1] - y1)

    def _steps(self, at: Point, side: Side) -> Iterator[tuple[Side, Point]]:
        goal = self.goals.get(at)
        if goal is not None and side == (-goal.side[0], -goal.side[1]):
            yield _THERE, at
        i, j = bisect_left(self.xs, at[0]), bisect_left(self.ys, at[1])
        for way in _SIDES:
            if way == (-side[0], -side[1]):
                continue
            ni, nj = i + way[0], j + way[1]
            if not (0 <= ni < len(self.xs) and 0 <= nj < len(self.ys)):
                continue
            piece = (min(i, ni), min(j, nj), way[0] != 0)
            to = (self.xs[ni], self.ys[nj])
            # Close to a thing a line only starts or ends, and then straight.
            ends = (at in self.touching and way == side) or to in self.touching
            if piece not in self.blocked and (ends or piece not in self.tight):
                yield way, to


def _blocked(
    obstacles: Iterable[Box], xs: list[float], ys: list[float]
) -> set[tuple[int, int, bool]]:
    """The pieces of the grid (lower index x, y, horizontal?) that run through an obstacle."""
    found = set()
    for box in obstacles:
        # Indices strictly inside the box, and of the pieces that reach into it.
        i0, i1 = bisect_right(xs, box.x), bisect_left(xs, box.right)
        j0, j1 = bisect_right(ys, box.y), bisect_left(ys, box.bottom)
        for j in range(j0, j1):
            for i in range(max(i0 - 1, 0), i1):
                found.add((i, j, True))
        for i in range(i0, i1):
            for j in range(max(j0 - 1, 0), j1):
                found.add((i, j, False))
    return found


def _trace(
    came: dict[tuple[Point, Side], tuple[Point, Side] | None], end: tuple[Point, Side]
) -> list[Point]:
    path = []
    step: tuple[Point, Side] | None = end
    while step is not None:
        path.append(step[0])
        step = came[step]
    return path[::-1]


def _corners(path: Sequence[Point]) -> tuple[Point, ...]:
    """The first, the last and every point where the direction changes."""
    kept = [path[0]]
    for before, at, after in zip(path, path[1:], path[2:], strict=False):
        if not (before[0] == at[0] == after[0] or before[1] == at[1] == after[1]):
            kept.append(at)
    return (*kept, path[-1])
