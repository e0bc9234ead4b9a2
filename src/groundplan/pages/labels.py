"""Names a person reads: of resource types, resources, amounts and states."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from groundplan.cost.bill import amount
from groundplan.facts.addresses import key_of, split

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from groundplan.facts import Resource

MINUS: Final = "\N{MINUS SIGN}"
_WORDS: Final = {
    "acl": "ACL",
    "acm": "ACM",
    "addon": "add-on",
    "budgets": "Cost",
    "cloudwatch": "CloudWatch",
    "db": "Database",
    "ecr": "ECR",
    "eip": "Elastic IP address",
    "eks": "EKS",
    "elasticache": "ElastiCache",
    "iam": "IAM",
    "kms": "KMS",
    "lb": "Load balancer",
    "nat": "NAT",
    "openid": "OpenID",
    "s3": "S3",
    "secretsmanager": "Secrets Manager",
    "sns": "SNS",
    "sqs": "SQS",
    "vpc": "VPC",
}
_NAMES: Final = (
    "tags_all.Name", "tags.Name", "identifier", "replication_group_id", "name", "dashboard_name",
)  # fmt: skip
CENTS: Final = 2  # decimals
_COUNTS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def type_label(type_: str) -> str:
    """`EKS node group` for `aws_eks_node_group`."""
    words = type_.removeprefix("aws_").split("_")
    text = " ".join(_WORDS.get(word, word) for word in words)
    return text[:1].upper() + text[1:]


def resource_name(resource: Resource) -> str:
    """What people call it: its Name tag, else its own name, else its key or name in Terraform."""
    found = (resource.get(path) for path in _NAMES)
    key = (key_of(split(resource.address)[-1]) or "").strip("[]")
    told = key.strip('"') if key.startswith('"') else resource.name
    return next((str(name) for name in found if name), told)


def count(number: int, singular: str, plural: str | None = None) -> str:
    """`two zones`, `one zone`, `12 zones`."""
    said = _COUNTS[number] if number < len(_COUNTS) else str(number)
    return f"{said} {singular if number == 1 else plural or singular + 's'}"


def listed(names: tuple[str, ...] | list[str]) -> str:
    """`a, b and c`."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def between(numbers: Iterable[int]) -> str:
    """The numbers that are left out of an ascending row: `7 to 9`, `3 and 7 to 9`, or nothing."""
    gaps = [(before + 1, after - 1) for before, after in pairwise(numbers) if after - before > 1]
    said = [f"{first} to {last}" if first < last else str(first) for first, last in gaps]
    return listed(said) if said else ""


def usd(amount: Decimal) -> str:
    """`$1,234.50`."""
    return f"${amount:,.2f}"


def price(usd: Decimal) -> str:
    """What one of something costs, to the last digit: `$0.10`, `$0.03328`."""
    text = amount(usd)
    decimals = len(text.partition(".")[2])
    return f"${usd:,.2f}" if decimals < CENTS else f"${text}"


def capital(text: str) -> str:
    """`text` with its first letter a capital; the rest stays as it is."""
    return text[:1].upper() + text[1:]
