"""Who uses whom, as far as a plan proves it: by rules, listeners, and what names what."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Final

from groundplan.catalog import KINDS, treatment
from groundplan.graph import Edge
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.catalog import End, Link
    from groundplan.facts import Resource
    from groundplan.graph import Node
    from groundplan.topology import Topology

BALANCERS: Final = ("aws_lb", "aws_alb")
TARGET_GROUPS: Final = ("aws_lb_target_group", "aws_alb_target_group")
MOST_PORTS: Final = 3  # more would not be read beside a line
# Where a store listens unless it is told otherwise, by its engine: AWS's own defaults.
_LISTENS: Final = {
    "mariadb": 3306, "memcached": 11211, "mysql": 3306, "oracle": 1521, "postgres": 5432,
    "postgresql": 5432, "redis": 6379, "sqlserver": 1433, "valkey": 6379,
}  # fmt: skip
LISTENERS: Final = ("aws_lb_listener", "aws_alb_listener")
_LISTENER_RULES: Final = ("aws_lb_listener_rule", "aws_alb_listener_rule")
_FORWARDS: Final = ("target_group_arn", "forward.*.target_group.*.arn")


class Wiring:
    """The lines between the nodes of a view."""

    def __init__(self, topology: Topology, nodes: Iterable[Node]) -> None:
        self._topology = topology
        self._nodes = tuple(nodes)
        self._home = {address: node.id for node in self._nodes for address in node.addresses}

    def links(self) -> Iterator[Edge]:
        """What resources name: clusters what they run, balancers their targets, topics queues."""
        for resource in self._topology.facts:
            for link in treatment(resource.type).links:
                yield from self._link(resource, link)

    def _link(self, resource: Resource, link: Link) -> Iterator[Edge]:
        label = link.label or self._port(resource, link)
        for source in self._ends(resource, link.source):
            for target in self._ends(resource, link.target):
                if source != target:
                    yield Edge(source, target, link.kind, label)

    def _ends(self, resource: Resource, end: End) -> list[str]:
        """The nodes at one end of a link; none where the plan can't tell which."""
        if not end.path:
            return self._homes(resource.address)
        found = self._topology.targets(resource, end.path, *end.types)
        return [] if found == UNKNOWN else [id_ for item in found for id_ in self._homes(item)]

    def _homes(self, address: str) -> list[str]:
        """The node of a resource, or the nodes of those that it is a part of."""
        if address in self._home:
            return [self._home[address]]
        resource = self._topology.resource(address)
        if resource is None:
            return []
        if resource.type in TARGET_GROUPS:
            return [
                self._home[item] for item in sorted(self._fronts[address]) if item in self._home
            ]
        return [
            id_
            for end in treatment(resource.type).through
            if treatment(resource.type).place == "part" and not treatment(resource.type).subnets
            for id_ in self._ends(resource, end)
        ]

    @cached_property
    def _fronts(self) -> dict[str, set[str]]:
        """The load balancers whose listeners forward to each target group."""
        found: dict[str, set[str]] = defaultdict(set)
        ways = [(item, "default_action") for item in self._topology.facts.of_type(*LISTENERS)]
        rules = self._topology.facts.of_type(*_LISTENER_RULES)
        for item, action in [*ways, *((rule, "action") for rule in rules)]:
            balancer = self._balancer(item)
            for path in _FORWARDS:
                groups = self._topology.targets(item, f"{action}.*.{path}", *TARGET_GROUPS)
                for group in () if groups == UNKNOWN else groups:
                    found[group] |= {balancer} if balancer else set()
        return found

    def _balancer(self, door: Resource) -> str | None:
        """The load balancer of a listener, or of a listener's rule."""
        if door.type in _LISTENER_RULES:
            listener = self._topology.target(door, "listener_arn", *LISTENERS)
            found = self._topology.resource(listener or "")
            return self._balancer(found) if found else None
        balancer = self._topology.target(door, "load_balancer_arn", *BALANCERS)
        return balancer if balancer != UNKNOWN else None

    def _port(self, resource: Resource, link: Link) -> str:
        """`HTTP 8080`: how a load balancer speaks to what it serves."""
        for end in (link.source, link.target):
            if "target_group" in end.path:
                group = self._topology.target(resource, end.path, *TARGET_GROUPS)
                found = self._topology.resource(group or "")
                parts = (found.get("protocol"), found.get("port")) if found else ()
                return " ".join(str(part) for part in parts if part)
        return ""

    def rules(self) -> Iterator[Edge]:
        """Who may call whom: rules between security groups, told between what carries them.

        From what runs code, to what stores data, runs code, or balances load; one line for all
        ports.
        """
        ports: dict[tuple[str, str], list[str]] = defaultdict(list)
        for rule in self._topology.rules:
            if rule.peer != rule.group:
                ports[rule.peer, rule.group].append(rule.ports)
        for (peer, group), labels in ports.items():
            for target in filter(_answers, self._carriers.get(group, ())):
                answered = [label for label in labels if _lets_in(label, self._listens(target))]
                for source in filter(_runs, self._carriers.get(peer, ())):
                    if answered and source.id != target.id:
                        yield Edge(source.id, target.id, "uses", _listed(answered))

    def _listens(self, node: Node) -> int | None:
        """The TCP port of a store; None where it isn't known, or for what is no store."""
        store = self._topology.resource(node.addresses[0]) if node.addresses else None
        if store is None:
            return None
        if (port := store.get("port")) is not None:
            return int(port)
        told = store.is_unknown("port") and "port" in store.references
        engine = str(store.get("engine") or "").removeprefix("aurora-").partition("-")[0]
        return None if told else _LISTENS.get(engine)

    @cached_property
    def _carriers(self) -> dict[str, list[Node]]:
        """The nodes that carry each security group."""
        found: dict[str, list[Node]] = defaultdict(list)
        for node in self._nodes:
            for group in () if node.security_groups == UNKNOWN else node.security_groups:
                found[group].append(node)
        return found


def _lets_in(ports: str, listens: int | None) -> bool:
    """Whether a rule's `tcp 3306` lets anybody in to what listens there, if that is known."""
    protocol, _, span = ports.partition(" ")
    first, _, last = (part.strip() for part in span.partition("–"))
    if listens is None or not (first + last).isdecimal():
        return True  # it may
    return protocol == "tcp" and int(first) <= listens <= int(last or first)


def _listed(ports: Iterable[str]) -> str:
    """`tcp 3306`, `tcp 8080, 9090, udp 53`, `5 ports`."""
    every = list(dict.fromkeys(ports))
    if len(every) > MOST_PORTS:
        return f"{len(every)} ports"
    said: dict[str, list[str]] = defaultdict(list)
    for one in every:
        protocol, _, port = one.partition(" ")
        said[protocol].append(port)
    return ", ".join(f"{protocol} {', '.join(of)}".strip() for protocol, of in said.items())


def _runs(node: Node) -> bool:
    return KINDS[node.kind].runs


def _answers(node: Node) -> bool:
    kind = KINDS[node.kind]
    return kind.runs or kind.band == "data" or node.kind.startswith("load_balancer")
