"""Spot machines are taken back at two minutes' notice: a fair deal in dev, and nowhere else."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy


@policy(
    "GP_SPOT_NODES", "Spot machines are used in dev only",
    "aws_eks_node_group", "aws_instance", "aws_launch_template", "aws_spot_instance_request",
    reads=("capacity_type", "instance_market_options"), by_environment=True,
)  # fmt: skip
def spot_in_dev_only(machines: Planned) -> bool:
    """No spot machines outside dev."""
    market = machines.block("instance_market_options").get("market_type")
    spot = (
        machines.type == "aws_spot_instance_request"
        or machines.get("capacity_type") == "SPOT"
        or market == "spot"
    )
    return not spot or machines.environment == "dev"
