"""The cheapest way through a grid of level and upright lines, each piece with a price (A*).

A way is a list of steps; a step is where one is and which way one came. States are plain
integers and prices flat lists: a picture asks for some ten thousand steps.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from groundplan.canvas.boxes import Box

Point = tuple[float, float]
Side = tuple[int, int]

BEND: Final = 110  # a bend costs as much as so many pixels
SHARED: Final = 11  # a pixel along another line costs so many
APART: Final = 1.25  # a pixel costs so much where a line could run on one of its own family
CROSS: Final = 90  # crossing another line costs so many pixels
CLOSED: Final = float("inf")
_WAYS: Final[dict[Side, int]] = {(1, 0): 0, (-1, 0): 1, (0, 1): 2, (0, -1): 3}
_BACK: Final = (1, 0, 3, 2)


@dataclass(frozen=True)
class Port:
    """A point where a line may start or end, the direction away from its thing, and a price."""

    at: Point
    side: Side
    price: float = 0


class Grid:
    """Grid lines at `xs` and `ys`, and what each piece between two of their crossings costs.

    `level[j * len(xs) + i]` is the price from crossing (i, j) to (i + 1, j), `upright` at the
    same place that to (i, j + 1); both start as the lengths.
    """

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.xs, self.ys = xs, ys
        across = [b - a for a, b in pairwise(xs)] + [CLOSED]
        down = [b - a for a, b in pairwise(ys)] + [CLOSED]
        self.level = across * len(ys)
        self.upright = [length for length in down for _ in xs]

    def favour(self, pieces: Iterable[tuple[Point, Point]]) -> None:
        """Make all ways dearer but those on some lines; to be called before all else."""
        self.level = [APART * price for price in self.level]
        self.upright = [APART * price for price in self.upright]
        xs, ys, wide = self.xs, self.ys, len(self.xs)
        for (ax, ay), (bx, by) in pieces:
            low_x, low_y, high_x, high_y = min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)
            i, j = bisect_left(xs, low_x), bisect_left(ys, low_y)
            if ay == by and j < len(ys) and ys[j] == ay:
                for at in range(i, bisect_right(xs, high_x) - 1):
                    self.level[j * wide + at] = xs[at + 1] - xs[at]
            elif ax == bx and i < wide and xs[i] == ax:
                for at in range(j, bisect_right(ys, high_y) - 1):
                    self.upright[at * wide + i] = ys[at + 1] - ys[at]

    def close(self, box: Box, by: float) -> None:
        """No way leads through a box, nor nearer to it than `by`."""
        xs, ys, wide = self.xs, self.ys, len(self.xs)
        i0, i1 = bisect_right(xs, box.x - by), bisect_left(xs, box.right + by)
        j0, j1 = bisect_right(ys, box.y - by), bisect_left(ys, box.bottom + by)
        left, top = max(i0 - 1, 0), max(j0 - 1, 0)
        for j in range(j0, j1):
            self.level[j * wide + left : j * wide + i1] = [CLOSED] * max(i1 - left, 0)
        for j in range(top, j1):
            self.upright[j * wide + i0 : j * wide + i1] = [CLOSED] * max(i1 - i0, 0)

    def avoid(self, box: Box, price: float, upright: float) -> None:
        """Make every pixel of a level and of an upright way through a box cost so much more."""
        xs, ys, wide = self.xs, self.ys, len(self.xs)
        first, last = max(bisect_right(xs, box.x) - 1, 0), min(bisect_left(xs, box.right), wide - 1)
        shares = [min(box.right, b) - max(box.x, a) for a, b in pairwise(xs[first : last + 1])]
        across = [price * share for share in shares]
        for j in range(bisect_right(ys, box.y), bisect_left(ys, box.bottom)):
            at = j * wide + first
            level = self.level[at : at + len(across)]
            self.level[at : at + len(across)] = map(add, level, across)
        i0, i1 = bisect_right(xs, box.x), bisect_left(xs, box.right)
        top, end = max(bisect_right(ys, box.y) - 1, 0), bisect_left(ys, box.bottom)
        for j in range(top, min(end, len(ys) - 1)):
            more = upright * (min(box.bottom, ys[j + 1]) - max(box.y, ys[j]))
            row = slice(j * wide + i0, j * wide + i1)
            self.upright[row] = [piece + more for piece in self.upright[row]]

    def door(self, port: Port) -> tuple[list[float], int]:
        """The piece that leads away from a port: its list of prices and the place in it."""
        i, j = bisect_left(self.xs, port.at[0]), bisect_left(self.ys, port.at[1])
        i, j = i - (port.side[0] < 0), j - (port.side[1] < 0)
        return (self.level if port.side[0] else self.upright), max(j, 0) * len(self.xs) + max(i, 0)

    def beside_level(
        self, y: float, low: float, high: float, near: float, *, on: bool = True
    ) -> None:
        """Make it dear to run along a level line (unless not `on`), or nearer to it than `near`."""
        xs, wide = self.xs, len(self.xs)
        first, last = max(bisect_right(xs, low) - 1, 0), min(bisect_left(xs, high), wide - 1)
        for j in range(bisect_right(self.ys, y - near), bisect_left(self.ys, y + near)):
            if not on and self.ys[j] == y:
                continue
            for i in range(first, last):
                shared = min(high, xs[i + 1]) - max(low, xs[i])
                self.level[j * wide + i] += shared * SHARED

    def beside_upright(
        self, x: float, low: float, high: float, near: float, *, on: bool = True
    ) -> None:
        """Make it dear to run along an upright line (unless not `on`), or nearer to it."""
        ys, wide = self.ys, len(self.xs)
        first, last = max(bisect_right(ys, low) - 1, 0), min(bisect_left(ys, high), len(ys) - 1)
        for i in range(bisect_right(self.xs, x - near), bisect_left(self.xs, x + near)):
            if not on and self.xs[i] == x:
                continue
            for j in range(first, last):
                shared = min(high, ys[j + 1]) - max(low, ys[j])
                self.upright[j * wide + i] += shared * SHARED

    def across_level(self, y: float, low: float, high: float) -> None:
        """Make it dear to cross a level line."""
        j = bisect_right(self.ys, y) - 1
        if j >= 0:
            row = j * len(self.xs)
            for i in range(bisect_right(self.xs, low), bisect_left(self.xs, high)):
                self.upright[row + i] += CROSS

    def across_upright(self, x: float, low: float, high: float) -> None:
        """Make it dear to cross an upright line."""
        i, wide = bisect_right(self.xs, x) - 1, len(self.xs)
        if i >= 0:
            for j in range(bisect_right(self.ys, low), bisect_left(self.ys, high)):
                self.level[j * wide + i] += CROSS

    def way(self, sources: Iterable[Port], targets: Iterable[Port]) -> list[Point]:
        """The crossings on the cheapest way from a source to a target; none where there is no way.

        A line leaves its source straight away from it and meets its target straight.
        """
        return _Search(self, sources, targets).run()


class _Search:
    def __init__(self, grid: Grid, sources: Iterable[Port], targets: Iterable[Port]) -> None:
        self.grid = grid
        self.starts = {self._state(port): port.price for port in sources}
        self.ends = {_turned(self._state(port)): port.price for port in targets}
        spots = [divmod(state >> 2, len(grid.xs)) for state in self.ends]
        rows, columns = [row for row, _ in spots], [column for _, column in spots]
        self.ahead = _ahead(grid.xs, min(columns), max(columns), (1, 0))
        self.below = _ahead(grid.ys, min(rows), max(rows), (3, 2))

    def _state(self, port: Port) -> int:
        i, j = bisect_left(self.grid.xs, port.at[0]), bisect_left(self.grid.ys, port.at[1])
        return ((j * len(self.grid.xs) + i) << 2) | _WAYS[port.side]

    def run(self) -> list[Point]:
        """Steps are taken in order of what they cost so far and must still cost at least."""
        wide = len(self.grid.xs)
        level, upright = self.grid.level, self.grid.upright
        best = dict(self.starts)
        came: dict[int, int] = {}
        queue = [(cost, cost, state) for state, cost in best.items()]
        heapq.heapify(queue)
        steps = ((level, 0, 1), (level, -1, -1), (upright, 0, wide), (upright, -wide, -wide))
        while queue:
            _, cost, state = heapq.heappop(queue)
            if state < 0:
                return self._trace(came, ~state)
            if cost > best[state]:
                continue
            if state in self.ends:
                total = cost + self.ends[state]
                heapq.heappush(queue, (total, total, ~state))
            spot, way = state >> 2, state & 3
            for to in range(4):
                if to == _BACK[way]:
                    continue
                prices, at, onward = steps[to]
                price = prices[spot + at] if spot + at >= 0 else CLOSED
                if price == CLOSED:
                    continue
                new = cost + price + (BEND if to != way else 0)
                reached = ((spot + onward) << 2) | to
                if new < best.get(reached, CLOSED):
                    best[reached], came[reached] = new, state
                    heapq.heappush(queue, (new + self._left(spot + onward, to), new, reached))
        return []

    def _left(self, spot: int, way: int) -> float:
        """The least that is still to go: how far, and how many bends at least."""
        j, i = divmod(spot, len(self.grid.xs))
        (far_x, bends_x), (far_y, bends_y) = self.ahead[i], self.below[j]
        return far_x + far_y + BEND * max(bends_x[way], bends_y[way])

    def _trace(self, came: dict[int, int], state: int) -> list[Point]:
        xs, ys, found = self.grid.xs, self.grid.ys, []
        step: int | None = state
        while step is not None:
            j, i = divmod(step >> 2, len(xs))
            found.append((xs[i], ys[j]))
            step = came.get(step)
        return found[::-1]


def _turned(state: int) -> int:
    """The same place, met from the other side."""
    return (state & ~3) | _BACK[state & 3]


def _ahead(
    lines: Sequence[float], first: int, last: int, ways: tuple[int, int]
) -> list[tuple[float, tuple[int, ...]]]:
    """For each grid line how far the targets are, and the bends to get there by the way one goes.

    `ways` are those of this direction: towards the first line, and towards the last.
    """
    found = []
    for number, at in enumerate(lines):
        far = max(lines[first] - at, 0.0, at - lines[last])
        bends = [1 if far else 0] * 4
        if far:
            onward = ways[0] if number < first else ways[1]
            bends[onward], bends[_BACK[onward]] = 0, 2
        found.append((far, tuple(bends)))
    return found
