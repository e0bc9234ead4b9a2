"""The value that every picture, difference and golden test is made of.

`Graph.as_dict()` is the published form: one object of `graph.json`.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

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
    """A relation between two nodes, told by `kind`; `label` is shown beside the line."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""
    change: Change = "none"


@dataclass(frozen=True)
class Entry:
    """A resource's line in the ledger: where it is drawn, or why it is not."""

    status: Literal["drawn", "aggregated", "omitted"]
    node: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Graph:
    """One view: frames, nodes, edges, and the ledger of every address it was computed from."""

    view: str
    title: str
    clusters: tuple[Cluster, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    ledger: dict[str, Entry] = field(default_factory=dict)

    def node(self, id_: str) -> Node:
        """The node of that id. Raises KeyError."""
        return next((node for node in self.nodes if node.id == id_), None) or _missing(id_)

    def as_dict(self) -> dict[str, Any]:
        """This view as `graph.json` has it: clusters, nodes and edges, sorted."""
        return {
            "title": self.title,
            "clusters": [_plain(c) for c in sorted(self.clusters, key=lambda c: c.id)],
            "nodes": [_plain(n) for n in sorted(self.nodes, key=lambda n: n.id)],
            "edges": [
                _plain(e)
                for e in sorted(self.edges, key=lambda e: (e.source, e.target, e.kind, e.label))
            ],
        }


def _missing(id_: str) -> Node:
    raise KeyError(id_)


def _plain(value: Cluster | Node | Edge) -> dict[str, Any]:
    optional = {"cidr", "tier", "zone", "note"}
    return {
        name: list(item) if isinstance(item, tuple) else item
        for name, item in dataclasses.asdict(value).items()
        if item is not None or name not in optional
    }
