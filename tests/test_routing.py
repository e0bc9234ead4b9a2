"""Lines with right angles, round what stands in the way."""

from __future__ import annotations

from itertools import pairwise

import pytest

from groundplan.canvas.boxes import Box
from groundplan.canvas.routing import CLEAR, Point, Port, Router

LEFT, RIGHT, UP, DOWN = (-1, 0), (1, 0), (0, -1), (0, 1)


def router(*obstacles: Box) -> Router:
    return Router(obstacles, 400, 400)


def bends(path) -> int:
    return len(path) - 2


def test_a_free_way_is_straight():
    path = router().route([Port((50, 100), RIGHT)], [Port((300, 100), LEFT)])
    assert path == ((50, 100), (300, 100))


def test_a_line_leaves_and_arrives_on_the_sides_it_is_told():
    path = router().route([Port((50, 100), UP)], [Port((300, 100), UP)])
    assert path[0] == (50, 100)
    assert path[1][0] == 50
    assert path[1][1] < 100
    assert path[-2] == (300, path[1][1])


def test_a_line_goes_round_what_stands_in_the_way_and_keeps_away_from_it():
    wall = Box(150, 50, 40, 200)
    path = router(wall).route([Port((50, 100), RIGHT)], [Port((300, 100), LEFT)])
    for (ax, ay), (bx, by) in pairwise(path):
        assert ax == bx or ay == by
        across = min(max(ax, bx), wall.right + CLEAR - 1) - max(min(ax, bx), wall.x - CLEAR + 1)
        down = min(max(ay, by), wall.bottom + CLEAR - 1) - max(min(ay, by), wall.y - CLEAR + 1)
        assert across < 0 or down < 0, "too near"


def test_the_nearest_of_several_ports_is_taken_unless_it_costs_more():
    near, far = Port((200, 100), LEFT), Port((300, 100), LEFT)
    start = [Port((50, 100), RIGHT)]
    assert router().route(start, [far, near])[-1] == near.at
    dear = Port(near.at, near.side, price=1000)
    assert router(Box(180, 110, 60, 60)).route(start, [far, dear])[-1] == far.at


def test_the_second_line_does_not_run_on_the_first():
    both = router()
    first = both.route([Port((50, 100), RIGHT)], [Port((300, 100), LEFT)])
    second = both.route([Port((50, 120), UP)], [Port((300, 120), UP)])
    level = [(a[1], b[1]) for a, b in pairwise(second) if a[1] == b[1]]
    assert first[0][1] not in {y for pair in level for y in pair}


def test_no_line_runs_along_a_rail():
    rail = ((0.0, 100.0), (400.0, 100.0))
    free = Router([], 400, 400).route([Port((50, 60), DOWN)], [Port((300, 140), UP)])
    assert bends(free) == 2
    path = Router([], 400, 400, [rail]).route([Port((50, 60), DOWN)], [Port((300, 140), UP)])
    level = [a[1] for a, b in pairwise(path) if a[1] == b[1]]
    assert 100 not in level


def crosses(path, box: Box) -> bool:
    return any(
        min(ax, bx) < box.right and box.x < max(ax, bx)
        and min(ay, by) < box.bottom and box.y < max(ay, by)
        for (ax, ay), (bx, by) in pairwise(path)
    )  # fmt: skip


def test_a_line_goes_round_a_wall_unless_it_starts_or_ends_in_it():
    wall = Box(20, 150, 360, 60)
    above, below, inside = Port((200, 100), DOWN), Port((200, 300), UP), Port((200, 180), UP)
    router_ = Router([], 400, 400, walls=[wall])
    assert not crosses(router_.route([above], [below]), wall)
    assert Router([], 400, 400, walls=[wall]).route([above], [inside]) == ((200, 100), (200, 180))


def test_a_wall_without_a_way_round_is_crossed():
    path = Router([], 400, 400, walls=[Box(0, 150, 400, 60)]).route(
        [Port((200, 100), DOWN)], [Port((200, 300), UP)]
    )
    assert path == ((200, 100), (200, 300))


def test_a_line_from_inside_to_inside_does_not_leave_the_room():
    room, wall = Box(100, 0, 200, 400), Box(105, 150, 190, 60)
    ends = [Port((200, 100), DOWN)], [Port((200, 300), UP)]
    away = Router([], 400, 400, walls=[wall]).route(*ends)
    assert min(x for x, _ in away) < 100 or max(x for x, _ in away) > 300
    kept = Router([], 400, 400, walls=[wall], rooms=[room]).route(*ends)
    assert all(100 <= x <= 300 for x, _ in kept)


def test_a_line_goes_round_a_room_that_it_has_nothing_to_do_with():
    room = Box(40, 150, 300, 100)
    ends = [Port((200, 100), DOWN)], [Port((200, 300), UP)]
    assert crosses(router().route(*ends), room)
    around = Router([], 400, 400, rooms=[room]).route(*ends)
    assert not crosses(around, room)


