"""The rows of a VPC's subnets and the lanes of each."""

from __future__ import annotations

from groundplan.canvas.lanes import BETWEEN, MOST, SPOKEN, by_group, lanes_of, rows_of, same_group
from groundplan.graph import Cluster, Edge, Graph, Node

ZONES = tuple(Cluster(zone, "zone", zone, "v", zone=zone) for zone in "ab")


def subnet(id_: str, zone: str, tier: str, cidr: str) -> Cluster:
    return Cluster(id_, "subnet", id_, zone, id_, cidr, tier, zone)  # type: ignore[arg-type]


def thing(id_: str, *subnets: str, group: str | None = None, kind: str = "instance") -> Node:
    return Node(id_, kind, id_, cluster=group, subnets=subnets)


def names(*nodes: Node, groups: tuple[str, ...] = (), abreast: int = 2, edges: tuple = ()):
    return [[node.id for node in lane.nodes] for lane in lanes_of(nodes, groups, abreast, edges)]


def test_a_row_holds_the_first_subnet_of_each_tier_in_every_zone():
    subnets = (
        subnet("a-db", "a", "isolated", "10.0.2.0/24"),
        subnet("a-ten", "a", "private", "10.0.10.0/24"),
        subnet("a-nine", "a", "private", "10.0.9.0/24"),
        subnet("b-nine", "b", "private", "10.0.19.0/24"),
        subnet("b-web", "b", "public", "10.0.0.0/24"),
    )
    graph = Graph("network", "N", (*ZONES, *subnets))
    rows = rows_of(graph, ZONES)
    assert rows == {"b-web": 0, "a-nine": 1, "b-nine": 1, "a-ten": 2, "a-db": 3}


def test_things_of_one_subnet_stand_side_by_side_and_those_of_several_alone():
    assert names(
        thing("one", "a"), thing("two", "a"), thing("three", "a"), thing("all", "a", "b")
    ) == [["one", "two"], ["three"], ["all"]]


def test_many_that_span_the_same_subnets_share_lanes():
    many = (thing(f"n{number}", "a", "b") for number in range(5))
    assert names(*many) == [["n0", "n1", "n2", "n3"], ["n4"]]


def test_the_lanes_of_a_group_stand_together():
    nodes = (
        thing("one", "a", group="g"), thing("two", "a"), thing("three", "a", "b", group="g"),
    )  # fmt: skip
    lanes = lanes_of(nodes, {"g"}, 2, ())
    assert [lane.group for lane in lanes] == ["g", "g", None]
    assert same_group(lanes) == lanes[:2]
    assert by_group(lanes) == {"g": lanes[:2]}


def gaps(*edges: Edge, nodes: tuple[str, ...] = ("one", "two", "three")) -> list[float]:
    lanes = lanes_of([thing(name, "a", "b") for name in nodes], (), 2, edges)
    return [(lane.gap - BETWEEN) / SPOKEN for lane in lanes]


def test_lanes_with_words_between_them_stand_further_apart():
    silent = Edge("two", "three", "uses")
    assert gaps(Edge("two", "one", "uses", "tcp 80"), silent) == [1, 0, 0]
    assert gaps(Edge("one", "three", "uses", "tcp 80")) == [1, 1, 0], "past the one between them"


def test_the_more_words_pass_between_two_lanes_the_further_apart_they_stand_up_to_a_limit():
    ports = [Edge("one", "two", "uses", f"tcp {port}") for port in range(9)]
    assert [gaps(*ports[:number])[0] for number in range(5)] == [0, 1, 2, 3, MOST]
    alike = Edge("one", "three", "uses", "tcp 80"), Edge("two", "three", "uses", "tcp 80")
    assert gaps(*alike) == [1, 1, 0], "they are one line at their end"
