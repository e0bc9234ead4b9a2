"""What is seen in a drawn picture: read from its SVG alone, in the order in which it is painted."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from groundplan.canvas import typeface
from groundplan.canvas.boxes import Box
from groundplan.canvas.captions import DETAIL, LABEL
from groundplan.canvas.svg_parts import slug

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Point = tuple[float, float]
Ends = tuple[str, str]
STEPS = 16
HEAD = 11.2  # the length of an arrowhead


@dataclass(frozen=True)
class Part:
    """A text, an icon, a ground or a frame: where it is, and what it belongs to.

    `of` is the id of its node or frame, or the ends of the line that it stands at. `painted` is
    its place in the order of painting.
    """

    box: Box
    painted: int
    of: str | Ends = ""
    text: str = ""
    kind: str = ""  # the class of a frame: gp-subnet, gp-group


@dataclass(frozen=True)
class Line:
    """The points along a line, near to each other where it is bent, its ends and its kind.

    `parts` are the same points, apart where nothing is drawn: where the line passes something.
    """

    parts: tuple[tuple[Point, ...], ...]
    ends: Ends
    kind: str = ""  # its class: gp-rule, gp-route

    @property
    def points(self) -> tuple[Point, ...]:
        """All of its points."""
        return tuple(point for part in self.parts for point in part)

    @property
    def pieces(self) -> list[tuple[Point, Point]]:
        """What is drawn from one point to the next."""
        return [piece for part in self.parts for piece in pairwise(part)]

    @property
    def head(self) -> Box:
        """The ground of its arrowhead: 11 pixels long, 9 wide (level and upright lines)."""
        (x, y), (tip_x, tip_y) = self.points[-2:]
        way = math.dist((x, y), (tip_x, tip_y)) or 1
        back = tip_x - (tip_x - x) / way * HEAD, tip_y - (tip_y - y) / way * HEAD
        left, top = min(back[0], tip_x), min(back[1], tip_y)
        right, bottom = max(back[0], tip_x), max(back[1], tip_y)
        aside = 4.5 * abs(tip_y - y) / way, 4.5 * abs(tip_x - x) / way
        return Box(left - aside[0], top - aside[1],
                   right - left + 2 * aside[0], bottom - top + 2 * aside[1])  # fmt: skip

    def beside(self, other: Line, near: float, beyond: float = -1) -> float:
        """How far it runs beside another, level or upright: nearer than that, and not too near."""
        pairs = product(self.pieces, other.pieces)
        return sum(_beside(one, two, near, beyond) for one, two in pairs)

    def crosses(self, box: Box, by: float = 1.0) -> bool:
        """True where it runs through the inside of a box."""
        core = Box(box.x + by, box.y + by, max(box.w - 2 * by, 0), max(box.h - 2 * by, 0))
        return any(_cuts(a, b, core) for a, b in self.pieces)


@dataclass(frozen=True)
class Seen:
    """All that a picture shows."""

    page: Box
    words: tuple[Part, ...]
    icons: tuple[Part, ...]  # of nodes
    covers: tuple[Part, ...]  # all that hides what was painted before
    frames: tuple[Part, ...]  # all boxes of frames: a security group may have several
    bands: tuple[Part, ...]
    cards: tuple[Part, ...]  # the grounds of nodes
    lines: tuple[Line, ...]
    chips: tuple[Part, ...]  # the grounds of what is written on lines
    discs: tuple[Part, ...]  # marks at nodes


def seen(svg: str) -> Seen:
    """What is seen in a picture."""
    root = ET.fromstring(re.sub(r'\sxmlns="[^"]*"', "", svg))  # noqa: S314 - it is our own
    reader = _Reader(root.attrib["aria-labelledby"].split("--title")[0])
    reader.read(root, "")
    _, _, wide, high = (float(part) for part in root.attrib["viewBox"].split())
    return Seen(
        Box(0, 0, wide, high), tuple(reader.words), tuple(reader.icons), tuple(reader.covers),
        tuple(reader.frames), tuple(reader.bands), tuple(reader.cards),
        tuple(reader.lines), tuple(reader.chips), tuple(reader.discs),
    )  # fmt: skip


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.painted = 0
        self.words: list[Part] = []
        self.icons: list[Part] = []
        self.covers: list[Part] = []
        self.frames: list[Part] = []
        self.bands: list[Part] = []
        self.cards: list[Part] = []
        self.lines: list[Line] = []
        self.chips: list[Part] = []
        self.discs: list[Part] = []

    def read(self, parent: ET.Element, kind: str, of: str | Ends = "") -> None:
        for item in parent:
            self.painted += 1
            if item.tag == "g":
                inner = item.get("class", "")
                self.read(item, inner or kind, self._ends(item) or item.get("id") or of)
            elif item.tag == "text":
                self.words.append(Part(_ground(item), self.painted, of, item.text or ""))
            elif item.tag == "use":
                part = Part(_box(item), self.painted, of)
                self.covers.append(part)
                self.icons += [part] if kind.startswith("gp-node") else []
            elif item.tag == "rect":
                self._rect(item, kind, of)
            elif item.tag == "circle" or (item.tag == "path" and kind == "gp-change"):
                part = Part(_shape(item), self.painted, of)
                self.covers.append(part)
                self.discs += [part] if of else []
            elif item.tag == "path" and "gp-line" in item.get("class", ""):
                looks = item.get("class", "").split()[1]
                parts = re.findall("M[^M]*", item.attrib["d"])
                points = tuple(tuple(_points(part)) for part in parts)
                self.lines.append(Line(points, self._ends(item), looks))

    def _ends(self, item: ET.Element) -> tuple[()] | Ends:
        """The ids of the elements at both ends of a line or of its words."""
        if "data-source" not in item.attrib:
            return ()
        source, target = item.attrib["data-source"], item.attrib["data-target"]
        return f"{self.name}-{slug(source)}", f"{self.name}-{slug(target)}"

    def _rect(self, item: ET.Element, kind: str, of: str | Ends) -> None:
        part = Part(_box(item), self.painted, of, kind=kind.partition(" ")[2])
        if item.get("fill") != "none" and not item.get("fill-opacity"):
            self.covers.append(part)
        if kind == "gp-words":
            self.chips.append(part)
        elif kind.startswith("gp-frame"):
            self.frames.append(part)
        elif kind.startswith("gp-node"):
            self.cards.append(part)
        elif not kind and item.get("class") != "gp-ground":
            self.bands.append(part)


def _shape(item: ET.Element) -> Box:
    """The ground of a sign: of a disc, or of a shape with corners."""
    if item.tag == "circle":
        x, y, r = (float(item.attrib[name]) for name in ("cx", "cy", "r"))
        return Box(x - r, y - r, 2 * r, 2 * r)
    xs, ys = zip(*_points(item.attrib["d"]), strict=True)
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _box(item: ET.Element) -> Box:
    return Box(*(float(item.attrib[name]) for name in ("x", "y", "width", "height")))


def _ground(item: ET.Element) -> Box:
    """The ground of a text: from its small letters' feet to the top of its capitals."""
    names = item.get("class", "").split()
    size = LABEL if "gp-label" in names else 13 if "gp-mark" in names else DETAIL
    heavy = {"gp-label", "gp-said", "gp-mark"} & {*names}
    wide = typeface.width(item.text or "", size, weight="semibold" if heavy else "regular")
    x, y = float(item.attrib["x"]), float(item.attrib["y"])
    left = x - wide / 2 if item.get("text-anchor") == "middle" else x
    return Box(left, y - 0.74 * size, wide, 0.94 * size)


