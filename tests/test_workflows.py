"""The workflows: targets that exist, actions pinned by digest, no right that is not used."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def jobs():
    for path in WORKFLOWS:
        document = yaml.safe_load(path.read_text())
        yield from ((path, name, job) for name, job in document["jobs"].items())


def test_there_is_one_for_pull_requests():
    document = yaml.safe_load((ROOT / ".github/workflows/pull-request.yml").read_text())
    assert document[True] == {"pull_request": None}  # YAML reads `on` as true
    runs = [step.get("run", "") for job in document["jobs"].values() for step in job["steps"]]
    assert {"make test", "make check", "make validate", "make pull-request"} <= set(runs)
    assert sorted(document["jobs"]["plan"]["strategy"]["matrix"]["env"]) == sorted(
        path.parent.name for path in (ROOT / "terraform" / "envs").glob("*/main.tf")
    )


def test_actions_are_pinned_by_digest():
    for path in WORKFLOWS:
        used = [line.strip(" -") for line in path.read_text().splitlines() if "uses:" in line]
        assert used
        assert [line for line in used if not PINNED.match(line)] == []


def audit(path: Path) -> subprocess.CompletedProcess[str]:
    """What zizmor says, at its strictest and asking nobody."""
    zizmor = Path(sys.executable).with_name("zizmor")
    words = [str(zizmor), "--offline", "--pedantic", "--no-progress", "--quiet", str(path)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_zizmor_finds_nothing(path, tmp_path):
    found = audit(path)
    assert found.returncode == 0, found.stdout
    loose = tmp_path / "loose.yml"
    loose.write_text(path.read_text().replace("permissions: {}", "permissions: write-all", 1))
    assert "excessive-permissions" in audit(loose).stdout


def test_targets_of_make_are_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for _, name, job in jobs():
        for step in job["steps"]:
            called = re.findall(r"^make (\S+)", step.get("run", ""), re.MULTILINE)
            assert set(called) <= targets, name


def test_no_job_has_more_rights_than_it_needs():
    for path in WORKFLOWS:
        assert yaml.safe_load(path.read_text())["permissions"] == {}
    for _, name, job in jobs():
        rights = job["permissions"]
        writes = {right for right, level in rights.items() if level == "write"}
        runs_code = any("make " in step.get("run", "") for step in job["steps"])
        assert not (writes and runs_code), f"{name} runs code of the pull request"
        assert "secrets" not in yaml.safe_dump(job)
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "text of others is never part of a script"
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", ["pull-request", "validate"])
def test_the_scripts_are_sound(name):
    path = ROOT / "scripts" / name
    assert path.stat().st_mode & 0o111
    subprocess.run(shlex.split(f"sh -n {shlex.quote(str(path))}"), check=True)


def test_the_comment_is_its_own_and_has_room():
    text = (ROOT / ".github/workflows/pull-request.yml").read_text()
    assert "--edit-last" not in text, "the last one may be another workflow's"
    assert "startswith(env.MARK)" in text
    assert "make policy ENV=state" in text
