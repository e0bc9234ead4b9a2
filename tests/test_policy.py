"""Policy: what checkov finds in the files and in a plan."""

from __future__ import annotations

import datetime
import json
import logging
import socket
import sys
from pathlib import Path

import pytest

from disks import DISK, MAIN, MODULE, disks, plan, standing, states
from groundplan import policy
from groundplan.errors import InputError
from groundplan.policy import scan
from groundplan.policy.verdicts import Verdict, bare, settle
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
TODAY = datetime.date(2026, 12, 1)


@pytest.fixture
def workspace(tmp_path):
    return disks(tmp_path)


# The files


def test_a_finding_names_the_check_the_resource_and_its_line(workspace):
    report = policy.run(workspace, "dev", 1)
    [finding] = [item for item in report.findings if item.check == "CKV_AWS_3"]
    assert (finding.state, finding.severity, finding.resource) == ("failed", "error", DISK)
    assert (finding.file, finding.line) == ("terraform/modules/disk/main.tf", 4)
    assert "encrypted" in finding.message
    assert report.failed
    assert report.checked == ("terraform/envs/dev/phase-1.tfvars",)


def test_each_phase_is_checked_with_its_own_variables_and_the_last_by_default(workspace):
    assert ("CKV_AWS_3", DISK) in states(policy.run(workspace, "dev", 1))
    assert ("CKV_AWS_3", DISK) not in states(policy.run(workspace, "dev", 2))
    assert policy.run(workspace, "dev") == policy.run(workspace, "dev", 2)


def test_a_changed_module_is_read_anew(workspace):
    assert ("CKV_AWS_3", DISK) not in states(policy.run(workspace, "dev", 2))
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text(MODULE.replace("= var.encrypted", "= false"))
    assert ("CKV_AWS_3", DISK) in states(policy.run(workspace, "dev", 2))


def test_nothing_to_check_is_no_pass(workspace):
    main = workspace.root / "terraform/envs/dev/main.tf"
    main.write_text('variable "encrypted" { type = bool }\n')
    with pytest.raises(InputError, match="nothing to check") as caught:
        policy.run(workspace, "dev", 1)
    assert caught.value.file.name == "phase-1.tfvars"


def test_a_file_that_cannot_be_parsed_is_an_error(workspace):
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text('resource "aws_ebs_volume" {{\n')
    with pytest.raises(InputError, match="can't read") as caught:
        policy.run(workspace, "dev", 1)
    assert str(caught.value.file).endswith("modules/disk/main.tf")


def test_an_unknown_environment_and_phase_are_refused(workspace):
    with pytest.raises(InputError, match="no environment 'dve'"):
        policy.run(workspace, "dve")
    with pytest.raises(InputError, match="phase 7 has no variables"):
        policy.run(workspace, "dev", 7)


def test_it_asks_no_network_and_leaves_its_process_as_it_was(workspace, monkeypatch, capfd):
    def refuse(*address: object) -> None:
        raise AssertionError(f"it went to the network: {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("TF_VAR_encrypted", "true")
    log = logging.getLogger()
    before = sys.stdout, sys.stderr, log.level, log.handlers[:], log.filters[:]
    policy.run(workspace, "dev", 1)
    assert (sys.stdout, sys.stderr, log.level, log.handlers, log.filters) == before
    assert capfd.readouterr() == ("", "")


def test_files_are_read_while_something_else_is_done(workspace, tmp_path, monkeypatch):
    with policy.reading(workspace, "dev", [1, 2]):
        made = plan(tmp_path)
    monkeypatch.setattr(scan, "files", lambda *_: pytest.fail("read again"))
    assert policy.run_all(workspace, "dev", {1: made, 2: made}).findings


def test_what_is_wrong_in_files_read_meanwhile_is_told_by_the_run(workspace):
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text('resource "aws_ebs_volume" {{\n')
    with policy.reading(workspace, "dev", [1]):
        pass
    with pytest.raises(InputError, match="can't read"):
        policy.run(workspace, "dev", 1)


# The plan


@pytest.mark.parametrize(
    ("before", "phase", "fails"),
    [
        ({"size": 8, "encrypted": False}, 2, False),
        ({"size": 4, "encrypted": False}, 2, False),
        ({"size": 4, "encrypted": False}, 1, True),
        ({"size": 8, "encrypted": True}, 2, True),
    ],
    ids=["nothing changes", "something else changes", "the files fail too", "the plan breaks it"],
)
def test_the_files_decide_on_what_the_plan_leaves_as_it_stands(
    workspace, tmp_path, before, phase, fails
):
    """There AWS's own choices show, such as that a replica has no backups of its own."""
    path = standing(tmp_path, before, {"size": 8, "encrypted": False})
    report = policy.run(workspace, "dev", phase, plan=path)
    assert (("CKV_AWS_3", DISK) in states(report)) is fails


def test_what_is_known_after_apply_is_unknown_and_not_failed(tmp_path):
    report = policy.run_plan(plan(tmp_path, own_key=True))
    [finding] = [item for item in report.findings if item.check == "CKV_AWS_189"]
    assert (finding.state, finding.severity) == ("unknown", "warning")


def test_what_is_unknown_because_nobody_set_it_is_failed(tmp_path):
    assert states(policy.run_plan(plan(tmp_path)))["CKV_AWS_189", DISK] == "failed"


def test_the_plan_decides_over_the_files(workspace, tmp_path):
    report = policy.run(workspace, "dev", 1, plan=plan(tmp_path, encrypted=True))
    assert ("CKV_AWS_3", DISK) not in states(report)
    report = policy.run(workspace, "dev", 2, plan=plan(tmp_path, encrypted=False))
    [finding] = [item for item in report.findings if item.check == "CKV_AWS_3"]
    assert (finding.file, finding.line) == ("terraform/modules/disk/main.tf", 4)


def test_the_files_decide_where_the_plan_cannot_tell():
    def said(result: str, resource: str = "m.disk.this") -> Verdict:
        return Verdict("CKV_AWS_189", resource, result, "encrypted with a key of ours")

    planned = [said("unknown", 'm.disk["a"].this'), said("unknown", 'm.disk["b"].this')]
    assert {v.result for v in settle([said("passed")], planned)} == {"passed"}
    assert {v.result for v in settle([said("failed")], planned)} == {"failed"}
    assert {v.result for v in settle([], planned)} == {"unknown"}
    assert {v.result for v in settle([said("failed")], [])} == {"failed"}


def test_instances_of_one_block_have_one_bare_address():
    assert bare('module.a[0].aws_x.y["k"]') == bare('module.a.aws_x.y["a \\"]\\" key"]')


@pytest.mark.parametrize("text", ["{}", "[]", "no json", '{"format_version": "1.2", "values": {}}'])
def test_what_is_no_plan_or_holds_nothing_is_refused(tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        policy.run_plan(path)
    assert caught.value.file == path


@pytest.mark.parametrize(("action", "told"), [("no-op", False), ("create", True)])
def test_rules_that_a_group_only_shows_once_it_stands_are_not_its_own(tmp_path, action, told):
    everywhere = {"from_port": 0, "to_port": 0, "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"]}
    values = {"name": "nodes", "description": "Nodes", "egress": [everywhere], "ingress": []}
    group = {
        "address": "aws_security_group.nodes", "mode": "managed", "type": "aws_security_group",
        "name": "nodes", "provider_name": "registry.terraform.io/hashicorp/aws",
    }  # fmt: skip
    before = values if action == "no-op" else None
    change = {"actions": [action], "before": before, "after": values, "after_unknown": {}}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [{**group, "values": values}]}},
        "resource_changes": [{**group, "change": change}],
        "configuration": {"root_module": {"resources": [{**group, "expressions": {}}]}},
    }))  # fmt: skip
    failed = {item.check for item in policy.run_plan(path).findings if item.state == "failed"}
    assert ("CKV_AWS_382" in failed) is told


