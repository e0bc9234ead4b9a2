"""The reference engagement's dev, applied for real on the embedded AWS.

In place from phase to phase, as it happens at a client's, because most of the time is the AWS
provider's own waiting: 80 s for each database that is made, 60 s for each that is deleted.
"""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import boto3
import pytest

from groundplan import policy, terraform
from groundplan.errors import RefusedError
from groundplan.policy import gate
from roots import engagement

# On one worker: three applies at a time would only wait for each other.
pytestmark = [pytest.mark.slow, pytest.mark.terraform, pytest.mark.xdist_group("apply")]

# What must outlive every change of phase.
KEPT = (
    "module.network.aws_vpc.this",
    "module.eks.aws_eks_cluster.this",
    'module.eks.aws_eks_node_group.this["general"]',
    "module.mysql.aws_db_instance.this",
)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GROUNDPLAN_CLOUD_PORT", "0")
    return engagement(tmp_path)


def test_every_phase_of_dev_in_place_and_then_nothing_is_left(workspace):
    with terraform.opened(workspace, "dev") as dev:
        untouched = everything(workspace)
        for phase in (1, 2, 3, 4, 5, 6, 2):
            plan = through_the_gate(dev, phase)
            assert not plan.empty
            replaced = {item.address for item in plan.changes if item.action in GONE}
            assert not replaced & set(KEPT), f"phase {phase} does not keep what was there"

            again = dev.plan(phase)

            assert again.changes == (), f"phase {phase} is never finished"
            assert again.empty
            assert dev.is_current(phase)
            held = everything(workspace)
            assert held["databases"] == DATABASES[phase]
            assert held["caches"] == CACHES[phase]

        dev.destroy(2)

        assert dev.plan(2, destroy=True).empty
        assert everything(workspace) == untouched


def test_phases_1_and_3_are_destroyed_straight_and_leave_nothing(tmp_path, monkeypatch):
    """Side by side, because what takes the time is waiting."""
    monkeypatch.setenv("GROUNDPLAN_CLOUD_PORT", "0")
    with ThreadPoolExecutor() as pool:
        places = [engagement(tmp_path / f"phase-{phase}") for phase in (1, 3)]
        for answer in [
            pool.submit(there_and_back, *pair) for pair in zip(places, (1, 3), strict=True)
        ]:
            answer.result()


def test_prod_is_applied_and_destroyed_once_it_may_be_thrown_away(workspace):
    """Its deletion protection would, rightly, refuse the second, and policy lets go of it."""
    with terraform.opened(workspace, "prod") as prod:
        untouched = everything(workspace)
        through_the_gate(prod, 10)

        assert prod.plan(10).empty, "production is never finished"
        held = everything(workspace)
        assert held["databases"] == ["harbour-lane-prod-mysql", "harbour-lane-prod-mysql-read-1"]
        assert held["caches"] == ["harbour-lane-prod-redis"]
        assert len(held["addresses"]) == len(untouched["addresses"]) + 3, "a NAT gateway in each"

        make_disposable(workspace, "prod")
        with pytest.raises(RefusedError, match="GP_DELETION_PROTECTION"):
            through_the_gate(prod, 10)
        waive(workspace, "CKV_AWS_293", "GP_BACKUPS", "GP_DELETION_PROTECTION",
              "GP_FINAL_SNAPSHOT", "GP_KEY_WINDOW", "GP_MAINTENANCE_WINDOW")  # fmt: skip
        assert not any(item.action in GONE for item in through_the_gate(prod, 10).changes)

        prod.destroy(10)

        assert everything(workspace) == untouched


def make_disposable(workspace, env):
    variables = workspace.environment(env) / "terraform.tfvars"
    safe = "disposable  = false"
    assert safe in variables.read_text()
    variables.write_text(variables.read_text().replace(safe, "disposable  = true"))


def waive(workspace, *checks: str):
    """Let these checks pass in prod, with a reason and until tomorrow."""
    tomorrow = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=1)
    with (workspace.root / policy.WAIVERS).open("a") as file:
        for check in checks:
            file.write(f"""
  - check: {check}
    resource: "*"
    environments: [prod]
    reason: Production is given up today; what is in it was copied.
    owner: platform
    expires: {tomorrow}
""")


def through_the_gate(driver, phase):
    """Plan, hold the plan against policy, and apply it, as `groundplan apply` does."""
    with policy.reading(driver.workspace, driver.env, [phase]):
        plan = driver.plan(phase)
    permit, _ = gate.permit(driver, plan)
    driver.apply(plan, permit)
    return plan


def there_and_back(workspace, phase):
    with terraform.opened(workspace, "dev") as dev:
        untouched = everything(workspace)
        plan = dev.plan(phase)
        # checkov bears no two runs at a time in a process.
        dev.apply(plan, terraform.Permit(plan.digest))
        assert everything(workspace)["databases"] == DATABASES[phase]
        dev.destroy(phase)
        assert everything(workspace) == untouched


GONE = {"delete", "replace"}
PRIMARY = ["harbour-lane-dev-mysql"]
REPLICATED = [*PRIMARY, "harbour-lane-dev-mysql-read-1"]
CACHED = ["harbour-lane-dev-redis"]
DATABASES = {phase: PRIMARY if phase < 3 else REPLICATED for phase in range(1, 7)}
CACHES = {phase: [] if phase < 4 else CACHED for phase in range(1, 7)}


@cache
def client(service, url):
    return boto3.client(
        service, endpoint_url=url, region_name="us-east-1",
        aws_access_key_id="000000000000", aws_secret_access_key="embedded",
    )  # fmt: skip


def everything(workspace):
    """The names of what stands in the workspace's embedded AWS, as AWS's own library sees it."""
    endpoint = terraform.cloud(workspace).status()

    def ask(service: str, operation: str, listed: str, name: str) -> list[str]:
        found = getattr(client(service, endpoint.url), operation)()[listed]
        return sorted(item[name] if name else item for item in found)

    return {
        "networks": ask("ec2", "describe_vpcs", "Vpcs", "VpcId"),
        "subnets": ask("ec2", "describe_subnets", "Subnets", "SubnetId"),
        "security groups": ask("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
        "addresses": ask("ec2", "describe_addresses", "Addresses", "AllocationId"),
        "endpoints": ask("ec2", "describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
        "flow logs": ask("ec2", "describe_flow_logs", "FlowLogs", "FlowLogId"),
        "templates": ask(
            "ec2", "describe_launch_templates", "LaunchTemplates", "LaunchTemplateName"
        ),
        "clusters": ask("eks", "list_clusters", "clusters", ""),
        "repositories": ask("ecr", "describe_repositories", "repositories", "repositoryName"),
        "databases": ask("rds", "describe_db_instances", "DBInstances", "DBInstanceIdentifier"),
        "caches": ask(
            "elasticache", "describe_replication_groups", "ReplicationGroups", "ReplicationGroupId"
        ),
        "secrets": ask("secretsmanager", "list_secrets", "SecretList", "Name"),
        "roles": ask("iam", "list_roles", "Roles", "RoleName"),
        "issuers": ask("iam", "list_open_id_connect_providers", "OpenIDConnectProviderList", "Arn"),
        "log groups": ask("logs", "describe_log_groups", "logGroups", "logGroupName"),
    }
