"""Every picture of the workspace and of the fixtures, as it is drawn: nothing cut, hidden, empty.

What a person would look for in each of them, measured on the SVG.
"""

from __future__ import annotations

import json
import runpy
from functools import cache, partial
from itertools import combinations, pairwise, permutations
from math import atan2, ceil, degrees, dist
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from groundplan.canvas.boxes import Box
from groundplan.canvas.curves import crossings
from groundplan.drawing import draw
from groundplan.planfile import draw_flow, draw_plan
from groundplan.scripts import views
from pictured import WORKSPACE, inside, overlap
from plans import PLANS
from seen import seen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from seen import Line, Part, Point, Seen

FIXTURES = PLANS.parent
PLAN_FILES = sorted(
    str(path.relative_to(PLANS)) for path in PLANS.glob("*/*.json") if path.name != "before.json"
)
AGAINST = {"changes/plan.json": "state.json", "evolve/plan.json": "state.json"}
COMPOSE_FILES = sorted(
    str(path.relative_to(FIXTURES))
    for folder in ("awesome-compose", "compose")
    for path in (FIXTURES / folder).glob("*/compose.y*ml")
    if path.parent.name != "plex"  # it needs settings that only its user has
)
SOURCES = [
    *(f"workspace {view.name}" for view in views(WORKSPACE)),
    *(f"plan {file}" for file in PLAN_FILES),
    *(f"changes {file}" for file in AGAINST),
    *(f"compose {file}" for file in COMPOSE_FILES),
    "large plan",
]

FLOWS = [item for item in SOURCES if item.startswith("compose") or item.endswith("flow")]

MOST_BENDS = 4
CLOSE = 22  # pixels between a call and what it says
MARK = 4  # half an arrowhead's width

of_each = pytest.mark.parametrize("source", SOURCES)


@cache
def drawn(source: str) -> dict[str, Seen]:
    """All pictures of a source, by their file."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        _draw(source, out)
        files = sorted(out.rglob("*.svg"))
        assert files
        return {str(file.relative_to(out)): seen(file.read_text()) for file in files}


def _draw(source: str, out: Path) -> None:
    kind, _, name = source.partition(" ")
    if kind == "workspace":
        draw(WORKSPACE, only=[name], out=out, png=False)
    elif kind == "plan":
        draw_plan(PLANS / name, out)
    elif kind == "changes":
        draw_plan(PLANS / name, out, against=(PLANS / name).with_name(AGAINST[name]))
    elif kind == "compose":
        draw_flow(FIXTURES / name, out)
    else:
        large = runpy.run_path(str(WORKSPACE.root / "benchmarks" / "large.py"))["plan"]()
        (out / "large.json").write_text(json.dumps(large))
        draw_plan(out / "large.json", out)


@of_each
def test_no_word_is_cut_by_the_edge_of_the_picture(source):
    for name, picture in drawn(source).items():
        for word in picture.words:
            assert inside(word.box, picture.page), (name, word.text)


@of_each
def test_no_two_words_overlap(source):
    for name, picture in drawn(source).items():
        for one, other in combinations(picture.words, 2):
            same = (one.box, one.text) == (other.box, other.text)  # of lines that run together
            assert same or not overlap(one.box, other.box, 1.0), (name, one.text, other.text)


@of_each
def test_no_word_is_hidden_by_what_is_painted_over_it(source):
    for name, picture in drawn(source).items():
        for word in picture.words:
            over = [c for c in picture.covers if c.painted > word.painted]
            hidden = [c for c in over if overlap(word.box, c.box, 1.0)]
            if any(
                (w.box, w.text) == (word.box, word.text) for w in picture.words if w is not word
            ):
                continue  # one label of several lines that run together
            assert not hidden, (name, word.text, hidden)


@of_each
def test_no_line_runs_through_words_that_are_not_its_own(source):
    for name, picture in drawn(source).items():
        for line in picture.lines:
            for word in picture.words:
                own = word.of[1:] == line.ends[1:]  # of this line, or of one that it runs into
                sign = not word.of  # of a line that changed: it stands on it
                assert own or sign or not line.crosses(word.box), (name, line.ends, word.text)


@of_each
def test_no_line_runs_through_an_icon(source):
    for name, picture in drawn(source).items():
        for line in picture.lines:
            crossed = [icon.of for icon in picture.icons if line.crosses(icon.box)]
            assert not crossed, (name, line.ends)


@of_each
def test_no_line_runs_through_a_box_that_it_has_nothing_to_do_with(source):
    """Subnets and larger frames hold what is between; a group's box or a band is one thing."""
    for name, picture in drawn(source).items():
        for line in picture.lines:
            for box in boxes(picture):
                ends = [*picture.frames, *picture.icons]
                own = any(end.of in line.ends and inside(end.box, box, 2) for end in ends)
                assert own or not line.crosses(box), (name, line.ends, box)


