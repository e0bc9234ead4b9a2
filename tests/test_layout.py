"""Where things stand: nothing overlaps, all stand where they belong, nothing moves."""

from __future__ import annotations

import runpy
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given

import pictured
import plans
from groundplan import facts, growth
from groundplan.canvas.boxes import GAP, LEGIBLE, ON_BORDER, PAGES, Box, Layout, print_size
from groundplan.canvas.captions import DETAIL, HEAD_TEXT, LABEL, TEXT, cell, head_of, text_of
from groundplan.canvas.layout import APART, SPOKEN, arrange
from groundplan.canvas.routing import CLEAR
from groundplan.canvas.typeface import width
from groundplan.folding import MOST_NODES, fold
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.thinning import MOST_LINES
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
            bands = (band, *layout.again.get(node.id, ()))
            touched = {id_ for id_, box in frames.items() if any(overlap(b, box) for b in bands)}
            own = [frames[subnet] for subnet in node.subnets]
            if len({box.y for box in own}) > 1:  # beside its tiers, as high as they are
                assert not touched, node.id
                for box in own:
                    assert any(b.y <= box.y and box.bottom <= b.bottom for b in bands), node.id
                tops = {box.y for id_, box in frames.items() if id_ in node.subnets}
                assert {b.y for b in bands} <= tops, node.id
            else:
                assert touched == set(node.subnets), node.id


def subnets(graph: Graph):
    return (item.id for item in graph.clusters if item.kind == "subnet")


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
        members = {node.id: node.kind for node in graph.nodes if node.cluster == group.id}
        first = layout.frames.get(group.id)
        boxes = (first, *layout.again.get(group.id, ())) if first else ()
        for box in boxes:
            inside_it = {id_ for id_, cell in cells.items() if overlap(cell, box)}
            assert inside_it <= members.keys(), group.id
        for id_ in (id_ for id_, kind in members.items() if kind not in ON_BORDER):
            assert any(inside(cells[id_], box) for box in boxes), (group.id, id_)


@pytest.mark.parametrize("case", CASES)
def test_nothing_overlaps_and_all_stand_in_their_frames(case):
    assert_good(picture(case))


@given(plans.plan_things().filter(bool))
def test_so_it_is_for_any_plan(things):
    for view in VIEWS.values():
        graph = view(facts_of(*things))
        assert_good(graph)
        assert_good(fold(graph))


@pytest.mark.parametrize("case", CASES)
def test_every_picture_can_be_read_on_an_a4_page(case):
    layout = arrange(fold(picture(case)))
    assert print_size(layout.width, layout.height) >= LEGIBLE


@pytest.mark.parametrize("view", VIEWS)
def test_so_can_those_of_all_phases_of_the_reference_engagement(view):
    graphs = [VIEWS[view](WORKSPACE.facts("dev", phase)) for phase in (1, 2, 3, 4)]
    layout = arrange(growth.frame(graphs))
    assert print_size(layout.width, layout.height) >= LEGIBLE


@pytest.mark.parametrize("view", VIEWS)
def test_a_plan_of_1200_resources_draws_readably(view):
    large = runpy.run_path(str(WORKSPACE.root / "benchmarks" / "large.py"))["plan"]()
    assert len(large["resource_changes"]) == 1200
    graph = fold(VIEWS[view](facts.from_plan(large)))
    assert len(graph.nodes) <= MOST_NODES
    assert len(graph.edges) <= MOST_LINES
    layout = arrange(graph)
    assert print_size(layout.width, layout.height) >= LEGIBLE
    assert_good(graph)


def test_the_print_size_is_that_of_the_page_lying_or_standing():
    lying, standing = PAGES
    assert print_size(*lying) == print_size(*standing) == DETAIL
    assert print_size(lying[0] * 2, 10) == DETAIL / 2
    assert print_size(10, standing[1] * 2) == DETAIL / 2


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
    graph = network(facts_of(*things))
    layout = arrange(graph)
    frames = [layout.frames["aws_security_group.g"], *layout.again["aws_security_group.g"]]
    cells = [whole(graph.node(f"aws_instance.i{number}"), layout) for number in range(3)]
    assert [[inside(cell, frame) for cell in cells] for frame in frames] == [
        [True, False, False], [False, False, True],
    ]  # fmt: skip
    assert not [cell for cell in cells[1:2] for frame in frames if overlap(cell, frame)]


def placed(address: str, *places: str, frame: str = "aws_vpc.v", kind: str = "instance") -> Node:
    return Node(address, kind, f"Thing {address}", "detail", frame, (address,), places)


