"""Lines: from border to border, round everything that is written or drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings

import pictured
import plans
from groundplan.canvas.boxes import Box
from groundplan.canvas.captions import DETAIL
from groundplan.canvas.layout import arrange
from groundplan.canvas.lines import Line, draw_lines, written
from groundplan.canvas.typeface import width
from groundplan.folding import fold
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from pictured import CASES, VIEWS, corners, crosses, on_border, overlap, picture, places, text
from plans import facts_of, recorded, thing


def assert_good(graph: Graph) -> dict[Edge, Line]:
    layout = arrange(graph)
    lines, where = draw_lines(graph, layout), places(graph, layout)
    assert set(lines) == set(graph.edges), "every edge has a line"
    solid = [box for node in graph.nodes for box in (layout.icons[node.id], text(node, layout))]
    for frame in graph.clusters:
        if frame.id in layout.frames:
            solid += pictured.heads(frame, layout.frames[frame.id])
    for edge, line in lines.items():
        path = corners(line)
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(path)), "right angles only"
        for id_, end in ((edge.source, path[0]), (edge.target, path[-1])):
            boxes = [where[id_], *layout.again.get(id_, ())] if id_ in where else []
            assert not boxes or any(on_border(end, box) for box in boxes), (edge, end)
        assert not [box for box in solid if crosses(line, box)], edge
    return lines


@pytest.mark.parametrize("case", CASES)
def test_lines_end_at_borders_and_cross_no_icon_and_no_word(case):
    assert assert_good(picture(case)) or not picture(case).edges


@settings(max_examples=15)
@given(plans.plan_things().filter(bool))
def test_so_it_is_for_any_plan(things):
    for view in VIEWS.values():
        assert_good(fold(view(facts_of(*things))))


SUBNET = Cluster("s", "subnet", "Private 10.0.0.0/24", "z", "s", "10.0.0.0/24", "private", "z")
FRAMES = (
    Cluster("region", "region", "Region"), Cluster("v", "vpc", "VPC", "region"),
    Cluster("z", "zone", "z", "v", zone="z"), SUBNET,
    Cluster("app", "group", "Security group app", "v", "app"),
    Cluster("db", "group", "Security group db", "v", "db"),
)  # fmt: skip
NODES = (
    Node("a", "instance", "EC2 instance", "", "app", ("a",), ("s",), ("app",)),
    Node("b", "instance", "EC2 instance", "", "db", ("b",), ("s",), ("db",)),
)


def rules(*labels: str) -> Graph:
    edges = tuple(Edge("app", "db", "rule", label) for label in labels)
    return Graph("network", "N", FRAMES, NODES, edges)


def test_parallel_lines_are_one_with_one_label_for_all():
    graph = rules("tcp 3306", "tcp 33060")
    lines = assert_good(graph)
    assert len(set(lines.values())) == 1
    assert written(graph.edges, lines) == {graph.edges[0]: "tcp 3306, 33060"}
    assert written(graph.edges[1:], lines) == {graph.edges[1]: "tcp 33060"}, "what a phase has"


def test_a_line_between_frames_above_each_other_is_straight():
    ((_, line),) = assert_good(rules("tcp 3306")).items()
    assert len(corners(line)) == 2


def meets(one: Line, other: Line) -> bool:
    """True where two lines cross."""
    for (ax, ay), (bx, by) in pairwise(corners(one)):
        piece = Box(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))
        if crosses(other, piece, by=0):
            return True
    return False


def test_lines_of_one_thing_to_several_leave_on_the_sides_that_they_lead_to():
    lines = assert_good(infrastructure(pictured.WORKSPACE.facts("dev", 4)))
    calls = [line for edge, line in lines.items() if edge.label.startswith("tcp")]
    assert len(calls) == 3
    assert not [pair for pair in combinations(calls, 2) if meets(*pair)]


def test_words_between_two_services_keep_clear_of_the_marks_at_their_corners():
    nodes = tuple(Node(id_, "instance", id_, "", "region") for id_ in ("alarms", "topic"))
    edge = Edge("topic", "alarms", "rule", "notifies")
    graph = Graph("infrastructure", "I", FRAMES[:1], nodes, (edge,))
    layout = arrange(graph)
    label = box_of(edge, draw_lines(graph, layout)[edge])
    for node in nodes:
        icon = layout.icons[node.id]
        mark = Box(icon.right - 13, icon.y - 10, 20, 20)
        assert not pictured.overlap(label, mark), node.id


def test_lines_do_not_depend_on_the_order_of_the_edges():
    graph = picture("network shop")
    turned = replace(graph, edges=graph.edges[::-1])
    assert draw_lines(graph, arrange(graph)) == draw_lines(turned, arrange(turned))


def box_of(edge: Edge, line: Line) -> Box:
    """The ground of a line's label."""
    return written_box(edge.label, line)


