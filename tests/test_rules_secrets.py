"""Rules that find secrets in what is published."""

from __future__ import annotations

import pytest

from beehive import found, only
from groundplan import process

TOKEN = "ghp_" + "a1" * 18


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TOKEN, "a token of GitHub stands here"),
        ("AKIA" + "A1" * 8, "an access key of AWS stands here"),
        ("mysql://shop:hunter2@db/shop", "a password in an address stands here"),
        ("account 210987654321", "the id of an account stands here"),
        ("account 111122223333, AKIAIOSFODNN7EXAMPLE", None),
        ("mysql://shop:$PASSWORD@db/shop, postgres://user:{{ x }}@db", None),
    ],
)
@pytest.mark.parametrize("name", ["docs/network.md", "diagrams/notes.py"])
def test_what_is_no_text_to_publish(example, name, text, message):
    example.write(name, f"# Text\n# {text}\n")
    findings = found(example, "secrets-in-texts")
    assert [(item.message, item.line) for item in findings] == ([(message, 2)] if message else [])
    assert {item.file for item in findings} <= {example.root / name}
    assert text not in f"{findings}"


def test_an_account_that_the_design_states_may_be_told(example):
    example.write("docs/network.md", "Ours is 210987654321.\n")
    assert only(example, "secrets-in-texts").line == 1
    example.edit("design.yaml", "terraform:\n", 'terraform:\n  accounts: {dev: "210987654321"}\n')
    assert found(example, "secrets-in-texts") == []


def test_a_secret_in_a_tag(example):
    example.write("terraform/envs/dev/main.tf", f'locals {{ tags = {{ Token = "{TOKEN}" }} }}\n')
    finding = only(example, "secrets-in-texts")
    assert finding.file == example.root / "terraform/envs/dev/main.tf"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("Makefile", "export API_TOKEN := Tr0ub4dor3beans", "API_TOKEN"),
        (".env.example", "MYSQL_ROOT_PASSWORD=Tr0ub4dor-and-3-beans", "MYSQL_ROOT_PASSWORD"),
        ("docs/runbook.md", "The database's password is `Tr0ub4dor&3beans`.", "password"),
        ("apps/settings.py", "PASSWORD = 'Tr0ub4dor&3beans'", "PASSWORD"),
        ("k8s/extra.yaml", 'stringData: {token: "9f86d081884c7d659a2feaa0c55ad015"}', "token"),
        ("scripts/run", "password=9f86d081884c7d659a2feaa0c55ad015", "password"),
        ("scripts/run", "PASSWORD=$(cat secrets/Mysql1) TOKEN_FILE=/run/Secrets1", None),
        (".env.example", "API_TOKEN=ChangeMe123", None),
        (".env.example", "DATABASE_URL=mysql://shop:shop@db/shop", None),
        ("docker-compose.override.yml", "# DATABASE_URL=mysql://shop:password@db/shop", None),
        ("k8s/extra.yaml", "secretName: Harbour-Lane-Mysql-2", None),
        ("k8s/extra.yaml", "existing-secret: harbour-lane-mysql-2", None),
        ("apps/settings.py", "password = settings.Password1", None),
        ("apps/tests/test_login.py", "PASSWORD = 'Tr0ub4dor&3beans'", None),
        (
            "docs/runbook.md",
            "The key is `aws_db_instance.Main1`, see mysql://shop:password@db.",
            None,
        ),
    ],
)
def test_what_is_a_secret_by_its_name(example, name, text, told):
    example.write(name, f"# Text\n{text}\n")
    findings = found(example, "secrets-in-texts")
    message = f"the value of '{told}' stands here"
    assert [(item.message, item.line) for item in findings] == ([(message, 2)] if told else [])
    assert "beans" not in f"{findings}"


def test_a_secret_in_what_git_leaves_out(example):
    example.write("secrets/token", TOKEN)
    example.write("apps/settings.py", f"# {TOKEN}\n")
    assert len(found(example, "secrets-in-texts")) == 2, "without git nobody knows"
    example.write(".gitignore", "/secrets/\n")
    process.run(["git", "init", "-q"], cwd=example.root)
    assert only(example, "secrets-in-texts").file == example.root / "apps/settings.py"


VARIABLE = 'variable "redis_token" {\n  type = string\n  default = null\n  sensitive = true\n}\n'


@pytest.mark.parametrize(
    ("default", "value", "at"),
    [
        ("null", "", None),
        ("null", "redis_token = null", None),
        ("null", "nodes = 2", None),
        ('"a-2026-x"', "", ("main.tf", 3)),
        ("null", 'redis_token = "a-2026-x"', ("terraform.tfvars", 1)),
    ],
)
def test_the_value_of_a_sensitive_variable(example, default, value, at):
    folder = "terraform/envs/dev"
    example.write(f"{folder}/main.tf", VARIABLE.replace("null", default))
    example.write(f"{folder}/terraform.tfvars", f"{value}\n")
    findings = found(example, "secret-variables")
    assert [(item.file.name, item.line) for item in findings] == ([at] if at else [])
    assert all("'redis_token'" in item.message for item in findings)
    assert "2026" not in f"{findings}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("nonsensitive(var.token)", True),
        ('"redis://${ nonsensitive( var.token ) }@a"', True),
        ("nonsensitive(keys(var.tokens))", False),
        ("1 # not nonsensitive(var.token)", False),
    ],
)
def test_what_is_sensitive_and_shown_all_the_same(example, value, shown):
    example.write("terraform/envs/dev/outputs.tf", f'output "a" {{\n  value = {value}\n}}\n')
    findings = found(example, "secrets-hidden")
    assert [finding.line for finding in findings] == ([2] if shown else [])


def test_a_sensitive_variable_that_nobody_is_told_to_give(example):
    example.write("terraform/envs/dev/main.tf", VARIABLE)
    finding = only(example, "secrets-given")
    assert finding.message == "'redis_token' is sensitive, and none of the design's secrets"
    assert (finding.file, finding.line) == (example.root / "terraform/envs/dev/main.tf", 1)
    example.edit("design.yaml", "terraform:\n", "terraform:\n  secrets: [redis_token]\n")
    assert found(example, "secrets-given") == []
    example.edit("design.yaml", "[redis_token]", "[redis_token, redis_tokn]")
    finding = only(example, "secrets-given")
    assert finding.message == "no environment has a variable for the secret 'redis_tokn'"
    assert finding.hint == "did you mean 'redis_token'?"


def test_a_password_in_the_compose_file_has_a_rule_of_its_own(example):
    example.edit("docker-compose.yml", "MYSQL_HOST: db", "URL: mysql://shop:hunter2@db/shop")
    assert found(example, "secrets-in-texts") == []
    example.edit("docker-compose.yml", "mysql://shop:hunter2@db/shop", f"{TOKEN} # (a:b) c@d")
    assert only(example, "secrets-in-texts").message == "a token of GitHub stands here"
