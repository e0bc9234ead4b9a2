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


def test_diagrams(example):
    (example.diagrams_dir / "network.py").unlink()
    assert only(example, "diagrams").message == "the view 'network' has no diagram script"