def network_of(
    *nodes: Node, zones: str = "ab", each: int = 1, tiers: tuple[str, ...] = ("public", "private"),
    edges: tuple[Edge, ...] = (), more: tuple[Cluster, ...] = (),
) -> Graph:  # fmt: skip
    """A VPC with so many subnets `a-public-0` of each tier in each zone."""
    frames = [Cluster("region", "region", "Region"), Cluster("aws_vpc.v", "vpc", "VPC", "region")]
    for zone in zones:
        frames.append(Cluster(zone, "zone", zone, "aws_vpc.v", zone=zone))
        frames += [
            Cluster(f"{zone}-{tier}-{n}", "subnet", f"{tier} 10.0.{n}.0/24", zone,
                    f"{zone}-{tier}-{n}", f"10.0.{n}.0/24", tier, zone)
            for tier in tiers for n in range(each)
        ]  # fmt: skip
    return Graph("network", "N", (*frames, *more), nodes, edges)


def test_many_subnets_in_a_tier_stand_below_each_other_in_every_zone():
    graph = network_of(placed("i", "b-private-7"), zones="abc", each=8)
    assert_good(graph)
    frames = arrange(graph).frames
    tops = [frames[f"a-private-{n}"].y for n in range(8)]
    assert tops == sorted(tops)
    assert tops == [frames[f"c-private-{n}"].y for n in range(8)]


def test_many_things_in_a_subnet_stand_in_rows_and_columns():
    graph = network_of(*(placed(f"i{n}", "a-private-0") for n in range(13)))
    assert_good(graph)
    layout = arrange(graph)
    assert len({layout.icons[f"i{n}"].y for n in range(13)}) > 3
    assert print_size(layout.width, layout.height) >= LEGIBLE


def test_many_things_that_span_a_tier_share_its_bands():
    both = ("a-private-0", "b-private-0")
    graph = network_of(*(placed(f"i{n}", *both) for n in range(9)))
    assert_good(graph)
    assert len({box.y for box in arrange(graph).bands.values()}) < 9
    few = network_of(*(placed(f"i{n}", *both) for n in range(2)))
    assert len({box.y for box in arrange(few).bands.values()}) == 2


def test_a_zone_that_is_known_after_apply_is_the_last():
    graph = network_of(zones="b")
    odd = Cluster("a", "zone", "A zone known after apply", "aws_vpc.v", zone="unknown")
    frames = arrange(replace(graph, clusters=(*graph.clusters, odd))).frames
    assert frames["b"].x < frames["a"].x


def test_what_spans_tiers_stands_beside_them_as_high_as_they_are():
    tiers = ("a-public-0", "b-public-0", "a-private-0", "b-private-0")
    graph = network_of(placed("eks", *tiers, kind="eks"), placed("nobody-knows"))
    graph = replace(graph, nodes=(*graph.nodes, placed("web", *tiers[:2])))
    assert_good(graph)
    layout = arrange(graph)
    assert layout.bands["eks"].y == layout.frames["a-public-0"].y
    assert layout.bands["eks"].bottom >= layout.frames["b-private-0"].bottom
    assert "nobody-knows" not in layout.bands


def test_modules_that_span_tiers_stand_below_the_zones_where_they_are_many():
    tiers = ("a-public-0", "a-private-0")
    graph = network_of(*(placed(f"module.m{n}", *tiers, kind="module") for n in range(30)))
    assert_good(graph)
    layout = arrange(graph)
    assert layout.icons["module.m29"].y > layout.frames["a"].bottom
    assert print_size(layout.width, layout.height) >= LEGIBLE


GROUP = Cluster("g", "group", "Security group g", "aws_vpc.v", "g")


def test_members_of_a_group_that_nobody_knows_the_subnets_of_stand_in_its_frame():
    nodes = [placed("alone"), *(placed(f"i{n}", frame="g") for n in range(3))]
    graph = network_of(*nodes, placed("known", "a-public-0", frame="g"), more=(GROUP,))
    assert_good(graph)
    layout = arrange(graph)
    (frame,) = layout.again["g"]
    assert [inside(whole(node, layout), frame) for node in nodes] == [False, True, True, True]
    assert inside(layout.frames["g"], layout.frames["a-public-0"])


