"""Words on lines: where they hide nothing, and once for lines that run together."""

from __future__ import annotations

from groundplan.canvas.boxes import Box
from groundplan.canvas.captions import DETAIL
from groundplan.canvas.labels import ARROW, SIGNED, Frames, freest, place_labels, words_of
from groundplan.canvas.routing import HEAD, head
from groundplan.canvas.typeface import width
from groundplan.graph import Edge

LONG = ((0.0, 100.0), (300.0, 100.0))
TCP = Edge("a", "b", "rule", "tcp 3306")
NONE = Frames()
WIDE = width("tcp 3306", DETAIL, weight="semibold")


def test_a_label_stands_in_the_middle_of_its_line():
    assert place_labels({TCP: LONG}, [], NONE) == {TCP: (150, 100)}


def test_it_stands_beside_an_upright_line():
    ((x, y),) = place_labels({TCP: ((50.0, 0.0), (50.0, 200.0))}, [], NONE).values()
    assert y == 100
    assert x - WIDE / 2 > 50


def test_it_leaves_something_of_a_short_level_line_to_be_seen():
    short = ((0.0, 100.0), (WIDE + ARROW - 1, 100.0))
    ((_, y),) = place_labels({TCP: short}, [], NONE).values()
    assert y != 100


def test_it_goes_out_of_the_way_of_words_and_lines_and_boxes():
    middle = Box(120, 80, 60, 40)
    cross = {TCP: LONG, Edge("c", "d", "uses"): ((150.0, 0.0), (150.0, 300.0))}
    for found in (
        place_labels({TCP: LONG}, [middle], NONE),
        place_labels({TCP: LONG}, [], Frames([middle])),
        place_labels(cross, [], NONE),
    ):  # fmt: skip
        assert abs(found[TCP][0] - 150) > WIDE / 2


def test_the_place_is_taken_that_costs_least():
    places = [Box(0, 0, 10, 10), Box(20, 0, 10, 10), Box(40, 0, 10, 10)]
    words, lines, boxes = ([place] for place in places)
    assert freest(places, ((9, words), (5, lines), (2, boxes))) == (boxes[0], 2)
    assert freest(places[:2], ((9, words), (5, lines))) == (lines[0], 5)
    assert freest(places, ((9, words),)) == (lines[0], 0), "the first that hides nothing"


def ground(at: tuple[float, float]) -> Box:
    """The ground of the words of `TCP` round their middle."""
    return Box(at[0] - WIDE / 2, at[1] - 8, WIDE, 16)


def test_it_leaves_every_arrowhead_whole():
    down, across = ((100.0, 0.0), (100.0, 28.0)), ((150.0, -50.0), (150.0, 24.0))
    routes = {TCP: down, Edge("c", "d", "rule", "tcp 443"): across}
    for at in place_labels(routes, [], NONE).values():
        for way in routes.values():
            assert not ground(at).overlaps(head(*way))


def test_an_arrowhead_takes_ground_before_the_end_of_its_line_wherever_it_comes_from():
    assert head((50, 0), (50, 100)) == Box(45, 100 - HEAD, 10, HEAD)
    assert head((50, 100), (50, 0)) == Box(45, 0, 10, HEAD)
    assert head((0, 50), (100, 50)) == Box(100 - HEAD, 45, HEAD, 10)
    assert head((100, 50), (0, 50)) == Box(0, 45, HEAD, 10)


def test_it_finds_the_room_between_two_frames():
    boxes = [Box(50, 0, 300, 137), Box(50, 158, 300, 142)]
    ((_, y),) = place_labels({TCP: ((40.0, 0.0), (40.0, 300.0))}, [], Frames(boxes)).values()
    assert 137 + 8 < y < 158 - 8


def test_it_stands_further_aside_past_a_border():
    zone = Box(46, -500, 300, 1000)
    ((x, _),) = place_labels({TCP: ((40.0, 0.0), (40.0, 300.0))}, [], Frames([zone])).values()
    assert x + WIDE / 2 < 40, "rather on the other side"
    wall = Box(-400, -500, 430, 1000)
    frames = Frames([zone, wall], {"a": [Box(100, 0, 10, 10)]})
    ((x, _),) = place_labels({TCP: ((40.0, 0.0), (40.0, 300.0))}, [], frames).values()
    assert x - WIDE / 2 > 46


def test_it_stands_in_the_box_of_an_end_rather_than_in_that_of_something_else():
    own, other = Box(0, 50, 140, 100), Box(141, 50, 159, 100)
    frames = Frames([own, other], {"a": [Box(0, 90, 20, 20)]})
    ((x, _),) = place_labels({TCP: LONG}, [], frames).values()
    assert x + WIDE / 2 < own.right


