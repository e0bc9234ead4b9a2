"""Where lines may touch things: an icon away from its text, a frame on all four sides.

Each place has a price in pixels: so much longer a line may be that starts or ends elsewhere.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final

from groundplan.canvas.boxes import Box
from groundplan.canvas.routing import CLEAR, Port
from groundplan.graph import Cluster

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundplan.canvas.boxes import Layout
    from groundplan.canvas.routing import Point
    from groundplan.graph import EdgeKind, Node

ABOVE: Final = 40  # what a copy's line costs more that starts or ends above
AWAY: Final = 80  # so many pixels cheaper is a line that leaves on the side it goes to
CROWDED: Final = 90  # what a rule's line costs more where there is no room for its words
ROOM: Final = 16  # between a line, its words, and a border beyond them
FACING: Final = (0.5, 0.25, 0.75)  # parts of where two frames face each other


def ports_of(
    kind: EdgeKind,
    source: Node | Cluster,
    target: Node | Cluster,
    layout: Layout,
    room: tuple[float, Sequence[Box]],
) -> tuple[list[Port], list[Port]]:
    """Where a line of a kind may start and where it may end; empty for what has no place.

    A rule's line stands rather where `room` is beside it: for words so wide, before what is taken.
    """
    start, end = _leaving(source, target, layout), _ports(target, source, layout)
    if kind == "replicates":
        return _below(start), _below(end)
    if kind == "rule":
        return _roomy(start, *room), _roomy(end, *room)
    return start, end


def _ports(thing: Node | Cluster, other: Node | Cluster, layout: Layout) -> list[Port]:
    """Where a line may touch a thing: an icon away from its text, a frame on all four sides."""
    if (icon := layout.icons.get(thing.id)) is not None:
        ports = [port for port in _sides(icon, (0.5, 0.25, 0.7)) if port.side != (1, 0)]
        return _on_its_side(ports, icon, _nearest(other, thing, layout), layout)
    frame, there = _nearest(thing, other, layout), _nearest(other, thing, layout)
    if frame is None:
        return []
    ports = [*_opposite(frame, there), *_sides(frame, (0.5, 0.3, 0.7, 0.4, 0.6, 0.2, 0.8))]
    # Ways out of a subnet lead up: gateways stand above.
    subnet = isinstance(thing, Cluster) and thing.kind == "subnet"
    return [port for port in ports if port.side == (0, -1) or not subnet]


def _nearest(thing: Node | Cluster, other: Node | Cluster, layout: Layout) -> Box | None:
    """The box of a thing that is nearest to one of another: a group may have several."""
    here, there = ([*_boxes_of(each, layout)] for each in (thing, other))
    pairs = [(_apart(a, b), number, a) for number, a in enumerate(here) for b in there]
    return min(pairs)[-1] if pairs else next(iter(here), None)


def _boxes_of(thing: Node | Cluster, layout: Layout) -> Iterator[Box]:
    """A node's icon, or the boxes of a frame."""
    if (box := layout.icons.get(thing.id) or layout.frames.get(thing.id)) is not None:
        yield box
        if thing.id not in layout.icons:
            yield from layout.again.get(thing.id, ())


def _apart(a: Box, b: Box) -> tuple[float, float]:
    """How far two boxes are from each other: between their sides, and between their middles."""
    across = max(a.x - b.right, b.x - a.right, 0)
    down = max(a.y - b.bottom, b.y - a.bottom, 0)
    (ax, ay), (bx, by) = a.middle, b.middle
    return across + down, abs(ax - bx) + abs(ay - by)


def _on_its_side(ports: Sequence[Port], icon: Box, other: Box | None, layout: Layout) -> list[Port]:
    """The ports of an icon; of one on a frame's border those towards the other, inside or out."""
    x, y = icon.middle
    frames = [box for box in layout.frames.values() if abs(box.y - y) < 1 and box.x < x < box.right]
    if not frames or other is None:
        return [*ports]
    inward = frames[0].y < other.middle[1] <= frames[0].bottom
    return [port for port in ports if port.side == (0, 1 if inward else -1)]


