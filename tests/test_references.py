"""Who refers to whom, followed through the configuration of real plans."""

from __future__ import annotations

from functools import cache

import pytest

from groundplan import facts
from groundplan.facts.addresses import key_of, split, without_key
from groundplan.facts.references import Configuration
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


SUBNETS = ("aws_subnet.p[0]", "aws_subnet.p[1]", "aws_subnet.q[0]")


def node_group(groups: dict[str, object], *fallbacks: str, **given: object) -> tuple[set, set]:
    """The subnets of one of two node groups that a module makes in a loop over `groups`.

    It takes the first that is given: those of the group, else one of the `fallbacks`.
    """
    inner = {
        "resources": [{
            "address": "aws_eks_node_group.g",
            "expressions": {"subnet_ids": {"references": ["var.subnet_ids"]}},
        }],
        "variables": {"subnet_ids": {}},
    }  # fmt: skip
    call = {
        "module": inner,
        "for_each_expression": {"references": ["var.groups", "var.create"]},
        "expressions": {"subnet_ids": {
            "references": ["each.value.subnet_ids", "each.value", *fallbacks],
        }},
    }  # fmt: skip
    variables = {"groups": {}, "subnet_ids": {}, "defaults": {"default": {}}}
    outer = {
        "module_calls": {"group": call}, "variables": {**variables, "create": {"default": True}},
    }  # fmt: skip
    fixed = {"subnet_ids": {"references": ["aws_subnet.q"]}, "groups": groups}
    root = {"module_calls": {"eks": {"module": outer, "expressions": {**fixed, **given}}}}
    made = [f'module.eks.module.group["{key}"].aws_eks_node_group.g' for key in ("one", "two")]
    there = [*SUBNETS, "aws_security_group.s", *made]
    exact, maybe = Configuration({"root_module": root}, there).references(made[0], ["subnet_ids"])
    return {*exact.get("subnet_ids", ())}, {*maybe.get("subnet_ids", ())}


def test_what_a_loops_value_does_not_give_is_given_by_what_stands_beside_it():
    q = {"aws_subnet.q[0]"}
    plain = {"constant_value": {"one": {"min_size": 1}, "two": {}}}
    beside = ("var.defaults.subnet_ids", "var.defaults", "var.subnet_ids")
    several = {"subnet_ids": {"references": ["aws_subnet.p"]}}
    p = {*SUBNETS[:2]}
    assert node_group(plain, "var.subnet_ids") == (q, set())
    assert node_group(plain, *beside, **several) == (p, set())
    other = {"constant_value": {"ami_type": "AL2"}}
    assert node_group(plain, *beside, **several, defaults=other) == (p, set())
    some = {"constant_value": {"subnet_ids": ["subnet-1"]}}
    assert node_group(plain, *beside, **several, defaults=some) == (set(), p)


@pytest.mark.parametrize(
    ("named", "exact"),
    [
        (["aws_subnet.p"], True),
        (["aws_subnet.p", "aws_security_group.s.id", "aws_security_group.s"], True),
        (["aws_subnet.p", "aws_subnet.q"], False),
        (["aws_subnet.p[0].id", "aws_subnet.p[0]", "aws_subnet.p[1].id", "aws_subnet.p[1]"], False),
    ],
    ids=["one block", "and a security group", "two blocks", "two instances"],
)
def test_a_plan_does_not_tell_which_round_of_a_loop_has_which_subnets(named, exact):
    found, candidates = node_group({"references": named})
    assert bool(found) is exact
    assert {item for item in found | candidates if "subnet" in item} >= {*SUBNETS[:2]}


def test_a_loops_value_may_be_given_instead_of_what_stands_beside_it():
    found, candidates = node_group({"references": ["aws_subnet.p"]}, "var.subnet_ids")
    assert (found, candidates) == (set(), {*SUBNETS})


