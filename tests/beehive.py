"""A small workspace in which every rule holds, for tests to break them one by one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan import facts
from groundplan.check import RULES
from groundplan.facts import Facts, Resource
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


def move(address, **values: object):
    """A change that gives one resource other values."""

    def change(item) -> Iterator[Resource]:
        yield replace(item, values=item.values | values) if item.address == address else item

    return change


def made(root: Path) -> Example:
    """The workspace, written to the folder `root`."""
    shutil.copy(ROOT / "tests/fixtures/design/small.yaml", root / "design.yaml")
    example = Example(root)
    example.edit("design.yaml", SCORES, SCORES + PROMISE)
    evidence = "        state: done\n        evidence: [docker-compose.yml]"
    example.edit("design.yaml", "        state: done", evidence)
    example.write("docker-compose.yml", COMPOSE)
    example.write("docs/decisions/0001-home.md", "# Home\n")
    example.write("docs/decisions/index.md", "# Decisions\n")
    for view in ("application_flow", "network", "infrastructure"):
        example.write(f"diagrams/{view}.py", (ROOT / f"diagrams/{view}.py").read_text())
    for env, phase in (("dev", 1), ("dev", 3), ("prod", 10)):
        example.write(f"terraform/envs/{env}/main.tf")
        example.write(f"terraform/envs/{env}/phase-{phase}.tfvars")
        recorded = replace(plan(env, phase), source=sources.digest(example, env, phase))
        example.write(f"facts/{env}/phase-{phase}.json", facts.to_json(recorded))
    return example


def found(workspace, id_):
    """What one rule finds in the workspace as it is now."""
    return list(RULES[id_].check(Workspace(workspace.root)))


def only(workspace, id_):
    """The one thing that a rule finds."""
    (finding,) = found(workspace, id_)
    assert finding.id == id_
    return finding
