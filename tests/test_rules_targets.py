"""Rules about the targets of make."""

from __future__ import annotations

import pytest

from beehive import found, only

MAKEFILE = """\
GROUNDPLAN := .venv/bin/groundplan
YES := $(if $(filter dev,$(ENV)),--yes)

check: setup ## Look
\t@echo look
\t$(GROUNDPLAN) check

apply: setup
\t$(GROUNDPLAN) apply $(ENV) $(YES)

destroy:
\tgroundplan destroy $(ENV)

demo:
\t$(GROUNDPLAN) apply dev --yes

lint:
\truff check .
"""


def test_targets_that_do_what_they_are_called(example):
    assert found(example, "make-told") == []
    example.write("Makefile", MAKEFILE)
    assert found(example, "make-told") == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("$(GROUNDPLAN) check", "@true", 4, "make check does not run groundplan check"),
        ("$(GROUNDPLAN) check", "$(GROUNDPLAN) checks", 4,
         "make check does not run groundplan check"),
        ("destroy $(ENV)", "destroy $(ENV) --yes", 11,
         "make destroy asks nobody, whatever environment it is for"),
        ("YES := $(if $(filter dev,$(ENV)),--yes)", "YES := --yes", 8,
         "make apply asks nobody, whatever environment it is for"),
    ],
)  # fmt: skip
def test_targets_that_do_something_else(example, old, new, line, message):
    example.write("Makefile", MAKEFILE.replace(old, new))
    finding = only(example, "make-told")
    assert (finding.message, finding.line) == (message, line)
