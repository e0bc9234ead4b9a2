"""The rules: a workspace in which all hold, and one change for each that breaks it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from groundplan import check, drawing, facts, kubernetes
from groundplan.check import RULES
from groundplan.facts import Facts, Resource
from groundplan.findings import Finding
from groundplan.observing import record, verdict
from groundplan.terraform import sources
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
COMPOSE = """\
name: beehive
services:
  shop:
    build: shop
    environment:
      MYSQL_HOST: db
      REDIS_URL: ${REDIS_URL:-}
    ports: ["8080:8080"]
  db:
    image: mysql:8.4
    expose: ["3306"]
  redis:
    image: redis:7
    profiles: [cache]
"""
PROMISE = """\
        promises:
          dev: {zones: 2, nat_gateways: 1, standby_database: false}
          prod: {zones: 2, nat_gateways: 1, standby_database: false}
"""
SCORES = "Speed: {score: 4, reason: It starts at once.}\n"


def resource(address, references=None, unknown=(), **values: object):
    type_, name = address.split(".")
    return Resource(
        address, type_, name, values=values, references=references or {},
        unknown=frozenset(unknown),
    )  # fmt: skip


def plan(env, phase):
    """A VPC with a subnet in each of two zones, a repository, a database, and later Redis."""
    start = "10.1" if env == "dev" else "10.2"
    resources = [
        resource("aws_vpc.main", id="vpc-1", cidr_block=f"{start}.0.0/16"),
        *(
            resource(
                f"aws_subnet.{zone}", vpc_id="vpc-1", availability_zone=f"us-east-1{zone}",
                cidr_block=f"{start}.{number}.0/24",
            )
            for number, zone in enumerate("ab")
        ),
        resource("aws_nat_gateway.main"),
        resource("aws_ecr_repository.shop", name=f"beehive-{env}/shop"),
        resource("aws_db_instance.main", multi_az=False),
    ]  # fmt: skip
    if phase > 1:
        resources.append(resource("aws_elasticache_replication_group.main"))
    return Facts(tuple(resources), env=env, phase=phase)


class Example(Workspace):
    """A workspace that tests change."""

    def edit(self, name, old, new):
        path = self.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def write(self, name, text=""):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change_plan(self, env, phase, change):
        """Record the plan with each resource replaced by what `change` makes of it, if anything."""
        recorded = facts.load(self.facts_file(env, phase))
        changed = tuple(item for old in recorded for item in change(old))
        self.write(
            f"facts/{env}/phase-{phase}.json", facts.to_json(replace(recorded, resources=changed))
        )


@pytest.fixture
def example(tmp_path):
    shutil.copy(ROOT / "tests/fixtures/design/small.yaml", tmp_path / "design.yaml")
    made = Example(tmp_path)
    made.edit("design.yaml", SCORES, SCORES + PROMISE)
    evidence = "        state: done\n        evidence: [docker-compose.yml]"
    made.edit("design.yaml", "        state: done", evidence)
    made.write("docker-compose.yml", COMPOSE)
    made.write("docs/decisions/0001-home.md", "# Home\n")
    made.write("docs/decisions/index.md", "# Decisions\n")
    for view in ("application_flow", "network", "infrastructure"):
        made.write(f"diagrams/{view}.py", (ROOT / f"diagrams/{view}.py").read_text())
    for env, phase in (("dev", 1), ("dev", 3), ("prod", 10)):
        made.write(f"terraform/envs/{env}/main.tf")
        made.write(f"terraform/envs/{env}/phase-{phase}.tfvars")
        recorded = replace(plan(env, phase), source=sources.digest(made, env, phase))
        made.write(f"facts/{env}/phase-{phase}.json", facts.to_json(recorded))
    return made


def found(workspace, id_):
    """What one rule finds in the workspace as it is now."""
    return list(RULES[id_].check(Workspace(workspace.root)))


def only(workspace, id_):
    """The one thing that a rule finds."""
    (finding,) = found(workspace, id_)
    assert finding.id == id_
    return finding


def test_every_rule_holds_in_the_example(example):
    assert {id_: found(example, id_) for id_ in RULES} == {id_: [] for id_ in RULES}


def test_every_rule_says_what_it_holds_against_what():
    assert all(item.about and item.id == id_ for id_, item in RULES.items())


# The design


def test_design(example):
    example.edit("design.yaml", "title: Cache", "titel: Cache")
    findings = found(example, "design")
    assert [finding.message for finding in findings] == [
        "phases[1] has no 'title'",
        "there is no field 'titel' here",
    ]
    assert findings[1].hint == "did you mean 'title'?"
    assert findings[1].line == findings[0].line + 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("        state: done", "        state: open",
         "phase 1 is done, but some of its work is not"),
        ("state: current", "state: planned\n    outcome: [Fast]", None),
        ("- text: Add it", "- text: Add it\n        state: doing", None),
        ("    state: current", "    state: done", "phase 3 is done, but some of its work is not"),
        ("    state: done\n    s", "    state: planned\n    s",
         "phase 1 is planned, but some of its work has begun"),
    ],
)  # fmt: skip
def test_phase_states(example, old, new, message):
    example.edit("design.yaml", old, new)
    messages = [finding.message for finding in found(example, "phase-states")]
    assert messages[:1] == ([message] if message else [])


def test_phases_are_done_in_their_order(example):
    example.edit("design.yaml", "state: planned", "state: done")
    assert only(example, "phase-states").message == (
        "phase 10 is done, but phase 3 before it is current"
    )


def test_only_one_phase_is_current(example):
    example.edit("design.yaml", "state: planned", "state: current")
    assert only(example, "phase-states").message == "phases 3, 10 are all current"


# Compose


def test_compose(example):
    example.edit("docker-compose.yml", "REDIS_URL:-}", "REDIS_URL}")
    finding = only(example, "compose")
    assert finding.message == "the variable REDIS_URL is not set and has no default"
    assert (finding.file, finding.line) == (example.compose_file, 7)


def test_compose_profile_that_no_service_has(example):
    example.edit("design.yaml", "profiles: [cache]", "profiles: [cash]")
    findings = found(example, "compose-profile")
    assert [finding.severity for finding in findings] == ["error", "warning"]
    assert findings[0].message == "phase 3 switches on 'cash', a profile no service has"
    assert (findings[0].line, findings[0].hint) == (60, "did you mean 'cache'?")


def test_compose_profile_that_no_phase_switches_on(example):
    example.edit("docker-compose.yml", "profiles: [cache]", "profiles: [cache, extra]")
    finding = only(example, "compose-profile")
    assert finding.severity == "warning"
    assert finding.message == "no phase switches the profile 'extra' on"


def test_compose_variable(example):
    example.edit("design.yaml", "REDIS_URL:", "REDIS_URI:")
    finding = only(example, "compose-variable")
    assert finding.message == "phase 3 sets REDIS_URI, which the Compose file does not use"
    assert (finding.line, finding.hint) == (62, "did you mean 'REDIS_URL'?")


def test_compose_variable_of_what_runs_in_the_cloud(example):
    region = "  region: us-east-1\n"
    example.edit("design.yaml", region, f"{region}  environment: {{REDIS_URI: x}}\n")
    finding = only(example, "compose-variable")
    assert finding.message == "terraform sets REDIS_URI, which the Compose file does not use"
    assert finding.hint == "did you mean 'REDIS_URL'?"


def test_a_flow_that_was_seen_to_be_another(example):
    users = verdict.Line("users", "shop", 8080, "http", "seen")
    line = verdict.Line("shop", "db", 3306, "mysql", "unseen")
    seen = record.now(example, 1, verdict.Verdict((users, line), ()))
    record.save(example, seen)
    finding = only(example, "flow-observed")
    assert (finding.severity, finding.file) == ("error", example.root / "facts/observed.json")
    sound = verdict.Verdict((users, replace(line, status="seen")), ())
    record.save(example, replace(seen, verdict=sound))
    assert found(example, "flow-observed") == []
    example.edit("docker-compose.yml", "name: beehive", "# A comment\nname: beehive")
    assert found(example, "flow-observed") == []
    example.edit("docker-compose.yml", "mysql:8.4", "mysql:8.0")
    assert only(example, "flow-observed").severity == "warning"
    example.edit("docker-compose.yml", "MYSQL_HOST: db", "MYSQL_HOST: db.example.com")
    finding = only(example, "flow-observed")
    assert finding.message == "'shop' was seen to call 'db' at 3306 in phase 1; not told"
    assert (finding.severity, finding.file) == ("error", example.compose_file)


@pytest.mark.parametrize(
    ("rule", "old", "new", "line", "message"),
    [
        ("image-version", "redis:7", "redis:latest", 13,
         "the image of 'redis' has no version: redis:latest"),
        ("image-version", "redis:7", "registry:5000/redis", 13,
         "the image of 'redis' has no version: registry:5000/redis"),
        ("flow-port", "MYSQL_HOST: db", "MYSQL_HOST: db:3307", 11,
         "'shop' calls 'db' at 3307, which opens 3306"),
        ("flow-port", "MYSQL_HOST: db", 'PORT: "9090"', 8,
         "'shop' publishes 8080, and is told to open 9090"),
        ("flow-name", "MYSQL_HOST: db", "REDIS_HOST: db", 6,
         "REDIS_HOST of 'shop' leads to 'db', and there is a 'redis'"),
        ("secret-granted", "MYSQL_HOST: db", "MYSQL_PASSWORD_FILE: /run/secrets/db", 6,
         "'shop' reads the secret 'db', which it is not given"),
        ("compose-password", "MYSQL_HOST: db", "MYSQL_PASSWORD: hunter2", 6,
         "MYSQL_PASSWORD of 'shop' stands in the file"),
        ("pod-rights", "build: shop", "build: shop\n    privileged: true", 5,
         "'shop' wants to be privileged, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    cap_add: [SYS_ADMIN]", 5,
         "'shop' wants the capability SYS_ADMIN, which no pod gets"),
        ("pod-rights", "build: shop", "build: shop\n    pid: host", 5,
         "'shop' wants the host's own pid, which no pod gets"),
        ("store-published", 'expose: ["3306"]', 'ports: ["3306:3306"]', 11,
         "the port 3306 of 'db' is open to everyone"),
    ],
)  # fmt: skip
def test_services_that_can_not_run_as_they_are_told(example, rule, old, new, line, message):  # noqa: PLR0917
    example.edit("docker-compose.yml", old, new)
    finding = only(example, rule)
    assert (finding.message, finding.file, finding.line) == (message, example.compose_file, line)
    assert "hunter2" not in f"{finding}"


# Terraform and facts


def test_variables_that_are_missing(example):
    (example.root / "terraform/envs/dev/phase-3.tfvars").unlink()
    finding = only(example, "variables")
    assert finding.message == "phase 3 has no variables for environment 'dev'"
    assert finding.file == Path("terraform/envs/dev/phase-3.tfvars")


def test_variables_of_no_phase(example):
    example.write("terraform/envs/dev/phase-2.tfvars")
    finding = only(example, "variables")
    assert finding.file == example.root / "terraform/envs/dev/phase-2.tfvars"


def test_an_environment_that_there_is_not(example):
    example.edit("design.yaml", "environments: [prod]", "environments: [prod, stage]")
    messages = [finding.message for finding in found(example, "variables")]
    assert "there is no environment 'stage' in terraform/envs/" in messages


def test_facts_that_are_missing(example):
    example.facts_file("dev", 3).unlink()
    finding = only(example, "facts")
    assert finding.message == "no plan is recorded for dev, phase 3"
    assert finding.hint == "record it: groundplan plan dev --phase 3 --record"


def test_facts_that_are_damaged(example):
    example.write("facts/dev/phase-3.json", "{")
    assert only(example, "facts").message.startswith("this is not JSON")


def test_facts_of_another_phase(example):
    shutil.copy(example.facts_file("dev", 1), example.facts_file("dev", 3))
    assert only(example, "facts").message == "these are the facts of dev, phase 1"


def test_facts_of_no_phase(example):
    shutil.copy(example.facts_file("dev", 1), example.facts_file("dev", 2))
    assert only(example, "facts").file == example.facts_file("dev", 2)


@pytest.mark.parametrize("name", ["main.tf", "phase-3.tfvars"])
def test_facts_that_are_older_than_their_terraform(example, name):
    example.write(f"terraform/envs/dev/{name}", "# a comment\n")
    assert found(example, "facts-current") == []
    example.write(f"terraform/envs/dev/{name}", "changed = 1\n")
    findings = found(example, "facts-current")
    assert {finding.message for finding in findings} == {
        "Terraform has changed since this plan was recorded"
    }
    assert findings[-1].file == example.facts_file("dev", 3)


ORDERED = """resource "a" "b" {
  one = "{"
  two = {
    x = [1, 2]
  }
  rule { port = 1 }
  rule { port = 2 }
}
variable "v" {}
"""


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ('  one = "{"\n  two = {\n    x = [1, 2]\n  }\n',
         '  two = {\n    x = [1, 2]\n  }\n  one = "{"\n', False),
        ('}\nvariable "v" {}\n', "}\n", True),
        ("[1, 2]", "[2, 1]", True),
        ("rule { port = 1 }\n  rule { port = 2 }", "rule { port = 2 }\n  rule { port = 1 }", True),
        ('  one = "{"\n  two = {\n', '  two = {\n    one = "{"\n', True),
    ],
)  # fmt: skip
def test_the_order_of_arguments_makes_no_difference(example, old, new, counts):
    example.write("terraform/envs/dev/main.tf", ORDERED)
    before = sources.digest(example, "dev", 1)
    example.edit("terraform/envs/dev/main.tf", old, new)
    assert (sources.digest(example, "dev", 1) != before) is counts


def test_facts_that_can_not_be_read_are_not_called_old_too(example):
    example.write("facts/dev/phase-3.json", "{")
    assert [finding.id for finding in check.run(example)] == ["facts"]


def test_facts_that_were_changed_by_hand(example):
    example.edit("facts/dev/phase-1.json", "10.1.0.0/16", "10.3.0.0/16")
    finding = only(example, "facts-intact")
    assert finding.file == example.facts_file("dev", 1)
    assert finding.hint == "record it anew: groundplan plan dev --phase 1 --record"
    example.edit("facts/dev/phase-1.json", "10.3.0.0/16", "10.1.0.0/16")
    example.edit("facts/dev/phase-1.json", '"env": "dev"', '"env":   "dev"')
    assert found(example, "facts-intact") == []


BACKEND = """terraform {
  backend "s3" {
    key          = "dev/state" # of dev
    encrypt      = true
    use_lockfile = true
  }
}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("", "", None),
        ("prod/state", "dev/state", "prod keeps its state where dev does: dev/state"),
        ("encrypt      = true", "encrypt      = false", "the state of prod is not encrypted"),
        ("    use_lockfile = true\n", "", "the state of prod is not locked while it is changed"),
    ],
)
def test_states_of_environments(example, old, new, message):
    example.write("terraform/envs/dev/backend.tf", BACKEND)
    prod = BACKEND.replace("dev/state", "prod/state").replace(old, new)
    example.write("terraform/envs/prod/backend.tf", prod)
    findings = found(example, "state-apart")
    assert [item.message for item in findings] == ([message] if message else [])
    assert {item.line for item in findings} <= {2}


