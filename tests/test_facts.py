"""What is read from a plan or a state, and what never leaves it."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import given

import plans
from groundplan import facts
from groundplan.errors import InputError
from groundplan.facts import SENSITIVE, Facts, redaction
from plans import Thing, facts_of, plan, recorded, thing

SECRETS = (
    "plain-password-of-the-database",
    "plain-token-of-the-cache",
    "plain-value-of-the-parameter",
    "plain-name-of-the-owner",
)


def by_address(found: Facts):
    return {item.address: item for item in found}


def test_each_instance_is_a_resource_with_its_module_and_key():
    found = by_address(recorded("deep"))
    subnet = found['module.site["north"].module.tier["app"].aws_subnet.this["a"]']
    assert (subnet.type, subnet.name, subnet.index) == ("aws_subnet", "this", "a")
    assert subnet.module == 'module.site["north"].module.tier["app"]'
    assert by_address(recorded("loops"))["aws_instance.by_count[1]"].index == 1


def test_resources_stand_in_the_order_of_their_addresses():
    addresses = [item.address for item in recorded("shop")]
    assert addresses == sorted(addresses)
    assert len(addresses) == 35


def test_known_values_are_kept_and_empty_ones_are_not():
    found = by_address(recorded("shop"))
    database = found["module.stores.aws_db_instance.primary"]
    assert database.get("instance_class") == "db.t4g.small"
    assert database.get("multi_az") is None
    assert database.get("publicly_accessible") is False
    group = found["aws_eks_node_group.general"]
    assert group.get("scaling_config.0.max_size") == 4
    assert group.get("scaling_config.1.max_size", "none") == "none"
    assert group.get("scaling_config.max_size") is None


def test_what_is_known_after_apply_is_told_apart_from_what_is_absent():
    cluster = by_address(recorded("shop"))["aws_eks_cluster.this"]
    assert cluster.is_unknown("vpc_config.0.subnet_ids")
    assert cluster.is_unknown("certificate_authority.0.data"), "inside something unknown"
    assert not cluster.is_unknown("vpc_config.0")
    assert not cluster.is_unknown("name")


def test_each_change_is_told():
    assert {item.address: item.change for item in recorded("changes")} == {
        "aws_instance.gone": "delete",
        "aws_instance.kept": "update",
        "aws_instance.new": "create",
        "aws_internet_gateway.this": "none",
        "aws_route_table.this": "none",
        "aws_route_table_association.a": "none",
        "aws_security_group.this": "none",
        "aws_subnet.a": "none",
        "aws_subnet.b": "replace",
        "aws_vpc.this": "update",
    }


def test_what_is_replaced_still_goes_by_its_old_names(tmp_path):
    found = by_address(recorded("changes"))
    assert set(found["aws_subnet.b"].before) >= {"id", "arn"}
    assert found["aws_subnet.a"].before == {}
    (tmp_path / "facts.json").write_text(facts.to_json(recorded("changes")))
    assert by_address(facts.load(tmp_path / "facts.json")) == found


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.2"])
def test_plans_of_any_terraform_since_0_12_are_read(version):
    document = plan(thing("aws_vpc.a")) | {"format_version": version}
    assert [item.address for item in facts.from_plan(document)] == ["aws_vpc.a"]


def test_what_goes_away_has_the_values_that_it_had():
    gone = by_address(recorded("changes", "destroy.json"))
    assert {item.change for item in gone.values()} == {"delete"}
    assert gone["aws_subnet.a"].get("cidr_block") == "10.0.0.0/24"
    assert not any(item.unknown for item in gone.values())


def test_a_state_is_read_like_a_plan_without_changes():
    state = by_address(recorded("changes", "state.json"))
    assert {item.change for item in state.values()} == {"none"}
    assert state["aws_subnet.a"].get("vpc_id") == state["aws_vpc.this"].get("id")


def test_a_state_of_terraform_0_12_has_addresses_without_module_and_key():
    resources = [
        {"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a", "index": index}
        for index in (0, 1)
    ]
    module = {"address": "module.net", "resources": resources}
    state = {"format_version": "0.1", "values": {"root_module": {"child_modules": [module]}}}
    assert [item.address for item in facts.from_plan(state)] == [
        "module.net.aws_vpc.a[0]", "module.net.aws_vpc.a[1]",
    ]  # fmt: skip


def test_a_resource_that_is_only_read_is_none_of_ours():
    document = plan(thing("aws_vpc.a"))
    document["resource_changes"][0]["mode"] = "data"
    assert facts.from_plan(document).resources == ()


def test_an_old_object_that_waits_to_be_removed_is_not_counted_twice():
    document = plan(thing("aws_vpc.a"), thing("aws_vpc.a"))
    document["resource_changes"][1]["deposed"] = "1234abcd"
    assert [item.address for item in facts.from_plan(document)] == ["aws_vpc.a"]


def test_an_old_object_that_nothing_took_the_place_of_is_counted():
    document = plan(thing("aws_vpc.a"))
    document["resource_changes"][0]["deposed"] = "1234abcd"
    assert [item.address for item in facts.from_plan(document)] == ["aws_vpc.a"]


def test_an_old_object_in_a_state_is_not_counted_twice():
    item = {"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "name": "a"}
    there = [{**item, "deposed_key": "1234abcd", "values": {"id": "old"}},
             {**item, "values": {"id": "new"}}]  # fmt: skip
    state = {"format_version": "1.0", "values": {"root_module": {"resources": there}}}
    assert [found.get("id") for found in facts.from_plan(state)] == ["new"]


@pytest.mark.parametrize("action", [("forget",), ("read",), ("no-op",)])
def test_actions_that_change_nothing(action):
    (found,) = facts_of(Thing("aws_vpc.a", actions=action))
    assert found.change == "none"


def test_secrets_are_in_the_plan_and_never_in_the_facts():
    plain = (plans.PLANS / "secrets" / "plan.json").read_text()
    written = facts.to_json(recorded("secrets"))
    for secret in SECRETS:
        assert secret in plain
        assert secret not in written
    database = by_address(recorded("secrets"))["aws_db_instance.this"]
    assert database.get("password") == SENSITIVE


def test_secrets_are_in_no_plan_that_is_kept_and_all_else_is():
    path = plans.PLANS / "secrets" / "plan.json"
    kept = redaction.to_keep(facts.parse(path))
    planned = json.dumps(kept | {"configuration": "what the Terraform files say"})
    assert not [secret for secret in SECRETS if secret in planned]
    assert facts.from_plan(kept).resources == recorded("secrets").resources


def test_what_is_left_out_of_a_plan_that_is_kept_leaves_its_shape():
    after = {"token": "hidden", "ids": ["a", "hidden"], "blocks": [{"size": 8, "none": None}]}
    document = plan(thing("aws_x.a", **after))
    change = document["resource_changes"][0]["change"]
    change["after_sensitive"] = {"token": True, "blocks": True}
    kept = redaction.to_keep(document)["resource_changes"][0]["change"]["after"]
    assert kept == {
        "token": SENSITIVE, "ids": ["a", SENSITIVE], "blocks": [{"size": SENSITIVE, "none": None}],
    }  # fmt: skip


def test_only_the_sensitive_part_of_a_value_is_left_out():
    tags = by_address(recorded("secrets"))["aws_ecr_repository.this"].get("tags_all")
    hidden = dict.fromkeys(["Note", "Owner"], SENSITIVE)
    assert tags == {"Name": "shop", "Note-two": "kept", **hidden}


def test_secrets_in_lists_and_in_what_goes_away_are_left_out():
    document = plan(Thing("aws_x.a", after={"keys": ["open", "hidden"]}, actions=("delete",)))
    document["resource_changes"][0]["change"]["before_sensitive"] = {"keys": [False, True]}
    (found,) = facts.from_plan(document)
    assert found.get("keys") == ["open", SENSITIVE]


def test_a_copy_of_a_secret_is_left_out_though_it_bears_no_mark():
    after = {"tags": {"Note": "hidden"}, "tags_all": {"Note": "hidden", "Name": "a"}}
    document = plan(thing("aws_x.a", **after))
    document["resource_changes"][0]["change"]["after_sensitive"] = {"tags": {"Note": True}}
    (found,) = facts.from_plan(document)
    assert found.get("tags_all") == {"Note": SENSITIVE, "Name": "a"}


def test_a_secret_is_left_out_where_it_is_a_part_of_something_else():
    after = {"url": "redis://:hidden-for-good@cache:6379", "note": "hidden", "zone": "us"}
    document = plan(thing("aws_x.a", **after))
    document["resource_changes"][0]["change"]["after_sensitive"] = {}
    document["variables"] = {"token": {"value": "hidden-for-good"}, "area": {"value": "us"}}
    secret = {"sensitive": True}
    document["configuration"] = {"root_module": {"variables": {"token": secret, "area": secret}}}
    (found,) = facts.from_plan(document)
    assert found.values == {"url": SENSITIVE, "note": "hidden", "zone": SENSITIVE}
    (kept,) = redaction.to_keep(document)["resource_changes"]
    assert kept["change"]["after"] == found.values


STATE = {"format_version": "1.0", "values": {"root_module": {"resources": [{
    "address": "aws_x.a", "mode": "managed", "type": "aws_x", "name": "a",
    "values": {"password": "hidden", "name": "a"}, "sensitive_values": {"password": True},
}]}}}  # fmt: skip


def test_secrets_of_what_stood_before_are_in_no_plan_that_is_kept():
    kept = redaction.to_keep({"prior_state": STATE, "variables": {"region": {"value": "a"}}})
    (stood,) = kept["prior_state"]["values"]["root_module"]["resources"]
    assert stood["values"] == {"password": SENSITIVE, "name": "a"}
    assert kept["variables"] == {"region": {"value": "a"}}


def test_secrets_of_a_state_are_left_out():
    (found,) = facts.from_plan(STATE)
    assert dict(found.values) == {"name": "a", "password": SENSITIVE}


TOKEN = "ghp_" + "a1" * 18


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (TOKEN, SENSITIVE),
        (f"by {TOKEN}, for you", f"by {SENSITIVE}, for you"),
        ("AKIA" + "A1" * 8, SENSITIVE),
        ("xoxb-" + "1" * 12, SENSITIVE),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n", f"{SENSITIVE}\n"),
        ("mysql://shop:hunter2@db/shop", f"mysql://{SENSITIVE}@db/shop"),
        (base64.b64encode(f"export TOKEN={TOKEN}".encode()).decode(), SENSITIVE),
        (base64.b64encode(b"nothing but a word or two").decode(), ...),
        ("arn:aws:secretsmanager:us-east-1:::secret:shop/token-abc", ...),
        ("AKIAIOSFODNN7EXAMPLE", ...),
        ("https://git@example.com/x:y@z", ...),
        ("c" * 40, ...),
    ],
)
def test_what_is_a_secret_by_its_shape_is_left_out_wherever_it_stands(value, shown):
    found = redaction.redact({"tags": {"a": [value]}}, {})
    assert found == {"tags": {"a": [value if shown is ... else shown]}}


def test_scripts_for_a_machines_start_are_left_out():
    values = {"user_data": "ZXhwb3J0", "user_data_base64": None}
    assert redaction.redact(values, {}) == {"user_data": SENSITIVE, "user_data_base64": None}


def test_that_a_secret_is_not_set_is_no_secret():
    marks = {"auth_token": True, "users": [{"password": True}]}
    values = {"auth_token": None, "users": [{"password": None}, {"password": "hidden"}]}
    marks["users"].append({"password": True})
    found = redaction.redact(values, marks)
    assert found == {"auth_token": None, "users": [{"password": None}, {"password": SENSITIVE}]}


@pytest.mark.parametrize("name", plans.PICTURED)
def test_facts_are_the_same_after_they_were_written_and_read(name, tmp_path):
    found = recorded(name)
    (tmp_path / "facts.json").write_text(facts.to_json(found))
    assert facts.load(tmp_path / "facts.json").resources == found.resources


@given(plans.plan_things())
def test_the_order_of_a_plan_means_nothing(things):
    assert facts.to_json(facts_of(*things)) == facts.to_json(facts_of(*reversed(things)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "this is not JSON"),
        ('{"a": }', "this is not JSON"),
        ("[" * 100_000, "too large or too deep"),
        ("1" * 5000, "too large or too deep"),
        ("[]", "this is not a Terraform plan or state in JSON"),
        ("null", "this is not a Terraform plan or state in JSON"),
        ("{}", "this is not a Terraform plan or state in JSON"),
        ('{"format_version": "2.0", "resource_changes": []}', "plan format 2.0 is not known"),
        ('{"format_version": "3", "resource_changes": []}', "plan format 3 is not known"),
        ('{"format_version": "1.2"}', "neither resources nor changes"),
        ('{"format_version": "1.2", "resource_changes": 3}', "this plan is damaged"),
        ('{"format_version": "1.2", "resource_changes": [{}]}', None),
        ('{"format_version": "1.2", "resource_changes": [{"mode": "managed"}]}', "damaged"),
        (
            '{"format_version": "1.2", "resource_changes": [{"mode": "managed", "address": ""}]}',
            "damaged",
        ),
        ('{"format_version": "1.2", "values": {"root_module": []}}', "damaged"),
    ],
)
def test_what_is_no_plan_is_said_to_be_none(tmp_path, content, message):
    path = tmp_path / "plan.json"
    path.write_text(content)
    if message is None:
        assert facts.read(path).resources == ()
        return
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        facts.read(path)
    assert caught.value.file == path


def test_broken_json_is_shown_by_line_and_column(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text('{\n  "format_version": "1.2",\n  "values" 3}')
    with pytest.raises(InputError) as caught:
        facts.read(path)
    assert caught.value.place == f"{path}:3:12"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"format": 99}, "these are not facts of format 1"),
        ([], "these are not facts of format 1"),
        ({"format": 1}, "these facts are damaged"),
        ({"format": 1, "resources": [{"type": "aws_vpc"}]}, "these facts are damaged"),
    ],
)
def test_what_are_no_facts_are_said_to_be_none(tmp_path, content, message):
    path = tmp_path / "phase-1.json"
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match=message) as caught:
        facts.load(path)
    assert caught.value.file == path
