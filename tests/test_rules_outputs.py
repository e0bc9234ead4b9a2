"""The rule that follows outputs of Terraform to the stores whose hosts they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from beehive import found, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource

ROOT = """\
module "db" {
  source = "../../modules/db"
}

output "mysql_host" {
  value = module.db.host
}

output "mysql_replica_hosts" {
  value = REPLICAS
}
"""
MODULE = """\
output "host" {
  value = aws_db_instance.this.address
}

output "replicas" {
  value = { for key, one in aws_db_instance.replica : key => one.address }
}
"""


def in_module(item) -> Iterator[Resource]:
    yield item
    if item.type == "aws_vpc":
        main = resource("aws_db_instance.this", engine="mysql")
        copy = resource("aws_db_instance.replica", replicate_source_db="main")
        yield replace(main, address="module.db.aws_db_instance.this")
        yield replace(copy, address='module.db.aws_db_instance.replica["one"]')


@pytest.mark.parametrize(
    ("replicas", "leads_to"),
    [
        ("module.db.replicas", None),
        (
            "{ for name in keys(var.all) : name => module.db.host }",
            "module.db.aws_db_instance.this",
        ),
        ("module.db[0].host", "module.db.aws_db_instance.this"),
        ("aws_elasticache_cluster.this.cache_nodes", "aws_elasticache_cluster.this"),
        ("{ one = aws_route53_record.replica.fqdn }", None),
        ("local.replicas", None),
    ],
)
def test_hosts_of_replicas_that_are_none(example, replicas, leads_to):
    example.change_plan("dev", 3, in_module)
    example.write("terraform/modules/db/outputs.tf", MODULE)
    example.write("terraform/envs/dev/main.tf", ROOT.replace("REPLICAS", replicas))
    findings = found(example, "output-leads")
    message = f"mysql_replica_hosts of dev leads to {leads_to}"
    assert [(item.message, item.line) for item in findings] == ([(message, 9)] if leads_to else [])
    assert {item.file for item in findings} <= {example.root / "terraform/envs/dev/main.tf"}


def test_the_host_of_a_database_that_is_a_replicas(example):
    example.change_plan("dev", 3, in_module)
    example.write("terraform/modules/db/outputs.tf", MODULE.replace(".this", ".replica"))
    example.write("terraform/envs/dev/main.tf", ROOT.replace("REPLICAS", "module.db.replicas"))
    messages = [finding.message for finding in found(example, "output-leads")]
    assert messages == ["mysql_host of dev leads to module.db.aws_db_instance.replica"]
