"""How what stands, and is not in the state, is found again."""

from __future__ import annotations

from typing import Never

import pytest

from groundplan.terraform.standing import named, tagged, tags_in

ACCOUNT = "123456789012"
TAGS = {"Name": "shop-a", "Owner": "platform"}


@pytest.mark.parametrize(
    ("type_", "values", "expected"),
    [
        ("aws_ecr_repository", {"name": "shop/cart"}, "shop/cart"),
        ("aws_eks_addon", {"cluster_name": "dev", "addon_name": "coredns"}, "dev:coredns"),
        (
            "aws_route",
            {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"},
            "rtb-1_0.0.0.0/0",
        ),
        ("aws_budgets_budget", {"name": "dev"}, f"{ACCOUNT}:dev"),
        ("aws_route", {"destination_cidr_block": "0.0.0.0/0"}, None),
        ("aws_route_table_association", {"subnet_id": "subnet-1", "route_table_id": None}, None),
        ("aws_vpc", {"cidr_block": "10.0.0.0/16"}, None),
    ],
)
def test_what_has_a_name_of_its_own(type_, values, expected):
    assert named(type_, values, ACCOUNT) == expected


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        ({"subnet-1": TAGS}, "subnet-1"),
        ({"subnet-1": TAGS | {"kubernetes.io/x": "1"}, "subnet-2": {"Name": "shop-a"}}, "subnet-1"),
        ({"subnet-1": TAGS, "subnet-2": TAGS}, None),
        ({"subnet-9": TAGS, "subnet-2": TAGS}, "subnet-2"),
        ({"vpc-1": TAGS}, None),
        ({}, None),
    ],
)
def test_what_is_known_by_its_tags(standing, expected):
    values = {"tags_all": TAGS}
    assert tagged("aws_subnet", values, {"subnet-9"}, lambda _name: standing) == expected


def test_without_a_name_tag_nothing_is_taken_for_it():
    def ask(_name: str) -> Never:
        raise AssertionError("there is nothing to ask for")

    for values in ({}, {"tags_all": {"Owner": "platform"}}, {"tags_all": {"Name": None}}):
        assert tagged("aws_subnet", values, (), ask) is None
    assert tagged("aws_kms_key", {"tags_all": TAGS}, (), ask) is None


class Ec2:
    """EC2 with two things of one name; it gives pages of one tag."""

    tags = (
        ("subnet-1", "Name", "shop-a"), ("subnet-1", "Owner", "platform"),
        ("subnet-2", "Name", "shop-a"), ("vpc-1", "Name", "shop"),
    )  # fmt: skip

    def get_paginator(self, operation):
        assert operation == "describe_tags"
        return self

    def paginate(self, Filters):  # noqa: N803 - boto3's own name
        wanted = {item["Name"]: item["Values"] for item in Filters}
        for id_, key, value in self.tags:
            told = {"resource-id": id_, "key": key, "value": value}
            if all(told[name] in values for name, values in wanted.items()):
                yield {"Tags": [{"ResourceId": id_, "Key": key, "Value": value}]}


def test_the_tags_of_what_is_called_a_name():
    ask = tags_in(Ec2())
    assert ask("shop-a") == {"subnet-1": TAGS, "subnet-2": {"Name": "shop-a"}}
    assert ask("nobody") == {}