def picked(loop: dict[str, object], reference: str, key: str = '["web"]', **values: object):
    """What `aws_subnet.s[…]` refers to exactly, with a loop's value as its key."""
    name = f"aws_x.a{key}"
    references = list(dict.fromkeys(("aws_subnet.s", reference, "each.value")))
    block = {
        "address": "aws_x.a", "for_each_expression": loop,
        "expressions": {"to": {"references": references}},
    }  # fmt: skip
    root = {"root_module": {"resources": [block], "variables": {"table": {}}}}
    there = [name, *(f"aws_subnet.s{step}" for step in ('["a"]', '["b"]', "[0]", "[1]"))]
    variables = {name: {"value": value} for name, value in values.items()}
    exact, _maybe = Configuration(root, there, variables).references(name)
    return exact.get("to")


TABLE = {"web": {"in": "b", "number": 1, "public": True}}


@pytest.mark.parametrize(
    ("loop", "reference", "exact"),
    [
        ({"constant_value": {"web": "b"}}, "each.value", '["b"]'),
        ({"constant_value": TABLE}, "each.value.in", '["b"]'),
        ({"constant_value": TABLE}, "each.value.number", "[1]"),
        ({"constant_value": {"web": ["b"]}}, "each.value[0]", '["b"]'),
        ({"references": ["var.table"]}, "each.value.in", '["b"]'),
        ({"constant_value": {"web": "c"}}, "each.value", None),
        ({"constant_value": TABLE}, "each.value.public", None),
        ({"constant_value": TABLE}, "each.value.missing", None),
        ({"references": ["local.table"]}, "each.value.in", None),
        ({"references": ["var.table", "local.more"]}, "each.value.in", None),
    ],
)  # fmt: skip
def test_a_loops_value_is_a_key_where_the_plan_has_what_is_looped_over(loop, reference, exact):
    found = picked(loop, reference, table=TABLE)
    assert found == ((f"aws_subnet.s{exact}",) if exact else None)


def test_a_table_that_modules_hand_down_is_the_one_of_the_root():
    block = {
        "address": "aws_x.a", "for_each_expression": {"references": ["var.inner"]},
        "expressions": {"to": {"references": ["aws_subnet.s", "each.value.in", "each.value"]}},
    }  # fmt: skip
    call = {
        "module": {"resources": [block], "variables": {"inner": {}}},
        "expressions": {"inner": {"references": ["var.table"]}},
    }
    root = {"root_module": {"module_calls": {"m": call}, "variables": {"table": {}}}}
    name, there = 'module.m.aws_x.a["web"]', [f'module.m.aws_subnet.s["{key}"]' for key in "ab"]
    exact, _maybe = Configuration(root, [name, *there], {"table": {"value": TABLE}}).references(
        name
    )
    assert exact == {"to": (there[1],)}


@pytest.mark.parametrize("loop", [{}, {"references": ["var.table"]}])
def test_the_values_of_a_set_are_its_keys(loop):
    assert picked(loop, "each.value", '["a"]', table=["a"]) == ('aws_subnet.s["a"]',)
    assert picked(loop, "each.value.in", '["a"]', table=["a"]) is None


def passed_on(attribute: str, *others: str, **refs: list[str]) -> tuple[set[str], set[str]]:
    """What `to = aws_y.b.<attribute>` refers to, of a `b` with these expressions, and may do."""
    document = plan(thing("aws_x.a"), thing("aws_y.b", refs), *(thing(other) for other in others))
    block = document["configuration"]["root_module"]["resources"][0]
    block["expressions"] = {"to": {"references": [f"aws_y.b.{attribute}", "aws_y.b"]}}
    found = next(item for item in facts.from_plan(document) if item.type == "aws_x")
    return {*found.references.get("to", ())}, {*found.maybe.get("to", ())}


def test_an_attribute_that_names_others_leads_to_what_it_was_given():
    groups = ["aws_security_group.g", "aws_security_group.h"]
    assert passed_on("vpc_id", "aws_vpc.v", vpc_id=["aws_vpc.v"]) == ({"aws_vpc.v"}, set())
    assert passed_on("security_groups", *groups, security_groups=groups) == ({*groups}, set())
    nested = {"vpc_config.0.subnet_ids": ["aws_subnet.s"]}
    assert passed_on("vpc_config[0].subnet_ids", "aws_subnet.s", **nested) == (
        {"aws_subnet.s"}, set(),
    )  # fmt: skip