def test_a_pattern_that_may_take_on_a_role(example):
    trust = '# token.actions.githubusercontent.com, never "repo:a/*"\nsubject = "repo:a/b:{}"\n'
    example.write("terraform/modules/ci/main.tf", trust.format("ref:refs/heads/main"))
    assert found(example, "github-subjects") == []
    example.write("terraform/modules/ci/main.tf", trust.format("*"))
    finding = only(example, "github-subjects")
    assert (finding.message, finding.line) == ("a pattern may take on a role here: repo:a/b:*", 2)


# The application against the plan


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


# The network


def move(address, **values: object):
    """A change that gives one resource other values."""

    def change(item) -> Iterator[Resource]:
        yield replace(item, values=item.values | values) if item.address == address else item

    return change


def test_subnets_that_overlap(example):
    example.change_plan("dev", 1, move("aws_subnet.b", cidr_block="10.1.0.128/25"))
    assert only(example, "subnet-ranges").message == (
        "aws_subnet.a (10.1.0.0/24) overlaps aws_subnet.b (10.1.0.128/25)"
    )


def test_a_range_that_is_none(example):
    example.change_plan("dev", 1, move("aws_subnet.b", cidr_block="10.1.1.0/33"))
    assert only(example, "subnet-ranges").message == (
        "'10.1.1.0/33' of aws_subnet.b is not an address range"
    )


