"""From a graph to SVG and PNG. One layout, made from the frame graph, serves all phases."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan import layout, palette, sketch, svg, typeface
from groundplan.lines import Line, draw_lines

if TYPE_CHECKING:
    from groundplan.graph import Edge, Graph
    from groundplan.layout import Layout


@dataclass(frozen=True)
class Plan:
    """Where everything stands and which way the lines go."""

    layout: Layout
    lines: dict[Edge, Line]


def plan(frame: Graph) -> Plan:
    """The layout of a graph: AWS's frames where it has them, else cards from left to right."""
    if any(cluster.kind == "region" for cluster in frame.clusters):
        placed = layout.arrange(frame)
        return Plan(placed, draw_lines(frame, placed))
    return Plan(*sketch.arrange(frame))


def draw(graph: Graph, on: Plan | None = None, *, name: str | None = None) -> str:
    """The SVG of `graph`, laid out by `on` (default: by itself); `name` starts its ids."""
    on = on or plan(graph)
    lines = {_bare(edge): line for edge, line in on.lines.items()}
    here = {edge: lines[_bare(edge)] for edge in graph.edges if _bare(edge) in lines}
    return svg.write(graph, on.layout, here, name=name or graph.view)


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
