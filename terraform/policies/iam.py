"""Rights are named one by one: a `*` gives those too that nobody thought of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from groundplan.policy.custom import Planned, policy

if TYPE_CHECKING:
    from collections.abc import Iterator


@policy(
    "GP_WILDCARD_IAM", "A policy names the actions it allows, and gives none to everyone",
    "aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy",
    "aws_kms_key_policy", "aws_s3_bucket_policy", "aws_ecr_repository_policy",
    "aws_sqs_queue_policy", "aws_sns_topic_policy", "aws_secretsmanager_secret_policy",
    reads=("policy",), in_files=True,
)  # fmt: skip
def no_wildcard(resource: Planned) -> bool | None:
    """No statement allows more than it names."""
    document = resource.document("policy")
    if document is None:
        return None
    return not any(_is_too_wide(statement) for statement in _allowed(document))


def _allowed(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for statement in _listed(document.get("Statement")):
        if isinstance(statement, dict) and statement.get("Effect") == "Allow":
            yield statement


def _is_too_wide(statement: dict[str, Any]) -> bool:
    """Who is named in a resource's own policy may be given all rights on it; everyone may not."""
    if "NotAction" in statement:
        return True
    if principal := statement.get("Principal"):
        named = principal.values() if isinstance(principal, dict) else [principal]
        return any("*" in _listed(name) for name in named) and "Condition" not in statement
    actions = (str(action) for action in _listed(statement.get("Action")))
    return any(action == "*" or action.endswith(":*") for action in actions)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
