"""The check as a whole: what it tells, how, and what it does not do again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from beehive import ROOT, found
from groundplan import check, support
from groundplan.check import RULES
from groundplan.findings import Finding
from groundplan.rules import versions
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource


def test_every_rule_holds_in_the_example(example):
    assert {id_: found(example, id_) for id_ in RULES} == {id_: [] for id_ in RULES}


def test_every_rule_says_what_it_holds_against_what():
    assert all(item.about and item.id == id_ for id_, item in RULES.items())


def test_a_check_that_passes(example):
    findings = check.run(example)
    assert findings == []
    assert not check.failed(findings)
    assert check.as_text(findings) == f"all {len(RULES)} rules hold\n"


def test_a_design_that_can_not_be_read_is_the_only_thing_told(example):
    example.edit("design.yaml", "title: Cache", "\ttitle: Cache")
    example.facts_file("dev", 3).unlink()
    findings = check.run(example)
    assert findings == [
        Finding(
            "design", "error", "YAML can't be indented with a tab", Path("design.yaml"), 56,
            "indent with spaces",
        )
    ]  # fmt: skip
    assert check.failed(findings)


def test_the_same_thing_is_told_once(example):
    example.facts_file("dev", 3).unlink()
    findings = check.run(example)
    assert [finding.message for finding in findings] == ["no plan is recorded for dev, phase 3"]


def test_a_warning_lets_the_check_pass(example):
    example.edit("docker-compose.yml", "profiles: [cache]", "profiles: [cache, extra]")
    findings = check.run(example)
    assert not check.failed(findings)
    assert check.as_text(findings) == (
        "docker-compose.yml: warning: no phase switches the profile 'extra' on [compose-profile]\n"
        "  hint: name it in a phase of design.yaml\n"
        "1 warning\n"
    )


def test_findings_as_data(example):
    (example.diagrams_dir / "network.py").unlink()
    assert json.loads(check.as_json(check.run(example))) == [
        {
            "id": "diagrams",
            "severity": "error",
            "message": "the view 'network' has no diagram script",
            "file": "diagrams/network.py",
            "line": None,
            "hint": "write it",
        }
    ]


HOSTILE = (
    "<script>alert(1)</script>", "'\"`", "two\nlines", "x" * 10_000, "../../etc/passwd",
    "\u202egnp.exe", "\x1b[2J\x07\x00", "\u2028",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_what_stands_in_a_name_stays_in_its_line(example, name):
    def change(item) -> Iterator[Resource]:
        if item.address == "aws_subnet.b":
            item = replace(item, address=f"aws_subnet.b[{json.dumps(name)[1:-1]}{name}]")
            item = replace(item, values=item.values | {"cidr_block": name})
        yield item

    example.change_plan("dev", 1, change)
    findings = check.run(example)
    said = check.as_text(findings)
    assert "is not an address range" in said
    assert all(letter.isprintable() or letter == "\n" for letter in said)
    assert len(said.encode().splitlines()) == 1 + len(findings) + sum(
        item.hint is not None for item in findings
    )
    assert max(map(len, said.splitlines())) < 1200
    assert json.loads(check.as_json(findings))


def test_the_reference_engagement_passes(monkeypatch):
    monkeypatch.setattr(versions, "today", lambda: support.load().read)
    findings = check.run(Workspace(ROOT))
    assert not check.failed(findings), check.as_text(findings)


def test_a_check_that_passed_is_not_made_again(example, monkeypatch):
    example.edit("docker-compose.yml", "profiles: [cache]", "profiles: [cache, extra]")
    found = check.run_once(example)
    monkeypatch.setattr(check, "run", None)
    assert check.run_once(Workspace(example.root)) == found
    assert [finding.id for finding in found] == ["compose-profile"]


def test_a_check_is_made_again_after_any_change(example):
    assert check.run_once(example) == []
    (example.diagrams_dir / "network.py").unlink()
    (finding,) = check.run_once(Workspace(example.root))
    assert finding.id == "diagrams"


def test_a_check_that_failed_is_made_again(example, monkeypatch):
    # What it lacked, such as Compose, may be there now: that is no file of the workspace.
    (example.diagrams_dir / "network.py").unlink()
    assert check.failed(check.run_once(example))
    monkeypatch.setattr(check, "run", lambda _workspace: [])
    assert check.run_once(Workspace(example.root)) == []
