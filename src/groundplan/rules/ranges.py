"""Rules about what address ranges must leave room for, and must keep clear of."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

import yaml

from groundplan.cidrs import overlap
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.design import line_of
from groundplan.topology import Topology
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.facts import Facts, Resource
    from groundplan.workspace import Workspace

PODS: Final = 110
"""Pods on a node: the most that Kubernetes says it is built for (kubernetes.io, large clusters)."""
RESERVED: Final = 5
"""Addresses of each subnet that AWS keeps for itself (VPC guide, subnet sizing)."""


@rule("pod-room", "the subnets of the nodes have an address for every pod")
def pod_room(workspace: Workspace) -> Iterator[Finding]:
    """Node groups that could not grow to their size: every pod has an address of the VPC."""
    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        topology = Topology.of(facts)
        for group in facts.of_type("aws_eks_node_group"):
            room, most = _room(group, topology), group.get("scaling_config.0.max_size")
            if room is None or most is None or room >= most * (PODS + 1):
                continue
            message = (
                f"the subnets of {group.address} have {room} addresses, and {most} nodes with"
                f" {PODS} pods each need {most * (PODS + 1)}"
            )
            hint = "give its subnets larger ranges, or the group fewer nodes"
            yield error(message, workspace.facts_file(env, phase.number), hint=hint)


def _room(group: Resource, topology: Topology) -> int | None:
    """The addresses in the group's subnets, None where the plan does not tell."""
    subnets = topology.placement(group)
    if isinstance(subnets, str) or not subnets:
        return None
    cidrs = [topology.subnets[address].cidr for address in subnets]
    if UNKNOWN in cidrs:
        return None
    try:
        return sum(ip_network(cidr, strict=False).num_addresses - RESERVED for cidr in cidrs)
    except ValueError:
        return None  # told by another rule


@rule("foreign-ranges", "VPCs keep clear of the client's ranges, of Compose's and the cluster's")
def foreign(workspace: Workspace) -> Iterator[Finding]:
    """VPCs that overlap what they are to be connected with, or what runs beside them."""
    seen: set[tuple[str, str, str]] = set()
    fixed = [*_stated(workspace), *_in_compose(workspace)]
    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        file = workspace.facts_file(env, phase.number)
        others = [*fixed, *_services(facts)]
        for vpc in facts.of_type("aws_vpc"):
            cidr = vpc.get("cidr_block") or ""
            for what, other, at, line in others:
                if overlap(cidr, other) and (env, vpc.address, what) not in seen:
                    seen.add((env, vpc.address, what))
                    message = f"{vpc.address} of {env} ({cidr}) overlaps {what} ({other})"
                    hint = "give the VPC a range of its own"
                    yield error(message, at or file, line, hint)


_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Range = tuple[str, str, "Path | None", int | None]


def _stated(workspace: Workspace) -> Iterator[_Range]:
    for name, cidr in workspace.design.client.networks.items():
        line = line_of(workspace, ("client", "networks", name))
        yield f"the client's {name}", cidr, workspace.design_file, line


def _in_compose(workspace: Workspace) -> Iterator[_Range]:
    """The ranges that the file itself gives its networks."""
    text = read_text(workspace.compose_file)
    try:
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError):  # which a date that is none is
        return  # told by another rule
    networks = document.get("networks") if isinstance(document, dict) else None
    for name, network in networks.items() if isinstance(networks, dict) else ():
        for pool in _pools(network):
            if isinstance(pool, dict) and isinstance(cidr := pool.get("subnet"), str):
                line = text[: text.find(cidr)].count("\n") + 1
                yield f"Compose's network '{name}'", cidr, workspace.compose_file, line


def _pools(network: Any) -> list[Any]:
    ipam = network.get("ipam") if isinstance(network, dict) else None
    pools = ipam.get("config") if isinstance(ipam, dict) else None
    return pools if isinstance(pools, list) else []


def _services(facts: Facts) -> Iterator[_Range]:
    path = "kubernetes_network_config.0.service_ipv4_cidr"
    for cluster in facts.of_type("aws_eks_cluster"):
        if cidr := cluster.get(path):
            yield f"the services of {cluster.address}", cidr, None, None
