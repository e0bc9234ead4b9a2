"""The legend below a picture: an entry for all that is drawn in it, and for nothing else."""

from __future__ import annotations

from dataclasses import replace

from groundplan.canvas import legend, render
from groundplan.compose.model import Application, Port, Service
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.views.flow import flow
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from plans import recorded

REGION = Cluster("region", "region", "Region")
NODES = tuple(Node(kind, kind, kind, cluster="region") for kind in ("kms", "sns", "sqs"))


def entries(graph: Graph) -> list[str]:
    rows = legend.rows(graph, render.plan(graph).layout)
    return [entry.words for row in rows for entry, _ in row]


def test_each_kind_of_line_has_an_entry_and_those_that_look_alike_have_one():
    lines = (Edge("kms", "sns", "uses"), Edge("sns", "sqs", "flow"), Edge("kms", "sqs", "rule"))
    said = ["flow or use", "may reach, by a rule"]
    assert entries(Graph("v", "T", (REGION,), NODES, lines)) == said
    assert entries(Graph("v", "T", (REGION,), NODES)) == []


def test_frames_of_security_groups_and_outlines_over_several_zones_are_explained():
    assert "security group" in entries(network(recorded("shop")))
    drawn = entries(infrastructure(recorded("shop")))
    assert "may run in each of these" in drawn
    assert "security group" not in drawn


def test_what_is_open_means_another_thing_in_a_flow_than_in_a_plan():
    store = Service("db", "database", image="mysql", ports=(Port(3306, 3306),))
    assert "a store with a published port" in entries(flow(Application("a", (store,))))
    assert "reachable from the internet" in entries(network(recorded("shop")))


def test_a_legend_is_as_wide_as_its_picture_at_most():
    lines = tuple(Edge("kms", "sns", kind) for kind in ("route", "rule", "flow", "replicates"))
    graph = Graph("v", "T", (REGION,), (replace(NODES[0], exposed=True), *NODES[1:]), lines)
    plan = render.plan(graph)
    narrow = replace(plan.layout, width=300.0)
    rows = legend.rows(graph, narrow)
    assert len(rows) > 1
    assert all(at + entry.width <= 300 for row in rows for entry, at in row)
    assert legend.width(graph, narrow) <= 300
    assert plan.over.key is not None
    assert plan.over.key < plan.layout.height