def written_box(text: str, line: Line) -> Box:
    """The ground of what is written on a line; once where lines run together."""
    wide, (x, y) = width(text, DETAIL, weight="semibold"), line.label_at
    return Box(x - wide / 2, y - 7, wide, 14)


def test_corners_are_rounded_and_the_last_piece_is_straight_for_the_head():
    lines = draw_lines(picture("network nested"), arrange(picture("network nested")))
    bent = [line for line in lines.values() if len(corners(line)) > 2]
    assert bent
    for line in bent:
        assert line.path.count("Q") == len(corners(line)) - 2
        (ax, ay), (bx, by) = (
            tuple(map(float, point.split(","))) for point in re.split("[LQ ]", line.path)[-2:]
        )
        assert abs(ax - bx) + abs(ay - by) >= 3


def test_a_route_to_a_gateway_does_not_leave_its_vpc():
    graph = network(recorded("evolve"))
    layout = arrange(graph)
    vpc = next(layout.frames[item.id] for item in graph.clusters if item.kind == "vpc")
    for edge, line in draw_lines(graph, layout).items():
        if edge.kind == "route" and edge.target != "internet":
            assert min(y for _, y in corners(line)) > vpc.y


def test_routes_to_one_gateway_join_whatever_range_they_are_for():
    graph = network(recorded("dual"))
    lines = assert_good(graph)
    ends = {edge.target: set() for edge in graph.edges if edge.kind == "route"}
    for edge, line in lines.items():
        if edge.kind == "route":
            ends[edge.target].add(corners(line)[-1])
    assert len(ends["aws_egress_only_internet_gateway.this"]) == 1
    assert len(ends["aws_ec2_transit_gateway.hub"]) == 1


def test_no_line_runs_under_a_mark_of_danger():
    graph = network(recorded("idioms"))
    layout = arrange(graph)
    exposed = [layout.icons[node.id] for node in graph.nodes if node.exposed]
    assert exposed
    for icon in exposed:
        mark = Box(icon.x - 10, icon.y - 10, 20, 20)
        assert not [e for e, line in draw_lines(graph, layout).items() if crosses(line, mark, 0)]


def test_the_checks_of_these_tests_see_what_is_wrong():
    line = Line("M0.0,5.0L14.0,5.0Q20.0,5.0 20.0,11.0L20.0,30.0")
    assert corners(line) == [(0, 5), (20, 5), (20, 30)]
    assert crosses(line, Box(8, 0, 10, 10))
    assert crosses(line, Box(10, 20, 20, 5))
    assert not crosses(line, Box(0, 10, 15, 15))
    assert on_border((20, 30), Box(20, 25, 10, 10))
    assert not on_border((25, 30), Box(20, 25, 10, 10))


