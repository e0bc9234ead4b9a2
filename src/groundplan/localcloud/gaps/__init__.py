"""What ministack lacks for this Terraform, supplied one gap at a time.

ministack answers at once and keeps little more than a resource's name: what it forgets, Terraform
reads back as a difference, and plans the same change for ever. Each gap below was measured with
AWS provider 5.100 and is filled inside ministack's own records, so that its own persistence
carries it. The version of ministack is pinned, because this reaches into its modules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from groundplan.localcloud.gaps import cloudwatch, ec2, eks, elasticache, rds

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Gap:
    """One thing that is `wrong` with the Terraform resource `resource`, and how to `fill` it.

    `fill` gets the module of ministack that serves `service`, once, after it was imported.
    """

    service: str
    resource: str
    wrong: str
    fill: Callable[[Any], None]


GAPS: Final = (
    Gap("cloudwatch", "aws_cloudwatch_metric_alarm", "half of it not shown: endless change",
        cloudwatch.alarms),
    Gap("ec2", "aws_flow_log", "role, interval, tags forgotten: replaced", ec2.flow_logs),
    Gap("ec2", "aws_nat_gateway", "address not shown: replaced once imported", ec2.nat_gateways),
    Gap("eks", "aws_eks_cluster", "upgrade policy forgotten: endless change", eks.clusters),
    Gap("eks", "aws_iam_openid_connect_provider", "issuer is http: refused", eks.issuer),
    Gap("eks", "aws_eks_node_group", "launch template forgotten: replaced", eks.node_groups),
    Gap("eks", "aws_eks_node_group", "can't be updated: no such route", eks.updates),
    Gap("rds", "aws_db_instance", "secret, log exports, key forgotten", rds.instances),
    Gap("rds", "aws_db_instance", "replica copies the primary's settings", rds.replicas),
    Gap("rds", "aws_db_instance", "filter ignored: destroy never ends", rds.filters),
    Gap("elasticache", "aws_elasticache_replication_group", "key forgotten: replaced",
        elasticache.replication_groups),
    Gap("elasticache", "aws_elasticache_replication_group", "node's upgrades: endless change",
        elasticache.clusters),
    Gap("elasticache", "aws_elasticache_parameter_group", "defaults shown as set: endless change",
        elasticache.parameter_groups),
)  # fmt: skip


def fill(service: str, module: Any) -> None:
    """Fill the gaps of ministack's `module` that serves `service`."""
    for gap in GAPS:
        if gap.service == service:
            gap.fill(module)