def test_lines_between_the_same_two_things_have_one_label_with_what_all_say():
    both = TCP, Edge("a", "b", "rule", "tcp 443")
    found = place_labels(dict.fromkeys(both, LONG), [], NONE)
    assert found[both[0]] == found[both[1]] == (150, 100)
    assert words_of(both) == "tcp 443, 3306"


def test_lines_that_run_together_have_one_label_where_they_do():
    one, other = Edge("a", "z", "uses", "tcp 80"), Edge("b", "z", "uses", "tcp 80")
    routes = {
        one: ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (400.0, 100.0)),
        other: ((0.0, 200.0), (100.0, 200.0), (100.0, 100.0), (400.0, 100.0)),
    }
    found = place_labels(routes, [], NONE)
    assert found[one] == found[other] == (250, 100)


def test_they_have_one_each_where_they_are_together_too_short_a_way():
    one, other = Edge("a", "z", "uses", "tcp 80"), Edge("b", "z", "uses", "tcp 80")
    end = (200.0, 80.0), (200.0, 100.0)
    routes = {one: ((0.0, 80.0), *end), other: ((400.0, 80.0), *end)}
    found = place_labels(routes, [Box(150, 85, 100, 20)], NONE)
    assert found[one] != found[other]


def test_of_lines_that_run_together_for_a_while_those_share_a_label_that_run_through_it():
    ends = ("a", (0.0, 0.0)), ("b", (0.0, 50.0)), ("c", (300.0, 0.0))
    routes = {
        Edge(name, "z", "uses", "tcp 80"): (
            start, (start[0], 100.0), (320.0, 100.0), (320.0, 120.0)
        )
        for name, start in ends
    }  # fmt: skip
    a, b, c = place_labels(routes, [Box(200, 80, 300, 60)], NONE).values()
    assert a == b
    assert (a[0] < 200, a[1]) == (True, 100)
    assert c[1] < 80


def test_a_label_that_stands_away_from_its_line_has_no_other_line_between():
    other = Edge("c", "d", "uses")
    routes = {TCP: ((100.0, 0.0), (100.0, 300.0)), other: ((110.0, 0.0), (110.0, 300.0))}
    words = [Box(0, 0, 97, 300), Box(102, 0, 10, 300)]
    ((x, _),) = place_labels(routes, words, NONE).values()
    assert x < 110


def test_it_stands_on_a_shorter_piece_rather_than_away_from_the_longest():
    way = ((0.0, 0.0), (0.0, 300.0), (200.0, 300.0))
    words = [Box(-300, -20, 299, 310), Box(3, -20, 7, 310)]
    ((_, y),) = place_labels({TCP: way}, words, NONE).values()
    assert y == 300


def test_lines_that_say_something_else_or_became_something_else_have_their_own():
    changed = Edge("b", "z", "uses", "tcp 80", "create")
    alike = Edge("a", "z", "uses", "tcp 80"), Edge("c", "z", "uses", "tcp 81"), changed
    found = place_labels(dict.fromkeys(alike, LONG), [], NONE)
    assert len(set(found.values())) == 3


def test_the_sign_of_a_change_has_room_before_the_words():
    changed = Edge("a", "b", "rule", "tcp 3306", "create")
    assert place_labels({changed: LONG}, [], NONE) == {changed: (150 + SIGNED / 2, 100)}


def test_what_routes_say_is_told_at_the_heads_of_subnets():
    assert place_labels({Edge("a", "b", "route", "0.0.0.0/0"): LONG}, [], NONE) == {}


def test_no_border_is_between_a_line_and_the_words_close_to_it():
    """Else they look as if they were said of what is in the box."""
    frame, wall = Box(46, -100, 300, 395), Box(-400, -500, 434, 810)
    way = ((40.0, 0.0), (40.0, 300.0), (60.0, 300.0), (60.0, 500.0))
    frames = Frames([frame, wall], {"a": [Box(60, 100, 10, 10)]})
    ((_, y),) = place_labels({TCP: way}, [], frames).values()
    assert y > 300


def test_it_stands_on_a_level_piece_with_room_rather_than_beside_a_longer_upright_one():
    way = ((0.0, 0.0), (0.0, 900.0), (2 * ARROW + WIDE + 8, 900.0))
    ((_, y),) = place_labels({TCP: way}, [], NONE).values()
    assert y == 900
