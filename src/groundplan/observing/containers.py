"""The running containers of a Compose project, and the table of each one's namespace."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

from groundplan import process
from groundplan.errors import ToolError
from groundplan.observing.tables import FILES, Table, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST: Final = "host"
_AT_ONCE: Final = 8


@dataclass(frozen=True)
class Network:
    """The ranges (CIDR) of a network, and the addresses of all that is on it, whosever it is."""

    ranges: frozenset[str]
    addresses: frozenset[str]

    def lacks(self, address: str) -> bool:
        """Whether an address is one of this network that nothing has any more."""
        ranges = map(ip_network, self.ranges)
        return address not in self.addresses and any(ip_address(address) in each for each in ranges)


@dataclass(frozen=True)
class Container:
    """A running container, the addresses it has, and those of its networks' gateways.

    Through a gateway comes what was sent to a published port: the gateways are addresses of the
    engine's host, which is watched like a container, with HOST for its id and for its service.
    `watched` is false where a container has no namespace of its own: on the host's network, or in
    another container's.
    """

    id: str
    service: str
    image: str
    addresses: frozenset[str]
    gateways: frozenset[str]
    watched: bool = True
    networks: tuple[Network, ...] = ()


@dataclass(frozen=True)
class Engine:
    """The Docker engine, and how it is asked."""

    docker: str
    env: Mapping[str, str]

    def containers(self, project: str) -> tuple[Container, ...]:
        """The running containers of a Compose project, by service, and the engine's host."""
        label = f"label=com.docker.compose.project={project}"
        ids = self._ask("ps", "--quiet", "--no-trunc", "--filter", label).split()
        if not ids:
            return ()
        raws = json.loads(self._ask("inspect", *ids))
        networks = self._networks({net for raw in raws for net in _networks(raw)})
        found = [_container(raw, networks) for raw in raws]
        found.sort(key=lambda item: (item.service, item.id))
        gateways = frozenset(address for item in found for address in item.gateways)
        return (*found, Container(HOST, HOST, found[0].image, gateways, frozenset()))

    def _networks(self, ids: set[str]) -> dict[str, Network]:
        """Those networks as the engine has them now, by their ids."""
        raws = json.loads(self._ask("network", "inspect", *sorted(ids))) if ids else ()
        return {raw["Id"]: _network(raw) for raw in raws}

    def tables(self, containers: tuple[Container, ...]) -> dict[str, Table]:
        """The table of each container that has one, by its id; all are read at once.

        Raises ToolError where one can't be read.
        """
        watched = [item for item in containers if item.watched]
        images = tuple(dict.fromkeys(item.image for item in watched))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            texts = pool.map(lambda item: self._text(item, images), watched)
            found = {item.id: parse(text) for item, text in zip(watched, texts, strict=True)}
        # What else goes on on the host is nobody's business here.
        known = {address for item in watched for address in item.addresses}
        rows = found[HOST].connections
        kept = frozenset(row for row in rows if {row.local.address, row.remote.address} <= known)
        return {**found, HOST: replace(found[HOST], connections=kept)}

    def _text(self, container: Container, images: tuple[str, ...]) -> str:
        """The files of a container's namespace, which `cat` reads inside it, without any right.

        An image that has no `cat` is helped by another image of the project.
        """
        ways = [[*_helper(container), image, *FILES] for image in images]
        if container.id != HOST:
            ways.insert(0, ["exec", container.id, "cat", *FILES])
        said = ""
        for way in ways:
            outcome = process.run([self.docker, *way], env=self.env, check=False)
            if "Tcp: " in outcome.stdout:  # without IPv6 the last file is missing
                return outcome.stdout
            said = outcome.stderr.strip()
        raise ToolError(
            f"the connections of {container.service} can't be read: {said}",
            hint="it takes one image with the program `cat` among those of the project",
        )

    def _ask(self, *words: str) -> str:
        return process.run([self.docker, *words], env=self.env).stdout


def _helper(container: Container) -> list[str]:
    network = HOST if container.id == HOST else f"container:{container.id}"
    return [
        "run", "--rm", "--pull", "never", "--network", network, "--read-only",
        "--cap-drop", "ALL", "--user", "65534:65534", "--entrypoint", "cat",
    ]  # fmt: skip


def _networks(raw: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What a container has on each of its networks, by their ids."""
    networks = (raw["NetworkSettings"].get("Networks") or {}).values()
    return {net["NetworkID"]: net for net in networks if net.get("NetworkID")}


def _network(raw: Mapping[str, Any]) -> Network:
    held = (raw.get("Containers") or {}).values()
    taken = _named(held, "IPv4Address", "IPv6Address")  # each with the length of its range
    ranges = _named((raw.get("IPAM") or {}).get("Config") or (), "Subnet")
    return Network(ranges, frozenset(address.partition("/")[0] for address in taken))


def _container(raw: Mapping[str, Any], known: Mapping[str, Network]) -> Container:
    networks = _networks(raw)
    mode = str(raw["HostConfig"].get("NetworkMode") or "")
    return Container(
        id=raw["Id"],
        service=raw["Config"]["Labels"]["com.docker.compose.service"],
        image=raw["Image"],
        addresses=_named(networks.values(), "IPAddress", "GlobalIPv6Address"),
        gateways=_named(networks.values(), "Gateway", "IPv6Gateway"),
        watched=not mode.startswith(("host", "none", "container:")),
        networks=tuple(known[id_] for id_ in networks if id_ in known),
    )


def _named(networks: Any, *fields: str) -> frozenset[str]:
    return frozenset(net[field] for net in networks for field in fields if net.get(field))
