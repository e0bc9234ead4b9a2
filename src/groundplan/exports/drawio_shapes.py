"""Which of draw.io's own AWS shapes stands for an icon; any other icon is embedded as an image."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from groundplan.canvas.svg_parts import icon_data

# AWS's colours of its service groups, by the folder of the icon.
_COLOURS: Final[dict[str, str]] = {
    "analytics": "#8C4FFF", "compute": "#ED7100", "cost": "#7AA116", "database": "#C925D1",
    "devtools": "#C925D1", "enduser": "#01A88D", "engagement": "#DD344C", "general": "#232F3D",
    "integration": "#E7157B", "management": "#E7157B", "migration": "#01A88D", "ml": "#01A88D",
    "mobile": "#DD344C", "network": "#8C4FFF", "security": "#DD344C", "storage": "#7AA116",
}  # fmt: skip

# Services: a white sign on a square of their group's colour. By the icon's name.
_SERVICES: Final[dict[str, str]] = {
    "amazon-managed-grafana": "managed_service_for_grafana",
    "amazon-managed-prometheus": "managed_service_for_prometheus",
    "amazon-managed-workflows-apache-airflow": "managed_workflows_for_apache_airflow",
    "amazon-opensearch-service": "elasticsearch_service",
    "amplify": "amplify",
    "api-gateway": "api_gateway",
    "app-mesh": "app_mesh",
    "app-runner": "app_runner",
    "appsync": "appsync",
    "athena": "athena",
    "aurora": "aurora",
    "backup": "backup",
    "batch": "batch",
    "budgets": "budgets_2",
    "certificate-manager": "certificate_manager_3",
    "cloud-map": "cloud_map",
    "cloudformation": "cloudformation",
    "cloudfront": "cloudfront",
    "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch_2",
    "codebuild": "codebuild",
    "codecommit": "codecommit",
    "codedeploy": "codedeploy",
    "codepipeline": "codepipeline",
    "cognito": "cognito",
    "config": "config",
    "database-migration-service": "database_migration_service",
    "direct-connect": "direct_connect",
    "directory-service": "directory_service",
    "documentdb-mongodb-compatibility": "documentdb_with_mongodb_compatibility",
    "dynamodb": "dynamodb",
    "ec2": "ec2",
    "ec2-auto-scaling": "auto_scaling2",
    "ec2-container-registry": "ecr",
    "elastic-beanstalk": "elastic_beanstalk",
    "elastic-block-store-ebs": "elastic_block_store",
    "elastic-container-service": "ecs",
    "elastic-file-system-efs": "elastic_file_system",
    "elastic-kubernetes-service": "eks",
    "elastic-load-balancing": "elastic_load_balancing",
    "elasticache": "elasticache",
    "elasticsearch-service": "elasticsearch_service",
    "emr": "emr",
    "eventbridge": "eventbridge",
    "fargate": "fargate",
    "fsx": "fsx",
    "general": "general",
    "global-accelerator": "global_accelerator",
    "glue": "glue",
    "guardduty": "guardduty",
    "identity-and-access-management-iam": "identity_and_access_management",
    "key-management-service": "key_management_service",
    "keyspaces-managed-apache-cassandra-service": "keyspaces",
    "kinesis": "kinesis",
    "kinesis-data-firehose": "kinesis_data_firehose",
    "kinesis-data-streams": "kinesis_data_streams",
    "lambda": "lambda",
    "lightsail": "lightsail",
    "managed-streaming-for-kafka": "managed_streaming_for_kafka",
    "mq": "mq",
    "neptune": "neptune",
    "network-firewall": "network_firewall",
    "privatelink": "privatelink",
    "rds": "rds",
    "redshift": "redshift",
    "route-53": "route_53",
    "sagemaker": "sagemaker",
    "secrets-manager": "secrets_manager",
    "simple-email-service-ses": "simple_email_service",
    "simple-notification-service-sns": "sns",
    "simple-queue-service-sqs": "sqs",
    "simple-storage-service-s3": "s3",
    "step-functions": "step_functions",
    "systems-manager": "systems_manager",
    "timestream": "timestream",
    "transfer-for-sftp": "transfer_for_sftp",
    "transit-gateway": "transit_gateway",
    "vpc": "vpc",
    "waf": "waf",
    "workspaces": "workspaces",
}

# Parts of services, and what is no service: a sign in their group's colour.
_PARTS: Final[dict[str, str]] = {
    "api-gateway-endpoint": "endpoint",
    "aurora-instance": "aurora_instance",
    "client": "client",
    "client-vpn": "client_vpn",
    "cloudwatch-alarm": "alarm",
    "cloudwatch-logs": "logs",
    "dynamodb-dax": "dynamodb_dax",
    "dynamodb-table": "table",
    "ec2-instance": "instance2",
    "ec2-spot-instance": "spot_instance",
    "elastic-container-service-container": "container_1",
    "elastic-container-service-service": "ecs_service",
    "elasticache-cache-node": "cache_node",
    "elasticache-for-memcached": "elasticache_for_memcached",
    "elasticache-for-redis": "elasticache_for_redis",
    "elb-application-load-balancer": "application_load_balancer",
    "elb-classic-load-balancer": "classic_load_balancer",
    "elb-network-load-balancer": "network_load_balancer",
    "endpoint": "endpoints",
    "generic-database": "generic_database",
    "identity-and-access-management-iam-role": "role",
    "internet-alt1": "internet_alt1",
    "internet-gateway": "internet_gateway",
    "lambda-function": "lambda_function",
    "nat-gateway": "nat_gateway",
    "office-building": "office_building",
    "rds-instance": "rds_instance",
    "rds-mariadb-instance": "rds_mariadb_instance",
    "rds-mysql-instance": "rds_mysql_instance",
    "rds-oracle-instance": "rds_oracle_instance",
    "rds-postgresql-instance": "rds_postgresql_instance",
    "rds-sql-server-instance": "rds_sql_server_instance",
    "route-table": "route_table",
    "simple-queue-service-sqs-queue": "queue",
    "simple-storage-service-s3-bucket-with-objects": "bucket_with_objects",
    "systems-manager-parameter-store": "parameter_store",
    "transit-gateway-attachment": "transit_gateway_attachment",
    "user": "user",
    "users": "users",
    "vpc-customer-gateway": "customer_gateway",
    "vpc-flow-logs": "flow_logs",
    "vpc-peering": "peering",
    "vpn-connection": "vpn_connection",
    "vpn-gateway": "vpn_gateway",
}


def shape_of(icon: str) -> str:
    """The style of a cell that shows `icon`, a path inside the icon set of `diagrams`."""
    path = PurePosixPath(icon)
    if path.parts[0] == "aws":
        colour = _COLOURS.get(path.parent.name, _COLOURS["general"])
        if name := _SERVICES.get(path.stem):
            return (
                f"shape=mxgraph.aws4.resourceIcon;resIcon=mxgraph.aws4.{name};"
                f"fillColor={colour};strokeColor=#ffffff;gradientColor=none;sketch=0;"
            )
        if name := _PARTS.get(path.stem):
            shape = f"shape=mxgraph.aws4.{name};fillColor={colour};strokeColor=none;"
            return f"{shape}gradientColor=none;sketch=0;outlineConnect=0;"
    # Without ';base64', since a style ends at the first semicolon: draw.io knows it so.
    return f"shape=image;imageAspect=1;image=data:image/png,{icon_data(icon)};"
