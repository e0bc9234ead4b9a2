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
    made.write("docker-compose.yml", COMPOSE)
    made.write("docs/decisions/0001-home.md", "# Home\n")
    made.write("docs/decisions/index.md", "# Decisions\n")
    for view in ("application_flow", "network", "infrastructure"):
        made.write(f"diagrams/{view}.py")
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
    assert (findings[0].line, findings[0].hint) == (59, "did you mean 'cache'?")


def test_compose_profile_that_no_phase_switches_on(example):
    example.edit("docker-compose.yml", "profiles: [cache]", "profiles: [cache, extra]")
    finding = only(example, "compose-profile")
    assert finding.severity == "warning"
    assert finding.message == "no phase switches the profile 'extra' on"


def test_compose_variable(example):
    example.edit("design.yaml", "REDIS_URL:", "REDIS_URI:")
    finding = only(example, "compose-variable")
    assert finding.message == "phase 3 sets REDIS_URI, which the Compose file does not use"
    assert (finding.line, finding.hint) == (61, "did you mean 'REDIS_URL'?")


def test_compose_variable_of_what_runs_in_the_cloud(example):
    region = "  region: us-east-1\n"
    example.edit("design.yaml", region, f"{region}  environment: {{REDIS_URI: x}}\n")
    finding = only(example, "compose-variable")
    assert finding.message == "terraform sets REDIS_URI, which the Compose file does not use"
    assert finding.hint == "did you mean 'REDIS_URL'?"


def test_a_flow_that_was_seen_to_be_another(example):
    line = verdict.Line("shop", "db", 3306, "mysql", "unseen")
    seen = record.now(example, 1, verdict.Verdict((line,), ()))
    record.save(example, seen)
    finding = only(example, "flow-observed")
    assert (finding.severity, finding.file) == ("error", example.root / "facts/observed.json")
    record.save(example, replace(seen, verdict=verdict.Verdict((), ())))
    assert found(example, "flow-observed") == []
    example.edit("docker-compose.yml", "mysql:8.4", "mysql:8.0")
    assert only(example, "flow-observed").severity == "warning"


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


def test_facts_that_can_not_be_read_are_not_called_old_too(example):
    example.write("facts/dev/phase-3.json", "{")
    assert [finding.id for finding in check.run(example)] == ["facts"]


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
    assert (finding.file, finding.line) == (example.design_file, 59)


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
    ],
)
def test_figures_typed_in_prose(example, text, typed):
    example.write("docs/network.md", f"# Network\n\n{text}\n")
    findings = found(example, "prose-figures")
    assert [finding.message for finding in findings] == (
        [f"'{typed}' is typed here, and wrong"] if typed else []
    )
    assert [finding.line for finding in findings] == ([3] if typed else [])


# What is made from something else


def test_work_that_is_done_without_its_evidence(example):
    example.edit(
        "design.yaml",
        "        state: done",
        "        state: done\n        evidence: [docs/flow.md]",
    )
    finding = only(example, "evidence")
    assert finding.message.endswith("is done, but there is no docs/flow.md")
    example.write("docs/flow.md")
    assert found(example, "evidence") == []


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
            "design", "error", "YAML can't be indented with a tab", Path("design.yaml"), 55,
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
