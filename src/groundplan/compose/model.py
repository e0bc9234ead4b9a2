"""What an application is: its services, and who calls whom as the Compose file tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["web", "service", "database", "cache", "queue"]
FlowKind = Literal["flow", "replicates"]


@dataclass(frozen=True)
class Port:
    """A port that a service publishes on its host.

    `published` is None where Compose picks any free one; `published_end` closes a range;
    `protocol` is the transport, `tcp` or `udp`.
    """

    container: int
    published: int | None
    protocol: str = "tcp"
    host_ip: str | None = None
    published_end: int | None = None

    @property
    def loopback(self) -> bool:
        """True where only the host itself can reach the port."""
        return (self.host_ip or "").startswith(("127.", "::1"))


@dataclass(frozen=True)
class Volume:
    """A mount. `source` is a volume's name, or a path relative to the Compose file's folder."""

    type: str
    source: str | None
    target: str
    read_only: bool = False


@dataclass(frozen=True)
class Service:
    """One service of the Compose file.

    `product` names a row of `kinds.PRODUCTS` where the image is known. `build` is the build
    context relative to the Compose file's folder (or a remote address as written). `exposes` are
    the ports that it opens inside its networks, as far as the file says. `once` is True for what
    does its work, and serves nobody: others wait for it to end, or it is not started again.
    `everywhere` is True for what runs on each node of a cluster.
    """

    name: str
    kind: Kind
    product: str | None = None
    image: str | None = None
    build: str | None = None
    ports: tuple[Port, ...] = ()
    exposes: tuple[int, ...] = ()
    networks: tuple[str, ...] = ()
    network_mode: str | None = None
    profiles: tuple[str, ...] = ()
    replicas: int = 1
    volumes: tuple[Volume, ...] = ()
    once: bool = False
    everywhere: bool = False

    @property
    def entry_ports(self) -> tuple[Port, ...]:
        """The published ports by which people come in.

        A port bound to the host's loopback counts only where the service publishes no other, and
        never on a store: there it is a door for the developer.
        """
        open_ports = tuple(port for port in self.ports if not port.loopback)
        return open_ports or (() if self.is_store else self.ports)

    @property
    def is_store(self) -> bool:
        """True for what keeps data for others: a database, cache or queue."""
        return self.kind in ("database", "cache", "queue")


@dataclass(frozen=True)
class Flow:
    """`source` calls `target`; `told_by` says which settings of the Compose file tell so.

    `port` is the one inside the network, None where the file does not tell; `protocol` is `http`,
    `mysql`, … or the bare `tcp`. A store that follows a store of its own product `replicates`.
    """

    source: str
    target: str
    port: int | None
    protocol: str
    told_by: tuple[str, ...]
    kind: FlowKind = "flow"


@dataclass(frozen=True)
class Remark:
    """Something in the file that the reader should know, and its line (from 1) where known."""

    message: str
    service: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Application:
    """A Compose file as it is understood: services and flows in name order.

    `name` is the file's own `name:`, else `application`, whatever folder it lies in. `entry` are
    the services by which people come in. `remarks` is what can't be drawn, or is only guessed at.
    `outside` are the hosts that settings name and that stand elsewhere, as the targets of flows.
    """

    name: str
    services: tuple[Service, ...]
    flows: tuple[Flow, ...] = ()
    entry: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    outside: tuple[Flow, ...] = ()

    def service(self, name: str) -> Service:
        """The service of that name. Raises KeyError."""
        for service in self.services:
            if service.name == name:
                return service
        raise KeyError(name)
