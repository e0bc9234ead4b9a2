"""What was found out before holds only as long as nothing that it came from has changed."""

from __future__ import annotations

import pytest

from groundplan import unchanged
from groundplan.workspace import Workspace


@pytest.fixture
def workspace(tmp_path):
    for name in ("design.yaml", ".env", "docs/index.md", ".github/workflows/ci.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    return Workspace(tmp_path)


@pytest.mark.parametrize(
    "name", ["design.yaml", ".env", "docs/index.md", ".github/workflows/ci.yml"]
)
def test_any_file_that_is_written_counts(workspace, name):
    before = unchanged.state(workspace.root)
    (workspace.root / name).write_text("beyond")  # of the same size
    assert unchanged.state(workspace.root) != before


def test_a_file_more_and_a_file_less_count(workspace):
    before = unchanged.state(workspace.root)
    (workspace.root / "docs" / "new.md").write_text("")
    more = unchanged.state(workspace.root)
    (workspace.root / "docs" / "index.md").unlink()
    assert len({before, more, unchanged.state(workspace.root)}) == 3


@pytest.mark.parametrize("name", ["build/x", "site/x", ".venv/x", "docs/__pycache__/x"])
def test_what_is_made_does_not_count(workspace, name):
    before = unchanged.state(workspace.root)
    (workspace.root / name).parent.mkdir()
    (workspace.root / name).write_text("")
    assert unchanged.state(workspace.root) == before


def test_a_folder_of_another_place_counts_where_it_is_linked(workspace, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (workspace.root / "docs" / "shared").symlink_to(other)
    before = unchanged.state(workspace.root)
    (other / "page.md").write_text("")
    assert unchanged.state(workspace.root) != before


def test_a_link_that_leads_nowhere_is_only_a_file(workspace):
    (workspace.root / "docs" / "gone").symlink_to(workspace.root / "nowhere")
    assert unchanged.state(workspace.root) == unchanged.state(workspace.root)


def test_a_folder_of_the_build_counts_where_it_is_named(workspace):
    policy = workspace.build_dir / "policy"
    before = unchanged.state(workspace.root, policy)  # which is not there yet
    policy.mkdir(parents=True)
    (policy / "phase-1.json").write_text("{}")
    assert unchanged.state(workspace.root, policy) != before


def test_what_was_remembered_is_recalled_by_its_key_only(workspace):
    unchanged.remember(workspace, "check", "one", ["found"])
    assert unchanged.recall(workspace, "check", "one") == ["found"]
    assert unchanged.recall(workspace, "check", "two") is None
    assert unchanged.recall(workspace, "draw", "one") is None


def test_what_can_not_be_read_is_forgotten(workspace):
    unchanged.remember(workspace, "check", "one", [])
    (workspace.build_dir / "unchanged" / "check.json").write_text("{")
    assert unchanged.recall(workspace, "check", "one") is None
