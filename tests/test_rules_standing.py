"""Rules that hold where prose says that things stand against the routes of their subnets."""

from __future__ import annotations

import pytest

from beehive import found, resource


@pytest.fixture
def placed(example):
    """The workspace with a database in subnets that lead nowhere, as far as a plan can tell."""
    where = {"subnet_ids": ("aws_subnet.a", "aws_subnet.b")}
    group = {"db_subnet_group_name": ("aws_db_subnet_group.main",)}
    stores = (
        resource("aws_db_subnet_group.main", where, unknown=["subnet_ids"]),
        resource("aws_db_instance.main", group, unknown=["db_subnet_group_name"]),
    )
    for env, phase in (("dev", 1), ("dev", 3), ("prod", 10)):
        example.change_plan(
            env, phase, lambda item: stores if "db_instance" in item.type else (item,)
        )
    return example


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Isolated\n:   No way out. The databases stand here.", None),
        ("Private\n:   A way out. The nodes and the databases stand here.",
         "'databases' stands in no private subnet"),
        ("The database stands in the public subnets.", "'database' stands in no public subnet"),
        ("The database stands in isolated subnets, and the users in public subnets.", None),
        ("None of the databases stand in public subnets. Many put them into private ones.", None),
        ("Redis stands in public subnets.", None),  # which no plan tells
        ("The databases stand here.", None),
    ],
)  # fmt: skip
def test_where_things_are_said_to_stand(placed, text, message):
    placed.write("docs/network.md", f"{text}\n")
    assert [item.message for item in found(placed, "stands-told")] == ([message] if message else [])
