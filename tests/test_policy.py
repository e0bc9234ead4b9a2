"""Policy: what checkov finds in the files and in a plan, and what is let pass with a reason."""

from __future__ import annotations

import datetime
import json
import logging
import re
import shutil
import socket
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from groundplan import facts, policy
from groundplan.errors import InputError
from groundplan.policy import scan
from groundplan.policy.report import merged
from groundplan.policy.verdicts import Verdict, bare, settle
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
TODAY = datetime.date(2026, 12, 1)
MAIN = """
variable "encrypted" { type = bool }

module "disk" {
  source    = "../../modules/disk"
  encrypted = var.encrypted
}
"""
MODULE = """
variable "encrypted" { type = bool }

resource "aws_ebs_volume" "this" {
  availability_zone = "us-east-1a"
  size              = 8
  encrypted         = var.encrypted
}
"""
DISK = "module.disk.aws_ebs_volume.this"
WAIVER = """
waivers:
  - check: CKV_AWS_3
    resource: module.disk.*
    reason: It holds nothing.
    owner: platform
    expires: 2026-12-31
"""


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    """An environment `dev` of which phase 1 has an open disk, and phase 2 an encrypted one."""
    files = {
        "envs/dev/main.tf": MAIN,
        "envs/dev/phase-1.tfvars": "encrypted = false\n",
        "envs/dev/phase-2.tfvars": "encrypted = true\n",
        "modules/disk/main.tf": MODULE,
    }
    for name, text in files.items():
        path = tmp_path / "terraform" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Workspace(tmp_path)


@pytest.fixture
def waive(workspace):
    def write(text: str) -> None:
        path = workspace.root / policy.WAIVERS
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return write


def states(report: policy.Report) -> dict[tuple[str, str], str]:
    return {(item.check, item.resource): item.state for item in report.findings}


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


# The plan


AWS = {"mode": "managed", "provider_name": "registry.terraform.io/hashicorp/aws"}
KEY = {**AWS, "address": "aws_kms_key.this", "type": "aws_kms_key", "name": "this"}
VOLUME = {**AWS, "address": DISK, "type": "aws_ebs_volume", "name": "this"}
KEYS_ARN = {"references": ["aws_kms_key.this.arn", "aws_kms_key.this"]}


def plan(tmp_path: Path, *, encrypted: bool = True, own_key: bool = False) -> Path:
    """`terraform show -json` of a disk, encrypted with a key of its own or with AWS's."""
    disk = {**VOLUME, "values": {"size": 8, "encrypted": encrypted}}
    settings = {"kms_key_id": {"references": ["var.key"]}} if own_key else {}
    module = {"resources": [{**VOLUME, "address": "aws_ebs_volume.this", "expressions": settings}]}
    document = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {
            "root_module": {
                "resources": [{**KEY, "values": {}}],
                "child_modules": [{"address": "module.disk", "resources": [disk]}],
            }
        },
        "resource_changes": [
            _change(KEY, {}),
            _change({**VOLUME, "module_address": "module.disk"}, disk["values"]),
        ],
        "configuration": {
            "root_module": {
                "resources": [{**KEY, "expressions": {}}],
                "module_calls": {"disk": {"module": module, "expressions": {"key": KEYS_ARN}}},
            }
        },
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    return path


def standing(tmp_path: Path, before: dict[str, object], after: dict[str, object]) -> Path:
    """The plan of a disk that is there already."""
    path = plan(tmp_path)
    document = json.loads(path.read_text())
    document["planned_values"]["root_module"]["child_modules"][0]["resources"][0]["values"] = after
    actions = ["no-op"] if before == after else ["update"]
    document["resource_changes"][1]["change"] = {
        "actions": actions, "before": before, "after": after, "after_unknown": {},
    }  # fmt: skip
    path.write_text(json.dumps(document))
    return path


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


def _change(item: dict[str, str], after: object) -> dict[str, object]:
    unknown = {"id": True, "arn": True, "kms_key_id": True}
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
    return {**item, "change": change}


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


# Waivers


def test_a_waiver_lets_a_finding_pass_and_says_why(workspace, waive):
    waive(WAIVER)
    report = policy.run(workspace, "dev", 1, today=TODAY)
    [finding] = [item for item in report.findings if item.check == "CKV_AWS_3"]
    assert (finding.state, finding.severity) == ("waived", "warning")
    assert finding.reason == "It holds nothing. (platform, until 2026-12-31)"


def test_a_waiver_ends_with_its_last_day(workspace, waive):
    waive(WAIVER)
    report = policy.run(workspace, "dev", 1, today=datetime.date(2027, 1, 1))
    found = states(report)
    assert found["CKV_AWS_3", DISK] == "failed"
    assert found["CKV_AWS_3", "module.disk.*"] == "expired"
    [ended] = [item for item in report.findings if item.state == "expired"]
    assert (ended.file, ended.line) == ("terraform/waivers.yaml", 3)


def test_a_waiver_of_what_is_gone_or_passes_fails(workspace, waive, tmp_path):
    waive(WAIVER.replace("module.disk.*", "module.tape.*"))
    report = policy.run(workspace, "dev", 1, today=TODAY)
    assert states(report)["CKV_AWS_3", "module.tape.*"] == "unused"
    waive(WAIVER)
    passing = plan(tmp_path, encrypted=True)
    for phase in (1, 2):  # in the first, the files alone would fail: the plan knows better
        report = policy.run(workspace, "dev", phase, plan=passing, today=TODAY)
        assert states(report)["CKV_AWS_3", "module.disk.*"] == "unused"


def test_a_waiver_of_a_check_that_there_is_not_fails(workspace, waive, tmp_path):
    waive(WAIVER.replace("CKV_AWS_3", "CKV_AWS_99999"))
    report = policy.run(workspace, "dev", 2, plan=plan(tmp_path), today=TODAY)
    assert states(report)["CKV_AWS_99999", "module.disk.*"] == "unused"


