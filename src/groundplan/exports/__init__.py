"""A drawn view as files: SVG, PNG in light and dark, draw.io, Mermaid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from groundplan.errors import InputError, suggest
from groundplan.files import write_if_changed

if TYPE_CHECKING:
    from pathlib import Path

    from groundplan.canvas.render import Plan
    from groundplan.cards import Known
    from groundplan.graph import Graph

# The ends of the files that each format is written to.
ENDINGS: Final[dict[str, tuple[str, ...]]] = {
    "svg": (".svg",),
    "png": (".png", "-dark.png"),
    "drawio": (".drawio",),
    "mermaid": (".mmd",),
}
SCALE: Final = 2.0
SCALES: Final = (0.25, 8.0)  # the least and the greatest
MOST_PIXELS: Final = 100_000_000  # of a PNG, which takes four bytes for each


@dataclass(frozen=True)
class Wanted:
    """Which formats are wanted, and how many pixels of a PNG one of the picture's own becomes.

    Raises InputError for an unknown format and for a scale that makes no sense.
    """

    formats: tuple[str, ...] = ("svg",)
    scale: float = SCALE

    def __post_init__(self) -> None:
        for name in self.formats:
            if name not in ENDINGS:
                raise InputError(f"there is no format '{name}'", hint=suggest(name, ENDINGS))
        least, greatest = SCALES
        if not least <= self.scale <= greatest:
            raise InputError(f"a scale is from {least:g} to {greatest:g}, not {self.scale:g}")


@dataclass(frozen=True)
class Part:
    """Which part of a plan is drawn, and how coarse: see `folding.fold`."""

    focus: str | None = None
    depth: int | None = None
    collapse: tuple[str, ...] = ()

    def of(self, graph: Graph) -> Graph:
        """That part of `graph`. Raises InputError where there is no such address or module."""
        from groundplan.additions import settled  # noqa: PLC0415
        from groundplan.canvas.echoes import with_words  # noqa: PLC0415
        from groundplan.folding import fold  # noqa: PLC0415

        folded = fold(graph, focus=self.focus, depth=self.depth, collapse=self.collapse)
        return with_words(settled(folded))


def write(
    graph: Graph,
    base: Path,
    wanted: Wanted,
    *,
    plan: Plan | None = None,
    name: str | None = None,
    known: Known | None = None,
) -> tuple[Path, ...]:
    """Write `graph` to `base` with the ending of each format; the files, in the formats' order.

    `plan` is where it is laid out (default: by itself); `name` starts the ids of the SVG, whose
    cards tell what is `known`. Raises InputError where a PNG would be too large or a file can't
    be written.
    """
    from groundplan.canvas import render  # noqa: PLC0415 - it takes a while to import

    formats = dict.fromkeys(wanted.formats)
    on = plan or render.plan(graph)
    drawn = {"svg", "png"} & {*formats}
    picture = render.draw(graph, on, name=name, known=known) if drawn else ""
    files = []
    for format_ in formats:
        contents = _contents(format_, graph, on, picture, scale=wanted.scale)
        for ending, content in zip(ENDINGS[format_], contents, strict=True):
            path = base.with_name(base.name + ending)
            write_if_changed(path, content)
            files.append(path)
    return tuple(files)


def _contents(
    format_: str, graph: Graph, plan: Plan, picture: str, *, scale: float
) -> tuple[str | bytes, ...]:
    """The files of one format, in the order of its endings."""
    match format_:
        case "png":
            from groundplan.canvas import render  # noqa: PLC0415

            _assert_fits(plan, scale)
            return tuple(render.png(picture, dark=dark, scale=scale) for dark in (False, True))
        case "drawio":
            from groundplan.exports import drawio  # noqa: PLC0415

            return (drawio.write(graph, plan),)
        case "mermaid":
            from groundplan.exports import mermaid  # noqa: PLC0415

            return (mermaid.write(graph),)
        case _:
            return (picture,)


def _assert_fits(plan: Plan, scale: float) -> None:
    width, height = (round(side * scale) for side in (plan.layout.width, plan.layout.height))
    if width * height > MOST_PIXELS:
        fitting = (MOST_PIXELS / (plan.layout.width * plan.layout.height)) ** 0.5
        raise InputError(
            f"a PNG of {width} × {height} pixels is too large",
            hint=f"take --scale {max(fitting - 0.05, SCALES[0]):.1f}, or --format svg",
        )
