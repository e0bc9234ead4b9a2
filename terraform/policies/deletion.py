"""Outside dev, what holds data can't be deleted in passing."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy

PROTECTED = {
    "aws_db_instance": ("deletion_protection", True),
    "aws_docdb_cluster": ("deletion_protection", True),
    "aws_ecr_repository": ("force_delete", False),
    "aws_lb": ("enable_deletion_protection", True),
    "aws_rds_cluster": ("deletion_protection", True),
    "aws_s3_bucket": ("force_destroy", False),
}


SNAPSHOT = ("aws_db_instance", "aws_docdb_cluster", "aws_rds_cluster")


@policy(
    "GP_FINAL_SNAPSHOT", "Outside dev, a database leaves a snapshot when it is deleted", *SNAPSHOT,
    reads=("skip_final_snapshot", "replicate_source_db"), by_environment=True,
)  # fmt: skip
def last_snapshot(database: Planned) -> bool | None:
    """What was in it can be had back; a replica's data are the primary's."""
    if database.get("replicate_source_db"):
        return None
    skips = str(database.get("skip_final_snapshot")).lower() == "true"
    return database.environment == "dev" or not skips


@policy(
    "GP_DELETION_PROTECTION", "Outside dev, what holds data is protected from deletion",
    *PROTECTED, reads=("deletion_protection", "force_delete", "force_destroy"),
    by_environment=True,
)  # fmt: skip
def protected(store: Planned) -> bool:
    """Deletion is guarded, except in dev."""
    name, wanted = PROTECTED[store.type]
    return store.environment == "dev" or (str(store.get(name)).lower() == "true") is wanted
