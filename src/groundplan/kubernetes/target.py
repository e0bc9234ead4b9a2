"""Where an application runs, and as which phase has it: what one overlay is made for."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import TYPE_CHECKING

from groundplan.compose.entrance import way_in
from groundplan.design import Kubernetes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Application, Service
    from groundplan.facts import Facts
    from groundplan.kubernetes.source import Source

LOCAL = "local"


@dataclass(frozen=True)
class Target:
    """An overlay. In the cloud the stores are services of the cloud, and `region` is where.

    `store_cidrs` and `public_cidrs` are the networks of the cloud's stores and load balancers.
    """

    name: str
    source: Source
    scale: Kubernetes = field(default_factory=Kubernetes)
    phase: int | None = None
    region: str | None = None
    store_cidrs: tuple[str, ...] = ()
    public_cidrs: tuple[str, ...] = ()

    @property
    def in_cloud(self) -> bool:
        """Whether the stores are the cloud's."""
        return self.region is not None

    @property
    def application(self) -> Application:
        """What runs, and is called."""
        return self.source.application

    @property
    def running(self) -> tuple[Service, ...]:
        """The services that have pods here."""
        every = self.application.services
        return tuple(item for item in every if not (self.in_cloud and item.is_store))

    @property
    def way_in(self) -> tuple[Service, int]:
        """The service by which customers come in, and its port. Raises InputError like `way_in`."""
        wanted = self.scale.entry
        return way_in(self.application, self.source.renamed.get(wanted or "", wanted))

    def copies(self, service: Service) -> int:
        """How many copies of a service run at first; none of one that is switched off."""
        if service.is_store or not service.replicas:
            return service.replicas
        return max(service.replicas, self.scale.replicas)


def networks(facts: Facts, tier: str) -> Iterator[str]:
    """The CIDRs of the subnets of a tier, as far as the plan tells them; sorted."""
    from groundplan.topology import Topology  # noqa: PLC0415

    found = {item.cidr for item in Topology.of(facts).subnets.values() if item.tier == tier}
    known = (ip_network(cidr) for cidr in found if cidr and cidr[0].isdigit())
    yield from (str(item) for item in sorted(known, key=lambda net: (net.version, net)))
