"""Rules about the words that lead to a thing on a picture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from beehive import found, only


def in_modules(item):
    """The plan's database and repository as those of modules."""
    module = {"aws_db_instance": "module.mysql", "aws_ecr_repository": "module.ecr"}.get(item.type)
    address = f"{module}.{item.address}" if module else item.address
    return [replace(item, address=address, module=module or "")]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ('node("module.mysql.aws_db_instance.main", "RDS")', None),
        ('node("module.mysql.aws_db_instance.main", "MySQL on RDS")', None),
        ("node('module.mysql.aws_db_instance.main', 'ECR')",
         "'ECR' leads to module.mysql.aws_db_instance.main"),
        ('node("shop", "the redis")', "'the redis' leads to shop"),
        ('node("shop", "the shop with Redis")', None),
        ('node("shop")', None),
    ],
)  # fmt: skip
def test_words_that_lead_to_something_else(example, call, message):
    example.change_plan("dev", 1, in_modules)
    example.write("docs/a.md", f"# A\n\nThis is **{{{{ {call} }}}}**.\n")
    if not message:
        assert found(example, "node-told") == []
        return
    finding = only(example, "node-told")
    assert (finding.message, finding.line) == (message, 3)