@pytest.mark.parametrize("case", CASES)
def test_labels_stand_apart_and_hide_no_icon_and_no_word(case):
    graph = picture(case)
    layout = arrange(graph)
    labels = {}
    for edge, line in draw_lines(graph, layout).items():
        assert (line.label_at is not None) == (edge.kind != "route" and edge.label != "")
        if line.label_at:
            labels[edge] = box_of(edge, line)
    lines = draw_lines(graph, layout)
    told = {(text, written_box(text, lines[edge])) for edge, text in written(labels, lines).items()}
    assert not [(one, two) for (one, a), (two, b) in combinations(told, 2) if overlap(a, b)]
    for node in graph.nodes:
        ground = (layout.icons[node.id], text(node, layout))
        assert not [e for e, box in labels.items() for b in ground if pictured.overlap(box, b)]
    page = Box(0, 0, layout.width, layout.height)
    assert not [edge for edge, box in labels.items() if not pictured.inside(box, page)]


def test_a_group_that_has_no_frame_is_met_at_one_of_its_nodes():
    groups = [thing(f"aws_security_group.{name}", name=name) for name in "ab"]
    carriers = [
        thing(f"aws_lb.{name}", {"security_groups": [f"aws_security_group.{name}"]})
        for name in "ab"
    ]
    refs = {
        "security_group_id": ["aws_security_group.a"],
        "referenced_security_group_id": ["aws_security_group.b"],
    }
    rule = thing("aws_vpc_security_group_ingress_rule.r", refs, ip_protocol="-1")
    graph = network(facts_of(*groups, *carriers, rule))
    layout = arrange(graph)
    layout.frames = {id_: box for id_, box in layout.frames.items() if "security" not in id_}
    ((_, line),) = draw_lines(graph, layout).items()
    assert on_border(corners(line)[0], layout.icons["aws_lb.b"])
    assert on_border(corners(line)[-1], layout.icons["aws_lb.a"])


def test_a_line_to_nowhere_is_not_drawn():
    graph = Graph("network", "N", nodes=network(recorded("shop")).nodes[:1])
    layout = arrange(graph)
    loose = Edge(graph.nodes[0].id, "nobody", "rule")
    assert draw_lines(Graph("network", "N", nodes=graph.nodes, edges=(loose,)), layout) == {}


@pytest.mark.parametrize("source", ["tiers", "groups", "fargate"])
def test_what_comes_from_the_internet_passes_the_gateway(source):
    graph = network(recorded(source))
    layout = arrange(graph)
    gateway = next(node for node in graph.nodes if node.kind == "internet_gateway")
    icon = layout.icons[gateway.id]
    lines = draw_lines(graph, layout)
    into = {line for edge, line in lines.items() if edge.source == "internet"}
    assert into
    for line in into:
        first, second = (corners(Line(f"M{part}")) for part in line.path.split("M")[1:])
        assert on_border(first[0], layout.icons["internet"])
        assert first[-1][1] == pytest.approx(icon.y)
        assert second[0] == pytest.approx((first[-1][0], icon.bottom))


def test_lines_past_a_gateway_that_has_no_room_for_them_or_is_not_drawn_go_beside_it():
    frames = (Cluster("region", "region", "Region"), Cluster("v", "vpc", "VPC", "region"),
              Cluster("z", "zone", "z", "v", zone="z"), SUBNET)  # fmt: skip
    servers = [Node(n, "instance", n, "", "s", (n,), ("s",)) for n in "abcde"]
    ends = (
        Node("internet", "internet", "Internet"),
        Node("g", "internet_gateway", "Gateway", "", "v"),
    )
    rules = tuple(Edge("internet", n.id, "rule", f"tcp 8{n.id}", via="g") for n in servers)
    lines = assert_good(Graph("network", "N", frames, (*ends, *servers), rules))
    assert {line.path.count("M") for line in lines.values()} == {1, 2}
    gone = tuple(replace(edge, via="nowhere") for edge in rules)
    lines = assert_good(Graph("network", "N", frames, (*ends, *servers), gone))
    assert {line.path.count("M") for line in lines.values()} == {1}
