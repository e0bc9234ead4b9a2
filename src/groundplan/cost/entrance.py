"""What the way in costs: the load balancer that Kubernetes makes of an Ingress, and its traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan import entrance
from groundplan.cost.bill import Gap
from groundplan.cost.context import decimal
from groundplan.topology import Topology
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from groundplan.cost.context import Context, Priced

_MADE = "made by Kubernetes of the Ingress, not by Terraform"


def load_balancer(host: str | None, context: Context) -> Priced:
    """The load balancer for `host`, where there is a cluster to make it; no address has it."""
    if host is None or not context.facts.of_type("aws_eks_cluster"):
        return
    item = f"load balancer for {host}"
    row = ("AWSELB", "Application Load Balancer")
    yield context.line((), item, context.hours(), row, assumption=_MADE)
    assumed = context.used("data_out_gb")
    if assumed is None:
        yield Gap(item, "its traffic: the design assumes no usage.data_out_gb")
    else:
        note = "1 LCU carries 1 GB an hour, and what is sent out goes through it; that is more than"
        note += " its connections and rules come to"
        size = decimal(assumed.value)
        yield context.line((), f"{item}, traffic", size, ("AWSELB", "ALB LCU"), assumption=note)
    subnets = entrance.subnets(Topology.of(context.facts))
    if subnets == UNKNOWN or not subnets:
        yield Gap(item, "its public addresses: the zones of public subnets are not in the plan")
        return
    addresses = context.hours(len(subnets))
    note = f"one in each of {len(subnets)} zones; {_MADE}"
    row = ("AmazonVPC", "public IPv4 address")
    yield context.line((), f"{item}, public addresses", addresses, row, assumption=note)
