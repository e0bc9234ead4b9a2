"""Lines made of Bézier curves: points along each, and how many of them cross."""

from __future__ import annotations

import math
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Final

from groundplan.canvas.boxes import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundplan.canvas.routing import Point


STEPS: Final = 8  # points that at least stand for a part of a curve
STEP: Final = 12  # and about so far from each other at the most


def sampled(curve: Sequence[Point]) -> list[Point]:
    """Points along a curve, near to each other."""
    found: list[Point] = []
    for part in zip(curve[:-1:3], curve[1:-1:3], curve[2:-1:3], curve[3:-1:3], strict=False):
        steps = max(STEPS, round(math.dist(part[0], part[-1]) / STEP))
        found += [_between(part, number / steps) for number in range(steps)]
    return [*found, *curve[-2:]]


def _between(part: Sequence[Point], t: float) -> Point:
    """The point of a cubic Bézier curve at `t`, from 0 to 1."""
    shares = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
    told = [(share * x, share * y) for share, (x, y) in zip(shares, part, strict=True)]
    return sum(x for x, _ in told), sum(y for _, y in told)


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
