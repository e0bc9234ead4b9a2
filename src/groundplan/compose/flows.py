"""Who calls whom, as the Compose file tells it.

Strong words first: addresses in environment, build arguments, commands, configs and settings files
that are mounted, links, routing labels, a shared network stack. `depends_on` says that one service
needs another; it is taken for a call unless it waits for a one-shot job to complete, or the other
service is told to be the caller. Where nobody says it, who holds a store's secret calls that store,
and what serves and has no caller is called by the only other member of a network of its own.
Nothing is drawn between services that share no network.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from groundplan.compose import kinds, mentions
from groundplan.compose.model import Flow, Remark, Service
from groundplan.compose.services import Raw, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.compose.mentions import Mention

_ONE_SHOT = "service_completed_successfully"
_HOST_NAMES = ("host.docker.internal", "gateway.docker.internal", "172.17.0.1")
_LOCAL_NAMES = ("localhost", "127.0.0.1")
_ANY = "0.0.0.0"  # noqa: S104 - what is listened on is no host


@dataclass(frozen=True)
class Unknown:
    """A host that a setting of `service` names and that no service has."""

    service: str
    setting: tuple[str, ...]
    host: str
    certain: bool


@dataclass(frozen=True)
class Told:
    """All that a file tells: flows in name order, remarks, and hosts that are no service.

    `outside` are flows to those hosts that stand elsewhere.
    """

    flows: tuple[Flow, ...] = ()
    remarks: tuple[Remark, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    outside: tuple[Flow, ...] = ()


@dataclass(frozen=True)
class _Word:
    """One setting that tells of a call. `weak` where the other direction would outweigh it."""

    source: str
    target: str
    by: str
    port: int | None = None
    protocol: str | None = None
    weak: bool = False


@dataclass
class _Reader:
    """One reading of a document: what it holds, and what is found on the way."""

    raw: Mapping[str, Raw]
    services: Mapping[str, Service]
    configs: Mapping[str, Raw]
    external: frozenset[str]
    mounted: Mapping[str, Mapping[str, str]]
    remarks: dict[tuple[str, str], Remark] = field(default_factory=dict)
    unknown: list[Unknown] = field(default_factory=list)
    outside: list[Flow] = field(default_factory=list)

    def words(self) -> list[_Word]:
        """Every word of every service, in the order in which `told_by` lists them."""
        return [
            word
            for name in self.services
            for words_ in (
                self.needed(name), self.linked(name), self.set_(name), self.routed(name),
            )
            for word in words_
            if self.possible(word)
        ]  # fmt: skip

    def needed(self, name: str) -> Iterator[_Word]:
        """What `depends_on` tells, without what Compose itself adds to it."""
        raw = self.raw[name]
        implied = _implied(raw)
        mounted = {name for name in _mounted(raw) if self.services[name].exposes == ()}
        for target, need in (raw.get("depends_on") or {}).items():
            added = target in (implied if need.get("restart") else mounted)
            if need.get("condition") != _ONE_SHOT and not added and target in self.services:
                yield _Word(name, target, "depends_on", weak=True)

    def linked(self, name: str) -> Iterator[_Word]:
        """What links and a shared network stack tell."""
        raw = self.raw[name]
        for link in raw.get("links") or ():
            yield _Word(name, link.partition(":")[0], "links")
        mode = str(raw.get("network_mode") or "")
        if mode.startswith("service:"):
            yield _Word(name, mode.removeprefix("service:"), f"network_mode {mode}")

    def set_(self, name: str) -> Iterator[_Word]:
        """What addresses in the service's settings tell."""
        files = self.mounted.get(name, {})
        for setting, found in _settings(self.raw[name], self.configs, files):
            by = " ".join(("build argument", setting[-1]) if setting[0] == "build" else setting)
            for mention in found:
                targets = self.targets(name, mention)
                # A config file has names of its own (an upstream, a job), which are no hosts.
                if not targets and setting[0] not in ("configs", "file"):
                    self.miss(name, setting, mention)
                    self.leave(name, by, mention)
                for target in targets:
                    port = self.inner_port(target, mention)
                    yield _Word(name, target, by, port, mention.protocol)

    def routed(self, name: str) -> Iterator[_Word]:
        """What a service's own labels tell a discovering proxy: the proxy calls it."""
        labels = self.raw[name].get("labels") or {}
        if labels.get("traefik.enable") == "false":
            return
        if not any(key.startswith(("traefik.enable", "traefik.http.routers")) for key in labels):
            return
        ports = [v for k, v in labels.items() if k.endswith("loadbalancer.server.port")]
        port = int(ports[0]) if ports and ports[0].isdecimal() else None
        for proxy in self.services.values():
            if proxy.product == "traefik" and proxy.name != name:
                yield _Word(proxy.name, name, f"labels of {name}", port, "http")

    def targets(self, source: str, mention: Mention) -> list[str]:
        """The services that `mention` reaches from `source`."""
        others = [service for service in self.services.values() if service.name != source]
        on_host = self.services[source].network_mode == "host"
        if mention.host in _HOST_NAMES or (on_host and mention.host in _LOCAL_NAMES):
            return [s.name for s in others if _publishes(s, mention.port)]
        return [s.name for s in others if mention.host in self.names(s.name, source)]

    def names(self, name: str, caller: str) -> set[str]:
        """The names by which `caller` can resolve the service `name`."""
        raw = self.raw[name]
        links = (link.partition(":") for link in self.raw[caller].get("links") or ())
        aliases = {
            alias
            for network, options in (raw.get("networks") or {}).items()
            if network in self.services[caller].networks
            for alias in (options or {}).get("aliases") or ()
        }
        linked = {alias for target, _, alias in links if target == name and alias}
        own = {str(raw[key]) for key in ("container_name", "hostname") if raw.get(key)}
        return {name, *own, *aliases, *linked}

    def inner_port(self, target: str, mention: Mention) -> int | None:
        """The container's port: by way of the host the published one is translated."""
        if mention.host not in (*_HOST_NAMES, *_LOCAL_NAMES):
            return mention.port
        ports = self.services[target].ports
        return next((p.container for p in ports if p.published == mention.port), mention.port)

    def possible(self, word: _Word) -> bool:
        """Whether the two can reach each other; leaves a remark where they can't."""
        source, target = self.services[word.source], self.services[word.target]
        if source.name == target.name:
            return False
        if set(source.networks) & set(target.networks) or not (source.networks and target.networks):
            reach = "none" not in (source.network_mode, target.network_mode)
            if reach:
                return True
        self.remarks.setdefault(
            (source.name, target.name),
            Remark(
                f"{source.name} can't reach {target.name} ({word.by}): they share no network",
                source.name,
            ),
        )
        return False

    def miss(self, name: str, setting: tuple[str, ...], mention: Mention) -> None:
        """Keep a host that no service has, where it can only be meant for one."""
        plain = mention.host.replace("-", "").replace("_", "").isalnum()
        reachable = self.elsewhere(name, mention.host)
        known = mention.host in self.names(name, name) or mention.host in _LOCAL_NAMES
        if plain and not mention.host.isdecimal() and not reachable and not known:
            self.unknown.append(Unknown(name, setting, mention.host, mention.certain))

    def leave(self, name: str, by: str, mention: Mention) -> None:
        """Keep a host that stands elsewhere: it is named in full, or can be nowhere else."""
        full = "." in mention.host and mention.host not in (*_LOCAL_NAMES, _ANY)
        if full or self.elsewhere(name, mention.host):
            protocol = mention.protocol or kinds.protocol_of(None, mention.port)
            self.outside.append(Flow(name, mention.host, mention.port, protocol, (by,)))

    def elsewhere(self, name: str, host: str) -> bool:
        """Whether a service may find a host outside the file, by a name of its own."""
        hosts = {item.partition("=")[0] for item in self.raw[name].get("extra_hosts") or ()}
        links = self.raw[name].get("external_links") or ()
        hosts |= {link.rpartition(":")[2] for link in links}
        return host in hosts or bool(self.external & set(self.services[name].networks))


