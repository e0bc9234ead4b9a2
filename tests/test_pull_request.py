"""What a pull request's reviewers are told, by the script and the job that tell it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import roots

# On one worker, as what takes the time is done once.
pytestmark = [pytest.mark.slow, pytest.mark.terraform, pytest.mark.xdist_group("pull-request")]

ROOT = roots.REPOSITORY
WORKFLOW = yaml.safe_load((ROOT / ".github/workflows/pull-request.yml").read_text())
GROUNDPLAN = Path(sys.executable).with_name("groundplan")
BASE = "build/base"
ROOM = 65_536
NEW = ("terraform/envs/dev/phase-4.tfvars", "facts/dev/phase-4.json")

# GitHub's own command, as far as the job asks it: it knows the comment in `last`, and takes notes.
GH = """\
#!/bin/sh
case "$*" in
  "api --paginate "*) cat last ;;
  *) echo "$*" >> said ;;
esac
"""


def run(folder: Path, *words: str | Path, **environment: str) -> int:
    """Run a command as a step of a job does; its exit code."""
    names = {**os.environ, "GROUNDPLAN_CLOUD_PORT": "0", **environment}
    return subprocess.run([*map(str, words)], cwd=folder, env=names, check=False).returncode


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    assert run(folder, "git", *who, *words) == 0


@pytest.fixture(scope="module")
def repository(tmp_path_factory) -> Path:
    """The engagement with prod alone, and in a pull request a phase of dev and a cheaper prod."""
    root = tmp_path_factory.mktemp("engagement")
    roots.engagement(root)
    for name in ("scripts", "facts"):
        shutil.copytree(ROOT / name, root / name)
    for path in (*root.glob("terraform/envs/dev/phase-*.tfvars"), *root.glob("facts/dev/*.json")):
        path.unlink()
    (root / ".gitignore").write_text("build/\n")
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Prod")
    git(root, "worktree", "add", "--quiet", "--detach", BASE)  # as the job checks it out

    for name in NEW:
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    settings = root / "terraform/envs/prod/terraform.tfvars"
    settings.write_text(settings.read_text().replace('nat   = "per_zone"', 'nat   = "single"'))
    assert run(root, GROUNDPLAN, "plan", "prod", "--record") == 0
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "One NAT gateway in prod; the first phase of dev")
    return root


@pytest.fixture(scope="module")
def reports(repository) -> dict[str, tuple[int, str]]:
    """What came of the script for each environment."""
    return {env: reported(repository, env) for env in ("dev", "prod")}


def reported(repository: Path, env: str, base: str = BASE) -> tuple[int, str]:
    """The exit code of the script, and what it wrote for the comment."""
    code = run(repository, "scripts/pull-request", GROUNDPLAN, env, base)
    return code, (repository / f"build/pull-request/{env}.md").read_text()


def comment(folder: Path, last: str) -> tuple[str, str]:
    """The text that the job writes, and what it asks of GitHub to put it there."""
    [step] = [item for item in WORKFLOW["jobs"]["comment"]["steps"] if "run" in item]
    (folder / "gh").write_text(GH)
    (folder / "gh").chmod(0o755)
    (folder / "last").write_text(last)
    (folder / "said").unlink(missing_ok=True)
    given = {
        "PATH": f"{folder}:{os.environ['PATH']}", "MARK": step["env"]["MARK"], "NUMBER": "7",
        "REPOSITORY": "shop/shop", "RUN": "https://github.example/runs/1",
    }  # fmt: skip
    assert run(folder, "bash", "-e", "-o", "pipefail", "-c", step["run"], **given) == 0
    return (folder / "comment.md").read_text(), (folder / "said").read_text()


def test_a_change_is_told_with_what_policy_says_and_its_picture(repository, reports):
    code, told = reports["prod"]
    assert code == 1, "the job fails, and its comment says why"
    policy, _, difference = told.partition("### What the plan of phase 10 has otherwise")
    assert told.startswith("## prod\n\n### Policy failed\n")
    assert "| failed | GP_NAT_COUNT | `module.network.aws_vpc.this` |" in policy
    assert '| removed | `module.network.aws_nat_gateway.this["us-east-1c"]` |' in difference
    assert '| added | `module.network.aws_route.private_shared_nat["us-east-1c"]` |' in difference
    assert '{{"– NAT gateway"}}' in difference.partition("```mermaid\n")[2]
    written = {path.name for path in (repository / "build/pull-request/prod").iterdir()}
    assert {"infrastructure.svg", "network.svg", "changes.md"} <= written


def test_a_new_phase_is_told_as_one(reports):
    code, told = reports["dev"]
    assert code == 0
    assert told.startswith("## dev\n\n### Policy passed\n")
    assert told.endswith("This phase is new.\n\n")


def test_the_job_calls_the_script():
    [step] = [item for item in WORKFLOW["jobs"]["plan"]["steps"] if "run" in item]
    given = {"ENV": "prod", "BASE": step["env"]["BASE"]}
    called = subprocess.run(
        [*step["run"].split(), "--dry-run"], cwd=ROOT, env=os.environ | given,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    # Below another make, as in `make test`, it also says which folder it enters and leaves.
    assert f"scripts/pull-request .venv/bin/groundplan prod {BASE}" in called.stdout.splitlines()


def test_where_nothing_changes_no_picture_is_shown(repository):
    _, told = reported(repository, "prod", base=".")
    assert told.endswith("\n\nNo difference.\n\n")
    assert "mermaid" not in told


def test_one_comment_tells_of_every_environment_and_is_written_anew(reports, tmp_path):
    (tmp_path / "report").mkdir()
    for env, (_, told) in reports.items():
        (tmp_path / f"report/{env}.md").write_text(told)
    text, said = comment(tmp_path, last="")
    assert said == "pr comment 7 --repo shop/shop --body-file comment.md\n"
    assert text.startswith("<!-- groundplan: plan and policy -->\n## dev\n")
    assert "\n## prod\n" in text
    assert text.endswith("[artifacts of this run](https://github.example/runs/1)\n")
    assert len(text) < ROOM

    _, said = comment(tmp_path, last="41\n42\n")
    path = "repos/shop/shop/issues/comments/42"
    assert said == f"api --method PATCH {path} --field body=@comment.md\n"