def boxes(picture: Seen) -> list[Box]:
    """The boxes of single things: bands, groups, and cards."""
    groups = (frame for frame in picture.frames if frame.kind == "gp-group")
    return [part.box for part in (*picture.bands, *picture.cards, *groups)]


@of_each
def test_no_word_on_a_line_covers_an_arrowhead(source):
    for name, picture in drawn(source).items():
        for chip in picture.chips:
            cut = [line.ends for line in picture.lines if overlap(chip.box, line.head, 1.0)]
            assert not cut, (name, said(chip, picture), cut)


@of_each
def test_no_arrowhead_lies_on_words(source):
    for name, picture in drawn(source).items():
        for line in picture.lines:
            hit = [word.text for word in picture.words if overlap(word.box, line.head, 1.0)]
            assert not hit, (name, line.ends, hit)


@of_each
def test_no_line_runs_through_a_mark_that_is_not_at_its_end(source):
    for name, picture in drawn(source).items():
        for line in picture.lines:
            others = (disc for disc in picture.discs if disc.of not in line.ends)
            marks = [disc.of for disc in others if line.crosses(disc.box, 0)]
            assert not marks, (name, line.ends, marks)


@of_each
def test_no_word_on_a_line_cuts_the_border_of_a_frame(source):
    """Of its line's own ends it may; those are told by the line."""
    for name, picture in drawn(source).items():
        for chip in picture.chips:
            cut = [frame for frame in frames(picture) if cuts(chip, frame, picture)]
            assert not cut, (name, said(chip, picture), [part.of or part.box for part in cut])


def cuts(chip: Part, frame: Part, picture: Seen) -> bool:
    """True where words on a line hide a part of the border of what is no end of that line."""
    over = overlap(chip.box, frame.box, 1.0) and not inside(chip.box, frame.box)
    band = not frame.of and holds_an_end(frame.box, chip.of, picture)
    hidden = any(
        frame.painted < cover.painted < chip.painted and inside(chip.box, cover.box, -1)
        for cover in picture.covers
    )  # by the ground of something smaller
    return over and frame.of not in chip.of and not band and not hidden


@pytest.mark.parametrize("source", FLOWS)
def test_what_a_call_says_stands_close_to_it(source):
    for name, picture in drawn(source).items():
        for chip in picture.chips:
            own = [line for line in picture.lines if line.ends == chip.of]
            assert min(map(partial(away, chip.box), own)) < CLOSE, (name, said(chip, picture))


def away(box: Box, line: Line) -> float:
    """How far a box is from the nearest point of a line."""
    cuts = [point for a, b in line.pieces for point in along(a, b)]
    return min(dist((x, y), nearest(box, x, y)) for x, y in cuts)


def along(a: Point, b: Point) -> Iterator[Point]:
    """Points from one to another, at most a pixel apart."""
    steps = ceil(dist(a, b)) or 1
    return ((a[0] + (b[0] - a[0]) * n / steps, a[1] + (b[1] - a[1]) * n / steps)
            for n in range(steps + 1))  # fmt: skip


def nearest(box: Box, x: float, y: float) -> Point:
    """The point of a box that is nearest to another point."""
    return min(max(x, box.x), box.right), min(max(y, box.y), box.bottom)


@of_each
def test_no_word_on_a_line_stands_in_the_box_of_something_else(source):
    """Zones stand side by side: a line from the first to the third runs through the second."""
    for name, picture in drawn(source).items():
        for chip in picture.chips:
            around = [part for part in frames(picture) if inside(chip.box, part.box)]
            strange = [part for part in around if part.kind != "gp-zone"
                       and not holds_an_end(part.box, chip.of, picture)]  # fmt: skip
            assert not strange, (name, said(chip, picture), strange)


@of_each
def test_no_line_runs_through_a_vpc_or_a_subnet_that_it_has_nothing_to_do_with(source):
    for name, picture in drawn(source).items():
        for line in picture.lines:
            crossed = [frame.of for frame in picture.frames
                       if frame.kind in {"gp-vpc", "gp-subnet"} and line.crosses(frame.box)
                       and not ends_in(frame.box, line, picture)]  # fmt: skip
            assert not crossed, (name, line.ends, crossed)


