"""Databases and caches are reached from inside only, and can be brought back."""

from __future__ import annotations

from groundplan.policy.custom import Planned, is_wide, policy

PORTS = {1433, 1521, 3306, 5432, 6379, 11211, 27017}


@policy(
    "GP_PUBLIC_DATABASE", "A database has no public address",
    "aws_db_instance", "aws_rds_cluster_instance", "aws_redshift_cluster",
    "aws_dms_replication_instance",
    reads=("publicly_accessible",),
)  # fmt: skip
def no_public_database(database: Planned) -> bool:
    """No public address."""
    return database.get("publicly_accessible") in {None, False}


@policy(
    "GP_OPEN_DATABASE_PORT", "No port of a database is open to everyone",
    "aws_vpc_security_group_ingress_rule", "aws_security_group_rule",
    reads=(
        "cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks", "type", "ip_protocol",
        "protocol", "from_port", "to_port",
    ),
)  # fmt: skip
def no_open_database_port(rule: Planned) -> bool:
    """No rule lets everyone in to a port of a database."""
    admitted = {rule.get("cidr_ipv4"), rule.get("cidr_ipv6")}
    admitted.update(rule.get("cidr_blocks") or (), rule.get("ipv6_cidr_blocks") or ())
    if rule.get("type") == "egress" or not any(is_wide(str(each)) for each in admitted):
        return True
    first, last = (rule.get(name) for name in ("from_port", "to_port"))
    if first is None or last is None:
        return False  # every port
    if str(rule.get("ip_protocol") or rule.get("protocol")) in {"-1", "all"}:
        return False
    return not any(int(first) <= port <= int(last) for port in PORTS)


KEPT = 7
"""Days, as AWS Security Hub asks for (control RDS.11)."""


@policy(
    "GP_BACKUPS", f"A database's backups are kept for {KEPT} days, in dev for one",
    "aws_db_instance", "aws_rds_cluster",
    reads=("backup_retention_period", "delete_automated_backups", "replicate_source_db"),
    by_environment=True,
)  # fmt: skip
def backups(database: Planned) -> bool | None:
    """Backups are kept long enough, and outlive it; a replica's data are the primary's."""
    if database.get("replicate_source_db"):
        return None
    days = int(database.get("backup_retention_period") or 0)
    if database.environment == "dev":
        return days >= 1
    # Where nothing is said, AWS deletes them with the database.
    return days >= KEPT and str(database.get("delete_automated_backups")).lower() == "false"


PASSWORDS = {
    "aws_db_instance": "password",
    "aws_docdb_cluster": "master_password",
    "aws_elasticache_replication_group": "auth_token",
    "aws_rds_cluster": "master_password",
    "aws_redshift_cluster": "master_password",
}
MANAGED = ("aws_db_instance", "aws_rds_cluster", "aws_redshift_cluster")


@policy(
    "GP_MANAGED_PASSWORD", "AWS makes the password and keeps it: it is in no file and no state",
    *PASSWORDS, reads=tuple(sorted({*PASSWORDS.values()})), in_files=True,
)  # fmt: skip
def managed_password(store: Planned) -> bool | None:
    """No password is given.

    Where AWS makes none, it may come from a variable: which of the two it was, no plan tells.
    """
    given = store.get(PASSWORDS[store.type])
    if given is None or store.type in MANAGED:
        return given is None
    return None if store.planned else str(given).startswith("${") or "var." in str(given)


@policy(
    "GP_MAINTENANCE_WINDOW", "Outside dev, databases and caches change in their maintenance window",
    "aws_db_instance", "aws_docdb_cluster", "aws_elasticache_cluster",
    "aws_elasticache_replication_group", "aws_rds_cluster", "aws_rds_cluster_instance",
    reads=("apply_immediately",), by_environment=True,
)  # fmt: skip
def in_its_window(store: Planned) -> bool:
    """What makes it start anew waits for the hour that was set for it."""
    at_once = str(store.get("apply_immediately")).lower() == "true"
    return store.environment == "dev" or not at_once
