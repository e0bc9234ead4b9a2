"""Where everything of one VPC stands: zones are columns, tiers are rows, rows are made of lanes.

A lane is a strip of a row. It holds nodes that stand in one subnet each, zone by zone, or nodes
that all span the same subnets. All lengths are pixels.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING, Final

from groundplan.canvas import strips, typeface
from groundplan.canvas.boxes import (
    GAP,
    HEAD,
    SIDE_BORDER,
    TOP_BORDER,
    Box,
    Layout,
    best,
    head_height,
    head_width,
    icon,
    places,
)
from groundplan.canvas.captions import ASIDE, DETAIL, ICON, TEXT, cell
from groundplan.canvas.lanes import by_group, lanes_of, rows_of, same_group, single
from groundplan.thinning import label_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundplan.canvas.lanes import Lane
    from groundplan.graph import Cluster, Graph, Node

PAD: Final = 12
COLUMN: Final = 236  # the least width of a zone's frame
AISLE: Final = 60  # right of the zones, for the words on lines from group to group
FRAMED: Final = 56  # a security group's head, and room for what its rules say
ABREAST: Final = (2, 1, 3, 4)  # nodes side by side in a subnet, the usual first
BELOW: Final = (None, 0, 1, 2)  # see `_Vpc`


def arranged(graph: Graph, vpc: Cluster) -> Layout:
    """The layout of one VPC at (0, 0), as readable as it can be."""
    return best(
        _Vpc(graph, vpc, abreast, below).place() for abreast, below in product(ABREAST, BELOW)
    )


class _Vpc:
    """One VPC: `abreast` nodes side by side in a subnet.

    Those of no single row stand beside the zones where `below` is None, else below them, so many
    more in a row than fit.
    """

    def __init__(self, graph: Graph, vpc: Cluster, abreast: int, below: int | None) -> None:
        self.graph, self.vpc, self.below = graph, vpc, below
        self.layout = Layout()
        self.parents = {item.id: item.parent for item in graph.clusters}
        zones = (item for item in graph.clusters if item.kind == "zone" and item.parent == vpc.id)
        self.zones = sorted(zones, key=lambda item: (item.zone == "unknown", item.label))
        self.row_of = rows_of(graph, self.zones)
        self.rows = len({*self.row_of.values()})
        self.groups = {item.id: item for item in graph.clusters if item.kind == "group"}
        held, self.loose = self._held()
        self.cell = max((cell(n)[0] for row in held.values() for n in row if single(n)), default=0)
        self.lanes = {
            row: lanes_of(nodes, self.groups, abreast, graph.edges) for row, nodes in held.items()
        }

    def _subnets(self, zone: Cluster) -> list[Cluster]:
        return [item for item in self.graph.clusters if item.parent == zone.id]

    def _held(self) -> tuple[dict[int, list[Node]], list[Node]]:
        """The nodes of each row, and those of this VPC that no single row can hold."""
        held: dict[int, list[Node]] = defaultdict(list)
        loose = []
        for node in self.graph.nodes:
            rows = {self.row_of.get(subnet) for subnet in places(node)}
            if len(rows) == 1 and (row := rows.pop()) is not None:
                held[row].append(node)
            elif self._stands_here(node.cluster):
                loose.append(node)
        return held, loose

    def _stands_here(self, frame: str | None) -> bool:
        """True where a frame is this VPC, or stands in it."""
        while frame is not None and frame != self.vpc.id:
            frame = self.parents.get(frame)
        return frame is not None

    def _zones_of(self, nodes: Iterable[Node]) -> list[int]:
        """The numbers of the first and the last zone that the nodes stand in."""
        zones = {self.parents.get(subnet) for node in nodes for subnet in places(node)}
        used = [number for number, zone in enumerate(self.zones) if zone.id in zones]
        return [used[0], used[-1]]

    def _runs(self, nodes: Iterable[Node]) -> list[tuple[int, int]]:
        """The zones that the nodes stand in, as the first and last of each row of neighbours."""
        zones = {self.parents.get(subnet) for node in nodes for subnet in places(node)}
        used = [number for number, zone in enumerate(self.zones) if zone.id in zones]
        return strips.runs_of(used)

    def _column_width(self, number: int) -> float:
        """Wide enough for its nodes side by side, for heads, and for what spans the zones."""
        zone = self.zones[number]
        widths = [head_width(zone), *(head_width(item) + GAP for item in self._subnets(zone))]
        for lane in (lane for lanes in self.lanes.values() for lane in lanes):
            here = [n for n in lane.nodes if single(n) and self.parents[n.subnets[0]] == zone.id]
            widths.append(len(here) * (self.cell + GAP) + 2 * GAP)
            if lane.spans:
                spanning = len(lane.nodes) * (_SPANNING + GAP) + 2 * GAP
                widths.append(self._share(spanning, lane.nodes, number))
        for row in self.lanes.values():
            for group, lanes in by_group(row).items():
                inside = [node for lane in lanes for node in lane.nodes]
                needed = head_width(self.groups[group]) + 2 * GAP
                widths.append(self._share(needed, inside, number))
        return max([*widths, COLUMN])

    def _share(self, width: float, nodes: Iterable[Node], number: int) -> float:
        """What one of the zones that some nodes span has to be wide for them to have `width`."""
        first, last = max(self._runs(nodes), key=lambda run: run[1] - run[0])
        return width / (last - first + 1) if first <= number <= last else 0

    def _gap(self, number: int) -> float:
        """Between a zone and the next one, for what lines say from a group to one beside it, and
        past those that come in from above.
        """
        said: dict[tuple[str, str], set[str]] = defaultdict(set)
        for reach in self._reaches():
            for edge in self.graph.edges:
                runs = product(reach.get(edge.source, ()), reach.get(edge.target, ()))
                pairs = ({(a[1], b[0]), (b[1], a[0])} for a, b in runs)
                if any((number, number + 1) in pair for pair in pairs):
                    said[edge.source, edge.target].add(edge.label)
        words = (label_of(labels) for labels in said.values())
        wide = (typeface.width(text, DETAIL, weight="semibold") for text in words if text)
        incoming = any(edge.via for edge in self.graph.edges)
        return max((GAP * (1 + incoming) + each for each in wide), default=GAP / 2)

    def _reaches(self) -> Iterator[dict[str, list[tuple[int, int]]]]:
        """The zones that each security group stands in, row by row: see `_runs`."""
        for lanes in self.lanes.values():
            yield {
                group: self._runs(node for lane in inside for node in lane.nodes)
                for group, inside in by_group(lanes).items()
            }

    # Places

    def place(self) -> Layout:
        """Put everything where it stands, the VPC's own box at the upper left."""
        gateways = [node for node in self.loose if node.kind in TOP_BORDER]
        endpoints = [node for node in self.loose if node.kind in SIDE_BORDER]
        others = [node for node in self.loose if node.kind not in TOP_BORDER | SIDE_BORDER]
        y = ICON / 2 if gateways else 0.0
        top = y + head_height(self.vpc) + (PAD if gateways else 0)
        columns, x = [], float(GAP)
        for number in range(len(self.zones)):
            columns.append((x, self._column_width(number)))
            x += columns[-1][1] + self._gap(number)
        right = sum(columns[-1]) if columns else float(GAP)
        heads = max((head_height(zone) for zone in self.zones), default=0)
        bottom, extents = self._place_rows(columns, top + heads)
        for zone, (start, width) in zip(self.zones, columns, strict=True):
            self.layout.frames[zone.id] = Box(start, top, width, bottom - top)
        zones_right = right
        wide = {id_: head_width(group) for id_, group in self.groups.items()}
        loose = strips.Loose(others, wide)
        if self.below is not None:
            right, bottom = loose.place_below(self.layout, (right, bottom), self.below)
        else:
            ground = strips.Ground(right, bottom, top, extents)
            right, bottom = loose.place_beside(self.layout, self.row_of, ground)
        self._close(y, right, bottom, (zones_right, gateways, endpoints))
        return self.layout

    def _close(
        self,
        y: float,
        right: float,
        bottom: float,
        border: tuple[float, list[Node], list[Node]],
    ) -> None:
        """The VPC's box round everything, and what stands on its border."""
        middle, gateways, endpoints = border
        wide = [cell(node)[0] + GAP for node in gateways]
        named = head_width(self.vpc)
        right = max(right, named + sum(wide) - GAP)
        # Between the VPC's name and a gateway a line may lead in, where that takes no more room.
        start = max((GAP + middle - ICON) / 2, min(named + GAP, right + GAP - sum(wide)))
        right = max(right, start + sum(wide) - GAP)
        right += ICON / 2 if endpoints else 0
        tall = sum(cell(node)[1] + GAP for node in endpoints)
        bottom = max(bottom, y + HEAD + tall)
        ruled = any(edge.kind == "rule" for edge in self.graph.edges)
        wide_enough = max(right + GAP, middle + AISLE if ruled else 0)
        box = Box(0, y, wide_enough, bottom + GAP / 2 - y)
        self.layout.frames[self.vpc.id] = box
        for node, width in zip(gateways, wide, strict=True):
            self.layout.icons[node.id] = Box(start, y - ICON / 2, ICON, ICON)
            start += width
        at = max(box.middle[1] - tall / 2, y + HEAD)
        for node in endpoints:
            self.layout.icons[node.id] = icon(box.right - ICON / 2, at, cell(node)[1])
            at += cell(node)[1] + GAP
        beyond = max((cell(node)[0] - ICON / 2 for node in endpoints), default=0)
        self.layout.width, self.layout.height = box.right + beyond, box.bottom

    def _place_rows(
        self, columns: list[tuple[float, float]], y: float
    ) -> tuple[float, list[tuple[float, float]]]:
        """The rows below each other; where they end, and the upper and lower end of each."""
        extents = []
        for row in range(self.rows):
            y += self._street(row) if row else 0
            lanes = self.lanes.get(row, [])
            subnets = [item for item in self.graph.clusters if self.row_of.get(item.id) == row]
            head = max(head_height(item) for item in subnets)
            tops, tall = self._tops(lanes)
            height = head + tall + PAD
            for item in subnets:
                number = next(n for n, zone in enumerate(self.zones) if zone.id == item.parent)
                start, width = columns[number]
                self.layout.frames[item.id] = Box(start + GAP / 2, y, width - GAP, height)
            for lane, at in zip(lanes, tops, strict=True):
                self._place_lane(lane, columns, y + head + at)
            self._frame_groups(lanes, [y + head + at for at in tops], columns)
            extents.append((y, y + height))
            y += height
        return y + GAP / 2, extents

    def _street(self, row: int) -> float:
        """The room above a row: for a line to each kind of thing that its routes lead to, and for
        the words on lines from node to node that pass.
        """
        kinds = {node.id: node.kind for node in self.graph.nodes}
        ways = {
            kinds.get(edge.target)
            for edge in self.graph.edges
            if edge.kind == "route" and self.row_of.get(edge.source) == row
        }
        upper = {node.id for number in range(row) for node in self._nodes(number)}
        lower = {node.id for number in range(row, self.rows) for node in self._nodes(number)}
        passing = (e for e in self.graph.edges if e.label and {e.source, e.target} & upper)
        spoken = any({edge.source, edge.target} & lower for edge in passing)
        return GAP / 2 * max(len(ways), 1 + spoken)

    def _nodes(self, row: int) -> list[Node]:
        """The nodes of a row."""
        return [node for lane in self.lanes.get(row, ()) for node in lane.nodes]

    def _tops(self, lanes: Sequence[Lane]) -> tuple[list[float], float]:
        """Where each lane starts, counted from below the row's head, and where the last one ends.

        The lanes of a group are a block; a block stands beside another that is in other zones.
        """
        free = [0.0] * len(self.zones)  # the height that is taken in each zone
        tops, lowest, before = [], 0.0, None
        for number, lane in enumerate(lanes):
            if lane.group is None or lane.group != before:
                block = [lane] if lane.group is None else same_group(lanes[number:])
                first, last = self._zones_of(node for one in block for node in one.nodes)
                y = max(free[first : last + 1]) + (HEAD - 4 if lane.group else 0)
                end = y + sum(one.height + one.gap for one in block) - block[-1].gap
                # Below a group there is room for what its rules say.
                spare = FRAMED - HEAD + 4 if lane.group else block[-1].gap
                free[first : last + 1] = [end + spare] * (last + 1 - first)
                lowest = max(lowest, end)
            tops.append(y)
            y += lane.height + lane.gap
            before = lane.group
        return tops, lowest

    def _place_lane(self, lane: Lane, columns: list[tuple[float, float]], y: float) -> None:
        inner = lane.height
        if lane.spans:
            runs = self._runs(lane.nodes)
            first, last = max(runs, key=lambda run: run[1] - run[0])
            reach = (columns[first][0] + GAP, sum(columns[last]) - GAP)
            _spread(self.layout, lane.nodes, reach, _SPANNING, (y, inner))
            if not lane.group:
                self._band(lane, columns, y)
            return
        for zone, (start, width) in zip(self.zones, columns, strict=True):
            here = [n for n in lane.nodes if self.parents[n.subnets[0]] == zone.id]
            reach = (start + GAP, start + width - GAP)
            slots = lane.slots[here[0].subnets[0]] if here else 0
            _spread(self.layout, here, reach, self.cell, (y, inner), slots=slots)

    def _frame_groups(
        self, lanes: Sequence[Lane], tops: Sequence[float], columns: list[tuple[float, float]]
    ) -> None:
        """A frame round the lanes of each group; one with members in another row gets one more."""
        for group, inside in by_group(lanes).items():
            own = [(at, lane) for at, lane in zip(tops, lanes, strict=True) if lane in inside]
            top, bottom = own[0][0] - HEAD + 4, own[-1][0] + own[-1][1].height
            bottom += PAD / 2 if len(own) > 1 and own[-1][1].spans else 0
            for first, last in self._runs([node for _, lane in own for node in lane.nodes]):
                left, right = columns[first][0] + GAP, sum(columns[last]) - GAP
                frame = Box(left, top, right - left, bottom - top)
                self.layout.add(self.layout.frames, group, frame)
            if len(own) > 1:  # the frame alone doesn't tell who spans its subnets
                for at, lane in own:
                    if lane.spans:
                        self._band(lane, columns, at, PAD / 2)

    def _band(
        self, lane: Lane, columns: list[tuple[float, float]], y: float, inset: float = 0
    ) -> None:
        """What shows the subnets that the nodes of a lane span: a box for each row of zones.

        The first is the one that they stand in.
        """
        runs = sorted(self._runs(lane.nodes), key=lambda run: run[0] - run[1])
        for first, last in runs:
            left, right = columns[first][0] + GAP + inset, sum(columns[last]) - GAP - inset
            box = Box(left, y, right - left, lane.height)
            for node in lane.nodes:
                self.layout.add(self.layout.bands, node.id, box)


_SPANNING: Final = ICON + ASIDE + TEXT  # so that the icons of all that spans stand in line


def _spread(
    layout: Layout,
    nodes: Sequence[Node],
    reach: tuple[float, float],
    wide: float,
    strip: tuple[float, float],
    *,
    slots: int = 0,
) -> None:
    """Nodes side by side, each in the middle of its share of the strip (its top and height).

    As if every text were as wide as it may be, so that icons stand in line. `slots` are the
    places there are, where that is not one for each.
    """
    step = (reach[1] - reach[0]) / max(slots, len(nodes), 1)
    for number, node in enumerate(nodes):
        x = reach[0] + step * (number + 0.5) - wide / 2
        layout.icons[node.id] = icon(x, *strip)
