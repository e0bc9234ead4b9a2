"""What is installed, what is missing, and how to get it."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from groundplan import doctor
from groundplan.doctor import Finding, as_dict, as_text, browser, examine

ROOT = Path(__file__).parent.parent


@pytest.fixture
def empty_path(tmp_path, monkeypatch):
    """A machine without a single tool."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GROUNDPLAN_BROWSER", raising=False)
    return tmp_path


def tool(path: Path, name: str, body: str) -> None:
    (path / name).write_text(f"#!/bin/sh\n{body}\n")
    (path / name).chmod(0o755)


def found(root: Path) -> dict[str, str | None]:
    return {finding.tool: finding.found for finding in examine(root)}


def test_what_this_program_runs_on_is_found():
    tools = found(ROOT)
    assert tools["Python"] == platform.python_version()
    assert tools["pygraphviz (Python)"] == "2.0.4"
    assert all(finding.ok for finding in examine(ROOT) if finding.required)


def test_without_any_tool_pictures_and_site_still_work(empty_path):
    findings = examine(empty_path)
    missing = {finding.tool for finding in findings if not finding.found}
    assert missing == {
        "Terraform", "git", "Docker engine", "Docker Compose", "kubectl", "kind or k3d", "Chromium",
    }  # fmt: skip
    assert all(finding.ok for finding in findings)
    assert all(finding.get and finding.purpose for finding in findings)


def test_a_tool_tells_its_version_and_one_that_fails_is_missing(empty_path):
    tool(empty_path, "git", "echo git version 2.99; echo more")
    tool(empty_path, "docker", "exit 1")
    tool(empty_path, "k3d", "exit 1")
    tools = found(empty_path)
    assert tools["git"] == "git version 2.99"
    assert tools["Docker engine"] is None
    assert tools["kind or k3d"] == "k3d", "there is enough"


def test_kubectl_tells_its_version_as_every_age_of_it_says_it(empty_path):
    tool(empty_path, "kubectl", """test "$2" = --client && echo 'Client Version: v1.34.1'""")
    assert found(empty_path)["kubectl"] == "v1.34.1"
    old = 'Client Version: version.Info{Major:"1", GitVersion:"v1.20.2", GitCommit:"x"}'
    tool(empty_path, "kubectl", f"echo '{old}'")
    assert found(empty_path)["kubectl"] == "v1.20.2"


def test_a_terraform_that_is_too_old_is_as_good_as_none(empty_path):
    tool(empty_path, "terraform", """echo '{"terraform_version": "1.2.9"}'""")
    assert found(empty_path)["Terraform"] is None
    tool(empty_path, "terraform", """echo '{"terraform_version": "1.11.4"}'""")
    assert found(empty_path)["Terraform"] == "1.11.4"


def test_the_browser_is_the_named_one_else_the_first_that_is_there(empty_path, monkeypatch):
    assert browser() is None
    tool(empty_path, "google-chrome", "true")
    assert browser() == str(empty_path / "google-chrome")
    tool(empty_path, "chromium", "true")
    assert browser() == str(empty_path / "chromium")
    monkeypatch.setenv("GROUNDPLAN_BROWSER", "/mine")
    assert browser() == "/mine"


def test_a_missing_package_is_a_fault(monkeypatch):
    finding = doctor._package("no-such-package", "nothing")
    assert (finding.found, finding.required, finding.ok) == (None, True, False)


def test_each_tool_is_a_line_and_what_is_missing_says_how_to_get_it():
    findings = (
        Finding("git", "2.47", "history", "apt"), Finding("kubectl", None, "a cluster", "the web"),
    )  # fmt: skip
    assert as_text(findings).splitlines() == [
        "ok      git      2.47",
        "missing kubectl  a cluster",
        "                 get it: the web",
    ]


def test_as_json_each_tool_has_all_that_is_known():
    document = as_dict((Finding("git", None, "history", "apt", required=True),))
    assert platform.machine() in document["platform"]
    assert document["tools"] == [
        {"tool": "git", "found": None, "purpose": "history", "get": "apt", "required": True}
    ]
