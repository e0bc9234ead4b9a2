"""The resource types that store data or hold messages inside a VPC."""

from __future__ import annotations

from typing import Final

from groundplan.catalog.model import SELF, SERVICES, End, Link, Treatment, end, part, service

_GROUPS: Final = ("vpc_security_group_ids",)
_OPTIONS: Final = part("settings of its databases")
_SNAPSHOT: Final = part("a copy of its database")
_GLOBAL: Final = end("global_cluster_identifier", "aws_rds_global_cluster")
_CACHE_NET: Final = ("subnet_group_name",)
_VPC_OPTIONS: Final = ("vpc_options.*.subnet_ids",)


def _subnet_group(reason: str) -> Treatment:
    return Treatment("part", reason=reason, subnets=("subnet_ids",))


def _cluster(kind: str, subnet_group: str, type_: str) -> Treatment:
    """A cluster of databases, whose instances are resources of their own."""
    return Treatment(
        "subnet",
        kind,
        subnets=(subnet_group,),
        groups=_GROUPS,
        links=_replica(type_),
    )


def _replica(type_: str) -> tuple[Link, ...]:
    return (_copied(end("replication_source_identifier", type_)), _copied(_GLOBAL))


def _copied(source: End) -> Link:
    return Link(source, SELF, "replicates", "replicates")


def _member(kind: str, subnet_group: str, cluster: str) -> Treatment:
    """An instance of a cluster of databases, which tells what the instance doesn't."""
    return Treatment(
        "subnet",
        kind,
        subnets=(subnet_group,),
        through=(end("cluster_identifier", cluster),),
        public="publicly_accessible",
        size="instance_class",
        links=(Link(end("cluster_identifier", cluster), SELF, "runs"),),
    )


