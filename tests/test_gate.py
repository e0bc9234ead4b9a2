"""The gate: what is applied is a saved plan that has passed policy, and nothing else."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

import roots
from groundplan import terraform
from groundplan.cli import app
from groundplan.errors import InputError, RefusedError
from groundplan.policy import scan
from groundplan.workspace import Workspace

pytestmark = [pytest.mark.terraform, pytest.mark.slow]

QUEUE = f"""\
{roots.AWS.partition('resource "aws_ecr')[0]}
variable "encrypted" {{
  type    = bool
  default = true
}}

resource "aws_sqs_queue" "this" {{
  for_each                = var.applications
  name                    = each.key
  sqs_managed_sse_enabled = var.encrypted
}}
"""


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GROUNDPLAN_CLOUD_PORT", "0")
    roots.write(tmp_path, QUEUE)
    monkeypatch.chdir(tmp_path)
    yield Workspace(tmp_path)
    terraform.cloud(Workspace(tmp_path)).down()


def run(*words: str):
    """Run the command line: its exit code, what it said, and the error that ended it."""
    result = CliRunner().invoke(app, [*words])
    return result.exit_code, result.output, result.exception


def test_apply_goes_through_policy_and_what_fails_is_never_applied(workspace, monkeypatch):
    terraform.cloud(workspace).up()
    variables = workspace.variables_file("dev", 1)
    good = variables.read_text()

    variables.write_text(f"{good}encrypted = false\n")
    _, said, error = run("apply", "dev", "--phase", "1", "--yes")
    assert isinstance(error, RefusedError)
    assert error.exit_code == 1
    assert 'CKV_AWS_27 aws_sqs_queue.this["cart"]' in error.message
    assert "terraform/waivers.yaml" in error.hint
    with terraform.opened(workspace, "dev") as dev:
        assert not dev.state().get("values"), "nothing was applied"

    # What was planned and held against policy is applied; nobody plans or scans it again.
    variables.write_text(good)
    assert run("plan", "dev", "--phase", "1")[0] == 0
    code, said, _ = run("apply", "dev", "--phase", "1", "--yes", "--saved")
    assert code == 0
    assert "policy lets it pass" in said
    assert "done: 1 to create" in said
    assert "dev is at phase 1 already" in run("apply", "dev", "--phase", "1")[1]
    _, _, error = run("apply", "dev", "--phase", "1", "--saved")
    assert isinstance(error, RefusedError)

    # A file that was changed after the plan was made.
    run("plan", "dev", "--phase", "2")
    workspace.variables_file("dev", 2).write_text('applications = ["cart", "orders", "mail"]\n')
    _, _, error = run("apply", "dev", "--phase", "2", "--yes", "--saved")
    assert "have changed since this plan was made" in str(error)

    # Without agreement nothing is done, and destroying asks too.
    for words in (("apply", "dev", "--phase", "2"), ("destroy", "dev", "--phase", "1")):
        _, said, error = run(*words)
        assert isinstance(error, RefusedError)
        assert "this on local?" in said

    monkeypatch.setattr(scan, "plan", lambda *_: pytest.fail("a destruction is not held up"))
    code, said, _ = run("destroy", "dev", "--phase", "1", "--yes")
    assert (code, "done: 1 to delete" in said) == (0, True)


def test_what_a_plan_holds_is_seen_by_its_owner_only_and_nothing_is_left(workspace):
    run("plan", "dev", "--phase", "1")
    folder = workspace.build_dir / "terraform" / "dev" / "local"
    kept = [*folder.glob("*.tfplan"), *folder.glob("*.json"), *(folder / "logs").iterdir()]
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    record = json.loads((folder / "phase-1.plan.json").read_text())
    (folder / "phase-1.plan.json").write_text(json.dumps(record | {"digest": "0" * 64}))
    with (
        terraform.opened(workspace, "dev") as dev,
        pytest.raises(RefusedError, match="not the one that was shown"),
    ):
        dev.saved(1)
    with terraform.opened(workspace, "dev") as dev, pytest.raises(InputError):
        dev.plan(3)
