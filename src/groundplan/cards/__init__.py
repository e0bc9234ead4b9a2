"""Cards: what a picture tells of one node or frame when a reader opens it.

Pure: what stands in files (where a block is written, what a policy run found) is handed in as
`Known`. A part that is not known is left out, and never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from groundplan.canvas import palette
from groundplan.cards import settings as card_settings
from groundplan.cards.settings import LATER, Setting
from groundplan.catalog import kind
from groundplan.topology import ANYWHERE, openings
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from groundplan.cost.bill import Bill
    from groundplan.facts import Resource
    from groundplan.graph import Change, Cluster, Graph, Node
    from groundplan.policy.report import Finding
    from groundplan.topology import Topology

_FRAMES: Final = {"vpc": "VPC", "subnet": "Subnet", "group": "Security group", "zone": "Zone"}
_CHANGES: Final[dict[Change, str]] = {
    "create": "new", "update": "changed", "replace": "replaced", "delete": "removed",
}  # fmt: skip
_SAID: Final = {  # of a line, from where it begins and from where it ends
    "flow": ("Calls", "Called by"),
    "route": ("Routes to", "Routes from"),
    "rule": ("May reach", "May be reached by"),
    "replicates": ("Replicates to", "Replica of"),
    "uses": ("Uses", "Used by"),
}


@dataclass(frozen=True)
class Place:
    """A resource and where it is written: `file` from the workspace's root, `line` from 1."""

    address: str
    module: str = ""
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Opening:
    """What a security group, or the thing itself, lets in."""

    ports: str
    peer: str
    why: str


@dataclass(frozen=True)
class Cost:
    """A line of the monthly bill, in USD; `shared` is with how many others, drawn apart from it."""

    item: str
    usd: Decimal
    shared: int = 0


@dataclass(frozen=True)
class Relation:
    """A line of the picture as seen from one end: what it says, and the node at its other end."""

    said: str
    label: str
    to: str
    name: str


@dataclass(frozen=True)
class Known:
    """What is known of the resources of a picture, each part only where there is one.

    `written` gives the file and line of an address; `findings` those of a saved policy run, by
    address; `first` the first phase of a frame by its id.
    """

    topology: Topology | None = None
    written: Callable[[str], tuple[str, int] | None] = lambda _address: None
    bill: Bill | None = None
    findings: Mapping[str, tuple[Finding, ...]] | None = None
    first: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Card:
    """What is told of the node or frame `id`. `free` says why it costs nothing by itself."""

    id: str
    title: str
    kind: str
    detail: str = ""
    phase: int | None = None
    change: Change = "none"
    exposed: str = ""  # what it means that it is open
    places: tuple[Place, ...] = ()
    settings: tuple[Setting, ...] = ()
    openings: tuple[Opening, ...] = ()
    costs: tuple[Cost, ...] = ()
    gaps: tuple[str, ...] = ()
    free: str = ""
    findings: tuple[Finding, ...] | None = None
    relations: tuple[Relation, ...] = ()

    @property
    def monthly(self) -> Decimal | None:
        """What it costs in a month, in USD; None where a part of it is shared or has no price."""
        if not self.costs or self.gaps or any(cost.shared for cost in self.costs):
            return None
        return sum((cost.usd for cost in self.costs), Decimal(0))


def of(graph: Graph, known: Known | None = None) -> tuple[Card, ...]:
    """The cards of a picture: of its frames that are resources, then of its nodes."""
    maker = _Maker(graph, known or Known())
    frames = (maker.frame(item) for item in graph.clusters if item.address)
    return (*frames, *(maker.node(item) for item in graph.nodes))


