"""What an attribute can be given by, as its name says: a `vpc_id` by a VPC only."""

from __future__ import annotations

from typing import Final

# Data that can't give the id of a network's part, by how its type begins.
HARMLESS: Final = (
    "archive_",
    "aws_acm_",
    "aws_ami",
    "aws_availability_zone",
    "aws_caller_identity",
    "aws_cloudfront_",
    "aws_default_tags",
    "aws_ec2_instance_type",
    "aws_ecr_",
    "aws_ecs_",
    "aws_eks_addon_version",
    "aws_eks_cluster_auth",
    "aws_elb_service_account",
    "aws_iam_",
    "aws_kms_",
    "aws_partition",
    "aws_prefix_list",
    "aws_region",
    "aws_route53_",
    "aws_service_principal",
    "cloudinit_",
    "template_",
    "tls_",
)
# Data that is found by its VPC: in one that is made here, there is only what is made here.
OF_A_VPC: Final = ("aws_route_table", "aws_security_group", "aws_subnet")
VPCS: Final = ("aws_vpc", "aws_default_vpc")
_SUBNETS: Final = ("aws_subnet", "aws_default_subnet")
_GROUPS: Final = ("aws_security_group", "aws_default_security_group")
_TABLES: Final = ("aws_route_table", "aws_default_route_table")
_TEMPLATES: Final = ("aws_launch_template",)
_TARGETS: Final = ("aws_lb_target_group", "aws_alb_target_group")
# What an attribute of this name, or in a block of one, can only be given by: it names one thing.
GIVERS: Final[dict[str, tuple[str, ...]]] = {
    "capacity_provider": ("aws_ecs_capacity_provider",),
    "cluster_identifier": ("aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"),
    "db_subnet_group_name": ("aws_db_subnet_group", "aws_docdb_subnet_group"),
    "egress_only_gateway_id": ("aws_egress_only_internet_gateway",),
    "file_system_id": ("aws_efs_file_system",),
    "gateway_id": ("aws_internet_gateway", "aws_vpn_gateway"),
    "internet_gateway_id": ("aws_internet_gateway",),
    "launch_configuration": ("aws_launch_configuration",),
    "launch_template.id": _TEMPLATES,
    "launch_template.name": _TEMPLATES,
    "launch_template_id": _TEMPLATES,
    "launch_template_name": _TEMPLATES,
    "listener_arn": ("aws_lb_listener", "aws_alb_listener"),
    "load_balancer_arn": ("aws_lb", "aws_alb"),
    "nat_gateway_id": ("aws_nat_gateway",),
    "neptune_subnet_group_name": ("aws_neptune_subnet_group",),
    "route_table_id": _TABLES,
    "security_group_id": (*_GROUPS, "aws_eks_cluster"),  # EKS makes one of its own
    "subnet_group_name": (
        "aws_dax_subnet_group",
        "aws_elasticache_subnet_group",
        "aws_memorydb_subnet_group",
    ),
    "subnet_id": _SUBNETS,
    "target_group_arn": _TARGETS,
    "transit_gateway_id": ("aws_ec2_transit_gateway",),
    "vpc_id": VPCS,
    "vpc_peering_connection_id": ("aws_vpc_peering_connection",),
    "vpn_gateway_id": ("aws_vpn_gateway",),
}
# What goes by the ids that it is given: Terraform's own resources, and the other side of a peering.
HANDS_ON: Final = (
    "aws_vpc_peering_connection_accepter",
    "null_resource",
    "terraform_data",
    "time_sleep",
)
# What several can be given by: there a local may add or pick some.
LISTS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("client_subnets", "subnet_ids", "subnets", "vpc_subnet_ids", "vpc_zone_identifier"),
        _SUBNETS,
    ),
    **dict.fromkeys(("security_group_ids", "security_groups", "vpc_security_group_ids"), _GROUPS),
}


def givers(path: str) -> tuple[str, ...]:
    """What the attribute at a dotted path can only be given by, where it names one thing."""
    *blocks, leaf = (part for part in path.split(".") if not part.isdecimal())
    return GIVERS.get(leaf) or GIVERS.get(".".join((*blocks[-1:], leaf)), ())


def names_something(path: str) -> bool:
    """True for an attribute by which a resource names others: that it is given one counts."""
    leaf = path.rpartition(".")[2]
    return leaf in {*LISTS, "id", "name"} or leaf.endswith(("_id", "_ids", "_arn", "_name"))
