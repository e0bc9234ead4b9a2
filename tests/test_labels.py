"""Words on lines: where they hide nothing, and once for lines that run together."""

from __future__ import annotations

from groundplan.captions import DETAIL
from groundplan.graph import Edge
from groundplan.labels import ARROW, SIGNED, freest, place_labels
from groundplan.layout import Box
from groundplan.typeface import width

LONG = ((0.0, 100.0), (300.0, 100.0))
TCP = Edge("a", "b", "rule", "tcp 3306")
WIDE = width("tcp 3306", DETAIL, weight="semibold")


def test_a_label_stands_in_the_middle_of_its_line():
    assert place_labels({TCP: LONG}, [], []) == {TCP: (150, 100)}


def test_it_stands_beside_an_upright_line():
    ((x, y),) = place_labels({TCP: ((50.0, 0.0), (50.0, 200.0))}, [], []).values()
    assert y == 100
    assert x - WIDE / 2 > 50


def test_it_leaves_something_of_a_short_level_line_to_be_seen():
    short = ((0.0, 100.0), (WIDE + ARROW - 1, 100.0))
    ((_, y),) = place_labels({TCP: short}, [], []).values()
    assert y != 100


def test_it_goes_out_of_the_way_of_words_and_lines_and_boxes():
    middle = Box(120, 80, 60, 40)
    cross = {TCP: LONG, Edge("c", "d", "uses"): ((150.0, 0.0), (150.0, 300.0))}
    for found in (
        place_labels({TCP: LONG}, [middle], []), place_labels({TCP: LONG}, [], [middle]),
        place_labels(cross, [], []),
    ):  # fmt: skip
        assert abs(found[TCP][0] - 150) > WIDE / 2


def test_it_hides_rather_a_box_than_a_line_and_rather_a_line_than_words():
    places = [Box(0, 0, 10, 10), Box(20, 0, 10, 10), Box(40, 0, 10, 10)]
    words, lines, boxes = places
    assert freest(places, [words], [lines], [boxes]) == (boxes, (0, 0, 1))
    assert freest(places[:2], [words], [lines]) == (lines, (0, 1, 0))
    assert freest(places, [words], []) == (lines, (0, 0, 0)), "the first that hides nothing"


def test_lines_that_run_together_have_one_label_where_they_do():
    one, other = Edge("a", "z", "uses", "tcp 80"), Edge("b", "z", "uses", "tcp 80")
    routes = {
        one: ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (400.0, 100.0)),
        other: ((0.0, 200.0), (100.0, 200.0), (100.0, 100.0), (400.0, 100.0)),
    }
    found = place_labels(routes, [], [])
    assert found[one] == found[other] == (250, 100)


def test_they_have_one_each_where_they_are_together_too_short_a_way():
    one, other = Edge("a", "z", "uses", "tcp 80"), Edge("b", "z", "uses", "tcp 80")
    end = (200.0, 80.0), (200.0, 100.0)
    routes = {one: ((0.0, 80.0), *end), other: ((400.0, 80.0), *end)}
    found = place_labels(routes, [Box(150, 85, 100, 20)], [])
    assert found[one] != found[other]


def test_lines_that_say_something_else_or_became_something_else_have_their_own():
    changed = Edge("b", "z", "uses", "tcp 80", "create")
    alike = Edge("a", "z", "uses", "tcp 80"), Edge("c", "z", "uses", "tcp 81"), changed
    found = place_labels(dict.fromkeys(alike, LONG), [], [])
    assert len(set(found.values())) == 3


def test_the_sign_of_a_change_has_room_before_the_words():
    changed = Edge("a", "b", "rule", "tcp 3306", "create")
    assert place_labels({changed: LONG}, [], []) == {changed: (150 + SIGNED / 2, 100)}


def test_what_routes_say_is_told_at_the_heads_of_subnets():
    assert place_labels({Edge("a", "b", "route", "0.0.0.0/0"): LONG}, [], []) == {}
