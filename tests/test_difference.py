"""What differs between two plans, setting by setting."""

from __future__ import annotations

import json

from groundplan import difference
from groundplan.difference import UNKNOWN, Changed, Setting, compare, outcome, settings
from groundplan.facts import SENSITIVE, Facts, Resource
from plans import resource

NAMES = ("before", "after")


def facts(*resources: Resource) -> Facts:
    return Facts(resources)


def database(**values: object) -> Resource:
    return resource("aws_db_instance.a", values=values)


def test_resources_come_go_and_change():
    before = facts(database(class_="small"), resource("aws_kms_key.old"))
    after = facts(database(class_="large"), resource("aws_kms_key.new"))
    told = compare(before, after, names=NAMES)
    assert told.resources == (
        Changed(
            "aws_db_instance.a", "aws_db_instance", "changed",
            (Setting("class_", "small", "large"),),
        ),
        Changed("aws_kms_key.new", "aws_kms_key", "added"),
        Changed("aws_kms_key.old", "aws_kms_key", "removed"),
    )  # fmt: skip
    assert told.by_address["aws_kms_key.old"] == "removed"


def test_settings_are_told_by_path_and_what_is_not_set_is_none():
    before = database(scaling=[{"min": 1, "max": 3}], zones=["a", "b"], tags={"a": "b"})
    after = database(scaling=[{"min": 2, "max": 3}], zones=["a"], note="x", arn="arn:x")
    assert settings(before, after) == (
        Setting("note", None, "x"),
        Setting("scaling.0.min", "1", "2"),
        Setting("zones", "a, b", "a"),
    )


def test_what_is_sensitive_stays_hidden():
    told = settings(database(password=SENSITIVE), database(password=None))
    assert told == (Setting("password", SENSITIVE, "None"),)
    assert settings(database(password=SENSITIVE), database(password=SENSITIVE)) == ()


def referring(*addresses: str):
    refers = {"kms_key_id": addresses} if addresses else {}
    return resource("aws_db_instance.a", unknown=frozenset({"kms_key_id"}), references=refers)


def test_what_is_known_after_apply_is_told_by_what_it_refers_to():
    [setting] = settings(referring("aws_kms_key.a"), referring("aws_kms_key.b"))
    assert setting == Setting(
        "kms_key_id", f"aws_kms_key.a ({UNKNOWN})", f"aws_kms_key.b ({UNKNOWN})"
    )


def test_no_plan_can_say_that_what_it_does_not_know_differs():
    known = resource(
        "aws_db_instance.a", values={"kms_key_id": "arn"},
        references={"kms_key_id": ("aws_kms_key.a",)},
    )  # fmt: skip
    assert settings(known, referring("aws_kms_key.a")) == ()
    assert settings(referring(), resource("aws_db_instance.a", values={"kms_key_id": "x"})) == ()


def test_the_outcome_of_a_plan_lacks_what_it_deletes():
    gone = resource("aws_kms_key.a", change="delete")
    kept = resource("aws_kms_key.b", change="replace")
    assert [item.address for item in outcome(facts(gone, kept))] == ["aws_kms_key.b"]


def test_it_is_written_as_a_table_as_json_and_in_short():
    before = facts(database(name="a|b `c`"), resource("aws_kms_key.old"))
    told = compare(before, facts(database(name="x" * 500)), names=NAMES)
    table = difference.as_markdown(told)
    assert table.startswith("# From before to after\n\n0 added, 1 changed, 1 removed.\n")
    assert "| removed | `aws_kms_key.old` | | | |" in table
    assert "`` a\\|b `c` ``" in table
    assert max(len(line) for line in table.splitlines()) < 300
    document = json.loads(difference.as_json(told))
    assert document["resources"][0]["settings"][0]["after"] == "x" * 500
    assert difference.as_text(told).splitlines()[0] == "before → after: " + difference.summary(told)


def test_no_difference_is_said_to_be_none():
    told = compare(facts(database(a=1)), facts(database(a=1)), names=NAMES)
    assert not told
    assert difference.as_text(told) == "before → after: no difference\n"
    assert difference.as_markdown(told).endswith("No difference.\n")
