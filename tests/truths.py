"""Truths written by hand beside the fixtures, and what a picture says about the same things."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from groundplan.facts.addresses import split, without_key
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from plans import PLANS, recorded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.graph import Edge, Graph, Node

Places = tuple[str, ...] | str


@dataclass(frozen=True)
class Place:
    """Where a thing stands: subnets, security groups, and whether the internet comes in."""

    subnets: Places = ()
    groups: Places = ()
    exposed: bool = False
    change: str = "create"


@dataclass(frozen=True)
class Truth:
    """What is so of one plan.

    `subnets` has tier, range, zone and VPC; `nodes` all that stands in a VPC's subnets;
    `limits` what is true of some of them and in no plan; `elsewhere` how many of each type are
    drawn outside subnets. Rules, routes and the rest are
    `(source, target, label)`; a rule's ends are security groups.
    """

    subnets: dict[str, tuple[str, ...]]
    nodes: dict[str, Place]
    limits: dict[str, Place] = field(default_factory=dict)
    elsewhere: dict[str, int] = field(default_factory=dict)
    rules: set[tuple[str, str, str]] = field(default_factory=set)
    routes: set[tuple[str, str, str]] = field(default_factory=set)
    replicates: set[tuple[str, str]] = field(default_factory=set)
    uses: set[tuple[str, str]] = field(default_factory=set)


def told(name: str, file: str = "truth.yaml") -> Truth:
    """The truth of a fixture. `aws_subnet.a[*]` stands for every instance of that block."""
    document = yaml.safe_load((PLANS / name / file).read_text())
    subnets = {at: tuple(words.split()) for at, words in (document.get("subnets") or {}).items()}
    change = document.get("change", "create")
    nodes, limits = (
        {at: _place(item, subnets, change) for at, item in (document.get(key) or {}).items()}
        for key in ("nodes", "limits")
    )
    return Truth(
        subnets,
        nodes,
        limits,
        document.get("elsewhere") or {},
        set(_lines(document.get("rules"))),
        set(_lines(document.get("routes"))),
        {line[:2] for line in _lines(document.get("replicates"))},
        {line[:2] for line in _lines(document.get("uses"))},
    )


def _place(item: Mapping[str, Any], subnets: Iterable[str], change: str) -> Place:
    groups = str(item.get("groups", ""))
    return Place(
        _spread(str(item.get("subnets", "")), subnets),
        groups if groups == "unknown" else tuple(sorted(groups.split())),
        item.get("exposed", False),
        item.get("change", change),
    )


def _spread(words: str, addresses: Iterable[str]) -> Places:
    if words == "unknown":
        return words
    known = {address: _block(address) for address in addresses}
    found = {
        address
        for word in words.split()
        for address in ([a for a, b in known.items() if b == word[:-3]] or [word])
        if word.endswith("[*]") or address == word
    }
    return tuple(sorted(found))


def _block(address: str) -> str:
    *head, last = split(address)
    return ".".join((*head, without_key(last)))


def _lines(written: list[str] | None) -> Iterator[tuple[str, str, str]]:
    for line in written or ():
        source, _, rest = line.partition(" > ")
        target, _, label = rest.partition(" ")
        yield source, target, label


def drawn(name: str, file: str = "plan.json") -> dict[str, Graph]:
    """The two views of a fixture's plan."""
    facts = recorded(name, file)
    return {"network": network(facts), "infrastructure": infrastructure(facts)}


def by_address(graph: Graph) -> dict[str, Node]:
    """The node of each resource; several have the same one where they are drawn together."""
    return {address: node for node in graph.nodes for address in node.addresses}


def place(node: Node) -> Place:
    """What a node says of where it stands."""
    return Place(node.subnets, _sorted(node.security_groups), node.exposed, node.change)


def _sorted(addresses: Places) -> Places:
    return addresses if isinstance(addresses, str) else tuple(sorted(addresses))


def ends(graph: Graph, end: str) -> set[str]:
    """The addresses that an edge's end stands for."""
    node = next((node for node in graph.nodes if node.id == end), None)
    frame = next((item for item in graph.clusters if item.id == end), None)
    if node:
        return set(node.addresses) or {end}
    return {(frame and frame.address) or end}


def groups_at(graph: Graph, end: str) -> set[str]:
    """The security groups that a rule's end stands for: a group's frame, or what carries it."""
    node = next((node for node in graph.nodes if node.id == end), None)
    return set(node.security_groups or {end}) if node else ends(graph, end)


def pairs(graph: Graph, kind: str) -> set[tuple[str, str]]:
    """What the edges of a kind join, by the ids of nodes."""
    return {(edge.source, edge.target) for edge in graph.edges if edge.kind == kind}


def joined(graph: Graph, relations: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Relations between addresses, told between the nodes that stand for them."""
    there = by_address(graph)
    ids = {(there[source].id, there[target].id) for source, target in relations}
    return {(source, target) for source, target in ids if source != target}


def means(graph: Graph, edge: Edge, rule: tuple[str, str, str]) -> bool:
    """True where the edge draws this rule."""
    peer, group, ports = rule
    return (
        peer in groups_at(graph, edge.source)
        and group in groups_at(graph, edge.target)
        and ports in edge.label
    )