def test_what_the_files_seem_not_to_have_is_told_from_its_block(workspace, tmp_path):
    module = workspace.root / "terraform/modules/disk/main.tf"
    absent = 'variable "other" {\n  default = null\n}\n'
    count = "  count             = var.other == null ? 1 : 0\n  size "
    module.write_text(absent + MODULE.replace("  size ", count, 1))
    report = policy.run(workspace, "dev", 1, plan=plan(tmp_path, encrypted=False))
    [finding] = [item for item in report.findings if item.check == "CKV_AWS_3"]
    assert (finding.file, finding.line) == ("terraform/modules/disk/main.tf", 7)


# Nothing is scanned twice


def test_what_is_known_is_not_scanned_again(workspace, tmp_path, monkeypatch):
    made = plan(tmp_path)
    first = policy.run(workspace, "dev", 1, plan=made, today=TODAY)
    for name in ("files", "plan"):
        monkeypatch.setattr(scan, name, lambda *_: pytest.fail("scanned again"))
    made.write_text(made.read_text().replace("{", '{"timestamp": "later", ', 1))
    assert policy.run(workspace, "dev", 1, plan=made, today=TODAY) == first
    kept = sorted((workspace.build_dir / "policy").rglob("*.json"))
    assert len(kept) == 3
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}


@pytest.mark.parametrize(
    "changed", ["terraform/modules/disk/main.tf", "terraform/envs/dev/phase-1.tfvars",
                "terraform/policies/new.py"],
)  # fmt: skip
def test_what_has_changed_is_scanned_again(workspace, monkeypatch, changed):
    policy.run(workspace, "dev", 1)
    path = workspace.root / changed
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{path.read_text() if path.exists() else ''}\n# changed\n")
    monkeypatch.setattr(scan, "files", lambda *_: pytest.fail("scanned again"))
    with pytest.raises(pytest.fail.Exception):
        policy.run(workspace, "dev", 1)


def test_findings_by_address_are_those_of_the_last_run(workspace, tmp_path):
    assert policy.findings_by_address(workspace, "dev", 1) == {}
    policy.run(workspace, "dev", 1, plan=plan(tmp_path, encrypted=False), today=TODAY)
    found = policy.findings_by_address(workspace, "dev", 1)
    assert "CKV_AWS_3" in {finding.check for finding in found[DISK]}
    (workspace.root / "terraform/envs/dev/main.tf").write_text(f"{MAIN}locals {{ a = 1 }}\n")
    assert policy.findings_by_address(workspace, "dev", 1) == {}, "of files that are no more"


# The reference engagement


def test_the_root_that_keeps_states_is_held_against_policy():
    report = policy.run_state(Workspace(ROOT), today=TODAY)
    assert not report.failed, policy.as_text(report)
    assert {item.state for item in report.findings} == {"waived"}
    assert report.checked == ("terraform/state",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env", "phase", "untold"), [("dev", 4, set()), ("prod", 10, {"CKV2_AWS_50"})]
)
def test_nothing_fails_in_our_own_files_but_what_the_plan_alone_can_tell(env, phase, untold):
    """checkov can't work out from the files that failover follows the number of Redis nodes."""
    report = policy.run(Workspace(ROOT), env, phase, today=TODAY)
    failed = {item.check for item in report.findings if item.severity == "error"}
    assert failed == untold, policy.as_text(report)
    assert report.passed > 150