def ends_in(box: Box, line: Line, picture: Seen) -> bool:
    """True where a line has an end in a box; a group without a frame is met at one of its nodes."""
    points = (Box(*point, 0, 0) for point in (line.points[0], line.points[-1]))
    return holds_an_end(box, line.ends, picture) or any(inside(point, box) for point in points)


@of_each
def test_no_two_lines_run_side_by_side_so_close_that_they_look_like_one(source):
    """Those that mean the same and end at the same thing are one, and not two beside each other."""
    for name, picture in drawn(source).items():
        for one, other in combinations(picture.lines, 2):
            alike = one.kind == other.kind and one.ends[1] == other.ends[1]
            near = one.beside(other, 6, beyond=0) if alike else one.beside(other, 5)
            assert near < 16, (name, one.ends, other.ends)


@pytest.mark.parametrize("view", ["infrastructure", "network"])
def test_no_line_of_the_reference_engagement_has_more_than_four_bends(view):
    for name, picture in drawn(f"workspace {view}").items():
        for line in picture.lines:
            ways = (way for part in line.parts for way in bearings(part))
            bends = sum(before != after for before, after in pairwise(ways))
            assert bends <= MOST_BENDS, (name, line.ends)


def bearings(points: Sequence[Point]) -> Iterator[bool]:
    """Whether each piece between points is level; those that round a corner are neither."""
    for (ax, ay), (bx, by) in pairwise(points):
        if ax == bx or ay == by:
            yield ay == by


@pytest.mark.parametrize(
    "source",
    [
        "workspace application_flow",
        "compose compose/names/compose.yml",
        "compose compose/parts/compose.yml",
    ],
)
def test_no_two_calls_cross_where_an_order_of_the_services_spares_it(source):
    for name, picture in drawn(source).items():
        assert crossings([line.points for line in picture.lines]) == 0, name


def test_no_call_of_the_reference_engagement_has_a_kink():
    for name, picture in drawn("workspace application_flow").items():
        for line in (line for line in picture.lines if line.kind == "gp-flow"):
            long = [(a, b) for a, b in pairwise(line.points) if dist(a, b) > 0.5]
            turns = [abs(angle(*one) - angle(*two)) for one, two in pairwise(long)]
            assert max(turns, default=0) < 10, (name, line.ends)


def angle(a: Point, b: Point) -> float:
    """Which way it is from one point to another below, or above by little: from -90 degrees on."""
    return (degrees(atan2(b[1] - a[1], b[0] - a[0])) + 90) % 360


@of_each
def test_no_line_goes_on_where_another_one_ends(source):
    for name, picture in drawn(source).items():
        for line, other in permutations(picture.lines, 2):
            near = [part[0] for part in line.parts if dist(part[0], other.points[-1]) < MARK]
            assert not near, (name, line.ends, other.ends)


def holds_an_end(box: Box, ends: tuple[str, ...], picture: Seen) -> bool:
    """True where a line's end, or the band that shows where that runs, takes ground in a box.

    Where a security group's frame has no bands in it, it is the band of what it holds.
    """
    things = [part.box for part in (*picture.frames, *picture.icons) if part.of in ends]
    every = [band.box for band in picture.bands]
    groups = [frame.box for frame in picture.frames if frame.kind == "gp-group"]
    every += [group for group in groups if not any(inside(band, group) for band in every)]
    bands = [band for band in every if any(inside(thing, band, 2) for thing in things)]
    return any(overlap(thing, box, 2) for thing in (*things, *bands))


def frames(picture: Seen) -> list[Part]:
    """All boxes with a border that hold something."""
    return [*picture.frames, *picture.bands]


def said(chip: Part, picture: Seen) -> str:
    """What is written on a line's chip."""
    return " ".join(word.text for word in picture.words if inside(word.box, chip.box, 4))


@of_each
def test_no_frame_is_empty_without_a_word_why(source):
    for name, picture in drawn(source).items():
        for frame in picture.frames:
            assert says_something(frame, picture) or holds_something(frame, picture), (name, frame)


def says_something(frame: Part, picture: Seen) -> bool:
    """True where more than its name is written in it."""
    return len([word for word in picture.words if inside(word.box, frame.box)]) > 1


def holds_something(frame: Part, picture: Seen) -> bool:
    others = [item.box for item in (*picture.frames, *picture.icons) if item.of != frame.of]
    bands = [band.box for band in picture.bands]
    inner = [box for box in (*others, *bands) if not inside(frame.box, box)]
    return any(overlap(box, frame.box, 4) for box in inner)
