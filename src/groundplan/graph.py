"""The value that every picture, difference and golden test is made of.

`Graph.as_dict()` is the published form: one object of `graph.json`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Change = Literal["create", "update", "replace", "delete", "none"]
ClusterKind = Literal["region", "vpc", "zone", "subnet", "group"]
EdgeKind = Literal["flow", "route", "rule", "replicates", "uses"]
Unknown = Literal["unknown"]
Tier = Literal["public", "private", "isolated"]


@dataclass(frozen=True)
class Cluster:
    """A frame: a region, VPC, zone, subnet or a named group. `note` says why an empty one is."""

    id: str
    kind: ClusterKind
    label: str
    parent: str | None = None
    address: str | None = None
    cidr: str | None = None
    tier: Tier | Unknown | None = None
    zone: str | None = None
    note: str | None = None
    change: Change = "none"


@dataclass(frozen=True)
class Node:
    """One real resource instance (or Compose service), or one aggregate of all its `addresses`.

    `kind` names a row of the catalogue; `detail` is the small second line; `subnets` are the
    addresses of exactly the subnets it can run in, `"unknown"` where the plan can't tell, and
    empty for what lives outside a VPC. `phase` is the first phase that has it.
    """

    id: str
    kind: str
    label: str
    detail: str = ""
    cluster: str | None = None
    addresses: tuple[str, ...] = ()
    subnets: tuple[str, ...] | Unknown = ()
    security_groups: tuple[str, ...] | Unknown = ()
    exposed: bool = False
    phase: int | None = None
    change: Change = "none"


@dataclass(frozen=True)
class Edge:
    """A relation between two nodes, told by `kind`; `label` is shown beside the line.

    `via` is the id of a node that its line passes on the way, where that is drawn.
    """

    source: str
    target: str
    kind: EdgeKind
    label: str = ""
    change: Change = "none"
    via: str | None = None


@dataclass(frozen=True)
class Note:
    """A person's word about the thing (node or frame) whose id is `beside`."""

    text: str
    beside: str


@dataclass(frozen=True)
class Boundary:
    """A person's outline round nodes wherever they stand: a scope, an owner, a zone of trust."""

    label: str
    around: tuple[str, ...]


@dataclass(frozen=True)
class Missing:
    """What a script named that this graph lacks, and the script's line; a phase may lack it."""

    name: str
    file: str
    line: int


@dataclass(frozen=True)
class Entry:
    """A resource's line in the ledger: where it is drawn, or why it is not.

    `lines`: source and target of each line that a resource is drawn as, where it is one.
    """

    status: Literal["drawn", "aggregated", "omitted"]
    node: str | None = None
    reason: str | None = None
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Graph:
    """One view: frames, nodes, edges, and the ledger of every address it was computed from.

    The `add_…` methods are for diagram scripts: each returns a new graph with one thing more, and
    takes an id, an address or a label for what is there already. What is not there is noted as
    `missing`, and left out: a later phase may have it (`additions.assert_known`).
    """

    view: str
    title: str
    clusters: tuple[Cluster, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    ledger: dict[str, Entry] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    compared: str = ""  # with what, where this shows a difference
    missing: tuple[Missing, ...] = ()

    @property
    def empty(self) -> bool:
        """True where nothing stands in it but the region."""
        return not self.nodes and all(frame.kind == "region" for frame in self.clusters)

    @property
    def marked(self) -> bool:
        """True where marks of change tell something: in a first plan, where all is new, none do."""
        things: list[Cluster | Node | Edge] = [*self.clusters, *self.nodes, *self.edges]
        changed = any(item.change != "none" for item in things)
        # What no plan has, such as the internet, is there before a first plan as well.
        planned = {node.change for node in self.nodes if node.addresses}
        planned |= {item.change for item in self.clusters if item.change != "none"}
        return bool(self.compared) or (changed and planned != {"create"})

    @property
    def regional(self) -> bool:
        """True for a view of a plan, which stands in a region; not for one of services."""
        return any(frame.kind == "region" for frame in self.clusters)

    @property
    def changed_lines(self) -> tuple[Edge, ...]:
        """The new and changed lines between things that were there before.

        That a line to a new thing is new goes without saying.
        """
        things: list[Cluster | Node] = [*self.clusters, *self.nodes]
        new = {item.id for item in things if item.change == "create"}
        changed = (edge for edge in self.edges if edge.change in {"create", "update"})
        return tuple(edge for edge in changed if not new & {edge.source, edge.target})

    def node(self, id_: str) -> Node:
        """The node of that id. Raises KeyError."""
        return next((node for node in self.nodes if node.id == id_), None) or _missing(id_)

    def as_dict(self) -> dict[str, Any]:
        """This view as `graph.json` has it: clusters, nodes and edges, sorted.

        Notes, boundaries and what it is compared with are there where it has any.
        """
        added = {
            "notes": [dataclasses.asdict(note) for note in self.notes],
            "boundaries": [_plain(item) for item in self.boundaries],
            "compared": self.compared,
        }
        return {
            "title": self.title,
            "clusters": [_plain(c) for c in sorted(self.clusters, key=lambda c: c.id)],
            "nodes": [_plain(n) for n in sorted(self.nodes, key=lambda n: n.id)],
            "edges": [
                _plain(e)
                for e in sorted(self.edges, key=lambda e: (e.source, e.target, e.kind, e.label))
            ],
            **{name: value for name, value in added.items() if value},
        }

    def add_node(
        self, id_: str, *, kind: str, label: str = "", detail: str = "", cluster: str | None = None
    ) -> Graph:
        """One more node, marked as drawn by hand; `cluster` is the frame that it stands in."""
        from groundplan import additions as by  # noqa: PLC0415 - it builds on this module

        return by.with_node(self, Node(id_, kind, label or id_, detail, cluster))

    def add_edge(
        self, source: str, target: str, label: str = "", *, kind: EdgeKind = "flow"
    ) -> Graph:
        """One more line, marked as drawn by hand, from one node or frame to another."""
        from groundplan import additions as by  # noqa: PLC0415

        return by.with_edge(self, Edge(source, target, kind, label))

    def add_note(self, text: str, *, beside: str) -> Graph:
        """A numbered note at a node or a frame; its text stands below the picture."""
        from groundplan import additions as by  # noqa: PLC0415

        return by.with_note(self, Note(text, beside))

    def add_group(self, label: str, *, around: Iterable[str]) -> Graph:
        """A frame that these nodes stand in; they must stand in one frame so far."""
        from groundplan import additions as by  # noqa: PLC0415

        return by.with_group(self, label, tuple(around))

    def add_boundary(self, label: str, *, around: Iterable[str]) -> Graph:
        """A dashed outline round nodes wherever they stand: one for each cluster of neighbours."""
        from groundplan import additions as by  # noqa: PLC0415

        return by.with_boundary(self, Boundary(label, tuple(around)))


def _missing(id_: str) -> Node:
    raise KeyError(id_)


def _plain(value: Cluster | Node | Edge | Boundary) -> dict[str, Any]:
    optional = {"cidr", "tier", "zone", "note"}
    unsaid = {"change"} if isinstance(value, Cluster) and value.change == "none" else set()
    return {
        name: list(item) if isinstance(item, tuple) else item
        for name, item in dataclasses.asdict(value).items()
        if (item is not None or name not in optional) and name not in unsaid
    }
