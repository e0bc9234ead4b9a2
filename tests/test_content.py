"""What pages are made from, and how they tell what was seen of the application flow."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest

from groundplan import drawing
from groundplan.observing import record
from groundplan.observing.record import Observation
from groundplan.observing.verdict import Line, Verdict
from groundplan.pages import Pages
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
GRAPH: dict[str, list[object]] = {"clusters": [], "nodes": [], "edges": []}
FILE = Path("application_flow.svg")
PICTURE = drawing.Picture("application_flow", "Flow", "compose", None, 2, FILE, FILE, FILE, GRAPH)
SEEN = Line("orders", "cart", 8000, "http", "seen", 4)
UNSEEN = Line("orders", "mysql", 3306, "mysql", "unseen")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return Workspace(tmp_path)


def observed(workspace: Workspace, *lines: Line, **changes: object) -> Observation:
    digests = (record.compose_digest(workspace), record.built_digest(workspace, 2))
    found = Observation(2, "2026-11-20", "4059fc5d1e" * 4, False, *digests, Verdict(lines))
    return dataclasses.replace(found, **changes)  # type: ignore[arg-type]


def shown(workspace: Workspace) -> str:
    pages = Pages(Workspace(workspace.root))
    return pages.fill(pages.prose("{{ observed(2) }}", page="docs/page.md"))


def test_a_flow_that_nobody_watched_is_told_so(workspace: Workspace):
    assert "Phase 2 has not been observed yet" in shown(workspace)


def test_a_flow_that_is_as_told_says_when_and_with_which_commit(workspace: Workspace):
    record.save(workspace, observed(workspace, SEEN))
    html = shown(workspace)
    said = "on 2026-11-20 with commit 4059fc5d1e: 1 of 1 flows, and nothing else"
    assert said in html.replace("&#45;", "-")
    assert "told and seen" in html
    assert "has changed since" not in html


def test_a_flow_that_is_not_as_told_is_not_glossed_over(workspace: Workspace):
    record.save(workspace, observed(workspace, SEEN, UNSEEN))
    html = shown(workspace)
    assert "1 of 2 flows." in html
    assert "told, not seen" in html


def test_an_observation_of_another_compose_file_says_so(workspace: Workspace):
    record.save(workspace, observed(workspace, SEEN, compose="another"))
    assert "The Compose file has changed since" in shown(workspace)


def test_an_observation_of_other_code_says_so(workspace: Workspace):
    code = workspace.root / "apps" / "cart" / "app.py"
    code.parent.mkdir(parents=True)
    code.write_text("calls = ['mysql']\n")
    record.save(workspace, observed(workspace, SEEN))
    assert "has changed since" not in shown(workspace)
    code.write_text("calls = ['mysql', 'payments']\n")
    assert "What the services are built from has changed since" in shown(workspace)


def test_a_phase_that_was_observed_shows_it(workspace: Workspace):
    others = shutil.ignore_patterns("observed.json")
    shutil.copytree(ROOT / "facts", workspace.root / "facts", ignore=others)
    record.save(workspace, observed(workspace, SEEN))
    pages = Pages(Workspace(workspace.root), (PICTURE,))
    page = pages.fill(pages.generated()["phases/phase-2.md"])
    assert "### The flow as it was seen" in page
    assert "told and seen" in page
    assert "as it was seen" not in pages.generated()["phases/phase-3.md"]
