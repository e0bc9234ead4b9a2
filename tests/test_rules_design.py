"""Rules that hold the design against itself."""

from __future__ import annotations

import pytest

from beehive import found, only


def test_design(example):
    example.edit("design.yaml", "title: Cache", "titel: Cache")
    findings = found(example, "design")
    assert [finding.message for finding in findings] == [
        "phases[1] has no 'title'",
        "there is no field 'titel' here",
    ]
    assert findings[1].hint == "did you mean 'title'?"
    assert findings[1].line == findings[0].line + 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("        state: done", "        state: open",
         "phase 1 is done, but some of its work is not"),
        ("state: current", "state: planned\n    outcome: [Fast]", None),
        ("- text: Add it", "- text: Add it\n        state: doing", None),
        ("    state: current", "    state: done", "phase 3 is done, but some of its work is not"),
        ("    state: done\n    s", "    state: planned\n    s",
         "phase 1 is planned, but some of its work has begun"),
    ],
)  # fmt: skip
def test_phase_states(example, old, new, message):
    example.edit("design.yaml", old, new)
    messages = [finding.message for finding in found(example, "phase-states")]
    assert messages[:1] == ([message] if message else [])


def test_phases_are_done_in_their_order(example):
    example.edit("design.yaml", "state: planned", "state: done")
    assert only(example, "phase-states").message == (
        "phase 10 is done, but phase 3 before it is current"
    )


def test_only_one_phase_is_current(example):
    example.edit("design.yaml", "state: planned", "state: current")
    assert only(example, "phase-states").message == "phases 3, 10 are all current"
