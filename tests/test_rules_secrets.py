"""Rules that find secrets in what is published."""

from __future__ import annotations

import pytest

from beehive import found, only

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
