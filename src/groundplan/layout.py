"""Where everything of an AWS view stands: zones are columns, tiers are rows.

Positions depend only on the frame graph (what any phase has), so nothing moves between phases.
All lengths are pixels.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from groundplan import typeface
from groundplan.captions import ASIDE, DETAIL, ICON, LABEL, TEXT, cell, head_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.graph import Cluster, Graph, Node

GAP: Final = 24
HEAD: Final = 32
PAD: Final = 12
COLUMN: Final = 280  # the least width of what stands in a zone
LANES: Final = 12  # between two lanes
FRAMED: Final = 66  # a security group's head, and room for what its rules say
ON_BORDER: Final = frozenset({"internet_gateway", "endpoint"})  # of their VPC
_TIERS: Final = {"public": 0, "private": 1, "isolated": 2}


@dataclass(frozen=True)
class Box:
    """A rectangle: its upper left corner, width and height."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.h

    @property
    def middle(self) -> tuple[float, float]:
        """The centre."""
        return self.x + self.w / 2, self.y + self.h / 2

    def moved(self, dx: float, dy: float) -> Box:
        """The same box elsewhere."""
        return Box(self.x + dx, self.y + dy, self.w, self.h)


@dataclass
class Layout:
    """The result: a box for each frame and for each node's icon, and the size of the whole.

    `bands` are the frames of nodes that span several subnets, `cards` the grounds of nodes that
    stand in no frame, both by node id.
    """

    width: float = 0
    height: float = 0
    frames: dict[str, Box] = field(default_factory=dict)
    icons: dict[str, Box] = field(default_factory=dict)
    bands: dict[str, Box] = field(default_factory=dict)
    cards: dict[str, Box] = field(default_factory=dict)


@dataclass
class _Lane:
    """A strip of a row: nodes that stand in one column each, or one that spans several."""

    group: str | None
    nodes: list[Node] = field(default_factory=list)
    height: float = 0


def arrange(graph: Graph) -> Layout:
    """Lay out a view of frames and nodes; see the module's first lines."""
    layout = Layout()
    vpcs = [item for item in graph.clusters if item.kind == "vpc"]
    outside = [node for node in graph.nodes if node.cluster is None]
    top = 24.0 + (_cell_height(outside) + GAP if outside else 0)
    x, y = 24.0, top
    inner_bottom, right = y + HEAD, x
    for vpc in vpcs:
        placed = _Vpc(graph, vpc, layout)
        box = placed.place(x + GAP, inner_bottom + GAP / 2)
        inner_bottom = box.bottom + GAP / 2
        right = max(right, box.right + placed.overhang)
    right += GAP
    # Regional services, and what the plan places nowhere.
    regional = [node for node in graph.nodes if node.cluster and node.id not in layout.icons]
    right, bottom = _place_column(regional, layout, right, y + HEAD + GAP, inner_bottom)
    for region in (item for item in graph.clusters if item.kind == "region"):
        right, bottom = max(right, x + _head_width(region)), max(bottom, inner_bottom + GAP / 2)
        layout.frames[region.id] = Box(x, y, right - x, bottom - y)
    layout.width, layout.height = right + 24, bottom + 24
    _place_outside(outside, layout, vpcs)
    return layout


def _cell_height(nodes: Iterable[Node]) -> float:
    return max((cell(node)[1] for node in nodes), default=0)


def _icon(x: float, y: float, height: float) -> Box:
    """The icon of a cell that starts at (x, y), in a strip of that height."""
    return Box(x, y + (height - ICON) / 2, ICON, ICON)


def _place_column(
    nodes: list[Node], layout: Layout, x: float, y: float, limit: float
) -> tuple[float, float]:
    """Regional services from top to bottom beside the VPCs; the right and lower end of them."""
    column, bottom, top, right = x, limit, y, x
    for node in nodes:
        width, height = cell(node)
        if y + height > limit and y > top:
            column, y = right + GAP, top
        layout.icons[node.id] = _icon(column, y, height)
        y += height + GAP
        bottom, right = max(bottom, y), max(right, column + width)
    return (right + GAP if nodes else x), bottom


def _place_outside(nodes: list[Node], layout: Layout, vpcs: list[Cluster]) -> None:
    """What stands outside the region: above the gateway of the first VPC, side by side."""
    if not nodes:
        return
    centre = layout.width / 2
    if vpcs:
        frame = layout.frames[vpcs[0].id]
        gateways = [box for box in layout.icons.values() if box.y < frame.y < box.bottom]
        centre = gateways[0].middle[0] if gateways else frame.middle[0]
    step = max(cell(node)[0] for node in nodes) + GAP
    start = centre - ICON / 2 - step * (len(nodes) - 1) / 2
    for number, node in enumerate(nodes):
        layout.icons[node.id] = Box(start + number * step, 20, ICON, ICON)


