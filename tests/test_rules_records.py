"""Rules that hold decisions and their records, and diagrams, against each other."""

from __future__ import annotations

import pytest

from beehive import found, only


@pytest.mark.parametrize("status", ["accepted", "'Accepted'", "superseded by 0004"])
def test_a_decision_whose_record_was_withdrawn(example, status):
    example.write("docs/decisions/0001-home.md", f"---\ntitle: Home\nstatus: {status}\n---\n")
    findings = found(example, "decision-status")
    assert [item.line for item in findings] == ([] if "ccepted" in status else [3])


def test_a_decision_without_a_record(example):
    (example.root / "docs/decisions/0001-home.md").unlink()
    finding = only(example, "decision-record")
    assert finding.message == (
        "decision 'home' has no record: there is no docs/decisions/0001-home.md"
    )
    assert finding.line == 20


def test_a_record_without_a_decision(example):
    example.write("docs/decisions/0002-away.md")
    assert only(example, "decision-record").file == example.root / "docs/decisions/0002-away.md"


RECORD = """\
---
title: "1. Home"
status: accepted
date: 2026-01-02
---
{% set it = decision("home") %}
# 1. Home

## Decision outcome

**{{ it.choice }}**. {{ it.because }}

{{ matrix("home") }}

## Rejected, because

Machine
:   It is slow.
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("# 1. Home", "# Home", []),
        ("{{ it.choice }}", "Container", []),
        ("date: 2026-01-02", "date: 2062-01-02",
         [(4, "this was decided on 2062-01-02, which is yet to come")]),
        ('title: "1. Home"', 'title: "1. House"', [(2, "the decision is called 'Home'")]),
        ("# 1. Home", "# 1. House", [(7, "the decision is called 'Home'")]),
        ("# 1. Home", "# 2. Home", [(7, "the decision is called 'Home'")]),
        ("{{ it.choice }}", "Machine", [(9, "'Container' was decided")]),
        ('matrix("home")', 'matrix("away")',
         [(13, "this is the record of 'home', and shows 'away'")]),
        ("Machine\n:", "Container\n:",
         [(17, "'Container' was not rejected"), (15, "nothing says why 'Machine' was rejected")]),
        ("Machine\n:", "Machine and boat\n:", [(17, "'boat' was not rejected")]),
        ("Machine\n:   It is slow.\n", "A machine is slow.\n", []),
    ],
)  # fmt: skip
def test_a_record_tells_what_was_decided(example, old, new, told):
    example.write("docs/decisions/0001-home.md", RECORD)
    assert found(example, "record-told") == []
    example.edit("docs/decisions/0001-home.md", old, new)
    findings = found(example, "record-told")
    assert [(item.line, item.message) for item in findings] == told


def test_diagrams(example):
    (example.diagrams_dir / "network.py").unlink()
    assert only(example, "diagrams").message == "the view 'network' has no diagram script"
