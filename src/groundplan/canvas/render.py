"""From a graph to SVG and PNG. One layout, made from the frame graph, serves all phases."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan import cards
from groundplan.canvas import layout, legend, overlay, palette, sketch, svg, typeface
from groundplan.canvas.lines import Line, draw_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.canvas.boxes import Layout
    from groundplan.canvas.overlay import Overlay
    from groundplan.cards import Known
    from groundplan.graph import Edge, Graph


@dataclass(frozen=True)
class Plan:
    """Where everything stands, which way the lines go, and what is drawn over them."""

    layout: Layout
    lines: dict[Edge, Line]
    over: Overlay


def plan(frame: Graph, drawn: Iterable[Graph] = ()) -> Plan:
    """The layout of a graph: AWS's frames where it has them, else cards from left to right.

    `drawn` are the graphs that are drawn on it (default: itself), which may bear marks.
    """
    if frame.regional:
        placed = layout.arrange(frame)
        overlay.frame_groups(frame, placed)
        lines = draw_lines(frame, placed)
    else:
        placed, lines = sketch.arrange(frame)
    shown = tuple(drawn) or (frame,)
    placed.width = max([placed.width, *(legend.width(graph, placed) for graph in shown)])
    rows = max(len(legend.rows(graph, placed)) for graph in shown)
    return Plan(placed, lines, overlay.place(frame, placed, rows=rows))


def draw(
    graph: Graph, on: Plan | None = None, *, name: str | None = None, known: Known | None = None
) -> str:
    """The SVG of `graph`, laid out by `on` (default: by itself); `name` starts its ids.

    Its cards tell what is `known` (default: only what the graph itself has).
    """
    on = on or plan(graph)
    lines = {_bare(edge): line for edge, line in on.lines.items()}
    here = {edge: lines[_bare(edge)] for edge in graph.edges if _bare(edge) in lines}
    told = cards.of(graph, known)
    over = on.over.of(graph)
    return svg.write(graph, on.layout, here, name=name or graph.view, cards=told, over=over)


def _bare(edge: Edge) -> Edge:
    """The edge whatever has changed about it."""
    return dataclasses.replace(edge, change="none")


def png(picture: str, *, dark: bool = False, scale: float = 2) -> bytes:
    """An SVG of ours as PNG, `scale` pixels for each of its own."""
    import resvg_py  # noqa: PLC0415 - a large module that only PNGs need

    fonts = [str(typeface.font_file(weight)) for weight in typeface.FILES]
    drawn = resvg_py.svg_to_bytes(
        svg_string=palette.fixed(svg.fitted(picture), palette.DARK if dark else palette.LIGHT),
        skip_system_fonts=True,
        font_files=fonts,
        zoom=scale,
    )
    return bytes(drawn)
