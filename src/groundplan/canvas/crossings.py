"""How many lines of a picture cross, told from points along each of them."""

from __future__ import annotations

from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING

from groundplan.canvas.boxes import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundplan.canvas.routing import Point


def crossings(ways: Sequence[Sequence[Point]]) -> int:
    """How many pairs of ways cross; those that only touch, or start or end at one point, don't."""
    boxed = [(way, _round(way)) for way in ways]
    pairs = combinations(boxed, 2)
    return sum(box.overlaps(other) and _cross(one, two) for (one, box), (two, other) in pairs)


def _round(way: Sequence[Point]) -> Box:
    """The box round a way: of some ground, even where that is straight."""
    xs, ys = zip(*way, strict=True)
    return Box(min(xs) - 1, min(ys) - 1, max(xs) - min(xs) + 2, max(ys) - min(ys) + 2)


def _cross(one: Sequence[Point], two: Sequence[Point]) -> bool:
    return any(
        _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0
        for (a, b), (c, d) in product(pairwise(one), pairwise(two))
    )


def _turn(a: Point, b: Point, c: Point) -> float:
    """Above 0 where `c` is on the one side of the way from `a` to `b`, below on the other."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