def told(
    document: Raw,
    services: Iterable[Service],
    mounted: Mapping[str, Mapping[str, str]] | None = None,
) -> Told:
    """The flows that a resolved `document` tells between its `services`.

    `mounted` has, by service, the settings files that it mounts: their names, and what they say.
    """
    by_name = {service.name: service for service in services}
    networks = document.get("networks") or {}
    reader = _Reader(
        raw=document.get("services") or {},
        services=by_name,
        configs=document.get("configs") or {},
        external=frozenset(name for name, net in networks.items() if (net or {}).get("external")),
        mounted=mounted or {},
    )
    words_ = _without_reversed(reader.words())
    words_ += filter(reader.possible, _by_secret(words_, reader))
    words_ += filter(reader.possible, _by_network(words_, reader))
    flows = sorted(_merged(words_, by_name), key=lambda f: (f.source, f.target, f.port or 0))
    alone = _uncalled((flow.target for flow in flows), by_name) if len(by_name) > 1 else []
    remarks = [Remark(f"nothing in the file says who calls {s.name}", s.name) for s in alone]
    return Told(
        tuple(flows),
        (*reader.remarks.values(), *remarks),
        tuple(dict.fromkeys(reader.unknown)),
        tuple(dict.fromkeys(reader.outside)),
    )