def test_an_attribute_that_was_given_by_nobody_knows_what_leads_nowhere_for_sure():
    assert passed_on("vpc_id", "aws_vpc.v") == (set(), {"aws_y.b"})
    assert passed_on("vpc_id", "aws_vpc.v", vpc_id=["local.vpc"]) == (set(), {"aws_y.b"})
    assert passed_on("id", "aws_vpc.v", vpc_id=["aws_vpc.v"]) == ({"aws_y.b"}, set())


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


# Locals, which a plan doesn't have.


def through_local(path: str, *others: str, reads: str | None = None) -> tuple[str, ...]:
    """What `path = local.x` refers to exactly, in a module with these other resources."""
    document = plan(thing("aws_x.a", {path: ["local.x"]}), *(thing(other) for other in others))
    if reads:
        document["resource_changes"].append({"address": f"data.{reads}.d", "mode": "data",
                                             "type": reads, "name": "d"})  # fmt: skip
    found = next(item for item in facts.from_plan(document) if item.type == "aws_x")
    return found.references.get(path, ())


def test_a_local_that_can_only_lead_to_one_thing_leads_to_it():
    assert through_local("vpc_id", "aws_vpc.v", "aws_subnet.s") == ("aws_vpc.v",)
    assert through_local("db_subnet_group_name", "aws_db_subnet_group.g") == (
        "aws_db_subnet_group.g",
    )


def test_a_local_that_can_lead_to_several_things_is_not_guessed():
    assert through_local("vpc_id", "aws_vpc.v", "aws_vpc.w") == ()
    assert through_local("subnet_ids", "aws_subnet.s") == (), "it may add others to it"


def test_what_is_read_while_applying_may_be_what_a_local_leads_to():
    assert through_local("vpc_id", "aws_vpc.v", reads="aws_vpc") == ()
    assert through_local("vpc_id", "aws_vpc.v", reads="aws_iam_policy_document") == ("aws_vpc.v",)


def read_back(type_: str, **expressions: list[str]) -> tuple[str, ...]:
    """What `vpc_id = local.x` refers to exactly beside a read of `type_` with these expressions."""
    document = plan(thing("aws_x.a", {"vpc_id": ["local.x"]}), thing("aws_vpc.v"),
                    thing("aws_subnet.s"))  # fmt: skip
    document["resource_changes"].append(
        {"address": f"data.{type_}.d", "mode": "data", "type": type_, "name": "d"}
    )
    document["configuration"]["root_module"]["resources"].append({
        "address": f"data.{type_}.d",
        "expressions": {name: {"references": refs} for name, refs in expressions.items()},
    })  # fmt: skip
    found = next(item for item in facts.from_plan(document) if item.type == "aws_x")
    return found.references.get("vpc_id", ())


def test_what_is_read_of_what_is_made_here_gives_no_other_ids():
    assert read_back("aws_subnet", id=["aws_subnet.s.id", "aws_subnet.s"]) == ("aws_vpc.v",)
    assert read_back("aws_subnets", vpc=["aws_vpc.v.id", "aws_vpc.v"]) == ("aws_vpc.v",)
    assert read_back("aws_vpc", id=["aws_subnet.s.id", "aws_subnet.s"]) == ()
    assert read_back("aws_subnet", id=["var.subnet"]) == ()


