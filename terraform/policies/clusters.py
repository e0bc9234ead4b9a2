"""A cluster is run from inside its network, and outlives the loss of a machine."""

from __future__ import annotations

import re

from groundplan.policy.custom import Planned, is_wide, policy

GRAVITON = re.compile(r"a1\.|[a-z]+\d+g")  # as in t4g, c7gn, im4gn; not in g4dn


@policy(
    "GP_CLUSTER_ENDPOINT", "Nodes reach the cluster's API inside the VPC, and few from outside",
    "aws_eks_cluster", reads=("vpc_config",),
)  # fmt: skip
def endpoints(cluster: Planned) -> bool:
    """The private endpoint is on; the public one is off, or for ranges of somebody's own."""
    settings = cluster.block("vpc_config")
    if str(settings.get("endpoint_private_access")).lower() != "true":
        return False
    if str(settings.get("endpoint_public_access")).lower() == "false":
        return True
    ranges = settings.every("public_access_cidrs") or ["0.0.0.0/0"]  # the provider's default
    return not any(is_wide(str(item)) for item in ranges)


@policy(
    "GP_NODE_COUNT", "Outside dev, a group of nodes has two at the least", "aws_eks_node_group",
    reads=("scaling_config",), by_environment=True,
)  # fmt: skip
def several_nodes(nodes: Planned) -> bool:
    """One that is lost leaves another."""
    size = nodes.block("scaling_config").get("min_size")
    return nodes.environment == "dev" or int(size or 0) > 1


@policy(
    "GP_NODE_ARCHITECTURE", "Nodes start from an image for their kind of processor",
    "aws_eks_node_group", reads=("ami_type", "instance_types"),
)  # fmt: skip
def architecture(nodes: Planned) -> bool | None:
    """An image for Arm on Graviton machines only, and the others on no such machine."""
    image, types = str(nodes.get("ami_type") or ""), map(str, nodes.every("instance_types"))
    if not re.search("ARM_64|x86_64", image):
        return None  # whoever gives an image of his own knows; without any, EKS looks itself
    return all((GRAVITON.match(each) is not None) is ("ARM_64" in image) for each in types)
