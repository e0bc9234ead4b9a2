"""Who comes in from outside: ranges of addresses, and the doors that no security group guards."""

from __future__ import annotations

import pytest

from groundplan.views.network import network
from groundplan.views.outside import INTERNET
from plans import facts_of, thing


def edges(graph):
    return {(edge.source, edge.target, edge.label) for edge in graph.edges if edge.kind == "rule"}


def office(*ranges: str, port: int = 22):
    """A VPC with a bastion, and a rule for each of the ranges that may come to it by `port`."""
    group = "aws_security_group.g"
    return facts_of(
        thing("aws_vpc.v", cidr_block="10.0.0.0/16"), thing(group, {"vpc_id": ["aws_vpc.v"]}),
        thing("aws_lb.x", {"security_groups": [group]}),
        *(thing(f"aws_vpc_security_group_ingress_rule.r{number}", {"security_group_id": [group]},
                cidr_ipv4=range_, ip_protocol="tcp", from_port=port, to_port=port)
          for number, range_ in enumerate(ranges)),
    )  # fmt: skip


def test_a_range_outside_of_the_vpc_is_a_node_of_its_own():
    graph = network(office("203.0.113.7/32", "192.168.7.0/24", "203.0.113.7/32", "10.0.0.0/8"))
    assert {(n.id, n.label) for n in graph.nodes if n.kind == "addresses"} == {
        (range_, range_) for range_ in ("203.0.113.7/32", "192.168.7.0/24", "10.0.0.0/8")
    }
    assert {source for source, _, _ in edges(graph)} == {
        "203.0.113.7/32", "192.168.7.0/24", "10.0.0.0/8",
    }  # fmt: skip
    rule = graph.ledger["aws_vpc_security_group_ingress_rule.r0"]
    assert (rule.status, rule.lines) == ("drawn", (("203.0.113.7/32", "aws_security_group.g"),))


def test_a_range_inside_of_the_vpc_is_no_stranger():
    graph = network(office("10.0.3.0/24", "10.0.0.0/16"))
    assert not [node for node in graph.nodes if node.kind == "addresses"]
    reason = graph.ledger["aws_vpc_security_group_ingress_rule.r0"].reason
    assert reason == "lets in 10.0.3.0/24, which is not drawn"


@pytest.mark.parametrize(("range_", "drawn"), [("203.0.113.7/32", True), ("10.9.0.0/24", False)])
def test_a_vpc_that_is_not_in_the_plan_may_have_private_ranges_only(range_, drawn):
    group = "aws_security_group.g"
    rule = thing(
        "aws_vpc_security_group_ingress_rule.r", {"security_group_id": [group]},
        cidr_ipv4=range_, ip_protocol="tcp", from_port=22, to_port=22,
    )  # fmt: skip
    carrier = thing("aws_lb.x", {"security_groups": [group]})
    graph = network(facts_of(thing(group), carrier, rule))
    assert (range_ in {node.id for node in graph.nodes}) is drawn


def test_many_ranges_that_may_reach_just_the_same_are_one_node_with_all_their_names():
    ranges = [f"203.0.113.{number}/32" for number in range(4)]
    graph = network(office(*ranges))
    (node,) = [node for node in graph.nodes if node.kind == "addresses"]
    assert (node.label, node.detail) == (
        "4 ranges of addresses", f"outside: {', '.join(ranges)}",
    )  # fmt: skip
    assert edges(graph) == {(node.id, "aws_security_group.g", "tcp 22")}


@pytest.mark.parametrize(("settings", "peers"), [
    ({}, {INTERNET}),
    ({"public_access_cidrs": ["203.0.113.0/28"]}, {"203.0.113.0/28"}),
    ({"public_access_cidrs": ["0.0.0.0/0"]}, {INTERNET}),
    ({"endpoint_public_access": False}, set()),
])  # fmt: skip
def test_who_may_come_to_the_kubernetes_api(settings, peers):
    graph = network(facts_of(thing("aws_eks_cluster.c", vpc_config=[settings])))
    assert edges(graph) == {(peer, "aws_eks_cluster.c", "tcp 443") for peer in peers}
    assert graph.node("aws_eks_cluster.c").exposed is (INTERNET in peers)


def test_whom_the_kubernetes_api_lets_in_is_not_guessed():
    later = {"vpc_config.0.public_access_cidrs": ["aws_eip.office"]}
    graph = network(facts_of(thing("aws_eip.office"), thing("aws_eks_cluster.c", later)))
    assert edges(graph) == set()
    assert not graph.node("aws_eks_cluster.c").exposed


def test_a_load_balancer_without_a_security_group_lets_everybody_in_where_it_listens():
    names = {"load_balancer_arn": ["aws_lb.x"]}
    graph = network(facts_of(
        thing("aws_lb.x", load_balancer_type="network", internal=False),
        thing("aws_lb_listener.a", names, protocol="TLS", port=443),
        thing("aws_lb_listener.b", names, protocol="UDP", port=53),
    ))  # fmt: skip
    (balancer,) = [node for node in graph.nodes if node.addresses == ("aws_lb.x",)]
    assert edges(graph) == {
        (INTERNET, balancer.id, "tcp 443"), (INTERNET, balancer.id, "udp 53"),
    }  # fmt: skip
