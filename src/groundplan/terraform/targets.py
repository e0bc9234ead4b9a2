"""Which cloud Terraform works on, with which credentials, in which account."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from groundplan import localcloud
from groundplan.errors import RefusedError, ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groundplan.design import Design
    from groundplan.localcloud import Endpoint

TargetName = Literal["local", "aws"]
_OURS = ("TF_WORKSPACE", "TF_CLI_ARGS", "TF_DATA_DIR")
_STATE_BUCKET = "TF_VAR_state_bucket"  # the environments' Terraform gives rights on it


@dataclass(frozen=True)
class Target:
    """A cloud, ready to be worked on.

    `bucket`: the S3 bucket of the states. `environment`: what the tool that works on it is started
    with. `held`: file handles that a tool must inherit, so that the cloud stays while it runs.
    `identity`: changes when everything in the cloud is forgotten.
    """

    name: TargetName
    account: str
    region: str
    bucket: str
    environment: Mapping[str, str] = field(repr=False)
    held: tuple[int, ...] = ()
    identity: str = ""


def local(endpoint: Endpoint, design: Design, *, identity: str = "") -> Target:
    """The embedded AWS at `endpoint`, with the bucket of the states in it."""
    bucket = state_bucket(design.client.name, localcloud.ACCOUNT)
    localcloud.create_bucket(endpoint, bucket)
    names = design.terraform.secrets
    secrets = {f"TF_VAR_{name}": f"stands-in-for-{name.replace('_', '-')}" for name in names}
    environment = {**localcloud.environment(endpoint), **secrets, _STATE_BUCKET: bucket}
    return Target(
        name="local",
        account=localcloud.ACCOUNT,
        region=design.terraform.region,
        bucket=bucket,
        environment=_without_ours(environment),
        held=endpoint.held,
        identity=identity,
    )


def aws(env: str, design: Design) -> Target:
    """The real AWS with the user's own credentials, once they are proved to be `env`'s account's.

    Raises RefusedError where no account is stated for `env`, or the credentials are another's.
    """
    region = design.terraform.region
    stated = design.terraform.accounts.get(env)
    if stated is None:
        raise RefusedError(
            f"design.yaml does not say which AWS account '{env}' lives in",
            hint=f'state it under terraform: accounts: {{{env}: "123456789012"}}',
        )
    found = caller(region)
    if found != stated:
        raise RefusedError(
            f"'{env}' lives in AWS account {stated}, but these credentials are for {found}",
            hint="choose the right profile: AWS_PROFILE=NAME",
        )
    bucket = state_bucket(design.client.name, stated)
    environment = {**os.environ, "TF_VAR_account_id": stated, _STATE_BUCKET: bucket}
    return Target("aws", stated, region, bucket, _without_ours(environment))


def caller(region: str) -> str:
    """The account id that the user's AWS credentials are for. Raises ToolError without any."""
    import boto3  # type: ignore[import-untyped] # noqa: PLC0415 - 0.3 s to import
    from botocore.exceptions import (  # type: ignore[import-untyped] # noqa: PLC0415
        BotoCoreError,
        ClientError,
    )

    try:
        client = boto3.Session(region_name=region).client("sts")
        return str(client.get_caller_identity()["Account"])
    except (BotoCoreError, ClientError) as error:
        raise ToolError(
            f"AWS does not say whose credentials these are: {error}",
            hint="log in (aws sso login), or name a profile: AWS_PROFILE=NAME",
        ) from None


def client(target: Target, service: str) -> Any:
    """boto3's client of an AWS `service`, for what `target` works on."""
    import boto3  # noqa: PLC0415 - 0.3 s to import

    if target.name == "aws":
        return boto3.Session(region_name=target.region).client(service)
    given = target.environment
    return boto3.client(
        service, endpoint_url=given["AWS_ENDPOINT_URL"], region_name=target.region,
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip


def state_bucket(client: str, account: str) -> str:
    """The bucket of the states: bucket names are shared by all of AWS, so it names the account."""
    slug = re.sub(r"[^a-z0-9]+", "-", client.lower()).strip("-")[:30].strip("-") or "client"
    return f"{slug}-terraform-state-{account}"


def _without_ours(environment: Mapping[str, str]) -> dict[str, str]:
    """Without what would send Terraform to another state, or give it other options."""
    return {name: value for name, value in environment.items() if not name.startswith(_OURS)}
