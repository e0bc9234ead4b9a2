"""Who is given which role, for how long, and what of AWS's own rights come with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from groundplan.policy.custom import UNTOLD, Answer, Computed, Planned, policy, strictest

if TYPE_CHECKING:
    from collections.abc import Iterator

ATTACHED = {
    "aws_iam_group_policy_attachment": "policy_arn",
    "aws_iam_policy_attachment": "policy_arn",
    "aws_iam_role": "managed_policy_arns",
    "aws_iam_role_policy_attachment": "policy_arn",
    "aws_iam_role_policy_attachments_exclusive": "policy_arns",
    "aws_iam_user_policy_attachment": "policy_arn",
}
WIDE = re.compile(r"Administrator|FullAccess|PowerUser")
HOUR = 3600
GITHUB = "token.actions.githubusercontent.com"
WRITES = re.compile(r"\b(apply|deploy)\b")
# With IfExists or ForAllValues, a token that says nothing of itself would do.
DEMANDS = re.compile(r"(ForAnyValue:)?String(Equals(IgnoreCase)?|Like)")
AUDIENCE = ["sts.amazonaws.com"]
APPROVED = re.compile(r"repo:[^*?]+:environment:[^*?]+")
CLUSTER_ADMIN = ("AmazonEKSClusterAdminPolicy", "AmazonEKSAdminPolicy")


@policy(
    "GP_MANAGED_RIGHTS", "No role has a policy of AWS's that gives all there is of something",
    *ATTACHED, reads=tuple(sorted({*ATTACHED.values()})), in_files=True,
)  # fmt: skip
def managed_rights(resource: Planned) -> Answer:
    """Neither an administrator's policy nor one of full access is attached."""
    name = ATTACHED[resource.type]
    given = [resource.every(name)] if resource.planned else resource.may_be(name)
    arns = [arn for one in given for arn in _listed(one)]
    if not arns and resource.type == "aws_iam_role":
        return None  # most have theirs in resources of their own
    return strictest(map(_is_narrow, arns or [Computed(name)]))


def _is_narrow(arn: str) -> Answer:
    if isinstance(arn, Computed):  # a policy of one's own is held against policy itself
        return True if arn.startswith("aws_iam_policy.") else UNTOLD
    name = arn.rpartition("/")[2]
    return False if WIDE.search(name) else UNTOLD if "${" in name else True


@policy(
    "GP_SESSION_LENGTH", "A role is lent for an hour at most", "aws_iam_role",
    reads=("max_session_duration",),
)  # fmt: skip
def session_length(role: Planned) -> bool:
    """Whoever takes it on has to prove again after an hour who he is."""
    return int(role.get("max_session_duration") or HOUR) <= HOUR


@policy(
    "GP_GITHUB_APPROVAL", "What applies or deploys from GitHub has been approved there",
    "aws_iam_role", reads=("assume_role_policy", "name"), in_files=True,
)  # fmt: skip
def approved(role: Planned) -> Answer:
    """A role that writes trusts an environment of GitHub's, which approves, and no branch."""
    names, documents = role.may_be("name"), role.may_be("assume_role_policy")
    if len(names) != len(documents):
        return UNTOLD
    pairs = zip(names, documents, strict=True)
    return strictest(_is_approved(each) for name, each in pairs if WRITES.search(name))


def _is_approved(document: Any) -> Answer:
    if not isinstance(document, dict):
        return UNTOLD
    trusts = [one for one in _listed(document.get("Statement")) if GITHUB in str(one)]
    every = [[*_subjects(one)] for one in trusts]
    return strictest(
        UNTOLD if isinstance(one, Computed) else APPROVED.fullmatch(one) is not None
        for found in every
        for one in found or [""]  # whom it does not name, it does not keep out
    )


def _subjects(statement: dict[str, Any]) -> Iterator[str]:
    return _demanded(statement, ":sub")


def _demanded(statement: dict[str, Any], claim: str) -> Iterator[str]:
    """What a token has to say of the `claim`; nothing where it may leave it out."""
    condition = statement.get("Condition")
    for operator, settings in condition.items() if isinstance(condition, dict) else ():
        if DEMANDS.fullmatch(operator) and isinstance(settings, dict):
            for key, value in settings.items():
                if key.endswith(claim):
                    yield from _listed(value)


@policy(
    "GP_GITHUB_TRUST", "A role for GitHub asks whose workflow it is, and for whom its token is",
    "aws_iam_role", "aws_iam_openid_connect_provider",
    reads=("assume_role_policy", "client_id_list", "url"), in_files=True,
)  # fmt: skip
def asked(resource: Planned) -> Answer:
    """No token is taken that leaves out the one or the other, or was made for somebody else."""
    if resource.type == "aws_iam_openid_connect_provider":
        if resource.planned and GITHUB not in str(resource.get("url")):
            return None
        return all(one in AUDIENCE or "${" in one for one in resource.every("client_id_list"))
    return strictest(map(_asks, resource.may_be("assume_role_policy")))


def _asks(document: Any) -> Answer:
    if not isinstance(document, dict):
        return UNTOLD
    trusts = [one for one in _listed(document.get("Statement")) if GITHUB in str(one)]
    return all(
        [*_subjects(one)] and [*_demanded(one, ":aud")] in (AUDIENCE, [AUDIENCE]) for one in trusts
    )


@policy(
    "GP_CLUSTER_ADMIN", "No role made here administers the whole cluster",
    "aws_eks_access_policy_association", reads=("policy_arn", "access_scope"), in_files=True,
)  # fmt: skip
def no_cluster_admin(access: Planned) -> Answer:
    """Pipelines and pods work in their namespaces; people who administer are named by their ARN."""
    if not access.planned:
        return UNTOLD  # whether a role is made here, references in a plan tell
    wide = str(access.get("policy_arn")).endswith(CLUSTER_ADMIN)
    if not wide or access.block("access_scope").get("type") != "cluster":
        return True
    principal = access.get("principal_arn")  # of a role that is yet to be made, not known
    made = {role.get("name") for role in access.others("aws_iam_role")}
    return bool(principal) and principal.rpartition("/")[2] not in made


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
