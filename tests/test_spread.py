"""In how many zones a thing stands, of those that it may stand in: as far as a plan tells."""

from __future__ import annotations

from typing import Any

import pytest

from groundplan.views.infrastructure import infrastructure
from plans import facts_of, thing

CACHE, GROUP = "aws_elasticache_cluster", "aws_elasticache_replication_group"
ZONES = "abc"
SUBNETS = {
    "aws_db_instance": "db_subnet_group_name", CACHE: "subnet_group_name",
    GROUP: "subnet_group_name",
}  # fmt: skip


def said(type_: str, values: dict[str, Any], unknown: str = "") -> str:
    """The last line beside a thing that may stand in three zones."""
    subnets = [f"aws_subnet.{zone}" for zone in ZONES]
    refs = {unknown: ["aws_vpc.v"]} if unknown else {}
    path = SUBNETS.get(type_, "subnet_ids")
    group = f"{'aws_db' if type_ == 'aws_db_instance' else 'aws_elasticache'}_subnet_group.g"
    refs |= {path: [group] if type_ in SUBNETS else subnets}
    facts = facts_of(
        thing("aws_vpc.v"),
        *(
            thing(at, {"vpc_id": ["aws_vpc.v"]}, availability_zone=f"us-east-1{at[-1]}")
            for at in subnets
        ),
        thing(group, {"subnet_ids": subnets}),
        thing(f"{type_}.x", refs, **values),
    )
    return infrastructure(facts).node(f"{type_}.x").detail.split("\n")[-1]


@pytest.mark.parametrize(
    ("type_", "values", "unknown", "words"),
    [
        ("aws_db_instance", {"multi_az": True}, "", "with a standby, in 2 of 3 zones"),
        ("aws_db_instance", {"multi_az": False}, "", "in one of 3 zones"),
        ("aws_db_instance", {}, "multi_az", "in how many zones is known after apply"),
        (GROUP, {"num_cache_clusters": 1}, "", "1 node, in one of 3 zones"),
        (GROUP, {"num_cache_clusters": 2, "multi_az_enabled": True}, "", "in 2 of 3 zones"),
        (GROUP, {"num_cache_clusters": 5, "multi_az_enabled": True}, "", "in 2 to 3 of 3 zones"),
        (GROUP, {"num_cache_clusters": 2, "multi_az_enabled": False}, "", "in 1 to 2 of 3 zones"),
        (GROUP, {"num_node_groups": 2, "replicas_per_node_group": 0}, "", "in 1 to 2 of 3 zones"),
        (
            GROUP, {"num_cache_clusters": 3, "preferred_cache_cluster_azs": ["a", "b", "b"]}, "",
            "in 2 of 3 zones",
        ),
        (GROUP, {}, "num_cache_clusters", "in how many zones is known after apply"),
        (CACHE, {"num_cache_nodes": 1}, "", "1 node, in one of 3 zones"),
        (CACHE, {"num_cache_nodes": 3, "az_mode": "single-az"}, "", "in one of 3 zones"),
        (CACHE, {"num_cache_nodes": 3, "az_mode": "cross-az"}, "", "in 2 to 3 of 3 zones"),
        (
            "aws_eks_node_group", {"scaling_config": [{"desired_size": 1, "max_size": 2}]}, "",
            "in 1 to 2 of 3 zones",
        ),
        (
            "aws_eks_node_group", {"scaling_config": [{"desired_size": 3, "max_size": 9}]}, "",
            "3 × instances (?–9)",
        ),
    ],
)  # fmt: skip
def test_what_does_run_in_several_zones_is_told_apart_from_what_can(type_, values, unknown, words):
    assert said(type_, values, unknown) == words
