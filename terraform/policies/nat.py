"""NAT gateways cost by the hour: dev shares one, everything else has one in each zone."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy


@policy(
    "GP_NAT_COUNT", "One NAT gateway in dev, one in each zone elsewhere, or none at all", "aws_vpc",
    by_environment=True,
)  # fmt: skip
def nat_count(vpc: Planned) -> bool | None:
    """As many gateways as the environment is to have."""
    if len(vpc.others("aws_vpc")) != 1:
        return None  # nothing tells which VPC a planned gateway is for
    gateways = len(vpc.others("aws_nat_gateway"))
    if vpc.environment == "dev":
        return gateways <= 1
    zones = {subnet.get("availability_zone") for subnet in vpc.others("aws_subnet")}
    return gateways in {0, len(zones)}