def test_a_waiver_of_what_another_one_waives_fails(workspace, waive, tmp_path):
    again = WAIVER.partition("waivers:\n")[2].replace("module.disk.*", "'*.aws_ebs_volume.*'")
    waive(WAIVER + again)
    report = policy.run(workspace, "dev", 1, plan=plan(tmp_path, encrypted=False), today=TODAY)
    found = states(report)
    assert found["CKV_AWS_3", DISK] == "waived"
    assert found["CKV_AWS_3", "*.aws_ebs_volume.*"] == "unused"
    assert ("CKV_AWS_3", "module.disk.*") not in found


def test_a_comment_is_no_waiver(workspace, waive, tmp_path):
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text(MODULE.replace("  size ", "  #checkov:skip=CKV_AWS_3:no\n  size "))
    for made in (None, plan(tmp_path, encrypted=False), plan(tmp_path, encrypted=True)):
        report = policy.run(workspace, "dev", 1, plan=made, today=TODAY)
        [finding] = [item for item in report.findings if item.check == "CKV_AWS_3"]
        assert finding.state == "failed"
        assert "skipped by a comment" in finding.message
    waive(WAIVER)
    assert states(policy.run(workspace, "dev", 1, today=TODAY))["CKV_AWS_3", DISK] == "waived"


@pytest.mark.parametrize("where", ["environments: [prod]", "phases: [2]"])
def test_a_waiver_counts_only_where_and_when_it_is_given(workspace, waive, where):
    waive(f"{WAIVER}    {where}\n")
    found = states(policy.run(workspace, "dev", 1, today=TODAY))
    assert found["CKV_AWS_3", DISK] == "failed"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("owner: platform", "", 3, "owner"),
        ("    owner:", "    size: 3\n    owner:", 6, "size"),
        ("2026-12-31", "soon", 7, "expires"),
        ("It holds nothing.", "''", 5, "reason"),
        ("CKV_AWS_3", "encrypted", 3, "check"),
    ],
)
def test_a_waiver_that_is_none_is_refused_with_its_line(waive, workspace, old, new, line, said):  # noqa: PLR0917
    waive(WAIVER.replace(old, new))
    with pytest.raises(InputError, match=said) as caught:
        policy.run(workspace, "dev", 1)
    assert caught.value.line == line


# Policies of one's own