def _leaving(thing: Node | Cluster, other: Node | Cluster, layout: Layout) -> list[Port]:
    """Where a line may begin: rather on the other's side, or lines to several things cross."""
    ports = _ports(thing, other, layout)
    here, there = layout.icons.get(thing.id), layout.icons.get(other.id)
    return _towards(there, ports, here) if here and there else ports


def passed(
    via: Node | Cluster, source: Node | Cluster, target: Node | Cluster, layout: Layout
) -> list[Port]:
    """Where a line may come to a node that it passes: rather on the side of its end."""
    ports, there = _ports(via, source, layout), _nearest(target, via, layout)
    return _towards(there, ports, layout.icons[via.id]) if there else ports


def _towards(there: Box, ports: Sequence[Port], here: Box) -> list[Port]:
    """The ports of an icon, those on its upper and lower side rather where the other box is."""
    middle = here.middle[0]
    across = there.middle[0] - middle
    return [
        replace(port, price=port.price + AWAY * ((port.at[0] - middle) * across < 0))
        if port.side[1] else port
        for port in ports
    ]  # fmt: skip


def past(end: Point, icon: Box) -> Port:
    """Where a line goes on that ends on the upper or lower side of an icon: on the other."""
    x, y = end
    above = y < icon.middle[1]
    return Port((x, icon.bottom if above else icon.y), (0, 1 if above else -1))


def _below(ports: Sequence[Port]) -> list[Port]:
    """The same, rather those below: calls come from above."""
    return [replace(port, price=port.price + ABOVE * (port.side == (0, -1))) for port in ports]


def _roomy(ports: Sequence[Port], wide: float, taken: Sequence[Box]) -> list[Port]:
    """The same, rather those that have room for words on one side."""
    return [
        replace(port, price=port.price + CROWDED)
        if port.side[1] and max(_room(port.at, taken)) < wide + ROOM else port
        for port in ports
    ]  # fmt: skip


def words_at(way: Sequence[Point], wide: float, taken: Sequence[Box]) -> Iterator[Box]:
    """The line's own ground and that of words so wide: on its right where there is room."""
    for a, b in pairwise(way):
        if a[0] == b[0]:
            left, right = _room(a, taken)
            x = a[0] - wide - ROOM if left > right and right < wide + ROOM else a[0]
            yield Box(x, min(a[1], b[1]), wide + ROOM, abs(a[1] - b[1]))


def _room(at: Point, taken: Iterable[Box]) -> tuple[float, float]:
    """How far it is to the next that is taken on the left and on the right; none inside of it."""
    x, y = at
    left = right = inf
    for box in taken:
        if box.y <= y <= box.bottom:
            if box.x <= x <= box.right:
                return 0, 0
            if box.right <= x:
                left = min(left, x - box.right)
            if box.x >= x:
                right = min(right, box.x - x)
    return left, right


def _opposite(frame: Box, other: Box | None) -> Iterator[Port]:
    """The places on a frame's sides from which a straight line leads to another.

    To its middle, and to parts of the stretch where both face each other.
    """
    if other is None:
        return
    for number, part in enumerate(FACING):
        x = _facing((frame.x, frame.right), (other.x, other.right), part)
        y = _facing((frame.y, frame.bottom), (other.y, other.bottom), part)
        if x is not None:
            yield Port((x, frame.y), (0, -1), 10.0 * number)
            yield Port((x, frame.bottom), (0, 1), 10.0 * number)
        if y is not None:
            yield Port((frame.x, y), (-1, 0), 10.0 * number)
            yield Port((frame.right, y), (1, 0), 10.0 * number)


def _facing(one: tuple[float, float], other: tuple[float, float], part: float) -> float | None:
    """A part of the stretch that two sides have in common, away from its ends."""
    low, high = max(one[0], other[0]) + CLEAR, min(one[1], other[1]) - CLEAR
    return low + (high - low) * part if low < high else None


def _sides(box: Box, fractions: Sequence[float]) -> Iterator[Port]:
    for number, part in enumerate(fractions):
        price = 20.0 * number  # the middle first
        yield Port((box.x, box.y + box.h * part), (-1, 0), price)
        yield Port((box.right, box.y + box.h * part), (1, 0), price)
        yield Port((box.x + box.w * part, box.y), (0, -1), price)
        yield Port((box.x + box.w * part, box.bottom), (0, 1), price)
