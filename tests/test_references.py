"""Who refers to whom, followed through the configuration of real plans."""

from __future__ import annotations

from functools import cache

import pytest

from groundplan import facts
from groundplan.references import Configuration, key_of, split, without_key
from plans import plan, recorded, thing


@cache
def resources(name: str):
    return {item.address: item for item in recorded(name)}


def refers(name: str, address: str, path: str) -> tuple[set[str], set[str]]:
    """What an attribute refers to exactly, and what it may refer to."""
    found = resources(name)[address]
    return set(found.references.get(path, ())), set(found.maybe.get(path, ()))


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("aws_vpc.a", ("aws_vpc", "a")),
        ("aws_vpc.a[0].id", ("aws_vpc", "a[0]", "id")),
        ('module.a["x.y"].aws_subnet.b', ("module", 'a["x.y"]', "aws_subnet", "b")),
        ('aws_subnet.b["say \\"hi[0].x\\""].id', ("aws_subnet", 'b["say \\"hi[0].x\\""]', "id")),
    ],
)
def test_an_address_is_split_at_dots_outside_of_keys(address, parts):
    assert split(address) == parts


def test_a_part_and_its_key():
    assert (without_key('b["x"]'), key_of('b["x"]')) == ("b", '["x"]')
    assert (without_key("b"), key_of("b")) == ("b", None)


NAMED = {f'aws_subnet.named["{key}"]' for key in "abc"}
COUNTED = {f"aws_subnet.counted[{number}]" for number in range(2)}


@pytest.mark.parametrize(
    ("address", "exact"),
    [
        ('aws_instance.by_key["b"]', 'aws_subnet.named["b"]'),
        ("aws_instance.by_count[1]", "aws_subnet.counted[1]"),
        ('aws_instance.chained["c"]', 'aws_subnet.named["c"]'),
        ("aws_instance.one", 'aws_subnet.named["b"]'),
        ('module.by_key["a"].aws_instance.this', 'aws_subnet.named["a"]'),
        ("module.by_count[0].aws_instance.this", "aws_subnet.counted[0]"),
    ],
)
def test_keys_of_for_each_and_count_lead_to_one_instance(address, exact):
    assert refers("loops", address, "subnet_id") == ({exact}, set())


@pytest.mark.parametrize(
    ("address", "candidates"),
    [
        ('aws_instance.by_table["web"]', NAMED),
        ('aws_instance.by_value["web"]', NAMED),
        ('module.by_table["worker"].aws_instance.this', NAMED),
        ("aws_instance.by_choice", {'aws_subnet.named["a"]', "aws_subnet.counted[0]"}),
    ],
)
def test_a_key_that_goes_through_a_table_or_a_choice_is_not_guessed(address, candidates):
    assert refers("loops", address, "subnet_id") == (set(), candidates)


@pytest.mark.parametrize(
    ("name", "exact", "candidates"),
    [
        ("by_all", NAMED, set()),
        ("by_both", NAMED | COUNTED, set()),
        ("by_choice", set(), NAMED | COUNTED),
        ("by_variable", set(), NAMED | {"aws_subnet.counted[1]"}),
    ],
)
def test_a_list_is_exact_unless_something_in_it_may_choose(name, exact, candidates):
    assert refers("loops", f"aws_db_subnet_group.{name}", "subnet_ids") == (exact, candidates)


def test_modules_are_followed_through_inputs_and_outputs():
    assert refers("shop", "module.stores.aws_db_subnet_group.this", "subnet_ids") == (
        {f"module.network.aws_subnet.private[{number}]" for number in range(2)}, set(),
    )  # fmt: skip
    site = 'module.site["south"]'
    assert refers("deep", f"{site}.aws_autoscaling_group.app", "vpc_zone_identifier") == (
        {f'{site}.module.tier["app"].aws_subnet.this["{key}"]' for key in "ab"}, set(),
    )  # fmt: skip
    assert refers("deep", "aws_vpc_peering_connection.sites", "peer_vpc_id")[0] == {
        f"{site}.aws_vpc.this"
    }


def test_blocks_inside_a_resource_are_told_by_their_place():
    assert refers("shop", "aws_eks_node_group.general", "launch_template.0.id") == (
        {"aws_launch_template.nodes"}, set(),
    )  # fmt: skip


def child(expression: dict[str, object], **variable: object) -> dict[str, object]:
    """A module with a resource that refers to two subnets and to a variable of this expression."""
    address = "module.m.aws_x.a"
    document = plan(thing("aws_subnet.a"), thing("aws_subnet.b"))
    document["resource_changes"].append({
        "address": address, "module_address": "module.m", "mode": "managed", "type": "aws_x",
        "name": "a", "change": {"actions": ["create"], "after": {}, "after_unknown": {"to": True}},
    })  # fmt: skip
    inside = {
        "resources": [{
            "address": "aws_x.a",
            "expressions": {"to": {"references": ["var.more", "var.ids"]}},
        }],
        "variables": {"more": variable, "ids": {}},
    }  # fmt: skip
    ids = {"references": ["aws_subnet.a.id", "aws_subnet.a", "aws_subnet.b.id", "aws_subnet.b"]}
    document["configuration"]["root_module"]["module_calls"] = {
        "m": {"module": inside, "expressions": {"ids": ids, **expression}},
    }
    return document


@pytest.mark.parametrize(
    ("expression", "variable", "exact"),
    [
        ({}, {"default": []}, True),
        ({"more": {"constant_value": []}}, {}, True),
        ({"more": {"constant_value": ["subnet-1"]}}, {"default": []}, False),
        ({"more": {"references": ["local.subnets"]}}, {"default": []}, False),
        ({"more": {"constant_value": True}}, {}, False),
    ],
    ids=["empty by default", "given empty", "given more", "given by a local", "given a choice"],
)
def test_an_empty_variable_neither_chooses_nor_adds(expression, variable, exact):
    found = next(f for f in facts.from_plan(child(expression, **variable)) if f.type == "aws_x")
    kept, other = found.references, found.maybe
    assert (kept if exact else other) == {"to": ("aws_subnet.a", "aws_subnet.b")}
    assert (other if exact else kept) == {}


def test_a_variable_of_the_root_counts_with_the_value_it_was_given():
    block = {"address": "aws_x.a", "expressions": {"to": {"references": ["var.v", "aws_y.b"]}}}
    root = {"root_module": {"resources": [block], "variables": {"v": {"default": []}}}}
    addresses = ["aws_x.a", "aws_y.b[0]", "aws_y.b[1]"]
    both = {"to": ("aws_y.b[0]", "aws_y.b[1]")}
    assert Configuration(root, addresses).references("aws_x.a") == (both, {})
    given = {"v": {"value": ["z"]}}
    assert Configuration(root, addresses, given).references("aws_x.a") == ({}, both)


def test_a_cycle_through_modules_ends():
    output = {"out": {"expression": {"references": ["var.in"]}}}
    call = {
        "expressions": {"in": {"references": ["module.m.out"]}},
        "module": {"outputs": output, "resources": [
            {"address": "aws_x.a", "expressions": {"to": {"references": ["var.in"]}}}
        ]},
    }  # fmt: skip
    configuration = Configuration(
        {"root_module": {"module_calls": {"m": call}}}, ["module.m.aws_x.a"]
    )
    assert configuration.references("module.m.aws_x.a") == ({}, {})


def test_without_a_configuration_nothing_refers_to_anything():
    assert Configuration({}, ["aws_x.a"]).references("aws_x.a") == ({}, {})