def test_it_goes_rather_round_a_subnet_and_a_zone_than_through():
    box = Box(150, 90, 100, 20)
    ends = [Port((50, 100), RIGHT)], [Port((350, 100), LEFT)]
    assert not crosses(Router([], 400, 400, subnets=[box]).route(*ends), box)
    level = Router([], 400, 400, zones=[box]).route(*ends)
    assert crosses(level, box), "zones stand side by side"
    tall = Box(150, 20, 100, 360)
    upright = [Port((200, 10), DOWN)], [Port((200, 390), UP)]
    assert not crosses(Router([], 400, 400, zones=[tall]).route(*upright), tall)


def test_between_two_subnets_a_line_runs_in_the_middle():
    subnets = [Box(20, 20, 100, 300), Box(132, 20, 100, 300)]
    path = Router([], 400, 400, subnets=subnets).route(
        [Port((60, 10), RIGHT)], [Port((60, 330), RIGHT)]
    )
    assert 126 in {x for x, _ in path}


def test_it_has_to_do_with_all_subnets_that_the_band_of_an_end_spans():
    subnets = [Box(20, 20, 130, 300), Box(170, 20, 210, 300)]
    wall, band = Box(25, 120, 350, 60), Box(25, 220, 350, 60)
    ends = [Port((190, 80), DOWN)], [Port((200, 250), LEFT)]

    def way(*bands: Box) -> tuple[Point, ...]:
        walled = Router([], 400, 400, subnets=subnets, walls=[wall])
        return walled.route(*ends, bands=bands)

    assert min(x for x, _ in way(band)) <= 20, "through the subnet beside its own"
    assert min(x for x, _ in way()) > 150


def test_a_port_that_another_line_took_is_dearer_but_to_its_own_family():
    ports = [Port((300, 200), LEFT), Port((300, 220), LEFT)]
    both = router()
    assert both.route([Port((50, 100), RIGHT)], ports, "one")[-1] == (300, 200)
    assert both.route([Port((50, 120), RIGHT)], ports, "one")[-1] == (300, 200)
    assert both.route([Port((50, 300), RIGHT)], ports, "another")[-1] == (300, 220)


def test_no_line_ends_where_its_head_hides_words():
    words = Box(180, 90, 17, 20)
    ends = [Port((100, 20), DOWN)], [Port((200, 120), UP), Port((260, 120), UP)]
    assert router().route(*ends)[-1] == (200, 120)
    assert router(words).route(*ends)[-1] == (260, 120)


def test_lines_of_a_family_share_a_way_that_is_hardly_longer():
    both = router()
    target = [Port((300, 200), LEFT)]
    first = both.route([Port((50, 100), RIGHT)], target, "family")
    second = both.route([Port((50, 140), RIGHT)], target, "family")
    trunk = {(a[0], b[0]) for a, b in pairwise(first) if a[0] == b[0]}
    assert {(a[0], b[0]) for a, b in pairwise(second) if a[0] == b[0]} == trunk


def test_a_line_of_a_family_takes_another_port_where_the_same_is_far():
    above, below = Port((200, 100), UP), Port((200, 300), DOWN)
    box = Box(0, 101, 400, 198)
    both = Router([], 400, 400, walls=[box])
    assert both.route([Port((200, 20), DOWN)], [above, below], "family")[-1] == above.at
    assert both.route([Port((200, 390), UP)], [above, below], "family")[-1] == below.at


def test_lines_of_a_family_run__together_into_the_same_port():
    target = [Port((300, 190), LEFT), Port((300, 200), LEFT), Port((300, 210), LEFT)]
    both = router()
    first = both.route([Port((50, 100), RIGHT)], target, "to the database")
    second = both.route([Port((50, 300), RIGHT)], target, "to the database")
    assert first[-1] == second[-1]
    assert first[-2] == second[-2]
    other = both.route([Port((50, 350), RIGHT)], target, "to the cache")
    assert other[-1] != first[-1]


def test_where_all_is_blocked_the_line_is_straight_and_not_missing():
    box = Box(100, 100, 200, 200)
    path = router(box).route([Port((150, 200), RIGHT)], [Port((250, 200), LEFT)])
    assert path == ((150, 200), (250, 200))


@pytest.mark.parametrize("times", [1, 2])
def test_the_same_question_has_the_same_answer(times):
    wall = Box(150, 50, 40, 200)
    ports = [Port((50, 100), RIGHT)], [Port((300, 100), LEFT), Port((350, 60), UP)]
    assert router(wall).route(*ports) == router(wall).route(*ports)


def test_a_port_that_is_kept_is_left_for_one_further_away_where_there_is_one():
    start, near, far = Port((50, 100), RIGHT), Port((300, 100), LEFT), Port((300, 300), LEFT)
    keeping = router()
    assert keeping.are_free(near, far)
    keeping.keep(near.at)
    assert keeping.route([start], [near, far])[-1] == far.at
    assert keeping.route([start], [near])[-1] == near.at
    assert not keeping.are_free(near, Port((0, 0), UP)), "a line ends there"
