"""What an attribute will be, as far as the Terraform files tell."""

from __future__ import annotations

import pytest

from groundplan.policy import written
from groundplan.policy.written import Computed


@pytest.fixture
def read(tmp_path):
    """The values of the attribute `x` of a resource that is written so, beside these locals."""

    def values(x: str, *, key: str = "", loop: str = "", **named: str) -> list[object]:
        lines = [f"  {name} = {value}" for name, value in named.items()]
        (tmp_path / "locals.tf").write_text("\n".join(["locals {", *lines, "}", ""]))
        each = f"  for_each = {loop}\n" if loop else ""
        file = tmp_path / "main.tf"
        file.write_text(f'resource "aws_a" "b" {{\n{each}  x = {x}\n}}\n')
        return written.values(file, f"aws_a.b{key}", "x")

    return values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"a"', "a"),
        ("true", True),
        ('["a", 1]', ["a", 1]),
        ('{ "a" = "b", c = ["d"] }', {"a": "b", "c": ["d"]}),
        ('jsonencode({ a = "*" })', {"a": "*"}),
        ('"arn:${var.partition}:iam::aws:policy/A"', "arn:${var.partition}:iam::aws:policy/A"),
        ('var.a ? "b" : "c"', ["b", "c"]),
        ('concat(["a"], [for x in ["b", "c"] : "${x}:*"])', ["a", "b:*", "c:*"]),
        ('flatten([for s, as in { ec2 = ["A", "*"] } : [for a in as : "${s}:${a}"]])',
         ["ec2:A", "ec2:*"]),
        ("[for x in var.a : x]", ["var.a"]),
        ('<<EOT\n{"a": "${var.b}"}\nEOT\n', {"a": "${var.b}"}),
        ('{ a = "b" } # ours', {"a": "b"}),
    ],
)  # fmt: skip
def test_literals_are_read_out_of_expressions(read, text, value):
    assert read(text) == [value]


@pytest.mark.parametrize(
    "text", ["var.a", "aws_a.c.arn", "each.value", 'replace("a", "a", "*")', "local.none", "a[*].b",
             "keys()", 'provider::aws::arn_parse("a")', "1 + 1", "[for x in y : x][0]"],
)  # fmt: skip
def test_what_depends_on_anything_else_is_computed(read, text):
    [found] = read(text)
    assert isinstance(found, Computed)
    assert found == text


def test_locals_are_followed_and_may_go_in_a_circle(read):
    assert read("local.a.c", a="{ c = local.b }", b='"d"') == ["d"]
    assert read('"${local.a}:*"', a='"s3"') == ["s3:*"]
    [found] = read("local.a", a="local.b", b="local.a")
    assert isinstance(found, Computed)


def test_each_instance_has_its_own_value(read):
    roles = '{ plan = { who = "branch" }, apply = { who = "environment" } }'
    assert read("each.value.who", loop="local.roles", roles=roles) == ["branch", "environment"]
    assert read("each.value.who", loop="local.roles", roles=roles, key='["plan"]') == ["branch"]
    assert read('"r-${each.key}"', loop='toset(["a", "b"])') == ["r-a", "r-b"]


def test_what_is_not_set_has_no_value_and_of_files_that_are_broken_nothing_is_told(tmp_path):
    file = tmp_path / "main.tf"
    file.write_text('resource "aws_a" "b" {}\n')
    assert written.values(file, "aws_a.b", "x") == []
    file.write_text("resource {{\n")
    assert written.values(file, "aws_a.b", "x") == [Computed("x")]