def test_a_subnet_outside_its_vpc(example):
    example.change_plan("dev", 1, move("aws_subnet.b", cidr_block="10.9.0.0/24"))
    assert only(example, "subnet-ranges").message == (
        "aws_subnet.b (10.9.0.0/24) is not inside aws_vpc.main (10.1.0.0/16)"
    )


def test_a_subnet_whose_range_is_not_known_is_not_taken_for_sound(example):
    example.change_plan("dev", 1, move("aws_subnet.b", cidr_block=None))
    finding = only(example, "subnet-ranges")
    assert (finding.severity, finding.message) == (
        "warning", "range or VPC of aws_subnet.b is not in the plan",
    )  # fmt: skip


def test_vpcs_of_two_environments_that_overlap(example):
    example.change_plan("prod", 10, move("aws_vpc.main", cidr_block="10.1.128.0/17"))
    finding = only(example, "vpc-ranges")
    assert finding.message == (
        "aws_vpc.main of dev (10.1.0.0/16) overlaps aws_vpc.main of prod (10.1.128.0/17)"
    )
    assert finding.file == example.facts_file("prod", 10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (move("aws_subnet.b", availability_zone="us-east-1a"),
         "2 zones are promised, but isolated subnets stand in 1 in dev, phase 3"),
        (lambda item: [] if item.type == "aws_subnet" else [item],
         "2 zones are promised, but there is no subnet in dev, phase 3"),
        (lambda item: [] if item.type == "aws_nat_gateway" else [item],
         "1 NAT gateways are promised, but there are 0 in dev, phase 3"),
        (move("aws_db_instance.main", multi_az=True),
         "no standby database is promised, but aws_db_instance.main has one in dev, phase 3"),
    ],
)  # fmt: skip
def test_availability(example, change, message):
    example.change_plan("dev", 3, change)
    finding = only(example, "availability")
    assert finding.message == message
    assert (finding.file, finding.line) == (example.design_file, 43)


