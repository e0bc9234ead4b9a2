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


def test_promises_that_come_too_late(example):
    assert found(example, "promises") == []
    example.edit("design.yaml", "    phase: 1\n", "    phase: 10\n")
    finding = only(example, "promises")
    assert finding.message == (
        "'home' promises something of dev, and is decided in phase 10: dev is last drawn in phase 3"
    )
    assert (finding.file, finding.hint is None) == (example.design_file, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Phase 3 adds a cache, phase 10 the rest.", None),
        ("Phase 12 adds dashboards.", "the design has no Phase 12"),
        ("A phase 4.5 times as long.", None),
    ],
)
def test_phases_that_texts_name(example, text, message):
    example.write("docs/network.md", f"# Network\n\n{text}\n")
    told = [(item.message, item.line) for item in found(example, "phase-named")]
    assert told == ([(message, 3)] if message else [])


@pytest.mark.parametrize(("copies", "wrong"), [(1, True), (2, False)])
def test_more_than_one_copy_of_applications(example, copies, wrong):
    line = "    summary: We open in more than one copy.\n"
    example.edit("design.yaml", "    summary: We open.\n", line)
    example.edit("design.yaml", line, f"{line}    kubernetes: {{replicas: {copies}}}\n")
    told = [finding.message for finding in found(example, "prose-figures")]
    assert told == (["'more than one copy' is typed here, and wrong"] if wrong else [])


def test_an_environment_of_which_nothing_is_promised(example):
    line = "          prod: {zones: 2, nat_gateways: 1, standby_database: false}\n"
    example.edit("design.yaml", line, "")
    finding = only(example, "promises")
    assert finding.message == "'home' promises nothing of prod, which is drawn in phase 10"
    example.edit("design.yaml", "        promises:\n", "")
    first = "          dev: {zones: 2, nat_gateways: 1, standby_database: false}\n"
    example.edit("design.yaml", first, "")
    assert found(example, "promises") == [], "nothing is promised of any"


@pytest.mark.parametrize(("host", "same"), [("shop.example.com", True), ("a.example.com", False)])
def test_two_environments_at_one_host(example, host, same):
    for title, name in (("Cache", host), ("Production", "shop.example.com")):
        line = f"    title: {title}\n"
        example.edit("design.yaml", line, f"{line}    kubernetes: {{host: {name}}}\n")
    messages = [finding.message for finding in found(example, "hosts-apart")]
    message = "prod is open at shop.example.com in phase 10, as dev is"
    assert messages == ([message] if same else [])


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ("672", None),
        ("744.0", None),
        ("73", "usage.hours_per_month.value can't be less than 672"),
        ("7300", "usage.hours_per_month.value can't be more than 744"),
    ],
)
def test_how_many_hours_a_month_has(example, hours, message):
    example.edit("design.yaml", "value: 730", f"value: {hours}")
    messages = [finding.message for finding in found(example, "design")]
    assert messages == ([message] if message else [])


@pytest.mark.parametrize(("text", "wrong"), [("Phase 3 adds it.", True), ("In phase 10.", False)])
def test_an_answer_whose_text_tells_of_another_phase(example, text, wrong):
    example.edit("design.yaml", "text: In a container.", f"text: {text}\n      phase: 10")
    messages = [finding.message for finding in found(example, "phase-named")]
    message = "the answer is given in phase 10, its text tells of others"
    assert messages == ([message] if wrong else [])
