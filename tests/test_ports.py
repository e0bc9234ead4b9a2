"""Where lines touch things: on the side that they lead to, where there is room for their words."""

from __future__ import annotations

from dataclasses import replace

from groundplan.canvas.boxes import Box, Layout
from groundplan.canvas.ports import ports_of, words_at
from groundplan.graph import Cluster, Node

UP, DOWN = (0, -1), (0, 1)
GATEWAY = Node("gateway", "internet_gateway", "Internet gateway", cluster="vpc")
INTERNET = Node("internet", "internet", "Internet")
APP = Cluster("app", "group", "Security group app", "vpc")
CACHE = Cluster("cache", "group", "Security group cache", "vpc")
NONE = (0, ())
SUBNET = Cluster("subnet", "subnet", "Public 10.0.0.0/24", "zone")


def layout() -> Layout:
    """A VPC with a gateway on its border; a group with a frame above and one below, and a cache."""
    return Layout(
        frames={
            "vpc": Box(0, 100, 600, 600), "subnet": Box(20, 150, 500, 150),
            "app": Box(40, 200, 460, 80), "cache": Box(40, 560, 460, 80),
        },
        icons={"gateway": Box(200, 76, 48, 48), "internet": Box(200, 0, 48, 48)},
        again={"app": (Box(40, 400, 460, 80),)},
    )  # fmt: skip


def test_a_line_of_a_group_with_several_frames_touches_the_nearest_one():
    starts, ends = ports_of("rule", APP, CACHE, layout(), NONE)
    assert {port.at[1] for port in starts if port.side == DOWN} == {480}
    assert {port.at[1] for port in ends if port.side == UP} == {560}
    starts, _ = ports_of("rule", APP, GATEWAY, layout(), NONE)
    assert {port.at[1] for port in starts if port.side == UP} == {200}


def test_what_stands_on_a_vpcs_border_is_met_from_the_side_that_a_line_comes_from():
    _, ends = ports_of("route", SUBNET, GATEWAY, layout(), NONE)
    assert {port.side for port in ends} == {DOWN}
    starts, _ = ports_of("route", GATEWAY, INTERNET, layout(), NONE)
    assert {port.side for port in starts} == {UP}


def test_two_frames_are_joined_by_straight_lines_where_they_face_each_other():
    placed = layout()
    placed.frames["cache"] = Box(300, 560, 300, 80)
    starts, ends = ports_of("rule", APP, CACHE, placed, NONE)
    straight = {p.at[0] for p in starts if p.side == DOWN} & {p.at[0] for p in ends if p.side == UP}
    assert straight >= {310 + (490 - 310) * part for part in (0.25, 0.5, 0.75)}


def test_a_rule_starts_where_there_is_room_for_its_words():
    taken = [Box(x, 380, 0, 120) for x in (20, 260, 280, 520)]

    def cheapest(kind, wide: float) -> float:
        starts, _ = ports_of(kind, APP, CACHE, layout(), (wide, taken))
        below = [port for port in starts if port.side == DOWN]
        return min(below, key=lambda port: port.price).at[0]

    assert cheapest("route", 50) == 270, "between both subnets"
    assert cheapest("rule", 50) == 160
    assert cheapest("rule", 150) == 224, "further from the border"
    words = words_at([(160, 480), (160, 560)], 50, taken)
    assert [*words] == [Box(160, 480, 66, 80)]
    taken += [Box(160, 480, 66, 80)]
    assert cheapest("rule", 50) == 380, "away from another line's words"


def test_words_stand_on_the_left_where_there_is_no_room_on_the_right():
    border = Box(190, 0, 0, 200)
    way = [(100, 50), (160, 50), (160, 150)]
    assert [*words_at(way, 50, [border])] == [Box(94, 50, 66, 100)]
    assert [*words_at(way, 50, [])] == [Box(160, 50, 66, 100)]


def test_what_stands_nowhere_is_not_met():
    nowhere = replace(APP, id="other")
    assert ports_of("rule", nowhere, CACHE, layout(), NONE)[0] == []