def test_what_spans_tiers_with_another_between_stands_beside_its_own_alone():
    ends = ("a-public-0", "a-isolated-0")
    graph = network_of(placed("it", *ends), tiers=("public", "private", "isolated"))
    assert_good(graph)
    layout = arrange(graph)
    bands = (layout.bands["it"], *layout.again["it"])
    assert {band.y for band in bands} == {layout.frames[id_].y for id_ in ends}
    between = layout.frames["a-private-0"].middle[1]
    assert not any(band.y < between < band.bottom for band in bands)


def test_members_of_a_group_that_span_tiers_stand_in_its_frame():
    tiers = ("a-public-0", "a-private-0")
    nodes = [placed(f"i{n}", *tiers, frame="g") for n in range(2)]
    graph = network_of(*nodes, placed("other", *tiers), more=(GROUP,))
    assert_good(graph)
    layout = arrange(graph)
    assert inside(layout.bands["i0"], layout.frames["g"])
    assert layout.bands["i0"] == layout.bands["i1"] != layout.bands["other"]


def test_many_groups_beside_modules_below_the_zones_stand_in_their_frames():
    tiers = ("a-public-0", "a-private-0")
    groups = [replace(GROUP, id=f"g{n}", address=f"g{n}") for n in range(5)]
    nodes = [placed(f"i{n}", frame=f"g{n // 4}") for n in range(20)]
    modules = [placed(f"module.m{n}", *tiers, kind="module") for n in range(30)]
    graph = network_of(*modules, *nodes, more=tuple(groups))
    assert_good(graph)
    layout = arrange(graph)
    assert all(layout.frames[group.id].y > layout.frames["a"].bottom for group in groups)


def test_groups_in_no_vpc_of_the_plan_are_frames_in_the_region():
    groups = [replace(GROUP, id=id_, parent="region") for id_ in ("g", "h")]
    region = Cluster("region", "region", "Region")
    nodes = [placed(f"{frame}{n}", frame=frame) for frame in ("g", "h") for n in range(3)]
    nodes.append(placed("alone", frame="region"))
    rule = Edge("g", "h", "rule", "tcp 3306")
    graph = Graph("network", "N", (region, *groups), tuple(nodes), (rule,))
    assert_good(graph)
    layout = arrange(graph)
    assert layout.frames["h"].x - layout.frames["g"].right >= APART


def test_endpoints_on_the_border_have_room_however_many_they_are():
    graph = network_of(*(placed(f"e{n}", kind="endpoint") for n in range(9)))
    assert_good(graph)
    layout = arrange(graph)
    border = layout.frames["aws_vpc.v"]
    assert {layout.icons[f"e{n}"].middle[0] for n in range(9)} == {border.right}
    assert all(border.y < layout.icons[f"e{n}"].y for n in range(9))
    assert all(layout.icons[f"e{n}"].bottom < border.bottom for n in range(9))


def test_gateways_stand_on_the_upper_border_beside_each_other():
    kinds = ("internet_gateway", "egress_gateway", "vpn_gateway")
    graph = network_of(*(placed(kind, kind=kind) for kind in kinds), zones="a")
    assert_good(graph)
    layout = arrange(graph)
    assert {layout.icons[kind].middle[1] for kind in kinds} == {layout.frames["aws_vpc.v"].y}


def test_between_the_name_of_a_vpc_and_a_gateway_a_line_can_lead_in_where_there_is_room():
    things = [placed(name, "a-public-0") for name in "ij"]
    gateway = placed("igw", kind="internet_gateway")
    graph = network_of(gateway, *things)
    vpc = replace(graph.clusters[1], label="VPC with a rather long name", cidr="10.0.0.0/16")
    graph = replace(graph, clusters=(graph.clusters[0], vpc, *graph.clusters[2:]))
    layout, without = arrange(graph), arrange(replace(graph, nodes=tuple(things)))
    name = pictured.heads(vpc, layout.frames[vpc.id])
    assert layout.icons["igw"].x - next(name).right > 2 * CLEAR
    assert layout.frames[vpc.id].w == without.frames[vpc.id].w, "it takes no more room"


def test_zones_have_room_for_words_between_groups_that_stand_side_by_side():
    groups = tuple(Cluster(f"g{zone}", "group", f"Group {zone}", "aws_vpc.v") for zone in "ab")
    nodes = [placed(f"i{zone}", f"{zone}-public-0", frame=f"g{zone}") for zone in "ab"]
    rule = Edge("ga", "gb", "rule", "tcp 3306")

    def between(*edges: Edge) -> float:
        frames = arrange(network_of(*nodes, edges=edges, more=groups)).frames
        return frames["b"].x - frames["a"].right

    assert between() == GAP / 2
    assert between(rule) == GAP + width("tcp 3306", DETAIL, weight="semibold")
    assert between(replace(rule, target="aws_vpc.v")) == GAP / 2


