"""How a picture grows from phase to phase."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.canvas.captions import cell
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.growth import difference, first_phases, frame, marked, planned

VPC = Cluster("v", "vpc", "VPC")
APP, DATABASE = Node("app", "eks", "App"), Node("db", "rds", "Database")
REPLICA = Node("copy", "rds", "Replica", "small")
USES, COPIES = Edge("app", "db", "uses", "tcp 3306"), Edge("db", "copy", "replicates")

ONE = Graph("v", "One", (VPC,), (APP, DATABASE), (USES,))
TWO = Graph("v", "Two", (VPC,), (APP, DATABASE, REPLICA), (USES, COPIES))


def changes(graph):
    return {node.id: (node.phase, node.change) for node in graph.nodes}


def test_the_frame_has_what_any_phase_has_as_the_last_one_has_it():
    grown = replace(TWO, nodes=(APP, replace(DATABASE, detail="large"), REPLICA))
    whole = frame([ONE, grown])
    assert [node.id for node in whole.nodes] == ["app", "db", "copy"]
    assert whole.node("db").detail == "large"
    assert whole.edges == (USES, COPIES)
    assert whole.title == "Two"


def test_it_has_room_for_the_longest_words_of_any_phase():
    early = replace(DATABASE, label="A database", detail="with a long word\nand another")
    empty = replace(VPC, note="routes\nempty: nothing runs here")
    before = replace(ONE, clusters=(empty,), nodes=(APP, early))
    whole = frame([before, replace(ONE, clusters=(replace(VPC, note="routes"),))])
    assert whole.clusters[0].note == "routes\nempty: nothing runs here"
    for node in (early, DATABASE):
        assert all(a >= b for a, b in zip(cell(whole.node("db")), cell(node), strict=True))


def test_what_a_later_phase_takes_away_keeps_its_place():
    whole = frame([TWO, ONE])
    assert [node.id for node in whole.nodes] == ["app", "db", "copy"]
    assert COPIES in whole.edges


def test_in_the_first_phase_nothing_is_marked():
    first = marked(ONE, None, phase=1, first={"app": 1, "db": 1})
    assert changes(first) == {"app": (1, "none"), "db": (1, "none")}
    assert {edge.change for edge in first.edges} == {"none"}


def test_what_is_new_and_what_is_changed_is_marked():
    grown = replace(TWO, nodes=(APP, replace(DATABASE, detail="large"), REPLICA))
    graphs = {1: ONE, 2: grown}
    second = marked(grown, ONE, phase=2, first=first_phases(graphs))
    assert changes(second) == {"app": (1, "none"), "db": (1, "update"), "copy": (2, "create")}
    assert {edge.target: edge.change for edge in second.edges} == {"db": "none", "copy": "create"}


@pytest.mark.parametrize(
    "change",
    [
        {"label": "x"}, {"detail": "x"}, {"addresses": ("x",)}, {"subnets": ("x",)},
        {"security_groups": "unknown"},
    ],
)  # fmt: skip
def test_a_node_is_changed_when_anything_that_is_told_of_it_is(change):
    later = replace(ONE, nodes=(replace(APP, **change), DATABASE))
    assert changes(marked(later, ONE, phase=2, first={"app": 1}))["app"] == (1, "update")


def test_the_change_of_the_plan_is_not_the_change_of_the_phase():
    planned = replace(ONE, nodes=(replace(APP, change="create"), DATABASE))
    assert changes(marked(planned, planned, phase=2, first={}))["app"] == (2, "none")


def test_what_comes_back_has_its_first_phase():
    assert first_phases({1: ONE, 3: TWO, 4: ONE, 6: TWO}) == {"app": 1, "db": 1, "copy": 3}


def differing(before: Graph, after: Graph, **resources: str) -> Graph:
    return difference(before, after, resources=resources, against="phase 1")


def test_a_difference_has_what_came_and_what_went():
    grown = differing(ONE, TWO)
    assert {node.id: node.change for node in grown.nodes} == {
        "app": "none", "db": "none", "copy": "create",
    }  # fmt: skip
    assert {edge.target: edge.change for edge in grown.edges} == {"db": "none", "copy": "create"}
    shrunk = differing(TWO, ONE)
    assert shrunk.node("copy").change == "delete"
    assert {edge.target: edge.change for edge in shrunk.edges} == {"db": "none", "copy": "delete"}
    assert shrunk.compared == "phase 1"
    assert shrunk.title == "One: changes since phase 1"


def test_frames_come_go_and_change_too():
    wide = replace(VPC, cidr="10.0.0.0/8")
    subnet = Cluster("s", "subnet", "Subnet", parent="v", address="aws_subnet.a")
    before = replace(ONE, clusters=(VPC, subnet))
    after = replace(ONE, clusters=(wide, replace(subnet, id="t", address="aws_subnet.b")))
    assert {item.id: item.change for item in differing(before, after).clusters} == {
        "v": "update", "s": "delete", "t": "create",
    }  # fmt: skip


def test_a_rule_of_another_port_is_one_gone_and_one_new():
    after = replace(ONE, edges=(replace(USES, label="tcp 5432"),))
    told = {edge.label: edge.change for edge in differing(ONE, after).edges}
    assert told == {"tcp 3306": "delete", "tcp 5432": "create"}


def test_a_setting_that_no_picture_tells_is_a_change_all_the_same():
    graph = replace(ONE, nodes=(replace(APP, addresses=("aws_eks_cluster.a",)), DATABASE))
    whole = difference(graph, graph, resources={"aws_eks_cluster.a": "changed"}, against="x")
    assert whole.node("app").change == "update"


def test_what_is_only_drawn_under_another_id_is_neither_new_nor_gone():
    several = tuple(replace(APP, id=f"a{n}", addresses=(f"aws_instance.a[{n}]",)) for n in (1, 2))
    one = replace(APP, id="both", addresses=("aws_instance.a[1]", "aws_instance.a[2]"))
    whole = differing(Graph("v", "T", (), several), Graph("v", "T", (), (one,)))
    assert {node.id: node.change for node in whole.nodes} == {"both": "none"}


def test_a_frame_that_a_phase_brings_is_new():
    subnet = Cluster("s", "subnet", "Subnet", parent="v")
    later = replace(TWO, clusters=(replace(VPC, change="create"), subnet))
    second = marked(later, ONE, phase=2, first={})
    assert {item.id: item.change for item in second.clusters} == {"v": "none", "s": "create"}


def test_a_plan_tells_what_it_does_to_its_frames():
    graph = replace(ONE, clusters=(replace(VPC, address="aws_vpc.a"),))
    assert planned(graph, {"aws_vpc.a": "update"}).clusters[0].change == "update"
    assert planned(graph, {}).clusters[0].change == "none"
