"""Fewer lines and frames where there are more than can be followed."""

from __future__ import annotations

from groundplan.folding import fold
from groundplan.graph import Cluster, Edge, Entry
from groundplan.thinning import HUB, MOST_SUBNETS, PARALLEL, label_of, thinned
from test_folding import assert_whole, graph, instance

PAIR = (instance("aws_instance.a"), instance("aws_instance.b", subnet="b"))


def parallel(count: int) -> tuple[Edge, ...]:
    return tuple(
        Edge("aws_instance.a", "aws_instance.b", "rule", f"tcp {8000 + n}") for n in range(count)
    )


def test_few_parallel_lines_stay_and_many_are_one_with_their_ports():
    assert len(thinned(graph(*PAIR, edges=parallel(PARALLEL))).edges) == PARALLEL
    (edge,) = thinned(graph(*PAIR, edges=parallel(6))).edges
    assert edge.label == "tcp 8000, 8001, 8002 +3"


def test_ports_are_counted_and_not_spelt_and_grouped_by_protocol():
    assert label_of(["tcp 443", "tcp 80"]) == "tcp 80, 443"
    assert label_of(["udp 53", "tcp 53"]) == "tcp 53 · udp 53"
    assert label_of(["tcp 80", "tcp 80", ""]) == "tcp 80"
    assert label_of(["tcp 9000–9002", "all", "tcp 22"]) == "all · tcp 22, 9000–9002"


def test_the_lines_of_a_hub_are_told_in_its_words():
    hub = instance("aws_instance.metrics")
    others = [instance(f"aws_instance.i{n}", detail=f"i{n}") for n in range(HUB + 1)]
    edges = tuple(Edge(other.id, hub.id, "rule", "tcp 9100") for other in others)
    before = graph(hub, *others, edges=edges)
    before.ledger["aws_vpc_security_group_ingress_rule.r"] = Entry(
        "drawn", hub.id, lines=tuple((edge.source, edge.target) for edge in edges)
    )
    folded = thinned(before)
    assert folded.edges == ()
    assert folded.nodes[0].detail == f"t3.micro\ntcp 9100 from {HUB + 1} others"
    assert folded.ledger[hub.id] == Entry("drawn", hub.id)
    rule = folded.ledger["aws_vpc_security_group_ingress_rule.r"]
    assert rule.status == "omitted"
    assert "told in words" in rule.reason
    assert_whole(folded, before)


def test_a_replication_is_never_left_to_words():
    copies = [instance(f"aws_db_instance.c{n}") for n in range(HUB + 1)]
    edges = tuple(Edge("aws_instance.a", copy.id, "replicates", "replicates") for copy in copies)
    assert len(thinned(graph(*PAIR, *copies, edges=edges)).edges) == HUB + 1


def test_a_frame_that_is_a_hub_has_the_words_in_its_note():
    group = Cluster("g", "group", "g", "aws_vpc.v", "g")
    others = [instance(f"aws_instance.i{n}") for n in range(HUB + 1)]
    edges = tuple(Edge(other.id, "g", "rule", "tcp 22") for other in others)
    folded = thinned(graph(*others, edges=edges, frames=(group,)))
    assert folded.clusters[-1].note == f"tcp 22 from {HUB + 1} others"


def test_dozens_of_empty_subnets_are_one_frame_a_zone_and_tier():
    empty = tuple(
        Cluster(
            f"aws_subnet.e{n}", "subnet", f"Private 10.0.{n}.0/24", "z", f"aws_subnet.e{n}",
            cidr=f"10.0.{n}.0/24", tier="private", note="empty: nothing of this plan runs here",
        )
        for n in range(MOST_SUBNETS)
    )  # fmt: skip
    before = graph(instance("aws_instance.x"), frames=empty)
    folded = fold(before)
    (frame,) = [item for item in folded.clusters if item.id.startswith("same:")]
    assert frame.label == f"Private × {MOST_SUBNETS}"
    assert frame.note == f"10.0.0.0/24 … 10.0.{MOST_SUBNETS - 1}.0/24\n{empty[0].note}"
    assert folded.ledger["aws_subnet.e3"] == Entry("aggregated", frame.id)
    assert "aws_subnet.a" in {item.id for item in folded.clusters}, "something runs there"
    assert_whole(folded, before)
    few = graph(instance("aws_instance.x"), frames=empty[:3])
    assert fold(few).clusters == few.clusters