def grow(nodes):
    """A change that puts a node group of up to that many nodes into both subnets."""

    def change(item) -> Iterator[Resource]:
        yield item
        if item.address == "aws_vpc.main":
            yield resource(
                "aws_eks_node_group.main", {"subnet_ids": ("aws_subnet.a", "aws_subnet.b")},
                ("subnet_ids",), scaling_config=[{"max_size": nodes}],
            )  # fmt: skip

    return change


def test_subnets_without_room_for_the_pods(example):
    example.change_plan("dev", 1, grow(4))
    assert found(example, "pod-room") == []  # 2 × 251 addresses, 4 × 111 wanted
    example.change_plan("dev", 3, grow(5))
    finding = only(example, "pod-room")
    assert finding.message == (
        "the subnets of aws_eks_node_group.main have 502 addresses, and 5 nodes with 110 pods each"
        " need 555"
    )
    assert finding.file == example.facts_file("dev", 3)


def test_a_range_that_is_the_clients_already(example):
    example.edit("design.yaml", "client:", "client:\n  networks: {office: 10.1.128.0/20}")
    finding = only(example, "foreign-ranges")
    assert finding.message == (
        "aws_vpc.main of dev (10.1.0.0/16) overlaps the client's office (10.1.128.0/20)"
    )
    assert (finding.file, finding.line) == (example.design_file, 2)