class _Vpc:
    """One VPC: its zones side by side, its tiers from top to bottom."""

    def __init__(self, graph: Graph, vpc: Cluster, layout: Layout) -> None:
        self.graph, self.vpc, self.layout = graph, vpc, layout
        self.zones = sorted(
            (item for item in graph.clusters if item.kind == "zone" and item.parent == vpc.id),
            key=lambda item: item.label,
        )
        self.row_of, self.rows = self._rows()
        self.groups = self._groups()
        self.lanes, self.loose = self._lanes()
        self.widths = [self._column_width(zone) for zone in self.zones]
        self.overhang = 0.0  # how far endpoints on the VPC's border reach beyond it

    def _rows(self) -> tuple[dict[str, int], int]:
        """The row of each subnet, and how many: the first of each tier in a zone, the second…"""
        ordered: dict[tuple[int, int], list[str]] = defaultdict(list)
        for zone in self.zones:
            counts: dict[int, int] = defaultdict(int)
            subnets = [item for item in self.graph.clusters if item.parent == zone.id]
            for subnet in sorted(subnets, key=lambda item: (_numbers(item.cidr), item.id)):
                tier = _TIERS.get(subnet.tier or "", len(_TIERS))
                ordered[tier, counts[tier]].append(subnet.id)
                counts[tier] += 1
        rows = {key: number for number, key in enumerate(sorted(ordered))}
        found = {subnet: rows[key] for key, subnets in ordered.items() for subnet in subnets}
        return found, len(rows)

    def _groups(self) -> dict[str, Cluster]:
        """The groups that can be framed: a frame over several rows would hold strangers too."""
        rows: dict[str | None, set[int]] = defaultdict(set)
        for node in self.graph.nodes:
            places = () if node.subnets == "unknown" else node.subnets
            rows[node.cluster] |= {self.row_of.get(subnet, -1) for subnet in places}
        groups = (item for item in self.graph.clusters if item.kind == "group")
        return {item.id: item for item in groups if len(rows[item.id]) == 1}

    def _lanes(self) -> tuple[dict[int, list[_Lane]], list[Node]]:
        """The lanes of each row, and the nodes of this VPC that no single row can hold."""
        lanes: dict[int, list[_Lane]] = defaultdict(list)
        loose = []
        for node in self.graph.nodes:
            rows = {self.row_of.get(subnet) for subnet in node.subnets}
            if len(rows) == 1 and (row := rows.pop()) is not None:
                self._lane_for(node, lanes[row]).nodes.append(node)
            elif self.vpc.id in self._frames_of(node.cluster):
                loose.append(node)
        for ordered in lanes.values():
            first = {lane.group: number for number, lane in reversed([*enumerate(ordered)])}
            ordered.sort(key=lambda lane: first[lane.group])  # a group's lanes stand together
            for lane in ordered:
                lane.height = _cell_height(lane.nodes) + 2 * PAD
                lane.height += FRAMED if lane.group else LANES
        return lanes, loose

    def _frames_of(self, frame: str | None) -> set[str]:
        """The ids of a frame and of those that it stands in."""
        parents = {item.id: item.parent for item in self.graph.clusters}
        found: set[str] = set()
        while frame is not None and frame not in found:
            found.add(frame)
            frame = parents.get(frame)
        return found

    def _lane_for(self, node: Node, lanes: list[_Lane]) -> _Lane:
        """A lane with the node's group; a node that spans subnets has one for itself."""
        group = node.cluster if node.cluster in self.groups else None
        for lane in lanes:
            spans = len(node.subnets) > 1 or len(lane.nodes[0].subnets) > 1
            if lane.group == group and not spans:
                return lane
        lanes.append(_Lane(group))
        return lanes[-1]

    def _column_width(self, zone: Cluster) -> float:
        """Wide enough for its nodes side by side, for heads, and for what spans the zones."""
        subnets = [item for item in self.graph.clusters if item.parent == zone.id]
        inside = {item.id for item in subnets}
        widths = [_head_width(item) for item in subnets]
        for lane in (lane for lanes in self.lanes.values() for lane in lanes):
            here = [ICON + ASIDE + TEXT + GAP for n in lane.nodes if set(n.subnets) & inside]
            share = len(self.zones) if len(lane.nodes[0].subnets) > 1 else 1
            head = _head_width(self.groups[lane.group]) if lane.group and here else 0
            widths.append(max(sum(here), head) / share)
        return max([*widths, COLUMN], default=0) + 3 * GAP

    def place(self, x: float, y: float) -> Box:
        """Put everything at (x, y) and return the VPC's box."""
        gateways = [n for n in self.loose if n.kind == "internet_gateway"]
        endpoints = [n for n in self.loose if n.kind == "endpoint"]
        others = [n for n in self.loose if n.kind not in ON_BORDER]
        y += ICON / 2 if gateways else 0
        top = y + HEAD + (PAD if gateways else 0)
        left = x + GAP
        columns = self._columns(left)
        bottom = self._place_rows(columns, top + HEAD)
        for zone, (start, width) in zip(self.zones, columns, strict=True):
            self.layout.frames[zone.id] = Box(start, top, width, bottom - top)
        right = columns[-1][0] + columns[-1][1] if columns else left
        start = max((left + right - ICON) / 2, x + _head_width(self.vpc))
        right, bottom = _place_column(others, self.layout, right + GAP, top + GAP, bottom)
        right = max(right - GAP, x + _head_width(self.vpc)) + (ICON / 2 if endpoints else 0)
        right = max([right, *(start + (n + 1) * (ICON + TEXT) for n in range(len(gateways)))])
        box = Box(x, y, right + GAP - x, bottom + GAP - y)
        self.layout.frames[self.vpc.id] = box
        for number, node in enumerate(gateways):
            at = start + number * (ICON + TEXT)
            self.layout.icons[node.id] = Box(at, y - ICON / 2, ICON, ICON)
        for number, node in enumerate(endpoints):
            at = box.middle[1] + number * (ICON + GAP)
            self.layout.icons[node.id] = Box(box.right - ICON / 2, at, ICON, ICON)
        self.overhang = max((cell(n)[0] - ICON / 2 for n in endpoints), default=0)
        return box

    def _columns(self, x: float) -> list[tuple[float, float]]:
        found = []
        for width in self.widths:
            found.append((x, width))
            x += width + GAP / 2
        return found

    def _place_rows(self, columns: list[tuple[float, float]], y: float) -> float:
        for row in range(self.rows):
            lanes = self.lanes.get(row, [])
            head = HEAD + 18 * max(self._notes(row), 0)
            # Under the last lane nothing has to be said.
            spare = FRAMED - HEAD - PAD if lanes and lanes[-1].group else 0
            height = max(head + sum(lane.height for lane in lanes) + PAD / 2 - spare, 88)
            self._place_subnets(row, columns, y, height)
            at = y + head
            for lane in lanes:
                self._place_lane(lane, columns, at)
                at += lane.height
            y += height + GAP / 2
        return y + GAP / 2

    def _notes(self, row: int) -> int:
        notes = [item.note for item in self.graph.clusters if self.row_of.get(item.id) == row]
        return max((len(note.split("\n")) for note in notes if note), default=0)

    def _place_subnets(
        self, row: int, columns: list[tuple[float, float]], y: float, height: float
    ) -> None:
        for zone, (start, width) in zip(self.zones, columns, strict=True):
            for item in self.graph.clusters:
                if item.parent == zone.id and self.row_of[item.id] == row:
                    inner = Box(start + GAP / 2, y, width - GAP, height)
                    self.layout.frames[item.id] = inner

    def _place_lane(self, lane: _Lane, columns: list[tuple[float, float]], y: float) -> None:
        spanning = len(lane.nodes[0].subnets) > 1
        reach = self._reach(lane.nodes, columns)
        inner = lane.height - (FRAMED if lane.group else LANES)
        if lane.group or spanning:
            head = HEAD - 4 if lane.group else 0
            band = Box(reach[0] + GAP, y, reach[1] - reach[0] - 2 * GAP, inner + head)
            y += head
            if lane.group:
                self.layout.frames[lane.group] = _around(self.layout.frames.get(lane.group), band)
            else:
                self.layout.bands[lane.nodes[0].id] = band
        if spanning:
            _spread(self.layout, lane.nodes, reach, y, inner)
            return
        for (start, width), zone in zip(columns, self.zones, strict=True):
            here = [n for n in lane.nodes if self._zones(n) == {zone.id}]
            _spread(self.layout, here, (start, start + width), y, inner)

    def _zones(self, node: Node) -> set[str | None]:
        parents = {item.id: item.parent for item in self.graph.clusters}
        return {parents.get(subnet) for subnet in node.subnets}

    def _reach(
        self, nodes: Iterable[Node], columns: list[tuple[float, float]]
    ) -> tuple[float, float]:
        used = {zone for node in nodes for zone in self._zones(node)}
        spans = [c for c, zone in zip(columns, self.zones, strict=True) if zone.id in used]
        return spans[0][0], spans[-1][0] + spans[-1][1]


def _numbers(cidr: str | None) -> list[int]:
    """A range's numbers, to sort by: 10.0.9.0/24 comes before 10.0.10.0/24."""
    return [int(part) for part in re.findall(r"\d+", cidr or "")]


def _head_width(frame: Cluster) -> float:
    label, *notes = head_of(frame)
    wide = typeface.width(label, LABEL, weight="semibold") + 24  # its icon stands before it
    return max(wide, *(typeface.width(line, DETAIL) for line in notes), 0) + 24


def _around(first: Box | None, second: Box) -> Box:
    if first is None:
        return second
    x, y = min(first.x, second.x), min(first.y, second.y)
    return Box(x, y, max(first.right, second.right) - x, max(first.bottom, second.bottom) - y)


def _spread(
    layout: Layout, nodes: list[Node], reach: tuple[float, float], y: float, height: float
) -> None:
    """Nodes side by side, each in the middle of its share of the strip."""
    step = (reach[1] - reach[0]) / max(len(nodes), 1)
    for number, node in enumerate(nodes):
        # As if every text were as wide as it may be, so that icons stand in line.
        x = reach[0] + step * (number + 0.5) - (ICON + ASIDE + TEXT) / 2
        layout.icons[node.id] = _icon(x, y, height)
