"""Rules about policies of one's own."""

from __future__ import annotations

import pytest

from beehive import found, only

FILE = "terraform/policies/small.py"
POLICY = """\
from groundplan.policy.custom import policy

@policy("GP_SMALL", "Small", "aws_ebs_volume")
def small(disk):
    return disk.get("size") <= 8
"""


@pytest.fixture
def policed(example):
    """A workspace with one policy of its own, which a page tells of."""
    example.write(FILE, POLICY)
    example.write("docs/policies.md", "# Policies\n\nDisks are small (`GP_SMALL`).\n")
    return example


def test_a_policy_that_a_page_names_is_there(policed):
    assert found(policed, "policies") == []


@pytest.mark.parametrize("text", ["", "# Later.\n", POLICY.replace("@", "# @"), "def broken(:\n"])
def test_a_policy_that_is_emptied_is_missed(policed, text):
    policed.write(FILE, text)
    told = only(policed, "policies")
    assert told.message == "there is no policy GP_SMALL in terraform/policies/"
    assert (told.file, told.line) == (policed.docs_dir / "policies.md", 3)


def test_a_policy_whose_file_is_deleted_is_missed(policed):
    (policed.root / FILE).unlink()
    assert only(policed, "policies").line == 3


def test_a_policy_that_no_page_names_is_told(policed):
    policed.write("docs/policies.md", "# Policies\n")
    told = only(policed, "policies")
    assert told.message == "no page names the policy GP_SMALL"
    assert (told.file, told.line) == (policed.root / FILE, 3)


def test_a_policy_is_named_as_one_of_ones_own(policed):
    policed.write(FILE, POLICY.replace("GP_SMALL", "CKV_SMALL"))
    assert "not named GP_…" in found(policed, "policies")[1].message
