"""Rules that hold the network of a plan against the design, Compose and other networks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from beehive import found, move, only, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource


def test_subnets_that_overlap(example):
    example.change_plan("dev", 1, move("aws_subnet.b", cidr_block="10.1.0.128/25"))
    assert only(example, "subnet-ranges").message == (
        "aws_subnet.a (10.1.0.0/24) overlaps aws_subnet.b (10.1.0.128/25)"
    )


def test_a_range_that_is_none(example):
    example.change_plan("dev", 1, move("aws_subnet.b", cidr_block="10.1.1.0/33"))
    assert only(example, "subnet-ranges").message == (
        "'10.1.1.0/33' of aws_subnet.b is not an address range"
    )


def test_a_subnet_outside_its_vpc(example):
    example.change_plan("dev", 1, move("aws_subnet.b", cidr_block="10.9.0.0/24"))
    assert only(example, "subnet-ranges").message == (
        "aws_subnet.b (10.9.0.0/24) is not inside aws_vpc.main (10.1.0.0/16)"
    )


def test_a_subnet_whose_range_is_not_known_is_not_taken_for_sound(example):
    example.change_plan("dev", 1, move("aws_subnet.b", cidr_block=None))
    finding = only(example, "subnet-ranges")
    assert (finding.severity, finding.message) == (
        "warning", "range or VPC of aws_subnet.b is not in the plan",
    )  # fmt: skip


def test_vpcs_of_two_environments_that_overlap(example):
    example.change_plan("prod", 10, move("aws_vpc.main", cidr_block="10.1.128.0/17"))
    finding = only(example, "vpc-ranges")
    assert finding.message == (
        "aws_vpc.main of dev (10.1.0.0/16) overlaps aws_vpc.main of prod (10.1.128.0/17)"
    )
    assert finding.file == example.facts_file("prod", 10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (move("aws_subnet.b", availability_zone="us-east-1a"),
         "2 zones are promised, but isolated subnets stand in 1 in dev, phase 3"),
        (lambda item: [] if item.type == "aws_subnet" else [item],
         "2 zones are promised, but there is no subnet in dev, phase 3"),
        (lambda item: [] if item.type == "aws_nat_gateway" else [item],
         "1 NAT gateways are promised, but there are 0 in dev, phase 3"),
        (move("aws_db_instance.main", multi_az=True),
         "no standby database is promised, but aws_db_instance.main has one in dev, phase 3"),
    ],
)  # fmt: skip
def test_availability(example, change, message):
    example.change_plan("dev", 3, change)
    finding = only(example, "availability")
    assert finding.message == message
    assert (finding.file, finding.line) == (example.design_file, 43)


def place(type_, zones):
    """A change that puts a thing of that type into each of the subnets of these zones."""

    def change(item) -> Iterator[Resource]:
        if item.type != type_:
            yield item
        if item.address == "aws_vpc.main":
            for number, zone in enumerate(zones):
                subnet = (f"aws_subnet.{zone}",)
                name = "subnet_id" if type_ == "aws_nat_gateway" else "subnet_ids"
                yield resource(f"{type_}.n{number}", {name: subnet}, (name,))

    return change


def maybe(subnets):
    """A change that leaves it open in which of these the NAT gateways stand."""

    def change(item) -> Iterator[Resource]:
        yield replace(item, references={}, maybe=subnets) if "nat" in item.type else item

    return change


def test_gateways_and_nodes_that_go_with_one_zone(example):
    example.edit(
        "design.yaml", "dev: {zones: 2, nat_gateways: 1", "dev: {zones: 2, nat_gateways: 2"
    )
    example.change_plan("dev", 1, place("aws_nat_gateway", "ab"))
    example.change_plan("dev", 3, place("aws_nat_gateway", "aa"))
    assert only(example, "availability").message == (
        "2 NAT gateways are promised, but all stand in us-east-1a in dev, phase 3"
    )
    both = {"subnet_id": ("aws_subnet.a", "aws_subnet.b")}
    example.change_plan("dev", 3, maybe(both))
    assert only(example, "availability").message == (
        "2 NAT gateways are promised, but the plan can't tell in which zones they stand"
        " in dev, phase 3"
    )
    example.change_plan("dev", 3, place("aws_nat_gateway", "ab"))
    example.change_plan("dev", 3, grow(4))
    assert found(example, "availability") == []
    example.change_plan("dev", 3, place("aws_eks_node_group", "b"))
    assert only(example, "availability").message == (
        "2 zones are promised, but aws_eks_node_group.n0 stands in us-east-1b in dev, phase 3"
    )


def grow(nodes):
    """A change that puts a node group of up to that many nodes into both subnets."""

    def change(item) -> Iterator[Resource]:
        yield item
        if item.address == "aws_vpc.main":
            yield resource(
                "aws_eks_node_group.main", {"subnet_ids": ("aws_subnet.a", "aws_subnet.b")},
                ("subnet_ids",), scaling_config=[{"max_size": nodes}],
            )  # fmt: skip

    return change


def test_subnets_without_room_for_the_pods(example):
    example.change_plan("dev", 1, grow(4))
    assert found(example, "pod-room") == []  # 2 × 251 addresses, 4 × 111 wanted
    example.change_plan("dev", 3, grow(5))
    finding = only(example, "pod-room")
    assert finding.message == (
        "the subnets of aws_eks_node_group.main have 502 addresses, and 5 nodes with 110 pods each"
        " need 555"
    )
    assert finding.file == example.facts_file("dev", 3)


def test_a_range_that_is_the_clients_already(example):
    example.edit("design.yaml", "client:", "client:\n  networks: {office: 10.1.128.0/20}")
    finding = only(example, "foreign-ranges")
    assert finding.message == (
        "aws_vpc.main of dev (10.1.0.0/16) overlaps the client's office (10.1.128.0/20)"
    )
    assert (finding.file, finding.line) == (example.design_file, 2)


def test_a_range_that_compose_uses(example):
    networks = "networks:\n  back:\n    ipam: {config: [{subnet: 10.2.0.0/24}]}\n"
    example.edit("docker-compose.yml", "services:", f"{networks}services:")
    finding = only(example, "foreign-ranges")
    assert finding.message.endswith(
        "of prod (10.2.0.0/16) overlaps Compose's network 'back' (10.2.0.0/24)"
    )
    assert (finding.file, finding.line) == (example.compose_file, 4)


def test_a_range_that_the_services_of_the_cluster_have(example):
    def add(item) -> Iterator[Resource]:
        yield item
        if item.address == "aws_vpc.main":
            yield resource(
                "aws_eks_cluster.main",
                kubernetes_network_config=[{"service_ipv4_cidr": "10.1.64.0/20"}],
            )

    example.change_plan("dev", 1, add)
    assert only(example, "foreign-ranges").message == (
        "aws_vpc.main of dev (10.1.0.0/16) overlaps the services of aws_eks_cluster.main"
        " (10.1.64.0/20)"
    )