def _settings(
    raw: Raw, configs: Mapping[str, Raw], files: Mapping[str, str]
) -> Iterator[tuple[tuple[str, ...], list[Mention]]]:
    """The settings that may name hosts, by their place in the service, with what they name."""
    environment = {k: str(v) for k, v in (raw.get("environment") or {}).items() if v is not None}
    for name, value in environment.items():
        found = mentions.in_variable(name, value)
        yield ("environment", name), [_with_port(m, name, environment) for m in found]
    for name, value in ((raw.get("build") or {}).get("args") or {}).items():
        yield ("build", "args", name), mentions.in_variable(name, str(value or ""))
    for key in ("entrypoint", "command"):
        yield (key,), mentions.in_command(words(raw.get(key)))
    for config in raw.get("configs") or ():
        content = (configs.get(config["source"]) or {}).get("content") or ""
        yield ("configs", config["source"]), mentions.in_text(content)
    for name, text in files.items():
        yield ("file", name), mentions.in_text(text)


def _with_port(mention: Mention, name: str, environment: Mapping[str, str]) -> Mention:
    """`DB_HOST=db` with `DB_PORT=3307` beside it names port 3307."""
    sibling = name.upper().replace("HOSTNAME", "HOST").replace("HOST", "PORT")
    beside = next((v for k, v in environment.items() if k.upper() == sibling), "")
    usable = mention.port is None and sibling != name.upper() and beside.isdecimal()
    return replace(mention, port=int(beside)) if usable else mention


def _implied(raw: Raw) -> set[str]:
    """The services that Compose adds to `depends_on` although nobody calls them."""
    modes = (str(raw.get(key) or "") for key in ("pid", "ipc", "network_mode"))
    shared = {mode.removeprefix("service:") for mode in modes if mode.startswith("service:")}
    linked = {link.partition(":")[0] for link in raw.get("links") or ()}
    return shared | _mounted(raw) | linked


def _mounted(raw: Raw) -> set[str]:
    """The services whose volumes a service has."""
    return {volumes.partition(":")[0] for volumes in raw.get("volumes_from") or ()}


def _publishes(service: Service, port: int | None) -> bool:
    return port is not None and any(p.published == port for p in service.ports)


def _without_reversed(found: list[_Word]) -> list[_Word]:
    """`depends_on` gives way where the other direction is told by more than that."""
    strong = {(word.source, word.target) for word in found if not word.weak}
    return [word for word in found if not word.weak or (word.target, word.source) not in strong]


def _uncalled(called: Iterable[str], services: Mapping[str, Service]) -> list[Service]:
    """What serves others, by its kind or a port that it opens only to them, and is not called."""
    names = set(called)
    serving = (s for s in services.values() if s.is_store or (s.exposes and not s.ports))
    return [service for service in serving if service.name not in names]


def _by_secret(found: list[_Word], reader: _Reader) -> list[_Word]:
    """Who holds a secret of one store alone, and is told to call no store that holds it."""
    called = {(word.source, word.target) for word in found}
    holders: dict[str, list[str]] = defaultdict(list)
    for service in reader.services.values():
        for secret in reader.raw[service.name].get("secrets") or ():
            holders[secret["source"]].append(service.name)
    words_ = []
    for secret, names in sorted(holders.items()):
        stores = [name for name in names if reader.services[name].is_store]
        callers = [name for name in names if name not in stores]
        if len(stores) == 1:
            silent = [name for name in callers if (name, stores[0]) not in called]
            words_ += [_Word(name, stores[0], f"secret {secret}") for name in silent]
    return words_


def _by_network(found: list[_Word], reader: _Reader) -> list[_Word]:
    """Who stands alone with a service that nobody calls, in a network that the file made."""
    words_ = []
    for callee in _uncalled((word.target for word in found), reader.services):
        for network in sorted(set(callee.networks) - {"default", "bridge"} - reader.external):
            members = [s for s in reader.services.values() if network in s.networks and s != callee]
            callers = [service for service in members if not service.is_store]
            if len(callers) == 1:
                words_.append(_Word(callers[0].name, callee.name, f"network {network}"))
    return words_


def _merged(found: Iterable[_Word], services: Mapping[str, Service]) -> Iterator[Flow]:
    """One flow for each port that is told; words that name no port go with the first of them."""
    pairs: dict[tuple[str, str], list[_Word]] = defaultdict(list)
    for word in found:
        pairs[word.source, word.target].append(word)
    for (source, target), words_ in pairs.items():
        named = dict.fromkeys(word.port for word in words_ if word.port is not None)
        ports: list[int | None] = [*named] or [None]
        for port in ports:
            told_here = [word for word in words_ if (word.port or ports[0]) == port]
            yield _flow(services[source], services[target], port, told_here)


def _flow(source: Service, target: Service, port: int | None, told_here: list[_Word]) -> Flow:
    product = kinds.named(target.product)
    port = port or (product.port if product else None) or next(iter(target.exposes), None)
    named = next((word.protocol for word in told_here if word.protocol), None)
    follows = source.is_store and source.product is not None and source.product == target.product
    return Flow(
        source=source.name,
        target=target.name,
        port=port,
        protocol=named or kinds.protocol_of(product, port),
        told_by=tuple(dict.fromkeys(word.by for word in told_here)),
        kind="replicates" if follows else "flow",
    )
