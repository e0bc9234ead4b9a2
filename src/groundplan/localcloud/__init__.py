"""The embedded AWS: ministack as a child process, and what it lacks for this Terraform."""

from __future__ import annotations

from groundplan.localcloud.cloud import (
    ACCOUNT,
    Cloud,
    Endpoint,
    configured_port,
    create_bucket,
    environment,
)

__all__ = ["ACCOUNT", "Cloud", "Endpoint", "configured_port", "create_bucket", "environment"]
