"""Rules about what roles are denied: a Deny that goes is missed by no other statement."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from groundplan.facts import Facts, Resource
    from groundplan.terraform.blocks import Blocks
    from groundplan.workspace import Workspace

# By each of these a role that may do it to itself has what it likes, or is whose it likes.
_CHANGING: Final = (
    "iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
)  # fmt: skip
_READER: Final = "ReadOnlyAccess"
# What no plan needs, and that policy of AWS's gives, or may come to give.
_DATA: Final = (
    "dynamodb:GetItem", "s3:GetObject", "secretsmanager:GetSecretValue", "ssm:GetParameter",
)  # fmt: skip


@dataclass(frozen=True)
class _Files:
    """What the blocks of an environment say; what was `read` before is not read again."""

    blocks: Blocks
    read: dict[tuple[Path, str, str], list[Any]]

    def values(self, item: Resource, name: str) -> list[Any]:
        """What an attribute may be, as far as its block tells."""
        from groundplan.facts.addresses import split  # noqa: PLC0415
        from groundplan.policy import written  # noqa: PLC0415

        found = self.blocks.find(item.address)
        if not found:
            return []
        key = (found.file, ".".join(split(item.address)[-2:]), name)
        if key not in self.read:
            self.read[key] = written.values(*key)
        return self.read[key]


@dataclass(frozen=True)
class _Role:
    """A role as plan and files have it; `name` as it is written.

    Its `statements` with the policy that each stands in, and AWS's own `policies` by their name,
    with what attaches them.
    """

    address: str
    name: str
    statements: tuple[tuple[str, dict[str, Any]], ...]
    policies: dict[str, str]

    def denies(self, action: str, resource: str = "") -> bool:
        """Whether a Deny covers an action on a resource, or on nearly all where none is given."""
        return any(
            each.get("Effect") == "Deny"
            and _covers(each, action)
            and (_on(each, resource) if resource else "NotResource" in each or _on(each, "*"))
            for _, each in self.statements
        )


@rule("own-rights", "no role may change its own rights")
def own_rights(workspace: Workspace) -> Iterator[Finding]:
    """Roles that may write to roles of a name like their own, and that no Deny keeps from it."""
    yield from _told(workspace, "own-rights", _widened, "deny it that on itself")


@rule("data-denied", "who may read everything is denied what is kept in it")
def data(workspace: Workspace) -> Iterator[Finding]:
    """Roles with AWS's policy for reading, by which secrets and data can be read as well."""
    yield from _told(workspace, "data-denied", _read, "deny it what no plan needs")


def _told(
    workspace: Workspace, name: str, look: Callable[[_Role], Iterator[tuple[str, str]]], hint: str
) -> Iterator[Finding]:
    terraform, facts = workspace.root / "terraform", workspace.root / "facts"
    sources = [terraform, facts, workspace.design_file]
    yield from once(workspace, name, sources, lambda: _look(workspace, look, hint))


def _look(
    workspace: Workspace, look: Callable[[_Role], Iterator[tuple[str, str]]], hint: str
) -> Iterator[Finding]:
    from groundplan.terraform.blocks import Blocks  # noqa: PLC0415

    may: dict[tuple[str, str, Path, int], set[str]] = defaultdict(set)
    read: dict[tuple[Path, str, str], list[Any]] = {}
    for _, phase, env in drawn(workspace):
        files = _Files(Blocks(workspace.environment(env)), read)
        for role in _roles(workspace.facts(env, phase.number), files):
            for by, action in look(role):
                if found := files.blocks.find(by):
                    may[role.address, env, found.file, found.line].add(action)
    for (address, env, file, line), actions in may.items():
        message = f"{address} of {env} may do this: {', '.join(sorted(actions))}"
        yield error(message, file, line, hint)


def _widened(role: _Role) -> Iterator[tuple[str, str]]:
    for by, statement in role.statements:
        # One with a condition, such as a boundary, is not for everything.
        if statement.get("Effect") == "Allow" and "Condition" not in statement:
            for action in _CHANGING:
                may = _covers(statement, action) and _on(statement, role.name)
                if may and not role.denies(action, role.name):
                    yield by, action


def _read(role: _Role) -> Iterator[tuple[str, str]]:
    if by := role.policies.get(_READER):
        yield from ((by, action) for action in _DATA if not role.denies(action))


def _covers(statement: dict[str, Any], action: str) -> bool:
    named = [str(each).lower() for each in _listed(statement.get("Action"))]
    return any(fnmatchcase(action.lower(), each) for each in named)


def _on(statement: dict[str, Any], name: str) -> bool:
    """Whether a statement is about the role of this `name`, or `*` about everything."""
    named = [str(each).rpartition(":role/")[2] for each in _listed(statement.get("Resource"))]
    return any(each == "*" or fnmatchcase(name, each) for each in named)


def _roles(facts: Facts, files: _Files) -> Iterator[_Role]:
    for item in facts.of_type("aws_iam_role"):
        names = files.values(item, "name")
        own = [each for each in facts if each.references.get("role") == (item.address,)]
        attached = {
            str(arn).rpartition("/")[2]: each.address
            for each in own
            if each.type == "aws_iam_role_policy_attachment"
            for arn in (each.get("policy_arn"), *files.values(each, "policy_arn"))
        }
        if len(names) == 1:
            yield _Role(item.address, str(names[0]), tuple(_said(own, files)), attached)


def _said(own: list[Resource], files: _Files) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in own:
        documents = files.values(each, "policy") if each.type == "aws_iam_role_policy" else []
        for document in documents:
            said = document.get("Statement") if isinstance(document, dict) else None
            yield from ((each.address, one) for one in _listed(said) if isinstance(one, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