class _Maker:
    def __init__(self, graph: Graph, known: Known) -> None:
        self.graph, self.known = graph, known
        self.names = {item.id: item.label for item in graph.clusters}
        self.names |= {item.id: item.label for item in graph.nodes}
        nodes = (address for node in graph.nodes for address in node.addresses)
        self.drawn = frozenset((*nodes, *(item.address for item in graph.clusters)))

    def frame(self, frame: Cluster) -> Card:
        addresses = (frame.address or "",)
        groups = addresses if frame.kind == "group" else ()
        return Card(
            frame.id,
            frame.label.removeprefix(f"{_FRAMES.get(frame.kind)} "),
            _FRAMES.get(frame.kind, ""),
            detail=(frame.note or "").replace("\n", "; "),
            phase=(self.known.first or {}).get(frame.id),
            settings=(*_tier(frame), *self._settings(addresses)),
            openings=tuple(self._openings(groups)),
            **self._of_resources(addresses),
            relations=tuple(self._relations.get(frame.id, ())),
        )

    def node(self, node: Node) -> Card:
        doors = () if node.security_groups == UNKNOWN else node.security_groups
        doors += tuple(f"{address}{openings.OWN_DOOR}" for address in node.addresses)
        return Card(
            node.id,
            node.label,
            kind(node.kind).label,
            detail=node.detail.replace("\n", "; "),
            phase=node.phase,
            change=node.change if self.graph.marked else "none",
            exposed=palette.exposed(self.graph).meaning if node.exposed else "",
            settings=(*self._settings(node.addresses), *self._standing(node)),
            openings=tuple(self._openings(doors)),
            **self._of_resources(node.addresses),
            relations=tuple(self._relations.get(node.id, ())),
        )

    def _of_resources(self, addresses: tuple[str, ...]) -> dict[str, Any]:
        """The parts of a card that come from the resources themselves."""
        found = self.known.findings
        told = (item for address in addresses for item in (found or {}).get(address, ()))
        return {
            "places": tuple(self._place(address) for address in addresses),
            **(self._costs(self.known.bill, frozenset(addresses)) if self.known.bill else {}),
            "findings": tuple(told) if found is not None and addresses else None,
        }

    def _costs(self, bill: Bill, addresses: frozenset[str]) -> dict[str, Any]:
        """What the resources cost: their lines, what has no price, and why they cost nothing."""
        lines = [line for line in bill.lines if addresses.intersection(line.addresses)]
        free = (item.reason for item in bill.free if item.address in addresses)
        return {
            "costs": tuple(
                # What is drawn nowhere, such as a launch template, is a part of what is.
                Cost(line.item, line.usd, len(self.drawn.intersection(line.addresses) - addresses))
                for line in lines
            ),
            "gaps": tuple(sorted({gap.reason for gap in bill.gaps if gap.address in addresses})),
            "free": "" if lines else next(free, ""),
        }

    def _place(self, address: str) -> Place:
        resource = self._resource(address)
        file, line = self.known.written(address) or (None, None)
        return Place(address, resource.module if resource else "", file, line)

    def _resource(self, address: str) -> Resource | None:
        return self.known.topology.resource(address) if self.known.topology else None

    def _settings(self, addresses: Iterable[str]) -> tuple[Setting, ...]:
        found = [item for address in addresses if (item := self._resource(address))]
        alike = len({item.type for item in found}) == 1
        return card_settings.of(*found, find=self._resource) if alike else ()

    def _standing(self, node: Node) -> Iterator[Setting]:
        for name, at in (("Subnets", node.subnets), ("Security groups", node.security_groups)):
            if at == UNKNOWN:
                yield Setting(name, LATER)
            elif at:
                yield Setting(name, ", ".join(self._called(address) for address in at))

    def _called(self, address: str) -> str:
        """What people call a resource: as the picture does, else by its name, else its address."""
        if address in ANYWHERE:
            return "the internet"
        resource = self._resource(address)
        if resource and resource.type == "aws_eks_cluster":
            return f"{resource.get('name') or resource.name} (of the EKS cluster)"
        if resource and resource.type.endswith("security_group"):
            return str(resource.get("name") or resource.get("name_prefix") or resource.name)
        return LATER if address == UNKNOWN else self.names.get(address, address)

    def _openings(self, doors: Iterable[str]) -> Iterator[Opening]:
        found = (item for door in doors for item in self._doors.get(door, ()))
        yield from dict.fromkeys(
            Opening(
                "any port" if item.ports == "all" else item.ports,
                "itself" if item.source == item.target else self._called(item.source),
                item.why,
            )
            for item in found
        )

    @cached_property
    def _doors(self) -> dict[str, list[openings.Opening]]:
        """What is let in, by security group, and by what opens a door of its own."""
        found = defaultdict(list)
        for item in openings.of_plan(self.known.topology) if self.known.topology else ():
            found[item.door].append(item)
        return found

    @cached_property
    def _relations(self) -> dict[str, dict[Relation, None]]:
        """The lines as seen from each of their ends, by the id of that, each said once."""
        found: dict[str, dict[Relation, None]] = defaultdict(dict)
        for edge in sorted(self.graph.edges, key=lambda e: (e.kind, e.source, e.target, e.label)):
            label = "" if edge.label == edge.kind else edge.label
            ends = (edge.source, edge.target)
            for here, other, said in zip(ends, reversed(ends), _SAID[edge.kind], strict=True):
                if other in self.names:
                    found[here][Relation(said, label, other, self.names[other])] = None
        return found


