"""Rules that hold variables, recorded plans and states of environments against each other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from beehive import found, only, resource
from groundplan import check
from groundplan.terraform import sources

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource


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
    text = findings[-1].file.read_text().splitlines()
    assert '"source"' in text[(findings[-1].line or 0) - 1]


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


TRUST = """locals { issuer = "token.actions.githubusercontent.com" }

resource "aws_iam_role" "ci" {
  assume_role_policy = jsonencode({
    Statement = [{
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = {
        "${local.issuer}:aud" = "sts.amazonaws.com"
      } }
    }]
  })
}
"""


def test_a_role_that_takes_tokens_made_for_others(example):
    example.write("terraform/modules/ci/main.tf", TRUST)
    assert found(example, "github-audience") == []
    for other in ("", '        # "${local.issuer}:aud" = "sts.amazonaws.com"'):
        audience = '        "${local.issuer}:aud" = "sts.amazonaws.com"'
        example.write("terraform/modules/ci/main.tf", TRUST.replace(audience, other))
        finding = only(example, "github-audience")
        assert (finding.file.name, finding.line) == ("main.tf", 6)


def test_a_repository_that_is_not_the_designs(example):
    example.write("terraform/envs/dev/phase-3.tfvars", 'ci = {\n  repository = "hive/shop"\n}\n')
    assert found(example, "trusted-repository") == []
    region = "region: us-east-1"
    example.edit("design.yaml", region, f"{region}\n  repository: hive/shop")
    assert found(example, "trusted-repository") == []
    example.edit("terraform/envs/dev/phase-3.tfvars", "hive/", "evil/")
    finding = only(example, "trusted-repository")
    assert finding.message == "dev trusts the workflows of evil/shop, but the design has hive/shop"
    assert (finding.file.name, finding.line) == ("phase-3.tfvars", 2)


@pytest.mark.parametrize(
    ("guard", "holds"),
    [
        ("allowed_account_ids = var.id == null ? null : [var.id]", True),
        ('allowed_account_ids = ["111122223333"]', True),
        ("allowed_account_ids = []", False),
        ("allowed_account_ids = null", False),
        ("# allowed_account_ids = [var.id]", False),
        ("", False),
    ],
)
def test_an_environment_that_may_be_applied_to_any_account(example, guard, holds):
    text = f'\nprovider "aws" {{\n  region = "us-east-1"\n  {guard}\n}}\n\nlocals {{}}\n'
    example.write("terraform/envs/dev/providers.tf", text)
    findings = found(example, "account-guard")
    assert [(item.message, item.line) for item in findings] == (
        [] if holds else [("dev may be applied to any account", 2)]
    )


@pytest.mark.parametrize(("limit", "holds"), [("400.0", True), ("20", False)])
def test_a_budget_below_what_is_planned(example, limit, holds):
    def add(item) -> Iterator[Resource]:
        yield item
        if item.type == "aws_vpc":
            yield resource(
                "aws_budgets_budget.main",
                limit_amount=limit, limit_unit="USD", time_unit="MONTHLY",
            )  # fmt: skip

    example.change_plan("dev", 3, add)
    messages = [finding.message for finding in found(example, "budget")]
    assert len(messages) == (0 if holds else 1)
    assert all(
        said.startswith("dev, phase 3, costs $") and said.endswith("has a budget of $20")
        for said in messages
    )