TAGS = {"Client": "a", "Environment": "prod", "ManagedBy": "terraform", "Owner": "b"}
DEV = {**TAGS, "Environment": "dev"}
ALLOWED = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::a/*"}
ALL = {"Resource": "*"}
ORG = {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}
TLS = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}
ADMIN = {
    "policy_arn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    "access_scope": [{"type": "cluster"}],
}


def document(**statement: object) -> str:
    return json.dumps({"Statement": [{**ALLOWED, **statement}]})


ISSUER = "token.actions.githubusercontent.com"


def trust(subject: str, *, operator: str = "StringEquals", audience: str = "sts.amazonaws.com"):
    return document(
        Principal={"Federated": f"arn:aws:iam::1:oidc-provider/{ISSUER}"},
        Condition={operator: {f"{ISSUER}:aud": audience, f"{ISSUER}:sub": [subject]}},
    )


CLEAR = {
    "Effect": "Deny", "Principal": "*", "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}  # fmt: skip
OWN = [  # the policy, the type, what passes, what fails
    ("GP_REQUIRED_TAGS", "aws_sqs_queue", {}, {"tags_all": {**TAGS, "Owner": ""}}),
    ("GP_REQUIRED_TAGS", "aws_vpc", {}, {"tags_all": None}),
    ("GP_PUBLIC_DATABASE", "aws_db_instance", {"publicly_accessible": False},
     {"publicly_accessible": True}),
    ("GP_OPEN_DATABASE_PORT", "aws_vpc_security_group_ingress_rule",
     {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
     {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 3300, "to_port": 3310}),
    ("GP_OPEN_DATABASE_PORT", "aws_vpc_security_group_ingress_rule",
     {"cidr_ipv4": "10.0.0.0/8", "ip_protocol": "-1"}, {"cidr_ipv6": "::/0", "ip_protocol": "-1"}),
    ("GP_OPEN_DATABASE_PORT", "aws_security_group_rule",
     {"type": "egress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "-1"},
     {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "tcp", "from_port": 6379,
      "to_port": 6379}),
    ("GP_WILDCARD_IAM", "aws_iam_policy", {"policy": json.dumps({"Statement": [ALLOWED]})},
     {"policy": json.dumps({"Statement": [ALLOWED, {**ALLOWED, "Action": "s3:*"}]})}),
    ("GP_WILDCARD_IAM", "aws_iam_role_policy",
     {"policy": json.dumps({"Statement": [{**ALLOWED, "Effect": "Deny", "Action": "*"}]})},
     {"policy": json.dumps({"Statement": {"Effect": "Allow", "NotAction": "s3:*"}})}),
    ("GP_WILDCARD_IAM", "aws_kms_key_policy",
     {"policy": json.dumps({"Statement": [{**ALLOWED, "Action": "kms:*",
                                           "Principal": {"AWS": "arn:aws:iam::1:root"}}]})},
     {"policy": json.dumps({"Statement": [{**ALLOWED, "Principal": "*"}]})}),
    ("GP_SPOT_NODES", "aws_eks_node_group", {"capacity_type": "SPOT", "tags_all": DEV},
     {"capacity_type": "SPOT"}),
    ("GP_SPOT_NODES", "aws_launch_template", {"instance_market_options": []},
     {"instance_market_options": [{"market_type": "spot"}]}),
    ("GP_ENCRYPTION", "aws_db_instance", {"storage_encrypted": True}, {"storage_encrypted": False}),
    ("GP_ENCRYPTION", "aws_elasticache_replication_group",
     {"at_rest_encryption_enabled": "true", "transit_encryption_enabled": True},
     {"at_rest_encryption_enabled": "true"}),
    ("GP_ENCRYPTED_DISKS", "aws_launch_template",
     {"block_device_mappings": [{"ebs": [{"encrypted": "true"}]}]},
     {"block_device_mappings": [{"ebs": [{"encrypted": "false"}]}]}),
    ("GP_DELETION_PROTECTION", "aws_db_instance", {"deletion_protection": True},
     {"deletion_protection": False}),
    ("GP_DELETION_PROTECTION", "aws_db_instance", {"deletion_protection": False, "tags_all": DEV},
     {}),
    ("GP_DELETION_PROTECTION", "aws_ecr_repository", {"force_delete": False},
     {"force_delete": True}),
    ("GP_OPEN_DATABASE_PORT", "aws_vpc_security_group_ingress_rule",
     {"cidr_ipv4": "198.51.100.0/24", "ip_protocol": "tcp", "from_port": 3306, "to_port": 3306},
     {"cidr_ipv4": "128.0.0.0/1", "ip_protocol": "tcp", "from_port": 3306, "to_port": 3306}),
    ("GP_MYSQL_PARAMETERS", "aws_db_instance", {"engine": "mysql", "parameter_group_name": "shop"},
     {"engine": "mysql", "parameter_group_name": "default.mysql8.4"}),
    ("GP_BUCKET_TLS", "aws_s3_bucket_policy", {"policy": document(**CLEAR)},
     {"policy": document(**CLEAR, Resource="a").replace("false", "true")}),
    ("GP_BUCKET_TLS", "aws_s3_bucket_policy",
     {"policy": document(Effect="Deny", Principal={"AWS": "*"}, Action=["s3:*"],
                         Condition={"Bool": {"aws:SecureTransport": [False]}})},
     {"policy": document(Effect="Deny", Principal="*", Action="s3:DeleteBucket")}),
    ("GP_OPEN_EGRESS", "aws_vpc_security_group_egress_rule",
     {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
     {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"}),
    ("GP_OPEN_EGRESS", "aws_security_group_rule",
     {"type": "egress", "cidr_blocks": ["10.0.0.0/8"], "protocol": "-1"},
     {"type": "egress", "cidr_blocks": ["0.0.0.0/0"], "protocol": "tcp", "from_port": 0,
      "to_port": 65535}),
    ("GP_FLOW_LOGS", "aws_flow_log", {"traffic_type": "ALL"}, {"traffic_type": "REJECT"}),
    ("GP_BUDGET_TOLD", "aws_budgets_budget",
     {"notification": [{"threshold": 80, "subscriber_email_addresses": ["a@b.example"]}]},
     {"notification": [{"threshold": 80}]}),
    ("GP_BUDGET_TOLD", "aws_budgets_budget",
     {"notification": [{"threshold": 100, "subscriber_sns_topic_arns": ["arn:aws:sns:a"]}]},
     {"notification": [{"threshold": 900, "subscriber_email_addresses": ["a@b.example"]}]}),
    ("GP_OPEN_PORT", "aws_vpc_security_group_ingress_rule",
     {"cidr_ipv6": "fc00::/7", "ip_protocol": "tcp", "from_port": 22, "to_port": 22},
     {"cidr_ipv6": "2000::/3", "ip_protocol": "tcp", "from_port": 22, "to_port": 22}),
    ("GP_MANAGED_PASSWORD", "aws_db_instance", {"manage_master_user_password": True},
     {"password": "given"}),
    ("GP_MANAGED_PASSWORD", "aws_rds_cluster", {}, {"master_password": "given"}),
    ("GP_CLUSTER_ENDPOINT", "aws_eks_cluster",
     {"vpc_config": [{"endpoint_private_access": True, "endpoint_public_access": False}]},
     {"vpc_config": [{"endpoint_private_access": False, "endpoint_public_access": False}]}),
    ("GP_CLUSTER_ENDPOINT", "aws_eks_cluster",
     {"vpc_config": [{"endpoint_private_access": True, "endpoint_public_access": True,
                      "public_access_cidrs": ["203.0.113.0/28"]}]},
     {"vpc_config": [{"endpoint_private_access": True, "endpoint_public_access": True,
                      "public_access_cidrs": ["0.0.0.0/1", "128.0.0.0/1"]}]}),
    ("GP_NODE_COUNT", "aws_eks_node_group", {"scaling_config": [{"min_size": 2}]},
     {"scaling_config": [{"min_size": 1}]}),
    ("GP_NODE_COUNT", "aws_eks_node_group",
     {"scaling_config": [{"min_size": 1}], "tags_all": DEV}, {"scaling_config": []}),
    ("GP_ALARM_ACTIONS", "aws_cloudwatch_metric_alarm",
     {"alarm_actions": ["arn:aws:sns:us-east-1:1:topic"]}, {"alarm_actions": []}),
    ("GP_ALARM_ACTIONS", "aws_cloudwatch_composite_alarm",
     {"alarm_actions": ["arn:aws:sns:us-east-1:1:topic"], "actions_enabled": True},
     {"alarm_actions": ["arn:aws:sns:us-east-1:1:topic"], "actions_enabled": False}),
    ("GP_FINAL_SNAPSHOT", "aws_db_instance", {"skip_final_snapshot": False},
     {"skip_final_snapshot": True}),
    ("GP_FINAL_SNAPSHOT", "aws_rds_cluster", {"skip_final_snapshot": True, "tags_all": DEV},
     {"skip_final_snapshot": "true"}),
    ("GP_BACKUPS", "aws_db_instance",
     {"backup_retention_period": 7, "delete_automated_backups": False},
     {"backup_retention_period": 6, "delete_automated_backups": False}),
    ("GP_BACKUPS", "aws_db_instance", {"backup_retention_period": 1, "tags_all": DEV},
     {"backup_retention_period": 30}),
    ("GP_BACKUPS", "aws_rds_cluster", {"backup_retention_period": 1, "tags_all": DEV},
     {"tags_all": DEV}),
    ("GP_MYSQL_TLS", "aws_db_parameter_group",
     {"family": "mysql8.4", "parameter": [{"name": "log_output", "value": "FILE"},
                                          {"name": "require_secure_transport", "value": "ON"}]},
     {"family": "mysql8.4", "parameter": [{"name": "require_secure_transport", "value": "0"}]}),
    ("GP_OPEN_PORT", "aws_vpc_security_group_ingress_rule",
     {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
     {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 80, "to_port": 443}),
    ("GP_OPEN_PORT", "aws_security_group",
     {"ingress": [{"cidr_blocks": ["10.0.0.0/8"], "from_port": 22, "to_port": 22}]},
     {"ingress": [{"cidr_blocks": ["10.0.0.0/8"], "from_port": 22, "to_port": 22},
                  {"cidr_blocks": ["0.0.0.0/0"], "from_port": 22, "to_port": 22}]}),
    ("GP_WILDCARD_IAM", "aws_kms_key_policy", {"policy": document(Principal={"AWS": "*"}, **ORG)},
     {"policy": document(Principal={"AWS": "*"}, **TLS)}),
    ("GP_WILDCARD_IAM", "aws_s3_bucket_policy",
     {"policy": document(Effect="Deny", Principal="*", Action="s3:*")},
     {"policy": document(Principal="*", Action="s3:*", Condition={
         "StringNotEquals": {"aws:SourceAccount": "1"}})}),
    ("GP_WILDCARD_IAM", "aws_iam_role_policy", {"policy": document(Action="ec2:Describe*", **ALL)},
     {"policy": document(Action=["autoscaling:Delete*", "ec2:Terminate*"], **ALL)}),
    ("GP_WILDCARD_IAM", "aws_iam_policy", {"policy": document(Action="ec2:Create*", **ORG, **ALL)},
     {"policy": document(NotResource="arn:aws:s3:::a")}),
    ("GP_WILDCARD_IAM", "aws_iam_role",
     {"assume_role_policy": document(Principal={"Service": "ec2.amazonaws.com"})},
     {"assume_role_policy": document(Principal={"AWS": ["*"]})}),
    ("GP_WILDCARD_IAM", "aws_sqs_queue", {"policy": document(Principal={"AWS": "1"})},
     {"policy": document(Principal="*", Condition={"ArnLike": {"aws:SourceArn": "*"}})}),
    ("GP_BOUND_RIGHTS", "aws_iam_role_policy",
     {"policy": document(Action="iam:PassRole", Condition={
         "StringEquals": {"iam:PassedToService": "eks.amazonaws.com"}})},
     {"policy": document(Action="iam:Pass*", Condition={
         "StringEquals": {"aws:ResourceTag/a": "b"}})}),
    ("GP_BOUND_RIGHTS", "aws_iam_policy",
     {"policy": document(Action="iam:AttachRolePolicy", Condition={
         "ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/service-role/*"}})},
     {"policy": document(Action="iam:AttachRolePolicy", Condition={
         "ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/*"}})}),
    ("GP_MANAGED_RIGHTS", "aws_iam_role_policy_attachment",
     {"policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
     {"policy_arn": "arn:aws-cn:iam::aws:policy/AdministratorAccess"}),
    ("GP_MANAGED_RIGHTS", "aws_iam_role",
     {"managed_policy_arns": ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"]},
     {"managed_policy_arns": ["arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
                              "arn:aws:iam::aws:policy/AmazonS3FullAccess"]}),
    ("GP_SESSION_LENGTH", "aws_iam_role", {"max_session_duration": 3600},
     {"max_session_duration": 43200}),
    ("GP_GITHUB_APPROVAL", "aws_iam_role",
     {"name": "shop-apply", "assume_role_policy": trust("repo:a/b:environment:prod")},
     {"name": "shop-apply", "assume_role_policy": trust("repo:a/b:ref:refs/heads/main")}),
    ("GP_GITHUB_APPROVAL", "aws_iam_role",
     {"name": "shop-plan", "assume_role_policy": trust("repo:a/b:pull_request")},
     {"name": "shop-deploy", "assume_role_policy": trust("repo:a/b:environment:*")}),
    ("GP_GITHUB_TRUST", "aws_iam_role", {"assume_role_policy": trust("repo:a/b:pull_request")},
     {"assume_role_policy": trust("repo:a/b:pull_request", operator="StringEqualsIfExists")}),
    ("GP_GITHUB_TRUST", "aws_iam_role",
     {"assume_role_policy": document(Principal={"Service": "ec2.amazonaws.com"})},
     {"assume_role_policy": trust("repo:a/b:pull_request", audience="https://github.com/a")}),
    ("GP_GITHUB_TRUST", "aws_iam_openid_connect_provider",
     {"url": f"https://{ISSUER}", "client_id_list": ["sts.amazonaws.com"]},
     {"url": f"https://{ISSUER}", "client_id_list": ["sts.amazonaws.com", "https://a.example"]}),
    ("GP_CLUSTER_ADMIN", "aws_eks_access_policy_association",
     {"principal_arn": "arn:aws:iam::1:role/operators", **ADMIN}, ADMIN),
    ("GP_CLUSTER_ADMIN", "aws_eks_access_policy_association",
     {**ADMIN, "access_scope": [{"type": "namespace", "namespaces": ["shop"]}]},
     {**ADMIN, "policy_arn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy"}),
    ("GP_NODE_ARCHITECTURE", "aws_eks_node_group",
     {"ami_type": "AL2023_x86_64_STANDARD", "instance_types": ["t3.large", "g4dn.xlarge"]},
     {"ami_type": "AL2023_ARM_64_STANDARD", "instance_types": ["t3.large", "t3a.large"]}),
    ("GP_NODE_ARCHITECTURE", "aws_eks_node_group",
     {"ami_type": "BOTTLEROCKET_ARM_64", "instance_types": ["t4g.large", "c7gn.large"]},
     {"ami_type": "AL2023_x86_64_STANDARD", "instance_types": ["t3.large", "m7gd.large"]}),
    ("GP_KEY_WINDOW", "aws_kms_key", {}, {"deletion_window_in_days": 7}),
    ("GP_KEY_WINDOW", "aws_kms_key", {"deletion_window_in_days": 7, "tags_all": DEV},
     {"deletion_window_in_days": 13}),
    ("GP_MAINTENANCE_WINDOW", "aws_db_instance", {"apply_immediately": False},
     {"apply_immediately": True}),
    ("GP_MAINTENANCE_WINDOW", "aws_elasticache_replication_group",
     {"apply_immediately": True, "tags_all": DEV}, {"apply_immediately": "true"}),
    ("GP_BUDGET_SCOPE", "aws_budgets_budget",
     {"cost_filter": [{"name": "TagKeyValue", "values": ["user:Environment$prod"]}]},
     {"cost_filter": [{"name": "TagKeyValue",
                       "values": ["user:Client$a", "user:Environment$dev"]}]}),
]  # fmt: skip


def held(
    tmp_path: Path,
    *resources: tuple[str, dict[str, object]],
    env: str = "prod",
    told: dict[str, object] | None = None,
) -> dict[tuple[str, str], str]:
    """What our own policies say of a plan of these resources, by policy and address.

    `told`: the expressions in their blocks.
    """
    items = []
    for address, values in resources:
        type_, name = address.split(".")
        item = {**AWS, "address": address, "type": type_, "name": name}
        items.append({**item, "values": {"tags_all": TAGS, **values}})
    changes = [_change({k: v for k, v in i.items() if k != "values"}, i["values"]) for i in items]
    for change in changes:
        change["change"]["after_unknown"] = {}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": items}},
        "resource_changes": changes,
        "configuration": {
            "root_module": {"resources": [{**i, "expressions": told or {}} for i in items]}
        },
    }))  # fmt: skip
    found = scan.plan(path, facts.read(path), ROOT / "terraform/policies", env=env)
    return {(v.check, v.resource): v.result for v in found if v.check.startswith("GP_")}


@pytest.mark.parametrize(("check", "type_", "passing", "failing"), OWN)
def test_each_of_our_own_policies_passes_and_fails(tmp_path, check, type_, passing, failing):
    found = held(tmp_path, (f"{type_}.good", passing), (f"{type_}.bad", failing))
    assert found[check, f"{type_}.good"] == "passed"
    assert found[check, f"{type_}.bad"] == "failed"


@pytest.mark.parametrize(
    ("tags", "gateways", "result"),
    [(DEV, 1, "passed"), (DEV, 2, "failed"), (TAGS, 2, "passed"), (TAGS, 1, "failed"),
     (TAGS, 0, "passed")],
)  # fmt: skip
def test_dev_has_one_nat_gateway_and_prod_one_in_each_zone(tmp_path, tags, gateways, result):
    zones = [(f"aws_subnet.{zone}", {"availability_zone": f"eu-1{zone}"}) for zone in "ab"]
    nat = [(f"aws_nat_gateway.{number}", {}) for number in range(gateways)]
    found = held(tmp_path, ("aws_vpc.main", {"tags_all": tags}), *zones, *nat)
    assert found["GP_NAT_COUNT", "aws_vpc.main"] == result


def test_where_the_environment_is_not_known_only_what_holds_in_all_of_them_is_asked(tmp_path):
    bare = {"tags_all": {}, "skip_final_snapshot": True, "publicly_accessible": True}
    asked = held(tmp_path, ("aws_db_instance.bad", bare), env="")
    assert asked["GP_PUBLIC_DATABASE", "aws_db_instance.bad"] == "failed"
    by_environment = {
        "GP_FINAL_SNAPSHOT",
        "GP_DELETION_PROTECTION",
        "GP_BACKUPS",
        "GP_REQUIRED_TAGS",
    }
    assert {check for check, _ in asked}.isdisjoint(by_environment)
    assert by_environment <= {check for check, _ in held(tmp_path, ("aws_db_instance.bad", bare))}


def test_the_policies_of_a_workspace_are_asked_about_any_plan(workspace, tmp_path):
    own = workspace.root / "terraform/policies"
    shutil.copytree(ROOT / "terraform/policies", own)
    (own / "small.py").write_text(
        "from groundplan.policy.custom import policy\n\n"
        '@policy("GP_SMALL", "Small", "aws_ebs_volume")\n'
        "def small(volume):\n"
        '    return volume.get("size") < 8\n'
    )
    made = plan(tmp_path)
    assert states(policy.run_plan(made, workspace))["GP_SMALL", DISK] == "failed"
    assert ("GP_SMALL", DISK) not in states(policy.run_plan(made))


@pytest.mark.parametrize(
    ("token", "state"), [('"typed-in-here-1234"', "failed"), ("var.token", None), ("null", None)]
)
def test_a_password_that_is_typed_is_seen_and_one_of_a_variable_let_pass(workspace, token, state):
    shutil.copytree(ROOT / "terraform/policies", workspace.root / "terraform/policies")
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text(f"""{MODULE}
variable "token" {{
  type      = string
  sensitive = true
}}

resource "aws_elasticache_replication_group" "this" {{
  auth_token = {token}
}}
""")
    found = states(policy.run(workspace, "dev", 1))
    address = "module.disk.aws_elasticache_replication_group.this"
    assert found.get(("GP_MANAGED_PASSWORD", address)) == state


def test_every_policy_of_our_own_is_tested_both_ways():
    declared = [
        line
        for path in (ROOT / "terraform/policies").glob("*.py")
        for line in re.findall(r'"(GP_\w+)"', path.read_text())
    ]
    apart = {"GP_NAT_COUNT", "GP_NO_BLIND_EYE", "GP_NO_COMMANDS", "GP_OTHER_ACCOUNT"}
    assert {*declared} == {check for check, *_ in OWN} | apart


def test_wide_rights_are_seen_in_the_files_where_the_plan_cannot_tell(workspace):
    (workspace.root / "terraform/policies").mkdir()
    shutil.copy(ROOT / "terraform/policies/iam.py", workspace.root / "terraform/policies")
    module = workspace.root / "terraform/modules/disk/main.tf"
    statement = '{ Effect = "Allow", Action = "ec2:*", Resource = aws_ebs_volume.this.arn }'
    module.write_text(f"""{MODULE}
resource "aws_iam_policy" "this" {{
  policy = jsonencode({{ Statement = [{statement}] }})
}}
""")
    found = states(policy.run(workspace, "dev", 1))
    assert found["GP_WILDCARD_IAM", "module.disk.aws_iam_policy.this"] == "failed"


KEY_POLICY = """
resource "aws_kms_key_policy" "this" {{
  key_id = "k"
  policy = jsonencode({{
    Statement = concat([{{
      Effect    = "{effect}"
      Principal = {{ AWS = {who} }}
      Action    = {action}
      Resource  = "*"
    }}], [])
  }})
}}
"""
RIGHTS = """
resource "aws_iam_role_policy" "this" {{
  role   = "r"
  policy = jsonencode({{
    Statement = [{{ Effect = "{effect}", Action = {action}, {where} }}]
  }})
}}
"""
NODES = """
resource "aws_iam_role_policy_attachment" "this" {{
  role       = "r"
  policy_arn = "arn:${{aws_ebs_volume.this.arn}}:iam::aws:policy/{name}"
}}
"""


@pytest.mark.parametrize(
    ("block", "check", "state"),
    [
        (KEY_POLICY.format(effect="Allow", who='"*"', action='"kms:*"'), "WILDCARD_IAM", "failed"),
        (KEY_POLICY.format(effect="Deny", who='"*"', action='"kms:*"'), "WILDCARD_IAM", None),
        (KEY_POLICY.format(effect="Allow", who='"${var.encrypted}:root"', action='"kms:*"'),
         "WILDCARD_IAM", None),
        (RIGHTS.format(effect="Allow", action='["ec2:Terminate*"]', where='Resource = "*"'),
         "WILDCARD_IAM", "failed"),
        (RIGHTS.format(effect="Allow", action='"s3:Get"', where="NotResource = var.encrypted"),
         "WILDCARD_IAM", "failed"),
        (RIGHTS.format(effect="Allow", action='["iam:Pass*"]', where="Resource = var.encrypted"),
         "BOUND_RIGHTS", "failed"),
        (RIGHTS.format(effect="Deny", action='["iam:Pass*"]', where="Resource = var.encrypted"),
         "BOUND_RIGHTS", None),
        (NODES.format(name="AdministratorAccess"), "MANAGED_RIGHTS", "failed"),
        (NODES.format(name="ReadOnlyAccess"), "MANAGED_RIGHTS", None),
    ],
)  # fmt: skip
def test_rights_are_judged_from_the_files_where_a_part_is_computed(workspace, block, check, state):
    shutil.copytree(ROOT / "terraform/policies", workspace.root / "terraform/policies")
    (workspace.root / "terraform/modules/disk/main.tf").write_text(MODULE + block)
    found = {name: told for (name, _), told in states(policy.run(workspace, "dev", 1)).items()}
    assert found.get(f"GP_{check}") == state


def test_who_applies_needs_approval_and_who_plans_does_not(workspace):
    shutil.copytree(ROOT / "terraform/policies", workspace.root / "terraform/policies")
    module = workspace.root / "terraform/modules/disk/main.tf"
    block = """
locals {{
  issuer = "token.actions.githubusercontent.com"
  roles  = {{ plan = {{ who = ["repo:a/b:pull_request"] }}, apply = {{ who = ["{who}"] }} }}
}}

resource "aws_iam_role" "this" {{
  for_each           = local.roles
  name               = "${{var.encrypted}}-${{each.key}}"
  assume_role_policy = jsonencode({{ Statement = [{{
    Effect    = "Allow"
    Principal = {{ Federated = aws_ebs_volume.this.arn }}
    Condition = {{ StringEquals = {{ "${{local.issuer}}:sub" = each.value.who }} }}
  }}] }})
}}
"""
    for who, told in (("environment:prod", set()), ("ref:refs/heads/main", {'this["apply"]'})):
        module.write_text(MODULE + block.format(who=f"repo:a/b:{who}"))
        found = policy.run(workspace, "dev", 1).findings
        roles = {item.resource for item in found if item.check == "GP_GITHUB_APPROVAL"}
        assert roles == {f"module.disk.aws_iam_role.{name}" for name in told}


def test_rights_that_neither_plan_nor_files_tell_are_unknown_and_not_passed(tmp_path):
    # What an unknown value refers to stands in checkov's plan in its place.
    partition = {"references": ["data.aws_partition.current.partition"]}
    told = {"policy": partition, "policy_arn": partition}
    inline = {"inline_policy": [{"policy": document()}]}
    within = {"assume_role_policy": document(Principal={"AWS": "1"}), **inline}
    roles = ("aws_iam_role_policy.a", {}), ("aws_iam_role_policy_attachment.a", {})
    found = held(tmp_path, *roles, ("aws_iam_role.a", within), told=told)
    assert found["GP_WILDCARD_IAM", "aws_iam_role.a"] == "unknown"
    assert found["GP_WILDCARD_IAM", "aws_iam_role_policy.a"] == "unknown"
    assert found["GP_BOUND_RIGHTS", "aws_iam_role_policy.a"] == "unknown"
    assert found["GP_MANAGED_RIGHTS", "aws_iam_role_policy_attachment.a"] == "unknown"


def test_a_policy_of_our_own_does_not_pass_what_it_cannot_see(workspace, tmp_path):
    own = workspace.root / "terraform/policies"
    own.mkdir()
    (own / "keys.py").write_text(
        "from groundplan.policy.custom import policy\n\n"
        '@policy("GP_NO_KEY", "No key", "aws_ebs_volume", reads=("kms_key_id",))\n'
        "def no_key(volume):\n"
        '    return volume.get("kms_key_id") is None\n'
    )
    for own_key, told in ((True, "unknown"), (False, None)):  # not set: AWS chooses
        made = plan(tmp_path, own_key=own_key)
        assert states(policy.run_plan(made, workspace)).get(("GP_NO_KEY", DISK)) == told
        # What it refers to stands in checkov's plan then, and is no value.
        made.write_text(made.read_text().replace('"var.key"', '"data.aws_kms_key.this.arn"'))
        assert states(policy.run_plan(made, workspace)).get(("GP_NO_KEY", DISK)) == told


def test_what_files_cannot_tell_counts_only_of_what_is_built():
    def said(result: str, check: str = "GP_A", resource: str = "m.role.this") -> Verdict:
        return Verdict(check, resource, result, "named rights only")

    planned = [said("unknown")]
    assert [v.result for v in settle([said("unknown")], planned)] == ["unknown"]
    assert [v.result for v in settle([said("unknown")], [said("passed", "GP_B")])] == [
        "unknown", "passed",
    ]  # fmt: skip
    assert settle([said("unknown")], []) == ()


def test_of_instances_in_the_files_the_worst_counts():
    told = [Verdict("GP_A", f'role.a["{key}"]', result, "named rights only")
            for key, result in (("a", "failed"), ("b", "passed"))]  # fmt: skip
    planned = Verdict("GP_A", 'role.a["b"]', "unknown", "named rights only")
    assert [item.result for item in settle(told, [planned])] == ["failed"]


def test_a_policy_that_breaks_is_an_error_and_never_a_pass(workspace, tmp_path):
    own = workspace.root / "terraform/policies"
    own.mkdir()
    (own / "bad.py").write_text(
        "from groundplan.policy.custom import policy\n\n"
        '@policy("GP_BAD", "Bad", "aws_ebs_volume")\n'
        "def bad(volume):\n"
        "    return volume.nothing\n"
    )
    with pytest.raises(InputError, match="AttributeError") as caught:
        policy.run(workspace, "dev", 1, plan=plan(tmp_path))
    assert (caught.value.file, caught.value.line) == (own / "bad.py", 5)
    (own / "bad.py").write_text("policy(\n")
    with pytest.raises(InputError, match="syntax error"):
        policy.run(workspace, "dev", 1, plan=plan(tmp_path))
    (own / "bad.py").unlink()
    policy.run(workspace, "dev", 1, plan=plan(tmp_path))


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


# How it is told


@pytest.fixture
def report() -> policy.Report:
    failed = policy.Finding("CKV_1", "failed", 'a.b["<&>"]', "open to all", "main.tf", 3)
    waived = policy.Finding("CKV_2", "waived", "c.d", "not logged", "main.tf", 9, reason="dev")
    return policy.Report(("phase-1.tfvars", "plan.json"), 7, (waived, failed))


def test_as_text_what_failed_comes_first(report):
    assert policy.as_text(report) == (
        'failed  CKV_1         a.b["<&>"]\n'
        "        open to all\n"
        "        main.tf:3\n"
        "waived  CKV_2         c.d\n"
        "        not logged\n"
        "        main.tf:9\n"
        "        dev\n"
        "phase-1.tfvars and plan.json: 7 passed, 1 failed, 1 waived\n"
    )


def test_as_json(report):
    document = json.loads(policy.as_json(report))
    assert document["counts"] == {
        "passed": 7, "failed": 1, "unknown": 0, "expired": 0, "unused": 0,
        "waived": 1,
    }  # fmt: skip
    assert document["findings"][1]["severity"] == "error"


def test_as_sarif_what_is_waived_is_suppressed(report):
    [run] = json.loads(policy.as_sarif(report))["runs"]
    waived, failed = run["results"]
    assert waived["suppressions"] == [{"kind": "external", "justification": "dev"}]
    assert failed["level"] == "error"
    assert failed["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "main.tf"}, "region": {"startLine": 3}}}
    ]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {"CKV_1", "CKV_2"}


def test_as_markdown_what_fails_is_told_and_what_is_waived_folded(report):
    text = policy.as_markdown(report)
    assert text.startswith("### Policy failed\n\n`phase-1.tfvars` and `plan.json`: 7 passed,")
    assert '| failed | CKV_1 | `a.b["<&>"]` | open to all | `main.tf:3` |' in text
    folded = text.partition("<details>")[2]
    assert "| waived | CKV_2 |" in folded
    assert "| waived |" not in text.partition("<details>")[0]


def test_as_markdown_a_comment_has_room_for_it():
    many = [policy.Finding("CKV_1", "failed", f"a.b[{n}]", "open to all") for n in range(2000)]
    many += [policy.Finding("CKV_1", "waived", f"a.b[{n}]", "x" * 9000) for n in range(3)]
    text = policy.as_markdown(policy.Report(("p",), 0, tuple(many)))
    assert len(text) < 14_000
    assert text.count("| failed |") > 50
    left = 2000 - text.count("| failed |")
    assert f"and {left} more" in text
    assert "and 3 more" in text


def test_as_sarif_a_place_is_an_address_in_the_repository(tmp_path, monkeypatch):
    folder = tmp_path / "a b#"
    folder.mkdir()
    path = plan(folder, encrypted=False)
    for here, uri in ((tmp_path, "a%20b%23/plan.json"), (folder, "plan.json")):
        monkeypatch.chdir(here)
        [run] = json.loads(policy.as_sarif(policy.run_plan(path)))["runs"]
        places = [place for result in run["results"] for place in result["locations"]]
        assert {p["physicalLocation"]["artifactLocation"]["uri"] for p in places} == {uri}
    elsewhere = policy.Finding("CKV_1", "failed", "a.b", "open", "/a b/main.tf")
    [run] = json.loads(policy.as_sarif(policy.Report(("p",), 0, (elsewhere,))))["runs"]
    [place] = run["results"][0]["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "file:///a%20b/main.tf"


def test_what_several_phases_find_alike_is_told_once(workspace, tmp_path):
    made = plan(tmp_path, own_key=True)
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text(f'{MODULE}\nresource "aws_sqs_queue" "this" {{\n  name = "a"\n}}\n')
    report = policy.run_all(workspace, "dev", {1: made, 2: made})
    assert report.checked == ("dev, phase 1, 2",)
    found = {(item.check, item.resource): item for item in report.findings}
    assert found["CKV_AWS_27", "module.disk.aws_sqs_queue.this"].phases == ()
    assert len(found) == len(report.findings)
    alone = policy.run(workspace, "dev", 1, plan=made)
    assert report.passed == 2 * alone.passed


def test_a_finding_of_one_phase_says_which(report):
    both = merged("dev", {2: report, 3: replace(report, findings=report.findings[:1])})
    assert both.checked == ("dev, phase 2, 3",)
    assert [item.phases for item in both.findings] == [(), (2,)]
    for form in (policy.as_text, policy.as_sarif, policy.as_junit, policy.as_markdown):
        told = form(both).replace("phase 2, 3", "")
        assert told.count("phase 2") == 1


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


def test_the_root_that_keeps_states_is_held_against_policy():
    report = policy.run_state(Workspace(ROOT), today=TODAY)
    assert not report.failed, policy.as_text(report)
    assert {item.state for item in report.findings} == {"waived"}
    assert report.checked == ("terraform/state",)


def test_as_markdown_nothing_in_a_name_is_markup():
    hostile = policy.Finding("CKV_1", "failed", "a.b[`|\n<b>`]", "<script>|\n[x](y) @all")
    text = policy.as_markdown(policy.Report(("p",), 0, (hostile,)))
    [row] = [line for line in text.splitlines() if line.startswith("| failed")]
    assert "<script>" not in row
    assert row.replace("\\|", "").count("|") == 6
    assert "@all" not in row


HOSTILE = (
    "<script>alert(1)</script>", "'\"`|]]>", "two\nlines\r", "x" * 10_000, "../../etc/passwd",
    "\u202egnp.exe", "\x1b[2J\x07\x00", "\u2028",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_in_a_plan_are_harmless_in_every_form(tmp_path, name):
    disk = {**VOLUME, "address": f"aws_ebs_volume.this[{json.dumps(name)}]", "index": name}
    values = {"size": 8, "encrypted": False, "tags_all": {"Name": name}}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": [{**disk, "values": values}]}},
        "resource_changes": [{**disk, "change": change}],
        "configuration": {"root_module": {"resources": [{**disk, "expressions": {}}]}},
    }))  # fmt: skip
    report = policy.run_plan(path)
    assert report.failed
    forms = [policy.as_text, policy.as_json, policy.as_sarif, policy.as_junit, policy.as_markdown]
    text, plain, sarif, junit, markdown = (form(report) for form in forms)
    for said in (text, plain, sarif, junit, markdown):
        assert all(letter.isprintable() or letter == "\n" for letter in said), ascii(said)
        said.encode()
    results = json.loads(sarif)["runs"][0]["results"]
    cases = ET.fromstring(junit).findall("testcase")  # noqa: S314
    rows = [line for line in markdown.splitlines() if line.startswith("| failed")]
    assert len(json.loads(plain)["findings"]) == len(results) == len(cases) - 1 == len(rows)
    assert {row.replace("\\|", "").count("|") for row in rows} == {6}
    assert {row.count("`") % 2 for row in rows} == {0}


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


def test_as_junit_the_numbers_add_up(report):
    suite = ET.fromstring(policy.as_junit(report))  # noqa: S314
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    assert [len(suite.findall(f".//{kind}")) for kind in ("failure", "skipped")] == [1, 1]


# The reference engagement


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


@pytest.mark.parametrize(
    ("check", "block", "state"),
    [
        ("GP_NO_COMMANDS", 'provisioner "local-exec" {\n    command = "a"\n  }', "failed"),
        ("GP_NO_BLIND_EYE", "lifecycle {\n    ignore_changes = all\n  }", "failed"),
        ("GP_NO_BLIND_EYE", "lifecycle {\n    ignore_changes = [size]\n  }", None),
    ],
)
def test_what_no_plan_tells_is_looked_for_in_the_files(workspace, tmp_path, check, block, state):
    shutil.copytree(ROOT / "terraform/policies", workspace.root / "terraform/policies")
    module = workspace.root / "terraform/modules/disk/main.tf"
    module.write_text(MODULE.replace("size ", f"{block}\n  size ", 1))
    report = policy.run(workspace, "dev", 1, plan=plan(tmp_path))
    assert states(report).get((check, DISK)) == state


@pytest.mark.parametrize(
    ("account", "state"), [("999999999999", "failed"), ("${var.account}", None)]
)
def test_an_account_that_is_named_by_its_number_is_another_one(workspace, account, state):
    shutil.copytree(ROOT / "terraform/policies", workspace.root / "terraform/policies")
    module = workspace.root / "terraform/modules/disk/main.tf"
    trusted = document(Principal={"AWS": f"arn:aws:iam::{account}:root"}, Action="sts:AssumeRole")
    module.write_text(f"""{MODULE}
resource "aws_iam_role" "this" {{
  assume_role_policy = jsonencode({trusted})
}}
""")
    found = states(policy.run(workspace, "dev", 1))
    assert found.get(("GP_OTHER_ACCOUNT", "module.disk.aws_iam_role.this")) == state


def test_what_the_files_seem_not_to_have_is_told_from_its_block(workspace, tmp_path):
    module = workspace.root / "terraform/modules/disk/main.tf"
    absent = 'variable "other" {\n  default = null\n}\n'
    count = "  count             = var.other == null ? 1 : 0\n  size "
    module.write_text(absent + MODULE.replace("  size ", count, 1))
    report = policy.run(workspace, "dev", 1, plan=plan(tmp_path, encrypted=False))
    [finding] = [item for item in report.findings if item.check == "CKV_AWS_3"]
    assert (finding.file, finding.line) == ("terraform/modules/disk/main.tf", 7)