def _points(path: str) -> Iterator[Point]:
    """The points of a path of straight pieces (L) and Bézier curves (C, Q) with absolute places."""
    last: Point = (0, 0)
    for letter, numbers in re.findall(r"([MLCQ])([^MLCQ]*)", path):
        flat = [float(part) for part in re.findall(r"-?[\d.]+", numbers)]
        points = list(zip(flat[::2], flat[1::2], strict=True))
        if letter != "C":
            yield from points[letter == "Q" :]  # a rounded corner is cut
        for first in range(0, len(points) if letter == "C" else 0, 3):
            bend = (last, *points[first : first + 3])
            yield from (_between(bend, number / STEPS) for number in range(1, STEPS + 1))
            last = points[first + 2]
        last = points[-1]


def _between(bend: Sequence[Point], t: float) -> Point:
    shares = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
    told = [(s * x, s * y) for s, (x, y) in zip(shares, bend, strict=True)]
    return sum(x for x, _ in told), sum(y for _, y in told)


def _beside(
    one: tuple[Point, Point], two: tuple[Point, Point], near: float, beyond: float
) -> float:
    """How far two straight pieces run side by side, at a distance between two."""
    for axis, other in ((0, 1), (1, 0)):
        level = all(a[other] == b[other] for a, b in (one, two))
        if level and beyond < abs(one[0][other] - two[0][other]) < near:
            low, high = zip(*(sorted((a[axis], b[axis])) for a, b in (one, two)), strict=True)
            return max(min(high) - max(low), 0.0)
    return 0.0


def _cuts(a: Point, b: Point, box: Box) -> bool:
    """True where the straight piece from `a` to `b` has a point in a box (Liang and Barsky)."""
    first, last = 0.0, 1.0
    for start, way, low, high in (
        (a[0], b[0] - a[0], box.x, box.right), (a[1], b[1] - a[1], box.y, box.bottom),
    ):  # fmt: skip
        if not way:
            if not low < start < high:
                return False
            continue
        near, far = sorted(((low - start) / way, (high - start) / way))
        first, last = max(first, near), min(last, far)
    return first < last
