"""What is kept is encrypted, and so is what goes to and from the cache."""

from __future__ import annotations

import re
from typing import Any

from groundplan.policy.custom import UNTOLD, Answer, Planned, policy, strictest

SETTINGS = {
    "aws_db_instance": ("storage_encrypted",),
    "aws_ebs_volume": ("encrypted",),
    "aws_efs_file_system": ("encrypted",),
    "aws_elasticache_replication_group": (
        "at_rest_encryption_enabled", "transit_encryption_enabled",
    ),
    "aws_rds_cluster": ("storage_encrypted",),
}  # fmt: skip


@policy(
    "GP_ENCRYPTION", "What is kept is encrypted, on disk and on the way",
    *SETTINGS, reads=tuple(sorted({name for names in SETTINGS.values() for name in names})),
)  # fmt: skip
def encrypted(store: Planned) -> bool:
    """All that can be encrypted is."""
    return all(str(store.get(name)).lower() == "true" for name in SETTINGS[store.type])


@policy(
    "GP_ENCRYPTED_DISKS", "The disks of machines are encrypted",
    "aws_launch_template", reads=("block_device_mappings",),
)  # fmt: skip
def encrypted_disks(template: Planned) -> bool:
    """The disks of the template are encrypted."""
    disk = template.block("block_device_mappings").block("ebs")
    return not disk.values or str(disk.get("encrypted")).lower() == "true"


@policy(
    "GP_MYSQL_TLS", "MySQL refuses connections that are not encrypted", "aws_db_parameter_group",
    "aws_rds_cluster_parameter_group", reads=("family", "parameter"),
)  # fmt: skip
def tls_required(group: Planned) -> bool | None:
    """The parameter that has MySQL insist on TLS is on."""
    if "mysql" not in str(group.get("family")):
        return None
    settings = {item.get("name"): item.get("value") for item in group.blocks("parameter")}
    return str(settings.get("require_secure_transport")).upper() in {"1", "ON"}


@policy(
    "GP_MYSQL_PARAMETERS", "A MySQL database has parameters of its own", "aws_db_instance",
    reads=("engine", "parameter_group_name", "replicate_source_db"), in_files=True,
)  # fmt: skip
def own_parameters(database: Planned) -> bool | None:
    """Those that AWS gives it do not ask for TLS; a replica has its primary's."""
    if database.get("engine") != "mysql" or database.get("replicate_source_db"):
        return None
    return not str(database.get("parameter_group_name") or "default.").startswith("default.")


@policy(
    "GP_BUCKET_TLS", "A bucket refuses connections that are not encrypted", "aws_s3_bucket_policy",
    reads=("policy",), in_files=True,
)  # fmt: skip
def bucket_tls(resource: Planned) -> Answer:
    """A statement denies everyone everything that does not come by TLS."""
    return strictest(map(_refuses_clear, resource.may_be("policy")))


def _refuses_clear(document: Any) -> Answer:
    if not isinstance(document, dict):
        return UNTOLD
    return any(
        one.get("Effect") == "Deny"
        and {"s3:*", "*"} & {*_listed(one.get("Action"))}
        and one.get("Principal") in ("*", {"AWS": "*"})
        and _is_clear(one.get("Condition"))
        for one in _listed(document.get("Statement"))
        if isinstance(one, dict)
    )


def _is_clear(condition: Any) -> bool:
    """Whether a condition is met by what does not come by TLS, and asks for nothing else."""
    bare = re.sub(r"[^a-z:]", "", str(condition).lower())
    return bare in {"bool:aws:securetransport:false", "boolifexists:aws:securetransport:false"}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


WINDOW = 14
"""Days in which whoever deletes a key by mistake can still be stopped."""


@policy(
    "GP_KEY_WINDOW", f"Outside dev, a key can be had back for {WINDOW} days",
    "aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key",
    reads=("deletion_window_in_days",), by_environment=True,
)  # fmt: skip
def key_window(key: Planned) -> bool:
    """With the key goes all that it has encrypted; AWS's own choice is 30 days."""
    return key.environment == "dev" or int(key.get("deletion_window_in_days") or 30) >= WINDOW
