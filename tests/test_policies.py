"""Policies of our own: what each lets pass and what not, in plans and in files."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from disks import AWS, DISK, MODULE, changed, disks, plan, states
from groundplan import facts, policy
from groundplan.errors import InputError
from groundplan.policy import scan
from groundplan.policy.verdicts import Verdict, settle

ROOT = Path(__file__).parents[1]


@pytest.fixture
def workspace(tmp_path):
    return disks(tmp_path)


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
    changes = [changed({k: v for k, v in i.items() if k != "values"}, i["values"]) for i in items]
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


def test_what_is_not_built_for_want_of_a_setting_is_not_held_against_policy(workspace):
    shutil.copytree(ROOT / "terraform/policies", workspace.root / "terraform/policies")
    block = """
variable "flow_logs" {{
  type    = object({{ traffic = string }})
  default = {default}
}}

resource "aws_flow_log" "this" {{
  count        = var.flow_logs == null ? 0 : 1
  vpc_id       = "vpc-1"
  traffic_type = var.flow_logs.traffic
}}
"""
    for default, told in (("null", set()), ('{ traffic = "REJECT" }', {"failed"})):
        module = workspace.root / "terraform/modules/disk/main.tf"
        module.write_text(MODULE + block.format(default=default))
        found = states(policy.run(workspace, "dev", 1))
        told_of = {state for (check, _), state in found.items() if check == "GP_FLOW_LOGS"}
        assert told_of == told


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
