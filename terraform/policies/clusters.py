"""A cluster is run from inside its network, and outlives the loss of a machine."""

from __future__ import annotations

from groundplan.policy.custom import Planned, is_wide, policy


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
    ranges = settings.values.get("public_access_cidrs") or ["0.0.0.0/0"]  # the provider's default
    flat = [item for each in ranges for item in (each if isinstance(each, list) else [each])]
    return not any(is_wide(str(item)) for item in flat)


@policy(
    "GP_NODE_COUNT", "Outside dev, a group of nodes has two at the least", "aws_eks_node_group",
    reads=("scaling_config",), by_environment=True,
)  # fmt: skip
def several_nodes(nodes: Planned) -> bool:
    """One that is lost leaves another."""
    size = nodes.block("scaling_config").get("min_size")
    return nodes.environment == "dev" or int(size or 0) > 1
