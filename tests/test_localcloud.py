"""The embedded AWS: it starts, stops and remembers, and answers as this Terraform needs it to."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError

from groundplan.errors import InputError, ToolError
from groundplan.localcloud import Cloud, configured_port, create_bucket, environment
from groundplan.localcloud.__main__ import settings
from groundplan.localcloud.gaps import GAPS


def client(endpoint, service, account="000000000000"):
    """A client of AWS's own library for `service` at `endpoint`."""
    return boto3.client(
        service,
        endpoint_url=endpoint.url,
        region_name="us-east-1",
        aws_access_key_id=account,
        aws_secret_access_key="embedded",
    )


@pytest.fixture
def cloud(tmp_path):
    embedded = Cloud(tmp_path / "cloud", port=0)
    yield embedded
    embedded.down()


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    with Cloud(tmp_path_factory.mktemp("cloud"), port=0).running() as running:
        yield running


def test_it_starts_answers_and_stops(cloud):
    assert cloud.status() is None

    endpoint = cloud.up()

    assert cloud.status() == endpoint
    assert client(endpoint, "sts").get_caller_identity()["Account"] == "000000000000"
    assert cloud.up() == endpoint, "a second start uses the one that runs"
    assert cloud.down()
    assert cloud.status() is None
    assert not cloud.down()


def test_it_listens_on_one_address_of_this_machine_only(endpoint):
    """Would it listen on all, this other address of the machine's own would be answered too."""
    with pytest.raises(OSError), socket.create_connection(("127.0.0.2", endpoint.port), 2):  # noqa: PT011
        pass


def test_a_taken_port_is_named_with_a_way_out(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ToolError, match=f"port {port} .* another program") as error:
            Cloud(tmp_path, port).up()
    assert "GROUNDPLAN_CLOUD_PORT=" in (error.value.hint or "")
    assert Cloud(tmp_path, port).up().port == port, "it starts once the port is free"
    Cloud(tmp_path, port).down()


@pytest.mark.parametrize("text", ["http", "-1", "65536", ""])
def test_a_wrong_port_is_refused(monkeypatch, text):
    monkeypatch.setenv("GROUNDPLAN_CLOUD_PORT", text)
    with pytest.raises(InputError, match="GROUNDPLAN_CLOUD_PORT"):
        configured_port()


def test_it_remembers_when_it_is_stopped(cloud):
    endpoint = cloud.up()
    client(endpoint, "ecr").create_repository(repositoryName="shop/cart")
    create_bucket(endpoint, "states")
    client(endpoint, "s3").put_object(Bucket="states", Key="a/state", Body=b"{}")
    cloud.down()

    endpoint = cloud.up()

    names = client(endpoint, "ecr").describe_repositories()["repositories"]
    assert [item["repositoryName"] for item in names] == ["shop/cart"]
    assert client(endpoint, "s3").get_object(Bucket="states", Key="a/state")["Body"].read() == b"{}"