def test_a_range_that_compose_uses(example):
    networks = "networks:\n  back:\n    ipam: {config: [{subnet: 10.2.0.0/24}]}\n"
    example.edit("docker-compose.yml", "services:", f"{networks}services:")
    finding = only(example, "foreign-ranges")
    assert finding.message.endswith(
        "of prod (10.2.0.0/16) overlaps Compose's network 'back' (10.2.0.0/24)"
    )
    assert (finding.file, finding.line) == (example.compose_file, 4)


def test_a_range_that_the_services_of_the_cluster_have(example):
    def add(item) -> Iterator[Resource]:
        yield item
        if item.address == "aws_vpc.main":
            yield resource(
                "aws_eks_cluster.main",
                kubernetes_network_config=[{"service_ipv4_cidr": "10.1.64.0/20"}],
            )

    example.change_plan("dev", 1, add)
    assert only(example, "foreign-ranges").message == (
        "aws_vpc.main of dev (10.1.0.0/16) overlaps the services of aws_eks_cluster.main"
        " (10.1.64.0/20)"
    )


# Prose


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Dev has 10.1.0.0/16.", None),
        ("Dev has 10.9.0.0/16.", "10.9.0.0/16"),
        ("Dev has `10.2.0.0/16`.", "10.2.0.0/16"),  # that is production's
        ("Production has 10.2.0.0/16, and dev 10.1.0.0/16.", None),
        ("All of 10.0.0.0/8 is private.", None),
        ("It runs on a db.t9.large.", "db.t9.large"),
        ("Four NAT gateways carry it.", "Four NAT gateways"),
        ("There is one NAT gateway.", None),
        ("It stands in three availability zones.", "three availability zones"),
        ("It stands in 2 zones. A failure of one zone does no harm.", None),
        ("There are two read replicas.", "two read replicas"),
        ("| repositories | 3 repositories |", "3 repositories"),
        ("These two applications talk.", "two applications"),
        ("```\n10.9.0.0/16 in code\n```", None),
        ("{{ facts('10.9.0.0/16') }} <!-- four NAT gateways -->", None),
        ("Ours is eu-central-1.", "eu-central-1"),
        ("Ours is us-east-1.", None),
        ("MySQL listens on port 3307.", "port 3307"),
        ("MySQL listens on port 3306.", None),
        ("It costs $1,234.56 a month.", "$1,234.56"),
        ("It costs 99 US dollars.", "99 US dollars"),
    ],
)
def test_figures_typed_in_prose(example, text, typed):
    example.write("docs/network.md", f"# Network\n\n{text}\n")
    findings = found(example, "prose-figures")
    assert [finding.message for finding in findings] == (
        [f"'{typed}' is typed here, and wrong"] if typed else []
    )
    assert [finding.line for finding in findings] == ([3] if typed else [])


