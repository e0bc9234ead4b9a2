"""What a VPC endpoint leads to: the AWS service, as people call it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from groundplan.facts import Resource

_SERVICE: Final = re.compile(r"\.[a-z]{2}(?:-[a-z]+)+-\d\.(.+)$")  # after the region
# What AWS calls the services whose endpoint's name doesn't say it.
_SERVICES: Final = {
    "dynamodb": "DynamoDB", "ecr.api": "ECR API", "ecr.dkr": "ECR Docker", "ecs": "ECS",
    "ecs-agent": "ECS agent", "ecs-telemetry": "ECS telemetry", "elasticfilesystem": "EFS",
    "elasticloadbalancing": "Elastic Load Balancing", "execute-api": "API Gateway",
    "kinesis-streams": "Kinesis", "lambda": "Lambda", "logs": "CloudWatch Logs",
    "monitoring": "CloudWatch", "secretsmanager": "Secrets Manager", "events": "EventBridge",
    "states": "Step Functions",
}  # fmt: skip


def service_of(endpoint: Resource) -> str:
    """`S3`, `ECR Docker`; empty where the plan doesn't tell."""
    found = _SERVICE.search(str(endpoint.get("service_name") or ""))
    return _SERVICES.get(found[1], found[1].upper()) if found else ""
