"""Rules about what is let pass."""

from __future__ import annotations

import datetime

import pytest

from beehive import found, only
from groundplan.errors import InputError

SOON = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=30)
FILE = "terraform/waivers.yaml"
WAIVER = f"""
  - check: CKV_AWS_157
    resource: aws_db_instance.main
    environments: [dev]
    phases: [1, 3]
    reason: Dev does without.
    owner: platform
    expires: {SOON}
"""


def test_a_waiver_for_what_there_is_holds(example):
    assert found(example, "waivers") == []
    example.write(FILE, f"waivers:{WAIVER}")
    assert found(example, "waivers") == []


@pytest.mark.parametrize(
    ("old", "new", "message", "hint"),
    [
        ("[dev]", "[staging]", "this waiver is for 'staging', which is no environment",
         "known: dev, prod, state"),
        ("[1, 3]", "[3, 99]", "this waiver is for phase 99, which its environments do not have",
         "known: 1, 3"),
        ("[1, 3]", "[10]", "this waiver is for phase 10, which its environments do not have",
         "known: 1, 3"),
        ("aws_db_instance.main", '"*"', "this waiver is for everything there is",
         "name the resource"),
        ("aws_db_instance.main", "module.*", "this waiver is for everything there is",
         "name the resource"),
        ("Dev does without.", "TODO", "'TODO' is no reason", "say why"),
        (str(SOON), "2020-05-31", "this waiver ended on 2020-05-31", "new date"),
        (str(SOON), "9999-12-31", "this waiver ends on 9999-12-31, which is too far away",
         "at the latest"),
    ],
)  # fmt: skip
def test_a_waiver_that_can_never_hold_or_never_ends(example, old, new, message, hint):
    example.write(FILE, f"waivers:{WAIVER.replace(old, new)}")
    finding = found(example, "waivers")[0]
    assert finding.message == f"{message} (CKV_AWS_157)"
    assert (finding.file, finding.line) == (example.root / FILE, 2)
    assert hint in finding.hint


@pytest.mark.parametrize(
    ("other", "meet"), [("phases: [3]", True), ("phases: []", True), ("phases: [10]", False)]
)
def test_a_waiver_of_what_another_one_waives(example, other, meet):
    everywhere = WAIVER.replace("    environments: [dev]\n", "").replace("phases: [1, 3]", other)
    example.write(FILE, f"waivers:{WAIVER}{everywhere}")
    if not meet:
        assert found(example, "waivers") == []
        return
    finding = only(example, "waivers")
    assert finding.message == "this waiver waives what another one does (CKV_AWS_157)"
    assert finding.line == 10


def test_waivers_that_cannot_be_read(example):
    example.write(FILE, "waivers: [")
    with pytest.raises(InputError):
        found(example, "waivers")
