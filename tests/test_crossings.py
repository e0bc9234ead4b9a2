"""How many lines cross."""

from __future__ import annotations

from groundplan.canvas.crossings import crossings

ACROSS = [(0.0, 50.0), (50.0, 50.0), (100.0, 50.0)]
DOWN = [(60.0, 0.0), (60.0, 100.0)]


def test_two_lines_that_cross_are_one_crossing():
    assert crossings([ACROSS, DOWN]) == 1
    assert crossings([ACROSS, DOWN, [(20.0, 0.0), (20.0, 100.0)]]) == 2


def test_lines_that_only_touch_or_start_at_one_point_do_not():
    assert crossings([ACROSS, [(60.0, 50.0), (60.0, 100.0)]]) == 0
    assert crossings([DOWN, [(60.0, 0.0), (0.0, 100.0)]]) == 0
    assert crossings([ACROSS, [(120.0, 0.0), (120.0, 100.0)]]) == 0