def test_figures_typed_in_the_design_are_held_against_their_phase(example):
    example.edit("design.yaml", "summary: We open.", "summary: We open in four zones.")
    finding = only(example, "prose-figures")
    assert (finding.message, finding.file) == (
        "'four zones' is typed here, and wrong", example.design_file,
    )  # fmt: skip
    assert finding.hint == (
        "no plan of prod has it: there are 2; take it from the facts by a macro"
    )


def test_figures_typed_on_a_picture(example):
    example.write("diagrams/hand.py", 'Node("ECR\\nsix repositories")\n')
    finding = only(example, "prose-figures")
    assert (finding.file, finding.line) == (example.root / "diagrams/hand.py", 1)


@pytest.mark.parametrize(
    ("view", "old", "new", "message"),
    [
        ("network", "scene.network()", "scene.infrastructure()",
         "'network' says that it comes from terraform, and does not"),
        ("network", "scene.network()", "scene.networks()",
         "AttributeError: 'Scene' object has no attribute 'networks'"),
        ("network", "return", "return (", "syntax error: '(' was never closed"),
        ("infrastructure", "infrastructure()\n", "infrastructure().add_node('w', kind='waf')\n",
         "'w' is drawn as waf, and no plan has it"),
        ("infrastructure", "infrastructure()\n",
         "infrastructure().add_node('w', kind='aws/security/waf.png')\n",
         "'w' is drawn as aws/security/waf.png, and no plan has it"),
        ("infrastructure", "infrastructure()\n",
         "infrastructure().add_node('p', kind='users', label='Partner')\n", None),
        ("application_flow", "flow()\n", "flow().add_edge('db', 'shop', 'HTTP')\n",
         "nothing tells of the line from db to shop"),
        ("application_flow", "scene.flow()", "Graph('flow', 'x', scene.flow().clusters)",
         "'Users' (users) is there, and left out of the picture"),
    ],
)  # fmt: skip
def test_scripts_that_draw_what_is_not(example, view, old, new, message):
    script = f"diagrams/{view}.py"
    text = (example.root / script).read_text()
    head, _, body = text.partition("@view")
    assert old in body
    example.write(script, f"{head}@view{body.replace(old, new, 1)}")
    findings = found(example, "views")
    assert [item.message for item in findings][:1] == ([message] if message else [])
    assert all(item.file == example.root / script for item in findings)


# What is made from something else


