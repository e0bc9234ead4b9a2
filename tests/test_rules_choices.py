"""Rules about what is told of a decision."""

from __future__ import annotations

import pytest

from beehive import found, only


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("In a container.", "A Machine. It is no Container.",
         "this answers 'Machine', and 'Container' was chosen"),
        ("In a container.", "A Container, and no Machine.", None),
        ("In a container.", "Somewhere. A Machine would do as well.", None),
        ("It is quicker to replace.", "A Machine is cheaper.",
         "this tells of 'Machine', and 'Container' was chosen"),
        ("It is quicker to replace.", "A Machine is cheaper, a Container quicker.", None),
    ],
)  # fmt: skip
def test_what_was_not_chosen(example, old, new, message):
    example.edit("design.yaml", old, new)
    findings = found(example, "choice-told")
    assert [finding.message for finding in findings] == ([message] if message else [])
    assert all(finding.file == example.design_file and finding.line for finding in findings)


def test_the_longest_name_is_meant(example):
    example.edit("design.yaml", "name: Machine", "name: Big Container")
    example.edit("design.yaml", "It is quicker to replace.", "A Big Container is cheaper.")
    assert only(example, "choice-told").line == 23


def test_a_page_that_leads_to_the_record_of_another_decision(example):
    example.edit("design.yaml", "phases:\n", OTHER + "phases:\n")
    link = "See the [record](decisions/{}.md)."
    shown = '*Why:* {{ decision("home").because }} '
    example.write("docs/a.md", f"{shown}{link.format('0001-home')}\n")
    assert found(example, "decision-told") == []
    example.write("docs/a.md", f"# A\n\n{shown}{link.format('0002-food')}\n")
    finding = only(example, "decision-told")
    assert finding.message == "this tells of the decision 'home', and leads to that on 'food'"
    assert (finding.file, finding.line) == (example.root / "docs/a.md", 3)


OTHER = """\
  - id: food
    title: Food
    question: Clover or lime?
    record: docs/decisions/0002-food.md
    phase: 1
    choice: Clover
    because: It is there.
    criteria:
      - {name: Cost, weight: 1, about: The bill.}
    options:
      - {name: Clover, summary: Low., scores: {Cost: {score: 5, reason: It is free.}}}
      - {name: Lime, summary: High., scores: {Cost: {score: 4, reason: It is far.}}}
"""
