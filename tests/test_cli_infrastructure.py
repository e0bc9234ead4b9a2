"""The commands that drive Terraform, as far as they say more than it does."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest
from typer.testing import CliRunner

import roots
from groundplan import terraform
from groundplan.cli import app
from groundplan.errors import RefusedError
from groundplan.terraform import targets
from groundplan.workspace import Workspace

pytestmark = pytest.mark.terraform


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """One small environment, which customers come in to by an Ingress from phase 5 on."""
    monkeypatch.setenv("GROUNDPLAN_CLOUD_PORT", "0")
    folder = roots.write(tmp_path, roots.PLAIN)
    (folder / "phase-5.tfvars").write_text('applications = ["cart"]\n')
    monkeypatch.chdir(tmp_path)
    yield Workspace(tmp_path)
    terraform.cloud(Workspace(tmp_path)).down()


def run(*words: str):
    """Run the command line: its exit code, what it said, and the error that ended it."""
    result = CliRunner().invoke(app, [*words])
    return result.exit_code, result.output, result.exception


@contextmanager
def as_aws(workspace, monkeypatch):
    """With the workspace's embedded AWS in the place of the real one."""
    with terraform.cloud(workspace).running() as endpoint:
        stand_in = replace(targets.local(endpoint, workspace.design), name="aws")
        monkeypatch.setattr(targets, "aws", lambda _env, _design: stand_in)
        yield


def applied(phase, target):
    with terraform.opened(Workspace.find(), "dev", target) as dev:
        plan = dev.plan(phase)
        dev.apply(plan, terraform.Permit(plan.digest))


def test_nothing_has_outputs_before_it_is_applied(workspace):
    terraform.cloud(workspace).up()
    for words in (("output", "dev"), ("output", "dev", "--json")):
        _, said, error = run(*words)
        assert isinstance(error, RefusedError)
        assert error.exit_code == 1
        assert error.message == "dev has no outputs on local"
        assert error.hint == "groundplan apply dev --phase N"
        assert said == ""

    applied(1, "local")

    assert run("output", "dev")[:2] == (0, "applications = ['cart']\n")


def test_on_aws_a_destruction_tells_first_of_what_kubernetes_made(workspace, monkeypatch):
    with as_aws(workspace, monkeypatch):
        applied(1, "aws")
        assert "Ingress" not in run("destroy", "dev", "--phase", "1", "--target", "aws")[1]

        # Whichever phase is named then.
        applied(5, "aws")
        for phase in ("1", "5"):
            _, said, error = run("destroy", "dev", "--phase", phase, "--target", "aws")
            assert isinstance(error, RefusedError)
            told, _, asked = said.partition("delete ingress --all --all-namespaces\n")
            assert "has a load balancer that Kubernetes made of its Ingress" in told
            assert asked.startswith("Destroy this on aws?")
        assert run("destroy", "dev", "--phase", "5", "--target", "aws", "--yes")[0] == 0


def test_on_the_embedded_aws_there_is_no_kubernetes_to_make_anything(workspace):
    terraform.cloud(workspace).up()
    applied(5, "local")
    code, said, _ = run("destroy", "dev", "--phase", "5", "--yes")
    assert (code, "Ingress" in said) == (0, False)
