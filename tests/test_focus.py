"""Only what is near one resource, and the frames round it."""

from __future__ import annotations

from itertools import pairwise

from groundplan.folding import SIBLINGS, fold
from groundplan.graph import Cluster, Edge, Entry
from test_folding import assert_whole, graph, instance, some

CHAIN = tuple(instance(f"aws_instance.{name}", subnet="a") for name in "pqrs")
LINES = tuple(Edge(one.id, other.id, "uses") for one, other in pairwise(CHAIN))


def shown(**options: object) -> list[str]:
    return [node.id[-1] for node in fold(graph(*CHAIN, edges=LINES), **options).nodes]


def test_a_depth_is_the_number_of_lines_on_the_way():
    assert shown(focus="aws_instance.p", depth=0) == ["p"]
    assert shown(focus="aws_instance.p") == ["p", "q"]
    assert shown(focus="aws_instance.q") == ["p", "q", "r"]
    assert shown(focus="aws_instance.p", depth=2) == ["p", "q", "r"]
    assert shown(focus="aws_instance.p", depth=9) == ["p", "q", "r", "s"]


def test_the_rest_is_in_the_ledger_as_outside_the_focus():
    before = graph(*CHAIN, edges=LINES)
    folded = fold(before, focus="aws_instance.p")
    assert folded.ledger["aws_instance.s"] == Entry(
        "omitted", reason="outside the focus on aws_instance.p"
    )
    assert folded.ledger["aws_subnet.a"].status == "drawn"
    assert folded.ledger["aws_subnet.b"].status == "omitted", "nothing near stands there"
    assert [frame.id for frame in folded.clusters] == ["region", "aws_vpc.v", "z", "aws_subnet.a"]
    assert_whole(folded, before)


def test_a_frame_in_focus_brings_what_stands_in_it():
    nodes = [*CHAIN, instance("aws_instance.t", subnet="b")]
    folded = fold(graph(*nodes), focus="aws_subnet.b", depth=0)
    assert [node.id for node in folded.nodes] == ["aws_instance.t"]
    assert len(fold(graph(*nodes), focus="aws_vpc.v", depth=0).nodes) == 5


def test_a_rule_between_groups_leads_to_their_members():
    groups = tuple(Cluster(name, "group", name, "aws_vpc.v", name) for name in ("app", "db"))
    nodes = [
        instance("aws_instance.a", cluster="app"),
        instance("aws_instance.d", cluster="db"),
        instance("aws_instance.e", subnet="b"),
    ]
    before = graph(*nodes, edges=(Edge("app", "db", "rule", "tcp 3306"),), frames=groups)
    folded = fold(before, focus="aws_instance.a")
    assert [node.id for node in folded.nodes] == ["aws_instance.a", "aws_instance.d"]
    assert folded.edges == before.edges


def test_what_else_the_internet_reaches_is_not_near():
    internet = instance("internet", kind="internet", addresses=(), subnets=(), cluster=None)
    nodes = [internet, instance("aws_lb.a"), instance("aws_lb.b", subnet="b")]
    edges = tuple(Edge("internet", node.id, "rule", "tcp 443") for node in nodes[1:])
    folded = fold(graph(*nodes, edges=edges), focus="aws_lb.a", depth=9)
    assert [node.id for node in folded.nodes] == ["internet", "aws_lb.a"]


def test_the_thing_in_focus_is_not_lost_among_its_siblings():
    before = graph(*some(SIBLINGS + 1))
    folded = fold(before, focus="aws_instance.web[3]", depth=0)
    assert [node.id for node in folded.nodes] == ["aws_instance.web[3]"]


def test_a_view_that_does_not_draw_the_resource_comes_back_empty():
    before = graph(*CHAIN)
    before.ledger["aws_iam_role.r"] = Entry("omitted", reason="not a part of this view")
    folded = fold(before, focus="aws_iam_role.r")
    assert (folded.nodes, folded.clusters) == ((), ())
    assert folded.ledger["aws_iam_role.r"].reason == "not a part of this view"
