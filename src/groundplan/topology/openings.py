"""Who may open a connection to what: the one source of the pictures' lines and of the tables.

A plan opens doors by the rules of its security groups, by the public endpoint of a Kubernetes API
and by the listeners of a load balancer that carries no security group; the Ingress opens that of
the load balancer that Kubernetes makes, which no plan has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from groundplan.entrance import BALANCER, LISTENS, RUNS
from groundplan.topology import ANYWHERE
from groundplan.topology.relations import UNKNOWN
from groundplan.topology.wiring import BALANCERS, LISTENERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.entrance import Entrance
    from groundplan.topology import Topology

API: Final = "the public endpoint of the Kubernetes API"
OWN_DOOR: Final = "/door"
"""What follows the address of a thing that lets in by itself, past its security groups."""
UNGUARDED: Final = "it carries no security group"
BY_INGRESS: Final = "by the Ingress"
"""What lines that no plan has say, as the end of their words."""

# How a listener's protocol travels, where it isn't by TCP.
_TRANSPORT: Final = {"UDP": "udp", "TCP_UDP": "tcp, udp"}


@dataclass(frozen=True)
class Opening:
    """Who may open a connection to what, on which ports, and what says so.

    Of a `rule`, `source` and `target` are as of a `topology.Rule`, and `address` is the rule's; of
    an `endpoint` the target is the EKS cluster or load balancer; of the `ingress` one end is
    `entrance.BALANCER`, the other everybody or what runs the applications.
    """

    source: str
    target: str
    ports: str
    by: Literal["rule", "endpoint", "ingress"]
    why: str = ""
    address: str = ""

    @property
    def door(self) -> str:
        """The address of the security group's holder, or that of the thing with `OWN_DOOR`."""
        return f"{self.target}{OWN_DOOR}" if self.by == "endpoint" else self.target

    @property
    def open_to_all(self) -> bool:
        """True when the whole internet is let in."""
        return self.source in ANYWHERE


def of_plan(topology: Topology) -> Iterator[Opening]:
    """What the security groups, Kubernetes APIs and open load balancers of a plan let in."""
    for rule in topology.rules:
        yield Opening(rule.peer, rule.group, rule.ports, "rule", rule.description, rule.address)
    for cluster in topology.facts.of_type("aws_eks_cluster"):
        for peer in topology.api_peers(cluster):
            yield Opening(peer, cluster.address, "tcp 443", "endpoint", API, cluster.address)

    for listener in topology.facts.of_type(*LISTENERS):
        address = topology.target(listener, "load_balancer_arn", *BALANCERS) or UNKNOWN
        balancer = topology.resource(address)
        if balancer and topology.exposed(balancer) and topology.groups(balancer) == ():
            ports = f"{_TRANSPORT.get(listener.get('protocol'), 'tcp')} {listener.get('port', '')}"
            yield Opening("0.0.0.0/0", address, ports.strip(), "endpoint", UNGUARDED, address)


def of_ingress(topology: Topology, way_in: Entrance | None) -> Iterator[Opening]:
    """What the Ingress opens, where there is one and something that runs applications."""
    runs = topology.facts.of_type(*RUNS)
    if way_in is None or not runs:
        return
    ports = f"tcp {', '.join(str(port) for port in LISTENS.values())}"
    yield Opening("0.0.0.0/0", BALANCER, ports, "ingress", BY_INGRESS)
    for item in runs:
        yield Opening(BALANCER, item.address, f"tcp {way_in.port}", "ingress", BY_INGRESS)
