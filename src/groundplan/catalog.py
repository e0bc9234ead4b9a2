"""The one table of what can be drawn: icons, labels, and what becomes of each resource type.

A new resource type is one row in `RESOURCES`; a new kind of Compose service one row in `KINDS`.
Icons are paths inside the icon set that the `diagrams` library ships.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

# subnet: stands in its subnets. vpc: belongs to a VPC as a whole. region: a regional service, one
# node for all of that type. frame, edge, part: see the reason, which the ledger repeats.
Place = Literal["subnet", "vpc", "region", "frame", "edge", "part", "list"]
ViewName = Literal["network", "infrastructure"]

BOTH: Final[tuple[ViewName, ...]] = ("network", "infrastructure")
NETWORK: Final[tuple[ViewName, ...]] = ("network",)
SERVICES: Final[tuple[ViewName, ...]] = ("infrastructure",)


@dataclass(frozen=True)
class Kind:
    """How a kind of node looks: its icon, and its name where nothing better is known.

    A drawn icon is line art on no ground; it is given a light one where the picture is dark.
    `band` is the style of the frame round one that spans several subnets.
    """

    icon: str
    label: str
    drawn: bool = True
    band: Literal["compute", "data"] = "compute"


@dataclass(frozen=True)
class Treatment:
    """What becomes of a resource type: its kind of node, where it stands, in which views."""

    place: Place
    kind: str = ""
    views: tuple[ViewName, ...] = BOTH
    reason: str = ""


KINDS: Final[dict[str, Kind]] = {
    # Application flow
    "users": Kind("aws/general/users.png", "Customers"),
    "web": Kind("aws/general/client.png", "Web"),
    "service": Kind("aws/compute/elastic-container-service-container.png", "Service"),
    "database": Kind("aws/general/generic-database.png", "Database"),
    "cache": Kind("aws/database/elasticache-cache-node.png", "Cache"),
    "queue": Kind("aws/integration/simple-queue-service-sqs-queue.png", "Queue"),
    "mysql": Kind("onprem/database/mysql.png", "MySQL"),
    "mariadb": Kind("onprem/database/mariadb.png", "MariaDB"),
    "postgres": Kind("onprem/database/postgresql.png", "PostgreSQL"),
    "mongo": Kind("onprem/database/mongodb.png", "MongoDB"),
    "redis": Kind("onprem/inmemory/redis.png", "Redis"),
    "memcached": Kind("onprem/inmemory/memcached.png", "Memcached"),
    "rabbitmq": Kind("onprem/queue/rabbitmq.png", "RabbitMQ"),
    "kafka": Kind("onprem/queue/kafka.png", "Kafka"),
    "nginx": Kind("onprem/network/nginx.png", "NGINX"),
    "mssql": Kind("onprem/database/mssql.png", "SQL Server"),
    "oracle": Kind("onprem/database/oracle.png", "Oracle"),
    "cassandra": Kind("onprem/database/cassandra.png", "Cassandra"),
    "couchdb": Kind("onprem/database/couchdb.png", "CouchDB"),
    "couchbase": Kind("onprem/database/couchbase.png", "Couchbase"),
    "cockroachdb": Kind("onprem/database/cockroachdb.png", "CockroachDB"),
    "clickhouse": Kind("onprem/database/clickhouse.png", "ClickHouse"),
    "neo4j": Kind("onprem/database/neo4j.png", "Neo4j"),
    "influxdb": Kind("onprem/database/influxdb.png", "InfluxDB"),
    "qdrant": Kind("onprem/database/qdrant.png", "Qdrant"),
    "elasticsearch": Kind("elastic/elasticsearch/elasticsearch.png", "Elasticsearch"),
    "solr": Kind("onprem/search/solr.png", "Solr"),
    "etcd": Kind("onprem/network/etcd.png", "etcd"),
    "activemq": Kind("onprem/queue/activemq.png", "ActiveMQ"),
    "nats": Kind("onprem/queue/nats.png", "NATS"),
    "traefik": Kind("onprem/network/traefik.png", "Traefik"),
    "caddy": Kind("onprem/network/caddy.png", "Caddy"),
    "haproxy": Kind("onprem/network/haproxy.png", "HAProxy"),
    "envoy": Kind("onprem/network/envoy.png", "Envoy"),
    "apache": Kind("onprem/network/apache.png", "Apache"),
    "kong": Kind("onprem/network/kong.png", "Kong"),
    "prometheus": Kind("onprem/monitoring/prometheus.png", "Prometheus"),
    "grafana": Kind("onprem/monitoring/grafana.png", "Grafana"),
    "loki": Kind("onprem/logging/loki.png", "Loki"),
    "jaeger": Kind("onprem/tracing/jaeger.png", "Jaeger"),
    "kibana": Kind("elastic/elasticsearch/kibana.png", "Kibana"),
    "logstash": Kind("elastic/elasticsearch/logstash.png", "Logstash"),
    "fluentd": Kind("onprem/aggregator/fluentd.png", "Fluentd"),
    "zookeeper": Kind("onprem/network/zookeeper.png", "ZooKeeper"),
    "consul": Kind("onprem/network/consul.png", "Consul"),
    "vault": Kind("onprem/security/vault.png", "Vault"),
    "nextcloud": Kind("onprem/groupware/nextcloud.png", "Nextcloud"),
    "gitea": Kind("onprem/vcs/gitea.png", "Gitea"),
    # AWS
    "resource": Kind("aws/general/general.png", "Resource"),
    "internet": Kind("aws/general/internet-alt1.png", "Internet"),
    "internet_gateway": Kind("aws/network/internet-gateway.png", "Internet gateway"),
    "nat_gateway": Kind("aws/network/nat-gateway.png", "NAT gateway"),
    "endpoint": Kind("aws/network/endpoint.png", "VPC endpoint"),
    "load_balancer": Kind("aws/network/elastic-load-balancing.png", "Load balancer", drawn=False),
    "instance": Kind("aws/compute/ec2-instance.png", "EC2 instance"),
    "autoscaling_group": Kind(
        "aws/compute/ec2-auto-scaling.png", "Auto Scaling group", drawn=False
    ),
    "eks": Kind("aws/compute/elastic-kubernetes-service.png", "EKS cluster", drawn=False),
    "node_group": Kind("aws/compute/ec2.png", "EKS node group", drawn=False),
    "rds_mysql": Kind("aws/database/rds-mysql-instance.png", "RDS for MySQL", band="data"),
    "rds_postgres": Kind(
        "aws/database/rds-postgresql-instance.png", "RDS for PostgreSQL", band="data"
    ),
    "rds_mariadb": Kind("aws/database/rds-mariadb-instance.png", "RDS for MariaDB", band="data"),
    "rds": Kind("aws/database/rds.png", "RDS database", drawn=False, band="data"),
    "elasticache": Kind(
        "aws/database/elasticache-for-redis.png", "ElastiCache for Redis", band="data"
    ),
    "ecr": Kind("aws/compute/ec2-container-registry.png", "ECR", drawn=False),
    "kms": Kind("aws/security/key-management-service.png", "KMS", drawn=False),
    "logs": Kind("aws/management/cloudwatch-logs.png", "CloudWatch Logs"),
    "flow_logs": Kind("aws/network/vpc-flow-logs.png", "VPC flow logs"),
    "roles": Kind("aws/security/identity-and-access-management-iam-role.png", "IAM roles"),
    "secrets": Kind("aws/security/secrets-manager.png", "Secrets Manager", drawn=False),
    "s3": Kind("aws/storage/simple-storage-service-s3.png", "S3", drawn=False),
    "alarms": Kind("aws/management/cloudwatch-alarm.png", "CloudWatch alarms"),
    "sns": Kind("aws/integration/simple-notification-service-sns.png", "SNS", drawn=False),
}

RESOURCES: Final[dict[str, Treatment]] = {
    "aws_vpc": Treatment("frame"),
    "aws_subnet": Treatment("frame"),
    "aws_security_group": Treatment("frame", views=NETWORK, reason="carried by nothing drawn"),
    "aws_default_security_group": Treatment(
        "part", reason="the VPC's default security group, closed and carried by nothing drawn"
    ),
    "aws_internet_gateway": Treatment("vpc", "internet_gateway"),
    "aws_nat_gateway": Treatment("subnet", "nat_gateway"),
    "aws_eip": Treatment("part", reason="the public address of a NAT gateway"),
    "aws_vpc_endpoint": Treatment("vpc", "endpoint"),
    "aws_route_table": Treatment("part", reason="shown as the routes in the heads of its subnets"),
    "aws_default_route_table": Treatment("part", reason="the VPC's main route table"),
    "aws_route_table_association": Treatment("part", reason="shown as the tier of its subnet"),
    "aws_route": Treatment("edge", views=NETWORK, reason="a line of the network view"),
    "aws_vpc_endpoint_route_table_association": Treatment(
        "part", reason="shown as the routes in the heads of its subnets"
    ),
    "aws_vpc_security_group_ingress_rule": Treatment(
        "edge", views=NETWORK, reason="a line of the network view"
    ),
    "aws_security_group_rule": Treatment(
        "edge", views=NETWORK, reason="a line of the network view"
    ),
    "aws_vpc_security_group_egress_rule": Treatment(
        "part", reason="outgoing traffic is not drawn; what is let in is"
    ),
    "aws_flow_log": Treatment("region", "flow_logs", NETWORK),
    "aws_lb": Treatment("subnet", "load_balancer"),
    "aws_instance": Treatment("subnet", "instance"),
    "aws_autoscaling_group": Treatment("subnet", "autoscaling_group"),
    "aws_launch_template": Treatment("part", reason="settings of the nodes that use it"),
    "aws_eks_cluster": Treatment("subnet", "eks"),
    "aws_eks_node_group": Treatment("subnet", "node_group"),
    "aws_eks_addon": Treatment("part", reason="a part of its EKS cluster"),
    "aws_eks_access_entry": Treatment("part", reason="access to its EKS cluster"),
    "aws_eks_access_policy_association": Treatment("part", reason="access to its EKS cluster"),
    "aws_eks_pod_identity_association": Treatment("part", reason="access from its EKS cluster"),
    "aws_iam_openid_connect_provider": Treatment("part", reason="the identity of its EKS cluster"),
    "aws_db_instance": Treatment("subnet", "rds"),
    "aws_db_subnet_group": Treatment("part", reason="shown as where its databases stand"),
    "aws_db_parameter_group": Treatment("part", reason="settings of its databases"),
    "aws_db_option_group": Treatment("part", reason="settings of its databases"),
    "aws_elasticache_replication_group": Treatment("subnet", "elasticache"),
    "aws_elasticache_subnet_group": Treatment("part", reason="shown as where its caches stand"),
    "aws_elasticache_parameter_group": Treatment("part", reason="settings of its caches"),
    "aws_ecr_repository": Treatment("region", "ecr", SERVICES),
    "aws_ecr_lifecycle_policy": Treatment("part", reason="a rule of its repository"),
    "aws_ecr_repository_policy": Treatment("part", reason="a rule of its repository"),
    "aws_kms_key": Treatment("region", "kms", SERVICES),
    "aws_kms_alias": Treatment("part", reason="a name of its key"),
    "aws_kms_key_policy": Treatment("part", reason="a rule of its key"),
    "aws_cloudwatch_log_group": Treatment("region", "logs", SERVICES),
    "aws_cloudwatch_metric_alarm": Treatment("region", "alarms", SERVICES),
    "aws_iam_role": Treatment("list", "roles", SERVICES),
    "aws_iam_role_policy": Treatment("part", reason="a permission of its role"),
    "aws_iam_role_policy_attachment": Treatment("part", reason="a permission of its role"),
    "aws_iam_policy": Treatment("part", reason="a permission of the roles that use it"),
    "aws_iam_instance_profile": Treatment("part", reason="hands its role to instances"),
    "aws_secretsmanager_secret": Treatment("region", "secrets", SERVICES),
    "aws_s3_bucket": Treatment("region", "s3", SERVICES),
    "aws_sns_topic": Treatment("region", "sns", SERVICES),
}

# What this table does not know is still drawn, as a regional resource under its type's name.
OTHER: Final = Treatment("region", "resource", SERVICES)


def kind(name: str) -> Kind:
    """The looks of a kind of node; the path of an icon stands for a kind of its own."""
    return Kind(name, "") if name.endswith(".png") else KINDS[name]


def treatment(type_: str) -> Treatment:
    """What becomes of a resource type; one that no row knows is drawn as a plain resource."""
    return RESOURCES.get(type_, OTHER)
