"""Where things stand: nothing overlaps, all stand where they belong, nothing moves."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given

import pictured
import plans
from groundplan import growth
from groundplan.captions import DETAIL, HEAD_TEXT, LABEL, TEXT, cell, head_of, text_of
from groundplan.graph import Cluster, Graph, Node
from groundplan.layout import Box, Layout, arrange
from groundplan.typeface import width
from groundplan.views.network import network
from pictured import CASES, VIEWS, WORKSPACE, inside, overlap, picture, whole
from plans import facts_of, thing


def assert_good(graph: Graph) -> None:
    layout = arrange(graph)
    cells = {node.id: whole(node, layout) for node in graph.nodes}
    assert_apart(graph, layout, cells)
    assert_in_place(graph, layout, cells)
    assert_framed(graph, layout, cells)


def assert_apart(graph: Graph, layout: Layout, cells: dict[str, Box]) -> None:
    for a, b in combinations(cells, 2):
        assert not overlap(cells[a], cells[b]), (a, b)
    heads = [
        (frame.id, head)
        for frame in graph.clusters
        if frame.id in layout.frames
        for head in pictured.heads(frame, layout.frames[frame.id])
    ]
    for frame, head in heads:
        assert head.right <= layout.frames[frame].right, frame
        assert not [id_ for id_, box in cells.items() if overlap(head, box)], frame
    assert not [(a, b) for (a, x), (b, y) in combinations(heads, 2) if overlap(x, y)]


def assert_in_place(graph: Graph, layout: Layout, cells: dict[str, Box]) -> None:
    page = Box(0, 0, layout.width, layout.height)
    for node in graph.nodes:
        assert inside(cells[node.id], page), node.id
        if node.subnets == "unknown" or not node.subnets:
            continue
        if len(node.subnets) == 1:
            assert inside(cells[node.id], layout.frames[node.subnets[0]]), node.id
        elif band := layout.bands.get(node.id):
            assert inside(cells[node.id], band), node.id
            frames = {s: layout.frames[s] for s in layout.frames if s in set(subnets(graph))}
            touched = {subnet for subnet, box in frames.items() if overlap(band, box)}
            reached = between(node.subnets, graph)
            assert touched <= reached, node.id
            assert set(node.subnets) <= touched, node.id


def subnets(graph: Graph):
    return (item.id for item in graph.clusters if item.kind == "subnet")


def between(chosen: tuple[str, ...], graph: Graph) -> set[str]:
    """Subnets in the zones from the first to the last that these subnets are in."""
    parents = {item.id: item.parent for item in graph.clusters}
    labels = {item.id: item.label for item in graph.clusters}
    zones = sorted(labels[parents[subnet]] for subnet in chosen)
    return {s for s in subnets(graph) if zones[0] <= labels[parents[s]] <= zones[-1]}


def assert_framed(graph: Graph, layout: Layout, cells: dict[str, Box]) -> None:
    for frame in graph.clusters:
        box = layout.frames.get(frame.id)
        assert box or frame.kind == "group", frame.id
        if box and frame.parent in layout.frames:
            assert inside(box, layout.frames[frame.parent]), frame.id
    for a, b in combinations(graph.clusters, 2):
        if a.kind == b.kind and a.id in layout.frames and b.id in layout.frames:
            assert not overlap(layout.frames[a.id], layout.frames[b.id]), (a.id, b.id)
    for group in (item for item in graph.clusters if item.kind == "group"):
        if box := layout.frames.get(group.id):
            members = {node.id for node in graph.nodes if node.cluster == group.id}
            assert {id_ for id_, cell in cells.items() if overlap(cell, box)} <= members, group.id


@pytest.mark.parametrize("case", CASES)
def test_nothing_overlaps_and_all_stand_in_their_frames(case):
    assert_good(picture(case))


@given(plans.plan_things().filter(bool))
def test_so_it_is_for_any_plan(things):
    for view in VIEWS.values():
        assert_good(view(facts_of(*things)))


def test_the_checks_of_these_tests_see_what_is_wrong():
    node = Node("a", "eks", "A")
    layout = Layout(width=500, height=500, icons={"a": Box(10, 10, 48, 48)})
    assert overlap(whole(node, layout), Box(60, 20, 20, 20)), "its words stand there"
    assert not overlap(Box(0, 0, 10, 10), Box(10, 0, 10, 10)), "a common border is none"
    assert not inside(Box(0, 0, 10, 10), Box(1, 0, 10, 10))


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_nothing_moves_between_phases(view):
    graphs = [view(WORKSPACE.facts("dev", phase)) for phase in (1, 2, 3, 4)]
    layout = arrange(growth.frame(graphs))
    for graph in graphs:
        assert {node.id for node in graph.nodes} <= set(layout.icons)
        assert {item.id for item in graph.clusters} <= set(layout.frames)
    frame = growth.frame(graphs)
    assert arrange(growth.frame([*graphs, graphs[-1]])).icons == layout.icons
    assert_good(frame)


def test_zones_stand_from_left_to_right_and_tiers_from_top_to_bottom():
    graph = network(WORKSPACE.facts("prod", 10))
    frames = arrange(graph).frames
    zones = [frames[f"module.network.aws_vpc.this/us-east-1{z}"].x for z in "abc"]
    assert zones == sorted(zones)
    for zone in "abc":
        tiers = [
            frames[f'module.network.aws_subnet.{tier}["us-east-1{zone}"]'].y
            for tier in ("public", "private", "isolated")
        ]
        assert tiers == sorted(tiers)
    tops = {frames[f'module.network.aws_subnet.private["us-east-1{z}"]'].y for z in "abc"}
    assert len(tops) == 1, "a tier is one row"


def test_ranges_are_counted_and_not_spelt():
    places = [("9", "a"), ("10", "b"), ("11", "a"), ("12", "b")]
    vpc = thing("aws_vpc.v", cidr_block="10.0.0.0/16")
    subnets_ = [
        thing(
            f"aws_subnet.s{third}", {"vpc_id": ["aws_vpc.v"]},
            cidr_block=f"10.0.{third}.0/24", availability_zone=f"us-east-1{zone}",
        )
        for third, zone in places
    ]  # fmt: skip
    frames = arrange(network(facts_of(vpc, *subnets_))).frames
    assert frames["aws_subnet.s9"].y == frames["aws_subnet.s10"].y
    assert frames["aws_subnet.s9"].y < frames["aws_subnet.s11"].y == frames["aws_subnet.s12"].y


def test_a_security_group_in_several_rows_is_not_framed_round_strangers():
    group = ["aws_security_group.g"]
    vpc = thing("aws_vpc.v", cidr_block="10.0.0.0/16")
    things = [thing("aws_security_group.g", {"vpc_id": ["aws_vpc.v"]}, name="g"), vpc]
    for number in range(3):
        subnet = f"aws_subnet.s{number}"
        refs = {"subnet_id": [subnet]} | ({"vpc_security_group_ids": group} if number != 1 else {})
        things += [
            thing(
                subnet, {"vpc_id": ["aws_vpc.v"]},
                cidr_block=f"10.0.{number}.0/24", availability_zone="us-east-1a",
            ),
            thing(f"aws_instance.i{number}", refs),
        ]  # fmt: skip
    layout = arrange(network(facts_of(*things)))
    assert "aws_security_group.g" not in layout.frames
    assert len(layout.icons) == 3


def test_a_plan_that_places_nothing_is_drawn_all_the_same():
    carried = {"vpc_security_group_ids": ["aws_security_group.g"]}
    graph = network(facts_of(thing("aws_security_group.g"), thing("aws_instance.a", carried)))
    assert set(arrange(graph).icons) == {"aws_instance.a"}


def test_long_names_are_broken_and_cut_to_their_room():
    node = Node("a", "eks", "word " * 100, "x" * 10_000)
    words = text_of(node)
    assert words.width <= TEXT
    assert words.detail[-1].endswith("…")
    assert cell(node)[1] < 300
    vpc = Cluster("v", "vpc", "VPC " + "x" * 10_000, cidr="10.0.0.0/16", note="y" * 10_000)
    label, note = head_of(vpc)
    assert width(label, LABEL, weight="semibold") <= HEAD_TEXT >= width(note, DETAIL)


def test_a_frames_head_has_its_range_and_its_notes():
    vpc = Cluster("v", "vpc", "VPC shop", cidr="10.0.0.0/16")
    assert head_of(vpc) == ("VPC shop 10.0.0.0/16",)
    subnet = Cluster("s", "subnet", "Public 10.0.0.0/24", cidr="10.0.0.0/24", note="one\ntwo")
    assert head_of(subnet) == ("Public 10.0.0.0/24", "one", "two")
    assert head_of(Cluster("v", "vpc", "VPC that is not in this plan")) == (
        "VPC that is not in this plan",
    )