def _tier(frame: Cluster) -> Iterator[Setting]:
    if frame.kind == "subnet":
        yield Setting("Tier", LATER if frame.tier in (None, UNKNOWN) else str(frame.tier))


def as_dict(card: Card) -> dict[str, Any]:
    """The card as the viewer shows it: a title, tags, and sections of rows.

    A row is a name and a value, or a name, a value and the id of the node that it leads to.
    """
    sections = {
        "Settings": [[item.name, item.value] for item in card.settings],
        "Lets in": [[item.ports, _said_of(item)] for item in card.openings],
        "In the picture": [
            [item.said, f"{item.name} ({item.label})" if item.label else item.name, item.to]
            for item in card.relations
        ],
        "Cost a month": list(_cost_rows(card)),
        "Policy": list(_policy_rows(card)),
        "In Terraform": [[_written(place), place.address] for place in card.places],
    }
    tags = [f"phase {card.phase}"] if card.phase is not None else []
    tags += [_CHANGES[card.change]] if card.change != "none" else []
    tags += [f"${card.monthly:,.2f} a month"] if card.monthly is not None else []
    tags += [card.exposed] if card.exposed else []
    whole = {
        "title": card.title,
        "kind": "" if card.kind == card.title else card.kind,
        "detail": card.detail,
        "tags": tags,
        "addresses": [place.address for place in card.places],
        "sections": {name: rows for name, rows in sections.items() if rows},
    }
    return {name: value for name, value in whole.items() if value}


def _said_of(item: Opening) -> str:
    return f"from {item.peer}: {item.why}" if item.why else f"from {item.peer}"


def _written(place: Place) -> str:
    return f"{place.file}:{place.line}" if place.file else place.module or "root module"


def _cost_rows(card: Card) -> Iterator[list[str]]:
    for cost in card.costs:
        together = f", together with {cost.shared} others" if cost.shared else ""
        yield [cost.item, f"${cost.usd:,.2f}{together}"]
    if len(card.costs) > 1 and card.monthly is not None:
        yield ["Together", f"${card.monthly:,.2f}"]
    for gap in card.gaps:
        yield ["Without a price", gap]
    if card.free:
        yield ["Nothing by itself", card.free]


def _policy_rows(card: Card) -> Iterator[list[str]]:
    for item in card.findings or ():
        why = f" ({item.reason})" if item.reason else ""
        yield [f"{item.state} {item.check}", f"{item.message}{why}"]
    if card.findings == ():
        yield ["No finding", "in the last policy run"]
