"""The resource types that run code."""

from __future__ import annotations

from typing import Final

from groundplan.catalog.model import SELF, Link, Treatment, end, part, service

_SPEC: Final = "mixed_instances_policy.*.launch_template.*.launch_template_specification.*"
_NAMED: Final = tuple(
    end(path, "aws_launch_template") for path in ("launch_template.*.id", "launch_template.*.name")
)
_TEMPLATE: Final = (
    *_NAMED,
    end("launch_configuration", "aws_launch_configuration"),
    end(f"{_SPEC}.launch_template_id", "aws_launch_template"),
    end(f"{_SPEC}.launch_template_name", "aws_launch_template"),
)
_MACHINE: Final = (
    end("network_interface.*.network_interface_id", "aws_network_interface"),
    *_NAMED,
)
_VPC_CONFIG: Final = ("vpc_config.*.subnet_ids",)
_VPC_GROUPS: Final = ("vpc_config.*.security_group_ids",)
_FUNCTION: Final = ("aws_lambda_function", "aws_lambda_alias")
_TRIGGERS: Final = "triggers"

COMPUTE_ROWS: Final[dict[str, Treatment]] = {
    # EC2
    "aws_instance": Treatment(
        "subnet",
        "instance",
        subnets=("subnet_id",),
        groups=("vpc_security_group_ids", "security_groups"),
        through=_MACHINE,
        public="address",
        size="instance_type",
    ),
    "aws_spot_instance_request": Treatment(
        "subnet",
        "spot",
        subnets=("subnet_id",),
        groups=("vpc_security_group_ids", "security_groups"),
        through=_MACHINE,
        public="address",
        size="instance_type",
    ),
    "aws_spot_fleet_request": Treatment(
        "subnet",
        "spot",
        subnets=(
            "launch_specification.*.subnet_id",
            "launch_template_config.*.overrides.*.subnet_id",
        ),
        groups=("launch_specification.*.vpc_security_group_ids",),
        through=(
            end(
                "launch_template_config.*.launch_template_specification.*.id", "aws_launch_template"
            ),
        ),
        public="address",
    ),
    "aws_ec2_fleet": Treatment(
        "subnet",
        "spot",
        subnets=("launch_template_config.*.override.*.subnet_id",),
        through=(
            end(
                "launch_template_config.*.launch_template_specification.*.launch_template_id",
                "aws_launch_template",
            ),
        ),
        public="address",
    ),
    "aws_autoscaling_group": Treatment(
        "subnet",
        "autoscaling_group",
        subnets=("vpc_zone_identifier",),
        through=_TEMPLATE,
        public="address",
        links=(
            Link(end("target_group_arns"), SELF),
            Link(end("load_balancers", "aws_elb"), SELF),
        ),
    ),
    "aws_autoscaling_attachment": part(
        "shown as a line from its load balancer",
        links=(
            Link(
                end("lb_target_group_arn"), end("autoscaling_group_name", "aws_autoscaling_group")
            ),
            Link(end("elb", "aws_elb"), end("autoscaling_group_name", "aws_autoscaling_group")),
        ),
    ),
    "aws_launch_template": Treatment(
        "part",
        reason="settings of the nodes that use it",
        subnets=("network_interfaces.*.subnet_id",),
        groups=("vpc_security_group_ids", "network_interfaces.*.security_groups"),
        through=(end("network_interfaces.*.network_interface_id", "aws_network_interface"),),
    ),
    "aws_launch_configuration": Treatment(
        "part", reason="settings of the machines that use it", groups=("security_groups",)
    ),
    "aws_key_pair": part("the key that opens its machines"),
    "aws_placement_group": part("how near its machines stand to each other"),
    "aws_ami": part("what machines are started from"),
    "aws_ami_copy": part("what machines are started from"),
    "aws_ami_from_instance": part("what machines are started from"),
    # EKS
    "aws_eks_cluster": Treatment(
        "subnet",
        "eks",
        subnets=_VPC_CONFIG,
        groups=_VPC_GROUPS,
    ),
    "aws_eks_node_group": Treatment(
        "subnet",
        "node_group",
        subnets=("subnet_ids",),
        through=_NAMED,
        public="address",
        links=(Link(end("cluster_name", "aws_eks_cluster"), SELF, "runs"),),
    ),
    "aws_eks_fargate_profile": Treatment(
        "subnet",
        "fargate",
        subnets=("subnet_ids",),
        links=(Link(end("cluster_name", "aws_eks_cluster"), SELF, "runs"),),
    ),
    "aws_eks_addon": part("a part of its EKS cluster"),
    "aws_eks_access_entry": part("access to its EKS cluster"),
    "aws_eks_access_policy_association": part("access to its EKS cluster"),
    "aws_eks_identity_provider_config": part("access to its EKS cluster"),
    "aws_eks_pod_identity_association": part("access from its EKS cluster"),
    "aws_iam_openid_connect_provider": part("an identity that roles trust"),
    # ECS
    "aws_ecs_cluster": service("ecs"),
    "aws_ecs_service": Treatment(
        "subnet",
        "ecs_service",
        subnets=("network_configuration.*.subnets",),
        groups=("network_configuration.*.security_groups",),
        through=(
            end("capacity_provider_strategy.*.capacity_provider", "aws_ecs_capacity_provider"),
        ),
        public="network_configuration.0.assign_public_ip",
        links=(
            Link(end("cluster", "aws_ecs_cluster"), SELF, "runs"),
            Link(end("load_balancer.*.target_group_arn"), SELF),
            Link(end("load_balancer.*.elb_name", "aws_elb"), SELF),
        ),
    ),
    "aws_ecs_task_definition": part("what the services that use it run"),
    "aws_ecs_capacity_provider": part(
        "gives its cluster machines, shown as the Auto Scaling group",
        through=(
            end("auto_scaling_group_provider.*.auto_scaling_group_arn", "aws_autoscaling_group"),
        ),
    ),
    "aws_ecs_cluster_capacity_providers": part("how its cluster gets machines"),
    # Lambda
    "aws_lambda_function": Treatment(
        "subnet",
        "lambda",
        subnets=_VPC_CONFIG,
        groups=_VPC_GROUPS,
        optional=True,
        size="runtime",
        links=(
            Link(SELF, end("dead_letter_config.*.target_arn"), "dead letters"),
            Link(SELF, end("file_system_config.*.arn", "aws_efs_access_point")),
        ),
    ),
    "aws_lambda_alias": part(
        "a name of its function", through=(end("function_name", "aws_lambda_function"),)
    ),
    "aws_lambda_event_source_mapping": part(
        "shown as a line to its function",
        links=(Link(end("event_source_arn"), end("function_name", *_FUNCTION), _TRIGGERS),),
    ),
    # Other
    "aws_batch_compute_environment": Treatment(
        "subnet",
        "batch",
        subnets=("compute_resources.*.subnets",),
        groups=("compute_resources.*.security_group_ids",),
        optional=True,
    ),
    "aws_apprunner_service": service("app_runner"),
    "aws_apprunner_vpc_connector": Treatment(
        "subnet", "app_runner", subnets=("subnets",), groups=("security_groups",)
    ),
    "aws_elastic_beanstalk_environment": service("beanstalk"),
    "aws_lightsail_instance": service("lightsail"),
    "aws_codebuild_project": Treatment(
        "subnet",
        "codebuild",
        subnets=("vpc_config.*.subnets",),
        groups=_VPC_GROUPS,
        optional=True,
    ),
    "aws_synthetics_canary": Treatment(
        "subnet", "canary", subnets=_VPC_CONFIG, groups=_VPC_GROUPS, optional=True
    ),
    "aws_emr_cluster": Treatment(
        "subnet",
        "emr",
        subnets=("ec2_attributes.*.subnet_id", "ec2_attributes.*.subnet_ids"),
        groups=("ec2_attributes.*.emr_managed_master_security_group",),
    ),
    "aws_mwaa_environment": Treatment(
        "subnet",
        "airflow",
        subnets=("network_configuration.*.subnet_ids",),
        groups=("network_configuration.*.security_group_ids",),
    ),
    "aws_sagemaker_notebook_instance": Treatment(
        "subnet", "sagemaker", subnets=("subnet_id",), groups=("security_groups",), optional=True
    ),
    "aws_sagemaker_domain": Treatment(
        "subnet",
        "sagemaker",
        subnets=("subnet_ids",),
        groups=("default_user_settings.*.security_groups",),
    ),
    "aws_glue_job": service("glue"),
    "aws_workspaces_directory": Treatment("subnet", "workspaces", subnets=("subnet_ids",)),
    "aws_directory_service_directory": Treatment(
        "subnet",
        "directory",
        subnets=("vpc_settings.*.subnet_ids", "connect_settings.*.subnet_ids"),
    ),
    "aws_transfer_server": Treatment(
        "subnet",
        "transfer",
        subnets=("endpoint_details.*.subnet_ids",),
        groups=("endpoint_details.*.security_group_ids",),
        optional=True,
    ),
    "aws_dms_replication_instance": Treatment(
        "subnet",
        "dms",
        subnets=("replication_subnet_group_id",),
        groups=("vpc_security_group_ids",),
        public="publicly_accessible",
    ),
    "aws_dms_replication_subnet_group": Treatment(
        "part", reason="shown as where its replication stands", subnets=("subnet_ids",)
    ),
}