def test_rows_have_room_between_them_for_words_on_lines_from_node_to_node():
    upper, lower = placed("u", "a-public-0"), placed("l", "a-private-0")

    def between(*edges: Edge) -> float:
        frames = arrange(network_of(upper, lower, edges=edges)).frames
        return frames["a-private-0"].y - frames["a-public-0"].bottom

    assert between() == between(Edge("u", "l", "uses")) == GAP / 2
    assert between(Edge("u", "l", "uses", "tcp 80")) == GAP > DETAIL + 4


def test_services_below_stand_further_away_where_words_lead_up_to_a_vpc():
    services = [placed(f"s{n}", frame="region", kind="s3") for n in range(9)]
    inside_it = placed("i", "a-public-0", kind="lambda")

    def gap(*edges: Edge) -> float:
        graph = network_of(inside_it, *services, zones="abcdefgh", tiers=("public",), edges=edges)
        layout = arrange(graph)
        return min(layout.icons[node.id].y for node in services) - layout.frames["aws_vpc.v"].bottom

    assert gap(Edge("s0", "i", "uses", "triggers")) - gap() == SPOKEN - GAP


def test_a_vpc_without_subnets_and_a_region_without_anything_are_frames_with_their_words():
    note = "no subnet of this plan is in it"
    vpc = Cluster("aws_vpc.w", "vpc", "VPC other", "region", note=note)
    graph = Graph("network", "N", (Cluster("region", "region", "Region"), vpc))
    assert_good(graph)
    assert arrange(graph).frames["aws_vpc.w"].w > width(note, DETAIL)
    assert_good(Graph("network", "N", (Cluster("region", "region", "Region", note=note),)))


def test_what_joins_two_vpcs_stands_between_them():
    other = Cluster("aws_vpc.w", "vpc", "VPC other", "region")
    peering = placed("pcx", frame="region", kind="transit_gateway")
    edges = (Edge("aws_vpc.v", "pcx", "route"), Edge("aws_vpc.w", "pcx", "route"))
    graph = network_of(peering, zones="a", edges=edges, more=(other,))
    assert_good(graph)
    layout = arrange(graph)
    one, two = layout.frames["aws_vpc.v"], layout.frames["aws_vpc.w"]
    assert one.right < layout.icons["pcx"].x < two.x or one.bottom < layout.icons["pcx"].y < two.y


@pytest.mark.parametrize("count", [1, 7, 20, 45])
def test_regional_services_are_wrapped_and_those_of_a_family_stand_together(count):
    kinds = ("s3", "kms", "ecr", "sns", "secrets")
    services = [placed(f"s{n}", frame="region", kind=kinds[n % 5]) for n in range(count)]
    graph = network_of(*services)
    assert_good(graph)
    layout = arrange(graph)
    assert print_size(layout.width, layout.height) >= LEGIBLE
    by_place = sorted(layout.icons, key=lambda id_: (layout.icons[id_].x, layout.icons[id_].y))
    if count == 7:
        order = [graph.node(id_).kind for id_ in by_place]
        assert len([1 for a, b in pairwise(order) if a != b]) == 4


def test_what_stands_in_no_region_stands_above_it():
    outside = [Node(f"o{n}", "internet", f"Outside {n}") for n in range(12)]
    graph = network_of(*outside)
    assert_good(graph)
    layout = arrange(graph)
    assert max(box.bottom for box in layout.icons.values()) <= layout.frames["region"].y


def test_ten_vpcs_stand_in_rows():
    more = tuple(Cluster(f"v{n}", "vpc", f"VPC {n}", "region") for n in range(9))
    graph = network_of(more=more)
    assert_good(graph)
    layout = arrange(graph)
    assert print_size(layout.width, layout.height) >= LEGIBLE


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


def test_who_comes_in_stands_on_the_side_of_what_is_open_and_the_internet_over_its_gateway():
    graph = picture("network tiers")
    icons = arrange(graph).icons
    (gateway,) = (node.id for node in graph.nodes if node.kind == "internet_gateway")
    assert icons["internet"].middle[0] == icons[gateway].middle[0]
    for range_ in ("198.51.100.7/32", "203.0.113.0/24"):  # to the bastion, in the first zone
        assert icons[range_].right < icons["internet"].x