def called(path: str, expressions: dict[str, object], *more: str, **given: list[str]):
    """What an unknown value at `path` refers to exactly, in a module that is called with `given`.

    `more`: what else stands beside the call, which is in a module of its own.
    """
    name = "module.o.module.m.aws_x.a"
    unknown = (
        {path.split(".", maxsplit=1)[0]: [{path.split(".")[2]: True}]}
        if "." in path
        else {path: True}
    )
    document = plan(thing("aws_subnet.a"), thing("aws_subnet.b"))
    for address in (name, *more):
        type_ = address.split(".")[-2]
        document["resource_changes"].append({
            "address": address, "mode": "managed", "type": type_, "name": "a",
            "change": {"actions": ["create"], "after": {}, "after_unknown": unknown},
        })  # fmt: skip
    inside = {
        "resources": [{"address": "aws_x.a", "expressions": expressions}],
        "variables": {name: {} for name in given},
    }
    handed = {name: {"references": refs} for name, refs in given.items()}
    outer = {"module_calls": {"m": {"module": inside, "expressions": handed}},
             "variables": {"subnets": {}}}  # fmt: skip
    subnets = {"references": ["aws_subnet.a.id", "aws_subnet.a", "aws_subnet.b.id", "aws_subnet.b"]}
    document["configuration"]["root_module"]["module_calls"] = {
        "o": {"module": outer, "expressions": {"subnets": subnets}}
    }
    found = next(item for item in facts.from_plan(document) if item.type == "aws_x")
    return found.references.get(path)


def test_a_dynamic_block_of_a_module_has_the_subnets_that_it_is_handed():
    both = ("aws_subnet.a", "aws_subnet.b")
    path = "network.0.subnets"
    assert called(path, {}, subnet_ids=["var.subnets"]) == both
    assert called(path, {}, subnet_ids=["var.subnets"], subnets=["var.subnets"]) is None
    assert called(path, {}, settings=["var.subnets"]) is None, "an object may have them for others"


def test_a_variable_that_a_local_was_given_to_leads_where_the_local_does():
    group = "module.o.aws_db_subnet_group.g"
    path, own = "db_subnet_group_name", {"db_subnet_group_name": {"references": ["var.name"]}}
    assert called(path, own, group, name=["local.name"]) == (group,)
    other = "module.o.aws_db_subnet_group.h"
    assert called(path, own, group, other, name=["local.name"]) is None


def test_an_unknown_value_in_a_dynamic_block_can_only_come_from_what_the_module_sees():
    document = plan(thing("aws_ecs_service.s"), thing("aws_lb_target_group.t"))
    service = next(r for r in document["resource_changes"] if r["type"] == "aws_ecs_service")
    service["change"]["after_unknown"]["load_balancer"] = [{"target_group_arn": True}]
    found = next(item for item in facts.from_plan(document) if item.type == "aws_ecs_service")
    assert found.references["load_balancer.0.target_group_arn"] == ("aws_lb_target_group.t",)


def test_a_module_of_which_no_output_is_named_may_add_to_what_is_named():
    document = plan(thing("aws_subnet.a"))
    document["resource_changes"].append({
        "address": "aws_x.a", "mode": "managed", "type": "aws_x", "name": "a",
        "change": {"actions": ["create"], "after": {}, "after_unknown": {"subnet_ids": True}},
    })  # fmt: skip
    document["configuration"]["root_module"]["resources"].append({
        "address": "aws_x.a", "type": "aws_x", "name": "a",
        "expressions": {"subnet_ids": {"references": ["aws_subnet.a.id", "module.other"]}},
    })  # fmt: skip
    found = next(item for item in facts.from_plan(document) if item.type == "aws_x")
    assert (dict(found.references), dict(found.maybe)) == ({}, {"subnet_ids": ("aws_subnet.a",)})


def test_what_terraforms_own_resources_hand_on_is_what_they_were_given():
    """As modules do that wait for a cluster before they make its nodes."""
    document = plan(
        thing("aws_eks_cluster.c"), thing("time_sleep.t", {"triggers": ["aws_eks_cluster.c"]}),
        thing("aws_x.a", {"cluster_name": ["time_sleep.t"]}),
    )  # fmt: skip
    found = next(item for item in facts.from_plan(document) if item.type == "aws_x")
    assert found.references == {"cluster_name": ("aws_eks_cluster.c",)}
