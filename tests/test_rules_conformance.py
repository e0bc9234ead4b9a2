"""Rules that hold the application and the design against the plan that is to run them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from beehive import found, move, only, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource


def test_a_service_without_a_repository(example):
    example.edit("docker-compose.yml", "services:", "services:\n  mail: {build: mail}")
    messages = [finding.message for finding in found(example, "service-repository")]
    assert messages[0] == "service 'mail' has no ECR repository in dev, phase 1"


def test_a_repository_without_a_service(example):
    def rename(item) -> Iterator[Resource]:
        yield replace(item, values={"name": "mail"}) if "ecr" in item.type else item

    example.change_plan("dev", 3, rename)
    messages = [finding.message for finding in found(example, "service-repository")]
    assert messages == [
        "service 'shop' has no ECR repository in dev, phase 3",
        "aws_ecr_repository.shop is for no service of the Compose file",
    ]


def test_a_repository_whose_name_is_not_known_yet_may_be_any(example):
    def forget(item) -> Iterator[Resource]:
        if "ecr" in item.type:
            item = replace(item, values={}, unknown=frozenset({"name"}))
        yield item

    example.change_plan("dev", 3, forget)
    assert found(example, "service-repository") == []


def test_a_phase_that_promises_redis_and_a_plan_without_it(example):
    example.change_plan("dev", 3, lambda item: [] if "elasticache" in item.type else [item])
    finding = only(example, "stores")
    assert finding.message == "the application has a cache in dev, phase 3, the plan has none"
    assert (finding.file, finding.line) == (example.design_file, 60)


def test_a_plan_with_redis_and_a_phase_without_it(example):
    example.edit("design.yaml", "profiles: [cache]", "profiles: []")
    messages = [finding.message for finding in found(example, "stores")]
    assert messages == [
        "the plan has a cache in dev, phase 3, the application has none",
        "the plan has a cache in prod, phase 10, the application has none",
    ]


def test_a_plan_with_a_replica_and_an_application_without_it(example):
    def replicate(item) -> Iterator[Resource]:
        yield item
        if item.type == "aws_db_instance":
            unknown = frozenset({"replicate_source_db"})
            yield replace(item, address=f"{item.address}_copy", unknown=unknown)

    example.change_plan("dev", 1, replicate)
    assert only(example, "stores").message == (
        "the plan has a replica in dev, phase 1, the application has none"
    )


def test_an_application_with_a_database_and_a_plan_without(example):
    example.change_plan("dev", 1, lambda item: [] if "db_instance" in item.type else [item])
    assert only(example, "stores").message == (
        "the application has a database in dev, phase 1, the plan has none"
    )


REPLICA = """\
  copy:
    image: mysql:8.4
    expose: ["3306"]
    environment: {MYSQL_SOURCE_HOST: db}
    depends_on: [db]
