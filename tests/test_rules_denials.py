"""Rules about what roles are denied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from beehive import found, only, resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Resource

MAY = '{ Effect = "Allow", Action = ["iam:Put*"], Resource = "arn:aws:iam::1:role/bee-*" }'
NOT_ITSELF = '{ Effect = "Deny", Action = "iam:PutRole*", Resource = "arn:aws:iam::1:role/bee-ci" }'
READS = '["dynamodb:*", "secretsmanager:Get*", "ssm:Get*"]'
NO_DATA = f'{{ Effect = "Deny", Resource = "*", Action = {READS} }}'
NO_OBJECTS = '{ Effect = "Deny", Action = "s3:Get*", NotResource = ["arn:aws:s3:::state"] }'


def written(*statements: str) -> str:
    """A role with a policy of these statements, that also has AWS's policy for reading."""
    return f"""\
resource "aws_iam_role" "ci" {{
  name = "bee-ci"
}}

resource "aws_iam_role_policy" "ci" {{
  role   = aws_iam_role.ci.id
  policy = jsonencode({{ Statement = [{", ".join(statements)}] }})
}}

resource "aws_iam_role_policy_attachment" "read" {{
  role       = aws_iam_role.ci.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}}
"""


def with_roles(item) -> Iterator[Resource]:
    yield item
    if item.address == "aws_vpc.main":
        yield resource("aws_iam_role.ci", name="bee-ci")
        for address in ("aws_iam_role_policy.ci", "aws_iam_role_policy_attachment.read"):
            yield resource(address, {"role": ("aws_iam_role.ci",)}, ("role",))


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ((MAY,), "iam:PutRolePermissionsBoundary, iam:PutRolePolicy"),
        ((MAY, NOT_ITSELF.replace("bee-ci", "bee-cd")),
         "iam:PutRolePermissionsBoundary, iam:PutRolePolicy"),
        ((MAY, NOT_ITSELF.replace("PutRole*", "PutRolePolicy")), "iam:PutRolePermissionsBoundary"),
        ((MAY, NOT_ITSELF), ""),
        ((MAY.replace("bee-", "bear-"),), ""),
        ((MAY.replace("}", ', Condition = { StringEquals = { "iam:A" = "b" } } }'),), ""),
    ],
)  # fmt: skip
def test_a_role_that_may_change_its_own_rights(example, statements, said):
    example.change_plan("dev", 1, with_roles)
    example.write("terraform/envs/dev/main.tf", written(*statements))
    if not said:
        assert found(example, "own-rights") == []
        return
    finding = only(example, "own-rights")
    assert finding.message == f"aws_iam_role.ci of dev may do this: {said}"
    assert (finding.file, finding.line) == (example.root / "terraform/envs/dev/main.tf", 5)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ((NO_OBJECTS,), "dynamodb:GetItem, secretsmanager:GetSecretValue, ssm:GetParameter"),
        ((NO_DATA,), "s3:GetObject"),
        ((NO_DATA, NO_OBJECTS.replace("Deny", "Allow")), "s3:GetObject"),
        ((NO_DATA, NO_OBJECTS), ""),
    ],
)
def test_a_role_that_may_read_what_is_kept(example, statements, said):
    example.change_plan("dev", 1, with_roles)
    example.write("terraform/envs/dev/main.tf", written(*statements))
    findings = [finding.message for finding in found(example, "data-denied")]
    assert findings == ([f"aws_iam_role.ci of dev may do this: {said}"] if said else [])