def test_it_remembers_when_it_is_killed(cloud):
    endpoint = cloud.up()
    client(endpoint, "ecr").create_repository(repositoryName="shop/cart")
    time.sleep(1.5)
    os.kill(endpoint.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert cloud.status() is None, "what a killed server leaves behind does not count"

    endpoint = cloud.up()

    assert client(endpoint, "ecr").describe_repositories()["repositories"]


@pytest.mark.parametrize("runs", [True, False], ids=["running", "stopped"])
def test_reset_forgets_everything(cloud, runs):
    endpoint = cloud.up()
    client(endpoint, "ecr").create_repository(repositoryName="shop/cart")
    before = cloud.identity()
    if not runs:
        cloud.down()

    cloud.reset()

    assert cloud.identity() != before
    assert client(cloud.up(), "ecr").describe_repositories()["repositories"] == []


def test_running_leaves_it_as_it_was_found(cloud):
    with cloud.running() as outer, cloud.running() as inner:
        assert (inner.pid, inner.port) == (outer.pid, outer.port)
    assert cloud.status() is None

    with cloud.running():
        cloud.up()
    assert cloud.status(), "asked to stay, it stays"


def test_one_user_does_not_stop_it_under_another(cloud):
    code = (
        "import sys, pathlib\n"
        "from groundplan.localcloud import Cloud\n"
        "with Cloud(pathlib.Path(sys.argv[1]), 0).running():\n"
        "    print('in', flush=True); sys.stdin.read()\n"
    )
    with cloud.running():
        other = subprocess.Popen(
            [sys.executable, "-c", code, str(cloud.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert other.stdout.readline() == b"in\n"
    assert cloud.status(), "the other one still uses it"
    other.communicate()
    assert cloud.status() is None


def test_nothing_of_the_users_own_aws_reaches_it(monkeypatch, endpoint):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    monkeypatch.setenv("TF_VAR_redis_auth_token", "secret")

    given = environment(endpoint)

    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "TF_VAR_redis_auth_token"} & set(given)
    assert given["AWS_ENDPOINT_URL"] == endpoint.url


def test_it_is_shown_no_docker_engine(tmp_path):
    named = settings(tmp_path, 1)["DOCKER_HOST"]
    assert named.startswith(f"unix://{tmp_path}/")
    assert settings(tmp_path, 1)["BIND_HOST"] == "127.0.0.1"


def test_every_gap_says_what_is_wrong():
    assert len({(gap.resource, gap.wrong) for gap in GAPS}) == len(GAPS)
    assert all(gap.resource.startswith("aws_") and gap.wrong for gap in GAPS)


def query(endpoint, service: str, **parameters: str) -> str:
    """Ask as Terraform's provider does, whose library speaks XML where boto3 speaks CBOR."""
    signed = f"AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/{service}/aws4_request"
    request = urllib.request.Request(  # noqa: S310 - our own address
        endpoint.url,
        data=urllib.parse.urlencode(parameters).encode(),
        headers={"Authorization": f"{signed}, SignedHeaders=host, Signature=unchecked"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return answer.read().decode()


def test_what_an_sdk_asks_again_is_done_once(endpoint):
    ec2 = client(endpoint, "ec2")
    names = iter(["one", "one", "other"])

    def name(request: object) -> None:
        request.headers["amz-sdk-invocation-id"] = next(names)

    ec2.meta.events.register("before-send.ec2", lambda request, **_: name(request))
    first, again, other = (
        ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"] for _ in range(3)
    )
    assert first == again != other


class TestGaps:
    """Each gap of ministack that is filled: what was asked for comes back."""

    def test_flow_logs(self, endpoint):
        ec2 = client(endpoint, "ec2")
        asked = {
            "DeliverLogsPermissionArn": "arn:aws:iam::000000000000:role/flow",
            "MaxAggregationInterval": 60,
        }
        made = ec2.create_flow_logs(
            ResourceIds=["vpc-1"], ResourceType="VPC", TrafficType="ALL", **asked,
            LogDestination="arn:aws:logs:us-east-1:000000000000:log-group:flow",
            TagSpecifications=[
                {"ResourceType": "vpc-flow-log", "Tags": [{"Key": "Name", "Value": "dev"}]}
            ],
        )  # fmt: skip

        [found] = ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"]

        assert asked.items() <= found.items()
        assert found["LogFormat"].startswith("${version} ${account-id}")
        assert found["Tags"] == [{"Key": "Name", "Value": "dev"}]

    def test_nat_gateways(self, endpoint):
        ec2 = client(endpoint, "ec2")
        vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
        address = ec2.allocate_address(Domain="vpc")
        public = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address["AllocationId"])
        ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")

        found = ec2.describe_nat_gateways(NatGatewayIds=[public["NatGateway"]["NatGatewayId"]])[
            "NatGateways"
        ]

        [shown] = found[0]["NatGatewayAddresses"]
        assert shown["AllocationId"] == address["AllocationId"]
        assert shown["PublicIp"] == address["PublicIp"]
        assert shown["IsPrimary"] is True
        both = ec2.describe_nat_gateways(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
        assert [len(item["NatGatewayAddresses"]) for item in both["NatGateways"]] == [1, 0]

    def test_alarm_in_xml_as_terraform_asks(self, endpoint):
        asked = {
            "AlarmName": "cpu", "AlarmDescription": "MySQL & friends", "Namespace": "AWS/RDS",
            "MetricName": "CPUUtilization", "Statistic": "Average", "Period": "300",
            "EvaluationPeriods": "3", "Threshold": "80", "TreatMissingData": "breaching",
            "ComparisonOperator": "GreaterThanThreshold", "AlarmActions.member.1": "arn:aws:sns:a",
            "Dimensions.member.1.Name": "DBInstanceIdentifier", "Dimensions.member.1.Value": "db",
        }  # fmt: skip
        query(endpoint, "monitoring", Action="PutMetricAlarm", **asked)

        told = query(endpoint, "monitoring", Action="DescribeAlarms")

        for part in (
            "<AlarmDescription>MySQL &amp; friends</AlarmDescription>",
            "<AlarmActions><member>arn:aws:sns:a</member></AlarmActions>",
            "<Period>300</Period>",
            "<Statistic>Average</Statistic>",
            "<TreatMissingData>breaching</TreatMissingData>",
            "<member><Name>DBInstanceIdentifier</Name><Value>db</Value></member>",
            "<ActionsEnabled>true</ActionsEnabled>",
        ):
            assert part in told

    def test_cluster_and_node_group(self, endpoint):
        eks = client(endpoint, "eks")
        role = "arn:aws:iam::000000000000:role/eks"
        client(endpoint, "iam").create_role(RoleName="eks", AssumeRolePolicyDocument="{}")
        eks.create_cluster(
            name="dev",
            roleArn=role,
            resourcesVpcConfig={},
            upgradePolicy={"supportType": "STANDARD"},
        )
        cluster = eks.describe_cluster(name="dev")["cluster"]
        assert cluster["upgradePolicy"] == {"supportType": "STANDARD"}
        assert cluster["identity"]["oidc"]["issuer"].startswith("https://oidc.eks.us-east-1.")

        eks.create_nodegroup(
            clusterName="dev", nodegroupName="general", subnets=["subnet-1"], nodeRole=role,
            launchTemplate={"id": "lt-1", "version": "1"}, updateConfig={"maxUnavailable": 1},
        )  # fmt: skip
        update = eks.update_nodegroup_config(
            clusterName="dev", nodegroupName="general",
            scalingConfig={"minSize": 2, "maxSize": 5, "desiredSize": 3},
            labels={"addOrUpdateLabels": {"role": "general"}},
        )["update"]  # fmt: skip
        eks.update_nodegroup_version(
            clusterName="dev", nodegroupName="general", launchTemplate={"version": "2"}
        )

        group = eks.describe_nodegroup(clusterName="dev", nodegroupName="general")["nodegroup"]
        assert group["launchTemplate"] == {"id": "lt-1", "version": "2"}
        assert group["updateConfig"] == {"maxUnavailable": 1}
        assert group["scalingConfig"] == {"minSize": 2, "maxSize": 5, "desiredSize": 3}
        assert group["labels"] == {"role": "general"}
        assert "diskSize" not in group
        told = eks.describe_update(name="dev", updateId=update["id"])["update"]
        assert told["status"] == "Successful"

    def test_database_and_replica(self, endpoint):
        rds, secrets = client(endpoint, "rds"), client(endpoint, "secretsmanager")
        rds.create_db_instance(
            DBInstanceIdentifier="mysql", Engine="mysql", DBInstanceClass="db.t4g.small",
            AllocatedStorage=20, MaxAllocatedStorage=50, BackupRetentionPeriod=7, MultiAZ=True,
            MasterUsername="dbadmin", ManageMasterUserPassword=True, MasterUserSecretKmsKeyId="k1",
            EnableCloudwatchLogsExports=["slowquery", "error"], EnablePerformanceInsights=True,
            PerformanceInsightsKMSKeyId="k2",
        )  # fmt: skip
        rds.create_db_instance_read_replica(
            DBInstanceIdentifier="replica", SourceDBInstanceIdentifier="mysql",
            EnableCloudwatchLogsExports=["error"], AvailabilityZone="us-east-1b",
        )  # fmt: skip

        primary = instance(rds, "mysql")
        replica = instance(rds, "replica")

        assert primary["EnabledCloudwatchLogsExports"] == ["error", "slowquery"]
        assert primary["PerformanceInsightsKMSKeyId"] == "k2"
        assert primary["MasterUserSecret"]["KmsKeyId"] == "k1"
        value = secrets.get_secret_value(SecretId=primary["MasterUserSecret"]["SecretArn"])
        assert json.loads(value["SecretString"])["username"] == "dbadmin"
        assert replica["BackupRetentionPeriod"] == 0
        assert not replica["MultiAZ"]
        assert replica["AvailabilityZone"] == "us-east-1b"
        assert replica["MaxAllocatedStorage"] == 50
        assert replica["EnabledCloudwatchLogsExports"] == ["error"]
        assert "MasterUserSecret" not in replica

        rds.modify_db_instance(
            DBInstanceIdentifier="mysql",
            CloudwatchLogsExportConfiguration={"DisableLogTypes": ["slowquery"]},
        )
        assert instance(rds, "mysql")["EnabledCloudwatchLogsExports"] == ["error"]

        rds.delete_db_instance(DBInstanceIdentifier="replica", SkipFinalSnapshot=True)
        by_id = [{"Name": "dbi-resource-id", "Values": [replica["DbiResourceId"]]}]
        assert rds.describe_db_instances(Filters=by_id)["DBInstances"] == []

        rds.delete_db_instance(DBInstanceIdentifier="mysql", SkipFinalSnapshot=True)
        with pytest.raises(ClientError, match="ResourceNotFound"):
            secrets.describe_secret(SecretId=primary["MasterUserSecret"]["SecretArn"])

    def test_cache(self, endpoint):
        cache = client(endpoint, "elasticache")
        cache.create_cache_parameter_group(
            CacheParameterGroupName="redis", CacheParameterGroupFamily="redis7", Description="x"
        )
        cache.modify_cache_parameter_group(
            CacheParameterGroupName="redis",
            ParameterNameValues=[
                {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lru"}
            ],
        )
        cache.create_replication_group(
            ReplicationGroupId="redis", ReplicationGroupDescription="x", KmsKeyId="k1",
            AutoMinorVersionUpgrade=True, NumCacheClusters=1,
        )  # fmt: skip

        set_by_us = cache.describe_cache_parameters(CacheParameterGroupName="redis", Source="user")
        assert [item["ParameterName"] for item in set_by_us["Parameters"]] == ["maxmemory-policy"]
        everything = cache.describe_cache_parameters(CacheParameterGroupName="redis")
        assert len(everything["Parameters"]) > 1
        assert cache.describe_replication_groups()["ReplicationGroups"][0]["KmsKeyId"] == "k1"
        assert cache.describe_cache_clusters()["CacheClusters"][0]["AutoMinorVersionUpgrade"]


def instance(rds, name):
    [found] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return found
