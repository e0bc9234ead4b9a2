"""What published plans are like: of other tools, older versions and other clouds, and cut short.

Each document is written by hand after what the test suites of other tools hold.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundplan import facts
from groundplan.planfile import draw_plan
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network


def created(address: str, **after: Any) -> dict[str, Any]:
    """A resource to be created, with no more about it than a plan must say."""
    type_, name = address.split("[", maxsplit=1)[0].split(".")[-2:]
    return {
        "address": address, "mode": "managed", "type": type_, "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": {}},
    }  # fmt: skip


def plan(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(changes), **more}


BUCKET = created("aws_s3_bucket.this", bucket="logs")
# Without a configuration, as checkers of plans keep them: known values are all there is.
BARE = plan(
    created("aws_vpc.this", id="vpc-1", cidr_block="10.0.0.0/16"),
    created("aws_subnet.this[0]", id="subnet-1", vpc_id="vpc-1", cidr_block="10.0.0.0/24"),
    created("aws_instance.this", subnet_id="subnet-1"),
)
STATE = {
    "format_version": "0.2",
    "terraform_version": "1.0.11",
    "values": {
        "root_module": {
            "child_modules": [
                {
                    "address": "module.a",
                    "resources": [
                        {
                            "address": "module.a.aws_s3_bucket.this", "mode": "managed",
                            "type": "aws_s3_bucket", "name": "this", "values": {"bucket": "logs"},
                        },
                    ],
                },
            ],
        },
    },
}  # fmt: skip
DOCUMENTS = {
    "Terraform 0.12": plan(BUCKET, format_version="0.1", terraform_version="0.12.31"),
    "a state of Terraform 1.0": STATE,
    "no configuration": BARE,
    "an empty configuration": plan(BUCKET, configuration={"root_module": {}}),
    "other clouds": plan(
        created("azurerm_virtual_network.this", name="net"),
        created("google_compute_network.this", name="net"),
        created("null_resource.this"),
    ),
    "things of a later version": plan(
        BUCKET, timestamp="2030-01-01T00:00:00Z", applyable=True, complete=True, errored=False,
        checks=[], deferred_changes=[], action_invocations=[],
    ),
    "a plan that failed half-way": plan(BUCKET, errored=True, complete=False),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_is_drawn_with_a_whole_ledger(name, tmp_path):
    (tmp_path / "plan.json").write_text(json.dumps(DOCUMENTS[name]))
    draw_plan(tmp_path / "plan.json", tmp_path / "out")
    ledger = json.loads((tmp_path / "out" / "ledger.json").read_text())["resources"]
    assert set(ledger) == {item.address for item in facts.from_plan(DOCUMENTS[name])}
    assert any(entry["status"] != "omitted" for entry in ledger.values())


def test_without_a_configuration_known_values_place_things():
    graph = network(facts.from_plan(BARE))
    assert graph.node("aws_instance.this").subnets == ("aws_subnet.this[0]",)


def test_things_of_other_clouds_are_told_apart_by_their_type():
    graph = infrastructure(facts.from_plan(DOCUMENTS["other clouds"]))
    assert {(node.label, node.detail) for node in graph.nodes} >= {
        ("azurerm virtual network", "net"), ("google compute network", "net"),
    }  # fmt: skip


def test_a_deposed_object_is_no_second_resource():
    deposed = BUCKET | {
        "deposed": "1234abcd",
        "change": {"actions": ["delete"], "before": {"bucket": "logs"}, "after": None},
    }
    found = facts.from_plan(plan(BUCKET, deposed))
    assert [(item.address, item.change) for item in found] == [("aws_s3_bucket.this", "create")]


def test_what_is_forgotten_stays_in_the_cloud():
    change = {"actions": ["forget"], "before": {"bucket": "logs"}, "after": None}
    (bucket,) = facts.from_plan(plan(BUCKET | {"change": change}))
    assert (bucket.change, bucket.get("bucket")) == ("none", "logs")
