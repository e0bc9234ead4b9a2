"""Prose as rules read it: in pieces, each under what tells whom it is about."""

from __future__ import annotations

import pytest

from groundplan.rules.passages import about, clauses, either, passages

PAGE = """\
# Network
<!-- ## Hidden -->
## Dev
**In short:** two of {{ long
}}.
| | dev | production |
|---|---|---|
| Zones | {{ a | b }} | 3 |
```
## Code
```
## Both
It is so.

Private
:   Nodes stand here.
"""


def test_each_line_and_cell_knows_what_stands_over_it():
    told = {item.text: item for item in passages(PAGE) if item.text.strip()}
    assert told["It is so."].under == ("Both", "Network")
    assert told["{{ a | b }}"].under == ("dev", "Zones", "Dev", "Network")
    assert told["3"].under == ("production", "Zones", "Dev", "Network")
    assert (told["3"].line, told["3"].told) == (8, "Zones 3")
    assert told[":   Nodes stand here."].under == ("Private", "Both", "Network")
    lead = told["**In short:** two of {{ long }}."]
    assert (lead.under, lead.line) == (("In short", "Dev", "Network"), 4)
    assert not {"## Code", "## Hidden"} & told.keys()


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        ("dev has two and production three", ["dev has two and ", "production three"]),
        ("two in dev, three in production", ["two in dev, ", "three in production"]),
        ("In dev there are A and B, and in production C",
         ["In dev there are A and B, and ", "in production C"]),
        ("A in dev, B and C in production", ["A in dev, ", "B and C in production"]),
        ("production as dev has two", ["production as dev has two"]),
        ("two zones, and dev has them", ["two zones, and dev has them"]),
    ],
)  # fmt: skip
def test_clauses_of_a_sentence_tell_of_one_environment_each(sentence, parts):
    found = clauses(sentence, ("dev", "prod"))
    assert [sentence[start:end] for start, end in found] == parts


def test_the_nearest_that_names_an_environment_tells_of_whom_it_is():
    environments = ("dev", "prod")
    assert about(environments, ("It has two", "Dev", "Production")) == {"dev"}
    assert about(environments, ("It has two", "Dev and production")) == {"dev", "prod"}
    assert about(environments, ("It has two",)) == set()


def test_values_are_told_once_and_in_order():
    assert either(["prod", "dev", "prod"]) == "dev or prod"
    assert either([3]) == "3"
