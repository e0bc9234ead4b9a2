"""What the monthly cost assumes where Terraform can't know it, each amount with its reason."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from groundplan.design.model import Amount, Id, Line, Model


class Assumed(Model):
    """An assumed amount and why it is a fair one."""

    value: Amount
    """The amount."""
    reason: Line
    """Why this amount, in one sentence."""


class Running(Assumed):
    """An assumed number of hours, such as those of what is switched off at night."""

    value: Annotated[float, Field(strict=True, ge=0, le=31 * 24, allow_inf_nan=False)]
    """The hours, 744 at most: those of the longest month."""


class Hours(Running):
    """Hours in a month."""

    value: Annotated[float, Field(strict=True, ge=28 * 24, le=31 * 24, allow_inf_nan=False)]
    """The hours, from 672 in the shortest month to 744 in the longest."""

    unit: Literal["hours"]
    """hours"""
    environments: dict[Id, Running] = Field(default={})
    """Other amounts for some environments."""


class Gigabytes(Assumed):
    """An amount of data, moved or kept, in a month."""

    unit: Literal["GB"]
    """GB (per month)"""
    environments: dict[Id, Assumed] = Field(default={})
    """Other amounts for some environments."""


class Percent(Assumed):
    """A share."""

    value: Annotated[float, Field(strict=True, ge=0, le=100, allow_inf_nan=False)]
    """The share, from 0 to 100."""
    unit: Literal["%"]
    """%"""
    environments: dict[Id, Assumed] = Field(default={})
    """Other amounts for some environments."""


class Usage(Model):
    """What the monthly cost assumes where Terraform can't know it."""

    hours_per_month: Hours
    """How long things run."""
    data_out_gb: Gigabytes | None = None
    """Data sent to the internet."""
    data_between_zones_gb: Gigabytes | None = None
    """Data that crosses from one availability zone to another, once in each direction."""
    nat_gb: Gigabytes | None = None
    """Data that the NAT gateways process, all of them together, without images."""
    endpoint_gb: Gigabytes | None = None
    """Data that the interface endpoints process, all of them together."""
    pulls_gb: Gigabytes | None = None
    """Images that nodes pull: through NAT, where no endpoint leads to S3 past it."""
    logs_gb: Gigabytes | None = None
    """Logs of AWS's own services, such as control planes and databases, all together."""
    flow_logs_gb: Gigabytes | None = None
    """Flow logs of VPCs."""
    application_logs_gb: Gigabytes | None = None
    """Logs of the applications in a cluster."""
    images_gb: Gigabytes | None = None
    """Container images kept in ECR, all repositories together."""
    objects_gb: Gigabytes | None = None
    """Objects kept in S3, all buckets together."""
    spot_discount: Percent | None = None
    """How much cheaper spot capacity is than on-demand."""

    def __hash__(self) -> int:
        return hash(self.model_dump_json())

    def amount(self, name: str, env: str | None = None) -> Assumed | None:
        """The assumption of that field for `env` (default: the general one), None where none is.

        Raises AttributeError for a field that Usage does not have.
        """
        assumption: Hours | Gigabytes | Percent | None = getattr(self, name)
        if assumption is None:
            return None
        return assumption.environments.get(env or "", assumption)