"""


def test_a_replica_that_nobody_reads_from(example):
    example.edit("docker-compose.yml", "  redis:\n", f"{REPLICA}  redis:\n")
    finding = only(example, "replica-read")
    assert finding.message == "nobody reads from 'copy' in phase 1"
    assert (finding.file, finding.severity) == (example.design_file, "error")
    reads = "MYSQL_HOST: db\n      MYSQL_READ_HOST: copy"
    example.edit("docker-compose.yml", "MYSQL_HOST: db", reads)
    assert found(example, "replica-read") == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"engine": "mysql", "engine_version": "8.4.5", "port": 3306}, None),
        ({"engine": "mysql", "engine_version": "8.0"}, "aws_db_instance.main has version 8.0"),
        ({"engine": "postgres"}, "aws_db_instance.main is postgres"),
        ({"engine": "mysql", "port": 3307}, "aws_db_instance.main listens on 3307"),
    ],
)
def test_a_database_that_is_another_one_in_the_plan(example, values, message):
    example.change_plan("dev", 1, move("aws_db_instance.main", **values))
    messages = [finding.message for finding in found(example, "store-alike")]
    assert messages == ([f"'db' runs mysql:8.4, but {message}"] if message else [])


def test_a_database_of_another_name_than_the_services_ask_for(example):
    example.change_plan("dev", 1, move("aws_db_instance.main", db_name="store"))
    assert found(example, "store-database") == [], "nobody says what it is called"
    example.edit(
        "docker-compose.yml", "MYSQL_HOST: db", "MYSQL_HOST: db\n      MYSQL_DATABASE: hive"
    )
    finding = only(example, "store-database")
    assert finding.message == (
        "aws_db_instance.main of dev has the database store, the services hive"
    )
    example.change_plan("dev", 1, move("aws_db_instance.main", db_name="hive"))
    assert found(example, "store-database") == []


def stand(tier, in_public=False):
    """A change that places the database in both subnets, which get a tag, and maybe a way out."""

    def change(item) -> Iterator[Resource]:
        if item.type == "aws_subnet":
            item = replace(item, values=item.values | {"tags_all": {"Tier": tier}})
        if item.type == "aws_db_instance":
            subnets = {"db_subnet_group_name": ("aws_db_subnet_group.main",)}
            item = replace(item, references=subnets, unknown=frozenset({"db_subnet_group_name"}))
        yield item
        if item.type == "aws_vpc":
            both = ("aws_subnet.a", "aws_subnet.b")
            yield resource("aws_db_subnet_group.main", {"subnet_ids": both}, ("subnet_ids",))
            if in_public:
                yield resource("aws_internet_gateway.main", id="igw-1", vpc_id="vpc-1")
                route = {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}
                yield resource("aws_route_table.main", id="rt-1", vpc_id="vpc-1", route=[route])
                for zone in "ab":
                    yield resource(
                        f"aws_route_table_association.{zone}",
                        {"subnet_id": (f"aws_subnet.{zone}",)}, ("subnet_id",),
                        route_table_id="rt-1",
                    )  # fmt: skip

    return change


def test_a_database_in_public_subnets(example):
    example.change_plan("dev", 1, stand("isolated"))
    assert found(example, "store-place") + found(example, "subnet-tier") == []
    example.change_plan("dev", 3, stand("isolated", in_public=True))
    finding = only(example, "store-place")
    assert finding.message == "aws_db_instance.main stands in public subnets in dev, phase 3"
    assert finding.file == example.facts_file("dev", 3), "its block is in no file of ours"
    assert [item.message for item in found(example, "subnet-tier")] == [
        f"aws_subnet.{zone} of dev is tagged isolated, and its routes make it public"
        for zone in "ab"
    ]


def test_an_environment_that_passes_itself_off_as_another(example):
    example.write("terraform/envs/prod/main.tf", '\nresource "aws_vpc" "main" {\n}\n')
    example.change_plan("prod", 10, move("aws_vpc.main", tags_all={"Environment": "dev"}))
    finding = only(example, "environment-tag")
    assert finding.message == "aws_vpc.main and others of prod, phase 10, are tagged as dev"
    assert (finding.file, finding.line) == (example.root / "terraform/envs/prod/main.tf", 2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('{"enableNetworkPolicy": "true"}', None),
        ('{"enableNetworkPolicy": true}', None),
        ("{}", "dev, phase 3, enforces no network policy: aws_eks_addon.network"),
        (None, "dev, phase 3, enforces no network policy: aws_eks_addon.network"),
    ],
)
def test_network_policies_that_nobody_enforces(example, settings, message):
    example.write("k8s/overlays/dev/network.yaml", "kind: NetworkPolicy\n")
    addon = resource("aws_eks_addon.network", addon_name="vpc-cni", configuration_values=settings)
    example.change_plan("dev", 3, lambda old: [old, addon] if old.type == "aws_vpc" else [old])
    messages = [finding.message for finding in found(example, "network-policies")]
    assert messages == ([message] if message else [])


def test_a_region_that_is_not_the_designs(example):
    example.edit("design.yaml", "region: us-east-1", "region: eu-west-1")
    messages = [finding.message for finding in found(example, "region")]
    assert messages == [
        f"the region is eu-west-1, but {env} is planned in us-east-1" for env in ("dev", "prod")
    ]


def test_one_copy_of_what_is_to_survive(example):
    example.edit("design.yaml", "nat_gateways: 1, standby_database: false}\nphases",
                 "nat_gateways: 1, standby_database: true}\nphases")  # fmt: skip
    finding = only(example, "copies")
    assert finding.message == "phase 10 runs one copy of each application in prod"
    example.edit("design.yaml", "    summary: We open.", "    summary: We open.\n"
                 "    kubernetes: {replicas: 2}")  # fmt: skip
    assert found(example, "copies") == []


@pytest.mark.parametrize(
    ("scale", "addon", "message", "severity"),
    [
        ("{replicas: 2, most: 6}", "metrics-server", None, None),
        ("{replicas: 2}", "coredns", None, None),
        ("{replicas: 2, most: 6}", None, None, None),  # nobody knows what the cluster has
        ("{replicas: 2, most: 6}", "coredns",
         "phase 10 brings up to 6 copies, and prod has no metrics-server", "error"),
        ("{replicas: 2}", "metrics-server",
         "prod has metrics-server in phase 10, and nothing there scales", "warning"),
    ],
)  # fmt: skip
def test_copies_that_follow_the_load(example, scale, addon, message, severity):
    line = "    summary: We open.\n"
    example.edit("design.yaml", line, f"{line}    kubernetes: {scale}\n")
    planned = [resource("aws_eks_addon.one", addon_name=addon)] if addon else []
    example.change_plan(
        "prod", 10, lambda old: [old, *planned] if old.type == "aws_vpc" else [old]
    )  # fmt: skip
    findings = [(item.message, item.severity) for item in found(example, "copies-follow")]
    assert findings == ([(message, severity)] if message else [])