def test_work_that_is_done_without_its_evidence(example):
    example.edit("design.yaml", "evidence: [docker-compose.yml]", "evidence: [docs/flow.md]")
    finding = only(example, "evidence")
    assert finding.message.endswith("is done, but there is no docs/flow.md")
    example.write("docs/flow.md")
    assert found(example, "evidence") == []
    example.edit("design.yaml", "        evidence: [docs/flow.md]\n", "")
    assert only(example, "evidence").message == "'Talk' is done, and nothing is named that shows it"


def test_manifests_that_are_older_than_the_compose_file_are_made_anew(example):
    for path in kubernetes.write(example):
        assert path.is_file()
    assert found(example, "kubernetes-current") == []
    example.edit("docker-compose.yml", '"8080:8080"', '"9090:9090"')
    (example.root / "k8s/base/shop.yaml").write_text("kind: Nothing\n")
    findings = check.run(Workspace(example.root))
    assert "kubernetes-current" in {finding.id for finding in findings}
    written = check.fix(Workspace(example.root), findings)
    assert example.root / "k8s/base/shop.yaml" in written
    assert found(example, "kubernetes-current") == []


def test_manifests_that_are_older_than_what_a_service_mounts(example):
    mount = "image: mysql:8.4\n    volumes: [./sql:/docker-entrypoint-initdb.d:ro]"
    example.edit("docker-compose.yml", "image: mysql:8.4", mount)
    example.write("sql/tables.sql", "CREATE TABLE a (b INT);\n")
    kubernetes.write(Workspace(example.root))
    assert found(example, "kubernetes-current") == []
    example.edit("sql/tables.sql", "INT", "BIGINT")
    assert {item.id for item in found(example, "kubernetes-current")} == {"kubernetes-current"}


def test_a_comment_in_a_manifest_is_no_finding(example):
    kubernetes.write(example)
    example.edit("k8s/base/shop.yaml", "kind: Service\n", "kind:   Service # for all\n")
    assert found(example, "kubernetes-current") == []
    example.edit("k8s/base/shop.yaml", "kind:   Service #", "kind:   Secret #")
    assert only(example, "kubernetes-current").file == example.root / "k8s/base/shop.yaml"


def test_a_readme_that_is_older_than_its_module_is_made_anew(example):
    example.write("terraform/modules/disk/main.tf", 'variable "size" {\n  type = number\n}\n')
    readme = "# Disk\n\n<!-- BEGIN_TF_DOCS -->\n<!-- END_TF_DOCS -->\n"
    example.write("terraform/modules/disk/README.md", readme)
    finding = only(example, "module-readme")
    assert finding.file == example.root / "terraform/modules/disk/README.md"
    assert finding.hint == "write it anew: groundplan docs terraform/modules/disk"
    check.fix(example, [finding])
    assert "size" in finding.file.read_text()
    assert found(example, "module-readme") == []


@pytest.mark.slow
def test_a_picture_in_the_prose_that_is_not_todays_is_made_anew(tmp_path):
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("facts", "diagrams", "terraform"):
        shutil.copytree(ROOT / name, tmp_path / name)
    [picture] = drawing.draw(Workspace(tmp_path), only=["infrastructure"], phase=4, png=False)
    shown = tmp_path / "docs" / "infrastructure.svg"
    shown.parent.mkdir()
    shutil.copy(picture.svg, shown)
    assert found(Workspace(tmp_path), "pictures-current") == []
    shown.write_text(shown.read_text().replace("NAT gateway", "Nothing"))
    finding = only(Workspace(tmp_path), "pictures-current")
    assert finding.file == shown
    check.fix(Workspace(tmp_path), [finding])
    assert found(Workspace(tmp_path), "pictures-current") == []


# Records and diagrams


@pytest.mark.parametrize("status", ["accepted", "'Accepted'", "superseded by 0004"])
def test_a_decision_whose_record_was_withdrawn(example, status):
    example.write("docs/decisions/0001-home.md", f"---\ntitle: Home\nstatus: {status}\n---\n")
    findings = found(example, "decision-status")
    assert [item.line for item in findings] == ([] if "ccepted" in status else [3])


def test_a_decision_without_a_record(example):
    (example.root / "docs/decisions/0001-home.md").unlink()
    finding = only(example, "decision-record")
    assert finding.message == (
        "decision 'home' has no record: there is no docs/decisions/0001-home.md"
    )
    assert finding.line == 20