DATA_ROWS: Final[dict[str, Treatment]] = {
    # RDS and Aurora
    "aws_db_instance": Treatment(
        "subnet",
        "rds",
        subnets=("db_subnet_group_name",),
        groups=_GROUPS,
        public="publicly_accessible",
    ),
    "aws_rds_cluster": _cluster("aurora", "db_subnet_group_name", "aws_rds_cluster"),
    "aws_rds_cluster_instance": _member(
        "aurora_instance", "db_subnet_group_name", "aws_rds_cluster"
    ),
    "aws_rds_global_cluster": part(
        "joins its clusters in several regions",
        through=(end("source_db_cluster_identifier", "aws_rds_cluster"),),
    ),
    "aws_db_subnet_group": _subnet_group("shown as where its databases stand"),
    "aws_db_parameter_group": _OPTIONS,
    "aws_rds_cluster_parameter_group": _OPTIONS,
    "aws_db_option_group": _OPTIONS,
    "aws_db_snapshot": _SNAPSHOT,
    "aws_db_cluster_snapshot": _SNAPSHOT,
    "aws_rds_cluster_endpoint": part(
        "an address of its cluster", through=(end("cluster_identifier", "aws_rds_cluster"),)
    ),
    "aws_db_proxy": Treatment("subnet", "db_proxy", subnets=("vpc_subnet_ids",), groups=_GROUPS),
    "aws_db_proxy_default_target_group": part("settings of its proxy"),
    "aws_db_proxy_endpoint": part(
        "an address of its proxy", through=(end("db_proxy_name", "aws_db_proxy"),)
    ),
    "aws_db_proxy_target": part(
        "shown as a line from its proxy",
        links=(
            Link(
                end("db_proxy_name", "aws_db_proxy"),
                end("db_instance_identifier", "aws_db_instance"),
            ),
            Link(
                end("db_proxy_name", "aws_db_proxy"),
                end("db_cluster_identifier", "aws_rds_cluster"),
            ),
        ),
    ),
    # Other databases
    "aws_docdb_cluster": Treatment(
        "subnet", "documentdb", subnets=("db_subnet_group_name",), groups=_GROUPS
    ),
    "aws_docdb_cluster_instance": _member(
        "documentdb", "db_subnet_group_name", "aws_docdb_cluster"
    ),
    "aws_docdb_subnet_group": _subnet_group("shown as where its databases stand"),
    "aws_docdb_cluster_parameter_group": _OPTIONS,
    "aws_neptune_cluster": _cluster("neptune", "neptune_subnet_group_name", "aws_neptune_cluster"),
    "aws_neptune_cluster_instance": _member(
        "neptune", "neptune_subnet_group_name", "aws_neptune_cluster"
    ),
    "aws_neptune_subnet_group": _subnet_group("shown as where its databases stand"),
    "aws_neptune_parameter_group": _OPTIONS,
    "aws_neptune_cluster_parameter_group": _OPTIONS,
    "aws_redshift_cluster": Treatment(
        "subnet",
        "redshift",
        subnets=("cluster_subnet_group_name",),
        groups=_GROUPS,
        public="publicly_accessible",
        size="node_type",
    ),
    "aws_redshift_subnet_group": _subnet_group("shown as where its warehouses stand"),
    "aws_redshift_parameter_group": _OPTIONS,
    "aws_redshiftserverless_workgroup": Treatment(
        "subnet",
        "redshift",
        subnets=("subnet_ids",),
        groups=("security_group_ids",),
        public="publicly_accessible",
    ),
    "aws_redshiftserverless_namespace": part("what its workgroups store"),
    "aws_timestreaminfluxdb_db_instance": Treatment(
        "subnet",
        "timestream",
        subnets=("vpc_subnet_ids",),
        groups=_GROUPS,
        public="publicly_accessible",
    ),
    "aws_timestreamwrite_database": service("timestream"),
    "aws_timestreamwrite_table": part("a part of its database"),
    "aws_keyspaces_keyspace": service("keyspaces"),
    "aws_keyspaces_table": part("a part of its keyspace"),
    "aws_dynamodb_table": service("dynamodb"),
    "aws_dynamodb_global_table": service("dynamodb"),
    # Caches
    "aws_elasticache_cluster": Treatment(
        "subnet",
        "elasticache",
        subnets=_CACHE_NET,
        groups=("security_group_ids",),
        through=(end("replication_group_id", "aws_elasticache_replication_group"),),
        size="node_type",
    ),
    "aws_elasticache_replication_group": Treatment(
        "subnet",
        "elasticache",
        subnets=_CACHE_NET,
        groups=("security_group_ids",),
        links=(
            _copied(end("global_replication_group_id", "aws_elasticache_global_replication_group")),
        ),
    ),
    "aws_elasticache_serverless_cache": Treatment(
        "subnet", "elasticache", subnets=("subnet_ids",), groups=("security_group_ids",)
    ),
    "aws_elasticache_subnet_group": _subnet_group("shown as where its caches stand"),
    "aws_elasticache_parameter_group": part("settings of its caches"),
    "aws_elasticache_user": part("who may use its caches"),
    "aws_elasticache_user_group": part("who may use its caches"),
    "aws_elasticache_user_group_association": part("who may use its caches"),
    "aws_elasticache_global_replication_group": part(
        "joins its caches in several regions",
        through=(end("primary_replication_group_id", "aws_elasticache_replication_group"),),
    ),
    "aws_memorydb_cluster": Treatment(
        "subnet",
        "memorydb",
        subnets=_CACHE_NET,
        groups=("security_group_ids",),
        size="node_type",
    ),
    "aws_memorydb_subnet_group": _subnet_group("shown as where its caches stand"),
    "aws_dax_cluster": Treatment(
        "subnet",
        "dax",
        subnets=_CACHE_NET,
        groups=("security_group_ids",),
        size="node_type",
    ),
    "aws_dax_subnet_group": _subnet_group("shown as where its caches stand"),
    "aws_dax_parameter_group": part("settings of its caches"),
    # Search and messages
    "aws_opensearch_domain": Treatment(
        "subnet",
        "opensearch",
        subnets=_VPC_OPTIONS,
        groups=("vpc_options.*.security_group_ids",),
        optional=True,
        size="cluster_config.0.instance_type",
    ),
    "aws_elasticsearch_domain": Treatment(
        "subnet",
        "opensearch",
        subnets=_VPC_OPTIONS,
        groups=("vpc_options.*.security_group_ids",),
        optional=True,
        size="cluster_config.0.instance_type",
    ),
    "aws_opensearchserverless_collection": service("opensearch"),
    "aws_msk_cluster": Treatment(
        "subnet",
        "msk",
        subnets=("broker_node_group_info.*.client_subnets",),
        groups=("broker_node_group_info.*.security_groups",),
        size="broker_node_group_info.0.instance_type",
    ),
    "aws_msk_serverless_cluster": Treatment(
        "subnet",
        "msk",
        subnets=("vpc_config.*.subnet_ids",),
        groups=("vpc_config.*.security_group_ids",),
    ),
    "aws_msk_configuration": part("settings of its brokers"),
    "aws_mq_broker": Treatment(
        "subnet",
        "mq",
        subnets=("subnet_ids",),
        groups=("security_groups",),
        public="publicly_accessible",
        size="host_instance_type",
    ),
    "aws_mq_configuration": part("settings of its brokers"),
    # Files
    "aws_efs_file_system": Treatment(
        "subnet",
        "efs",
        members=("aws_efs_mount_target", "file_system_id"),
        optional=True,
    ),
    "aws_efs_mount_target": Treatment(
        "part",
        reason="shown as where its file system can be reached",
        subnets=("subnet_id",),
        groups=("security_groups",),
    ),
    "aws_efs_access_point": part(
        "a door of its file system", through=(end("file_system_id", "aws_efs_file_system"),)
    ),
    "aws_efs_backup_policy": part("a setting of its file system"),
    "aws_efs_file_system_policy": part("a rule of its file system"),
    "aws_efs_replication_configuration": part("a copy of its file system elsewhere"),
    **{
        f"aws_fsx_{name}_file_system": Treatment(
            "subnet", "fsx", subnets=("subnet_ids",), groups=("security_group_ids",)
        )
        for name in ("lustre", "ontap", "openzfs", "windows")
    },
    "aws_ebs_volume": Treatment("region", "ebs", SERVICES),
    "aws_volume_attachment": part("gives its volume to a machine"),
    "aws_ebs_snapshot": part("a copy of its volume"),
}
