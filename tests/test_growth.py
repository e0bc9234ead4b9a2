"""How a picture grows from phase to phase."""

from __future__ import annotations

from dataclasses import replace

import pytest

from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.growth import first_phases, frame, marked

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
