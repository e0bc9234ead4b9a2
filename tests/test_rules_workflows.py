"""Rules about the workflows on GitHub."""

from __future__ import annotations

import pytest

from beehive import found, only
from groundplan import check

NAME = ".github/workflows/pull-request.yml"
PIN = "a" * 40
WORKFLOW = f"""\
on:
  pull_request:
permissions: {{}}
jobs:
  plan:
    permissions: {{contents: read}}
    strategy:
      matrix: {{env: [dev, prod]}}
    steps:
      - uses: actions/checkout@{PIN} # v7.0.1
      - uses: ./.github/actions/ours
      - run: make check
        if: ${{{{ !cancelled() }}}}
      - run: groundplan policy $ENV
        env: {{TITLE: "${{{{ github.event.pull_request.title }}}}"}}
"""


def test_a_workflow_of_which_nothing_is_said(example):
    assert found(example, "workflows") == []
    example.write(NAME, WORKFLOW)
    assert found(example, "workflows") == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (PIN, "v7", 10, "actions/checkout@v7 may be another one tomorrow"),
        ("pull_request:", "pull_request_target:", 2,
         "pull_request_target gives rights of the repository to what a stranger wrote"),
        ("{contents: read}", "write-all", 6, "write-all is more than anything here needs"),
        ("    permissions: {contents: read}\n", "", None, ""),
        ("permissions: {}\n", "", None, ""),
        ("make check", "make check TITLE=${{ github.event.issue.title }}", 12,
         "what others write becomes part of a script here"),
        ("make check", "make check NUMBER=${{ github.event.number }}", None, ""),
        ("make check\n", "make check\n        continue-on-error: true\n", 13,
         "this passes when it has failed"),
        ("${{ !cancelled() }}", "${{ false }}", 13, "this never runs"),
        ("[dev, prod]", "[dev]", 8, "this is not done for prod"),
        ("[dev, prod]", "[linux, mac]", None, ""),
        ("make check", "make lint", None, "no pull request has to pass the check"),
        ("policy $ENV", "policy state", None, "no pull request has to pass the policy"),
        ("policy $ENV", "cost $ENV", None, "no pull request has to pass the policy"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_workflow(example, old, new, line, message):
    example.write(NAME, WORKFLOW.replace(old, new))
    if not message:
        assert found(example, "workflows") == []
        return
    finding = found(example, "workflows")[0]
    assert (finding.message, finding.line) == (message, line)
    assert finding.file == example.root / NAME


def test_rights_that_nobody_tells(example):
    bare = WORKFLOW.replace("permissions: {}\n", "").replace(
        "    permissions: {contents: read}\n", ""
    )
    example.write(NAME, bare)
    finding = only(example, "workflows")
    assert finding.message == "this has whatever rights the repository gives by itself"


def test_a_workflow_that_is_no_yaml_is_told(example):
    example.write(NAME, "on: {")
    assert [(item.id, item.file.name) for item in check.run(example) if item.id == "workflows"] == [
        ("workflows", "pull-request.yml")
    ]
