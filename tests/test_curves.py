"""Points along curves, and how many lines cross."""

from __future__ import annotations

from itertools import pairwise

from groundplan.canvas.curves import STEPS, crossings, sampled

ACROSS = [(0.0, 50.0), (50.0, 50.0), (100.0, 50.0)]
DOWN = [(60.0, 0.0), (60.0, 100.0)]


def test_two_lines_that_cross_are_one_crossing():
    assert crossings([ACROSS, DOWN]) == 1
    assert crossings([ACROSS, DOWN, [(20.0, 0.0), (20.0, 100.0)]]) == 2


def test_lines_that_only_touch_or_start_at_one_point_do_not():
    assert crossings([ACROSS, [(60.0, 50.0), (60.0, 100.0)]]) == 0
    assert crossings([DOWN, [(60.0, 0.0), (0.0, 100.0)]]) == 0
    assert crossings([ACROSS, [(120.0, 0.0), (120.0, 100.0)]]) == 0


def test_points_along_a_curve_lead_from_its_start_to_its_end():
    points = sampled([(0, 0), (0, 10), (10, 20), (20, 20), (30, 20)])
    assert len(points) == STEPS + 2
    assert (points[0], points[-2:]) == ((0, 0), [(20, 20), (30, 20)])
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(points))
