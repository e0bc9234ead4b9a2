"""The rows of a VPC's subnets, and the lanes of each: strips that hold some of the row's nodes.

A lane holds nodes that stand in one subnet each, zone by zone, or nodes that all span the same
subnets. The lanes of a security group stand together. All lengths are pixels.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from groundplan.canvas.boxes import places
from groundplan.canvas.captions import cell
from groundplan.catalog import kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from groundplan.graph import Cluster, Edge, Graph, Node

ABOVE: Final = 8  # above and below what stands in a lane
BETWEEN: Final = 12  # between two lanes
SPOKEN: Final = 18  # as much more for words on lines that pass between them
MOST: Final = 3  # for so many words at most
STACKED: Final = 3  # so many nodes that span the same subnets stand below each other
_TIERS: Final = {"public": 0, "private": 1, "isolated": 2}


def rows_of(graph: Graph, zones: Iterable[Cluster]) -> dict[str, int]:
    """The row of each subnet in some zones: the first of each tier in a zone, the second…"""
    ordered: dict[tuple[int, int], list[str]] = defaultdict(list)
    for zone in zones:
        counts: dict[int, int] = defaultdict(int)
        subnets = (item for item in graph.clusters if item.parent == zone.id)
        for subnet in sorted(subnets, key=lambda item: (_numbers(item.cidr), item.id)):
            tier = _TIERS.get(subnet.tier or "", len(_TIERS))
            ordered[tier, counts[tier]].append(subnet.id)
            counts[tier] += 1
    return {id_: number for number, key in enumerate(sorted(ordered)) for id_ in ordered[key]}


def _numbers(cidr: str | None) -> list[int]:
    """A range's numbers, to sort by: 10.0.9.0/24 comes before 10.0.10.0/24."""
    return [int(part) for part in re.findall(r"\d+", cidr or "")]


@dataclass
class Lane:
    """A strip of a row: nodes that stand in one zone each, or nodes that span the same ones."""

    group: str | None
    nodes: list[Node]
    slots: dict[str, int] = field(default_factory=dict)  # places side by side, by subnet
    height: float = 0
    gap: float = BETWEEN  # between it and the lane below it

    @property
    def spans(self) -> bool:
        """True where its nodes stand in several subnets each."""
        return not single(self.nodes[0])


def single(node: Node) -> bool:
    """True for what stands in one subnet."""
    return len(places(node)) == 1


def lanes_of(
    nodes: Sequence[Node], groups: Container[str], abreast: int, edges: Iterable[Edge]
) -> list[Lane]:
    """The lanes of a row, those of each of `groups` together, in the order of the nodes.

    `abreast` are the nodes that stand side by side in a subnet; words on `edges` need room.
    """
    sets: dict[str | None, list[Node]] = defaultdict(list)
    for node in nodes:
        sets[node.cluster if node.cluster in groups else None].append(node)
    lanes = [lane for group, inside in sets.items() for lane in _of_group(group, inside, abreast)]
    for lane in lanes:
        lane.height = max(cell(node)[1] for node in lane.nodes) + 2 * ABOVE
    for number, lane in enumerate(lanes[:-1], start=1):
        said = _said(lanes[:number], lanes[number:], edges)
        lane.gap += SPOKEN * min(len(said), MOST)
    return lanes


def _said(
    above: Iterable[Lane], below: Iterable[Lane], edges: Iterable[Edge]
) -> set[tuple[str, str]]:
    """What the lines between some lanes say; those to one thing that say the same are one."""
    here, there = ({node.id for lane in lanes for node in lane.nodes} for lanes in (above, below))
    pairs = ((edge, {edge.source, edge.target}) for edge in edges if edge.label)
    return {(edge.target, edge.label) for edge, ends in pairs if ends & here and ends & there}


def _of_group(group: str | None, nodes: Sequence[Node], abreast: int) -> list[Lane]:
    spanning: dict[tuple[object, ...], list[Node]] = defaultdict(list)
    columns: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        if single(node):
            columns[node.subnets[0]].append(node)
        else:
            spanning[node.subnets, kind(node.kind).band].append(node)
    lanes = [
        Lane(group, part)
        for alike in spanning.values()
        for part in _parts(alike, abreast * len(alike[0].subnets) if len(alike) > STACKED else 1)
    ]
    most = max(map(len, columns.values()), default=0)
    slots = {subnet: min(len(column), abreast) for subnet, column in columns.items()}
    for first in range(0, most, abreast):
        here = [n for column in columns.values() for n in column[first : first + abreast]]
        lanes.append(Lane(group, here, slots))
    order = {node.id: number for number, node in enumerate(nodes)}
    return sorted(lanes, key=lambda lane: order[lane.nodes[0].id])


def _parts(nodes: Sequence[Node], most: int) -> list[list[Node]]:
    return [list(nodes[first : first + most]) for first in range(0, len(nodes), most)]


def same_group(lanes: Sequence[Lane]) -> list[Lane]:
    """The lanes up to the first one of another group."""
    return list(takewhile(lambda lane: lane.group == lanes[0].group, lanes))


def by_group(lanes: Iterable[Lane]) -> dict[str, list[Lane]]:
    """The lanes of each security group of a row."""
    found: dict[str, list[Lane]] = defaultdict(list)
    for lane in lanes:
        if lane.group:
            found[lane.group].append(lane)
    return found
