"""Databases and caches are reached from inside only."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy

EVERYONE = {"0.0.0.0/0", "::/0"}
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
    reads=("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks"),
)  # fmt: skip
def no_open_database_port(rule: Planned) -> bool:
    """No rule lets everyone in to a port of a database."""
    admitted = {rule.get("cidr_ipv4"), rule.get("cidr_ipv6")}
    admitted.update(rule.get("cidr_blocks") or (), rule.get("ipv6_cidr_blocks") or ())
    if rule.get("type") == "egress" or not admitted & EVERYONE:
        return True
    if str(rule.get("ip_protocol") or rule.get("protocol")) in {"-1", "all"}:
        return False
    first, last = (rule.get(name) for name in ("from_port", "to_port"))
    return not any(int(first) <= port <= int(last) for port in PORTS)
