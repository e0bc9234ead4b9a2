"""Rights are named one by one: a `*` gives those too that nobody thought of."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from groundplan.policy.custom import UNTOLD, Answer, Computed, Planned, policy, strictest

if TYPE_CHECKING:
    from collections.abc import Iterator

IDENTITY = ("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy")
# AWS makes these a document where none is given.
OPTIONAL = ("aws_kms_key", "aws_sns_topic", "aws_sqs_queue", "aws_secretsmanager_secret")
READING = re.compile(r"[\w-]+:(Describe|List)")
# What a condition has to name for its caller to be one's own.
CALLER = {
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths",
    "aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths",
    "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "kms:calleraccount",
}  # fmt: skip
MATCHES = re.compile(r"(ForAnyValue:)?(StringEquals(IgnoreCase)?|StringLike|ArnEquals|ArnLike)")
# Whoever may do one of these may give rights that he does not have himself.
GIVING = (
    "iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachRolePolicy", "iam:AttachUserPolicy",
    "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary", "iam:PassRole", "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion", "iam:UpdateLoginProfile",
)  # fmt: skip
EVERYTHING = "AdministratorAccess"
ACCOUNT = re.compile(r"\b\d{12}\b")
# What has a document of its own on who may use it.
TRUSTED = (
    "aws_iam_role", "aws_kms_key_policy", "aws_s3_bucket_policy", "aws_ecr_repository_policy",
    "aws_sqs_queue_policy", "aws_sns_topic_policy", "aws_secretsmanager_secret_policy",
)  # fmt: skip
GIVEN = {"iam:permissionsboundary", "iam:passedtoservice", "iam:policyarn"}


@policy(
    "GP_WILDCARD_IAM", "A policy names the actions it allows, and gives none to everyone",
    *IDENTITY, *OPTIONAL, *TRUSTED,
    reads=("policy", "assume_role_policy"), in_files=True,
)  # fmt: skip
def no_wildcard(resource: Planned) -> Answer:
    """No statement allows more than it names."""
    name = "assume_role_policy" if resource.type == "aws_iam_role" else "policy"
    if resource.planned and resource.type in OPTIONAL and resource.get(name) is None:
        return None
    # Rights are to be resources of their own, which are looked into.
    within: list[Answer] = [UNTOLD for _ in resource.blocks("inline_policy")]
    return strictest([*within, *map(_is_narrow, _allowed(resource, name))])


@policy(
    "GP_BOUND_RIGHTS", "Who may give rights is bound in what he gives",
    *IDENTITY, reads=("policy",), in_files=True,
)  # fmt: skip
def bound_rights(resource: Planned) -> Answer:
    """A condition says which rights may be given on, or to whom."""
    return strictest(_is_bound(each) for each in _allowed(resource, "policy"))


def _allowed(resource: Planned, name: str) -> Iterator[Any]:
    """The statements that allow something, as far as they can be told."""
    for document in resource.may_be(name):
        told = document.get("Statement") if isinstance(document, dict) else Computed(name)
        for statement in _listed(told):
            if not isinstance(statement, dict):
                yield Computed(statement)
            elif _listed(statement.get("Effect")) != ["Deny"]:
                yield statement


def _is_narrow(statement: Any) -> Answer:
    """Who is named in a resource's own policy may be given all rights on it; everyone may not."""
    if isinstance(statement, Computed):
        return UNTOLD
    if {"NotAction", "NotPrincipal", "NotResource"} & statement.keys():
        return False
    if "Principal" in statement:
        return _binds(statement, CALLER) or _names(statement["Principal"])
    actions = _listed(statement.get("Action"))
    if any(action == "*" or action.endswith(":*") for action in actions):
        return False
    if any(map(_is_open, actions)):
        return UNTOLD
    loose = any(re.search(r"[*?]", each) and not READING.match(each) for each in actions)
    resources = _listed(statement.get("Resource")) if loose and "Condition" not in statement else []
    return strictest(UNTOLD if isinstance(each, Computed) else each != "*" for each in resources)


def _names(principal: Any) -> Answer:
    """Whether it is told who is meant; a service or provider may be computed, as it is no crowd."""
    groups = principal if isinstance(principal, dict) else {"AWS": principal}
    if any("*" in _listed(names) for names in groups.values()):
        return False
    return UNTOLD if any(isinstance(one, Computed) for one in _listed(groups.get("AWS"))) else True


def _is_bound(statement: Any) -> Answer:
    if isinstance(statement, Computed):
        return UNTOLD
    actions = _listed(statement.get("Action"))
    if _binds(statement, GIVEN):
        return True
    if any(_gives(action) for action in actions) or "NotAction" in statement:
        return False
    return UNTOLD if any(map(_is_open, actions)) else True


def _gives(action: str) -> bool:
    pattern = action.lower()
    return pattern.startswith(("iam:", "*")) and any(
        fnmatchcase(each.lower(), pattern) for each in GIVING
    )


def _binds(statement: dict[str, Any], wanted: set[str]) -> bool:
    """Whether a condition demands one of the `wanted` keys to be something, and not just any."""
    condition = statement.get("Condition")
    for operator, settings in condition.items() if isinstance(condition, dict) else ():
        if MATCHES.fullmatch(operator) and isinstance(settings, dict):
            for key, value in settings.items():
                given = _listed(value)
                if key.lower() in wanted and given and not any(map(_is_all, given)):
                    return True
    return False


def _is_all(value: Any) -> bool:
    """Whether a condition that wants this lets everything pass, or AWS's policy for everything."""
    return value in {"*", "arn:*"} or fnmatchcase(EVERYTHING, str(value).rpartition(":policy/")[2])


@policy(
    "GP_OTHER_ACCOUNT", "Nobody of another account is let in", *TRUSTED,
    reads=("policy", "assume_role_policy"), in_files=True,
)  # fmt: skip
def own_account(resource: Planned) -> Answer:
    """No account is named by its number: one's own is read from what is there."""
    name = "assume_role_policy" if resource.type == "aws_iam_role" else "policy"
    if resource.planned:
        return None  # in which one's own may be known by its number
    return strictest(
        not ACCOUNT.search(str(statement.get("Principal")))
        for statement in _allowed(resource, name)
        if isinstance(statement, dict)
    )


def _is_open(action: str) -> bool:
    return isinstance(action, Computed) or "${" in action


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