def test_a_record_without_a_decision(example):
    example.write("docs/decisions/0002-away.md")
    assert only(example, "decision-record").file == example.root / "docs/decisions/0002-away.md"


def test_diagrams(example):
    (example.diagrams_dir / "network.py").unlink()
    assert only(example, "diagrams").message == "the view 'network' has no diagram script"


# The check as a whole


def test_a_check_that_passes(example):
    findings = check.run(example)
    assert findings == []
    assert not check.failed(findings)
    assert check.as_text(findings) == f"all {len(RULES)} rules hold\n"


def test_a_design_that_can_not_be_read_is_the_only_thing_told(example):
    example.edit("design.yaml", "title: Cache", "\ttitle: Cache")
    example.facts_file("dev", 3).unlink()
    findings = check.run(example)
    assert findings == [
        Finding(
            "design", "error", "YAML can't be indented with a tab", Path("design.yaml"), 56,
            "indent with spaces",
        )
    ]  # fmt: skip
    assert check.failed(findings)


def test_the_same_thing_is_told_once(example):
    example.facts_file("dev", 3).unlink()
    findings = check.run(example)
    assert [finding.message for finding in findings] == ["no plan is recorded for dev, phase 3"]


def test_a_warning_lets_the_check_pass(example):
    example.edit("docker-compose.yml", "profiles: [cache]", "profiles: [cache, extra]")
    findings = check.run(example)
    assert not check.failed(findings)
    assert check.as_text(findings) == (
        "docker-compose.yml: warning: no phase switches the profile 'extra' on [compose-profile]\n"
        "  hint: name it in a phase of design.yaml\n"
        "1 warning\n"
    )


def test_findings_as_data(example):
    (example.diagrams_dir / "network.py").unlink()
    assert json.loads(check.as_json(check.run(example))) == [
        {
            "id": "diagrams",
            "severity": "error",
            "message": "the view 'network' has no diagram script",
            "file": "diagrams/network.py",
            "line": None,
            "hint": "write it",
        }
    ]


HOSTILE = (
    "<script>alert(1)</script>", "'\"`", "two\nlines", "x" * 10_000, "../../etc/passwd",
    "\u202egnp.exe", "\x1b[2J\x07\x00", "\u2028",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_what_stands_in_a_name_stays_in_its_line(example, name):
    def change(item) -> Iterator[Resource]:
        if item.address == "aws_subnet.b":
            item = replace(item, address=f"aws_subnet.b[{json.dumps(name)[1:-1]}{name}]")
            item = replace(item, values=item.values | {"cidr_block": name})
        yield item

    example.change_plan("dev", 1, change)
    findings = check.run(example)
    said = check.as_text(findings)
    assert "is not an address range" in said
    assert all(letter.isprintable() or letter == "\n" for letter in said)
    assert len(said.encode().splitlines()) == 1 + len(findings) + sum(
        item.hint is not None for item in findings
    )
    assert max(map(len, said.splitlines())) < 1200
    assert json.loads(check.as_json(findings))


def test_the_reference_engagement_passes():
    findings = check.run(Workspace(ROOT))
    assert not check.failed(findings), check.as_text(findings)


def test_a_check_that_passed_is_not_made_again(example, monkeypatch):
    example.edit("docker-compose.yml", "profiles: [cache]", "profiles: [cache, extra]")
    found = check.run_once(example)
    monkeypatch.setattr(check, "run", None)
    assert check.run_once(Workspace(example.root)) == found
    assert [finding.id for finding in found] == ["compose-profile"]


def test_a_check_is_made_again_after_any_change(example):
    assert check.run_once(example) == []
    (example.diagrams_dir / "network.py").unlink()
    (finding,) = check.run_once(Workspace(example.root))
    assert finding.id == "diagrams"


def test_a_check_that_failed_is_made_again(example, monkeypatch):
    # What it lacked, such as Compose, may be there now: that is no file of the workspace.
    (example.diagrams_dir / "network.py").unlink()
    assert check.failed(check.run_once(example))
    monkeypatch.setattr(check, "run", lambda _workspace: [])
    assert check.run_once(Workspace(example.root)) == []
