"""The way in by an Ingress: a load balancer that Kubernetes makes, and that no plan has.

Its controller, in the cluster, puts it into one public subnet of each zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from groundplan.graph import Unknown
    from groundplan.topology import Topology
    from groundplan.workspace import Workspace

BALANCER: Final = "ingress"
"""The load balancer, where others have the address of a resource."""
LISTENS: Final = {"HTTP": 80, "HTTPS": 443}
"""The ports on which the Ingress has it listen; what comes by HTTP is sent on to HTTPS."""
RUNS: Final = ("aws_eks_fargate_profile", "aws_eks_node_group")
"""What runs the applications that it leads to."""


@dataclass(frozen=True)
class Entrance:
    """The name at which customers come in, and the port of the application that answers them."""

    host: str
    port: int


def of(workspace: Workspace, phase: int) -> Entrance | None:
    """The way in by the Ingress that Kubernetes is given in `phase`; None where it has no host.

    Raises InputError where the Compose file has no one place at which customers come in.
    """
    from groundplan.compose.entrance import way_in  # noqa: PLC0415 - only the workspace has Compose

    told = workspace.design.phase(phase).kubernetes
    if told.host is None:
        return None
    _, port = way_in(workspace.application(phase), told.entry)
    return Entrance(told.host, port)


def subnets(topology: Topology) -> tuple[str, ...] | Unknown:
    """The addresses of the subnets that the load balancer stands in: public ones in the VPC of what
    runs the applications. `unknown` where the plan can't tell.
    """
    runs = [topology.placement(item) for item in topology.facts.of_type("aws_eks_cluster", *RUNS)]
    vpcs = {topology.subnets[item].vpc for some in runs if some != UNKNOWN for item in some}
    near = [subnet for subnet in topology.subnets.values() if subnet.vpc in vpcs]
    if UNKNOWN in runs or any(UNKNOWN in {item.vpc, item.tier, item.zone} for item in near):
        return UNKNOWN
    first: dict[str, str] = {}
    for subnet in sorted(near, key=lambda item: item.address):
        if subnet.tier == "public":
            first.setdefault(subnet.zone, subnet.address)
    return tuple(first.values())
