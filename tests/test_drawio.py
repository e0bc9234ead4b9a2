"""A draw.io file: the same groups and places as the picture, every shape editable."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from math import dist
from xml.etree import ElementTree as ET

import pytest

from groundplan import growth
from groundplan.canvas import render
from groundplan.canvas.boxes import Box
from groundplan.catalog import KINDS
from groundplan.exports import drawio
from groundplan.exports.drawio_shapes import shape_of
from groundplan.graph import Cluster, Edge, Graph, Node
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from pictured import inside
from plans import PICTURED, recorded

TOLERANCE = 6  # pixels

FLOW = Graph(
    "flow", "Flow", (),
    (Node("web", "web", "Web <b>&", "line one\nline two"), Node("db", "mysql", "MySQL")),
    (Edge("web", "db", "flow", "3306 & more"),),
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    parent: str
    label: str
    style: dict[str, str]
    box: Box | None
    ends: tuple[str | None, str | None]
    points: list[tuple[float, float]]


def cells(text: str) -> dict[str, Cell]:
    """Every cell of a draw.io file by its id, as draw.io reads them."""
    root = ET.fromstring(text).find("./diagram/mxGraphModel/root")  # noqa: S314 - it is ours
    return dict(_cell(element) for element in root)


def _cell(element: ET.Element) -> tuple[str, Cell]:
    inner = element if element.tag == "mxCell" else element.find("mxCell")
    style = dict(
        part.partition("=")[::2] for part in inner.get("style", "").split(";") if "=" in part
    )
    geometry = inner.find("mxGeometry")
    box = None
    if geometry is not None and inner.get("vertex"):
        box = Box(*(float(geometry.get(key)) for key in ("x", "y", "width", "height")))
    points = [(float(p.get("x")), float(p.get("y"))) for p in inner.iterfind(".//Array/mxPoint")]
    label = element.get("label") or element.get("value") or ""
    ends = inner.get("source"), inner.get("target")
    return element.get("id"), Cell(inner.get("parent", ""), label, style, box, ends, points)


def absolute(every: dict[str, Cell], id_: str) -> Box:
    """Where a cell stands on the page: draw.io counts from the corner of what it stands in."""
    cell = every[id_]
    if cell.parent in {"0", "1"}:
        return cell.box
    around = absolute(every, cell.parent)
    return cell.box.moved(around.x, around.y)


def line_ends(path: str) -> tuple[tuple[float, float], tuple[float, float]]:
    numbers = [float(part) for part in re.findall(r"-?[\d.]+", path)]
    return (numbers[0], numbers[1]), (numbers[-2], numbers[-1])


def same(one: Box, other: Box) -> bool:
    pairs = zip((one.x, one.y, one.w, one.h), (other.x, other.y, other.w, other.h), strict=True)
    return all(abs(a - b) < 0.5 for a, b in pairs)


@pytest.mark.parametrize("name", PICTURED)
@pytest.mark.parametrize("view", [network, infrastructure])
def test_everything_stands_where_it_stands_in_the_picture(name, view):
    graph = view(recorded(name))
    plan = render.plan(graph)
    every = cells(drawio.write(graph, plan))
    for node in graph.nodes:
        assert same(absolute(every, f"g:{node.id}"), plan.layout.icons[node.id]), node.id
    for id_, box in plan.layout.frames.items():
        assert same(absolute(every, f"g:{id_}"), box), id_
        assert every[f"g:{id_}"].style["container"] == "1"


@pytest.mark.parametrize("name", PICTURED)
def test_what_stands_in_a_frame_stands_in_its_container(name):
    graph = network(recorded(name))
    plan = render.plan(graph)
    every = cells(drawio.write(graph, plan))
    for cluster in graph.clusters:
        if cluster.id in plan.layout.frames and cluster.parent in plan.layout.frames:
            assert every[f"g:{cluster.id}"].parent == f"g:{cluster.parent}"
    for node in graph.nodes:
        home = every[f"g:{node.id}"].parent
        if node.id in plan.layout.bands:
            home = every[home].parent
        if node.cluster in plan.layout.frames:
            assert f"{home}/".startswith(f"g:{node.cluster}/")
            parts = [plan.layout.frames[node.cluster], *plan.layout.again.get(node.cluster, ())]
            icon = plan.layout.icons[node.id]
            within = any(inside(icon, part) for part in parts)
            assert inside(icon, absolute(every, home)) is within
        elif node.cluster is None:
            assert home == "1"


@pytest.mark.parametrize("name", PICTURED)
@pytest.mark.parametrize("view", [network, infrastructure])
def test_every_further_frame_of_a_group_and_of_a_band_is_a_container_too(name, view):
    graph = view(recorded(name))
    plan = render.plan(graph)
    every = cells(drawio.write(graph, plan))
    containers = [id_ for id_, cell in every.items() if cell.style.get("container") == "1"]
    drawn = [absolute(every, id_) for id_ in containers]
    for boxes in plan.layout.again.values():
        for box in boxes:
            assert sum(same(box, other) for other in drawn) == 1


def test_a_group_in_several_frames_is_the_same_group_in_each():
    graph = network(recorded("dual"))
    every = cells(drawio.write(graph, render.plan(graph)))
    (first, *further) = (
        cell for id_, cell in every.items() if id_.partition("/")[0] == "g:aws_security_group.this"
    )
    assert len(further) == 2
    assert {(cell.label, cell.parent, *cell.style.items()) for cell in further} == {
        (first.label, first.parent, *first.style.items())
    }


def test_what_stands_side_by_side_in_one_band_stands_in_one_container():
    for name in PICTURED:
        graph = infrastructure(recorded(name))
        layout = render.plan(graph).layout
        every = cells(drawio.write(graph, render.plan(graph)))
        for one, other in combinations(layout.bands, 2):
            together = layout.bands[one] == layout.bands[other]
            assert (every[f"g:{one}"].parent == every[f"g:{other}"].parent) is together


@pytest.mark.parametrize("name", PICTURED)
def test_a_line_ends_where_it_ends_in_the_picture(name):
    graph = network(recorded(name))
    plan = render.plan(graph)
    every = cells(drawio.write(graph, plan))
    for edge, line in plan.lines.items():
        end = every[f"e:{edge.kind}:{edge.source}:{edge.target}:{edge.label}"]
        for id_, port, point in zip(end.ends, ("exit", "entry"), line_ends(line.path), strict=True):
            box = absolute(every, id_)
            x, y = (float(end.style[f"{port}{axis}"]) for axis in "XY")
            assert dist((box.x + x * box.w, box.y + y * box.h), point) < TOLERANCE


@pytest.mark.parametrize("name", PICTURED)
def test_every_line_joins_two_cells(name):
    graph = network(recorded(name))
    plan = render.plan(graph)
    every = cells(drawio.write(graph, plan))
    lines = [cell for id_, cell in every.items() if id_.startswith("e:")]
    assert len(lines) == len([edge for edge in graph.edges if edge in plan.lines])
    for line in lines:
        assert set(line.ends) <= every.keys()
        assert 0 <= float(line.style["exitX"]) <= 1
        assert line.parent == "1"  # so that its points are counted from the page's corner


def test_a_known_thing_is_draw_ios_own_shape_and_another_an_embedded_image():
    graph = infrastructure(recorded("shop"))
    text = drawio.write(graph, render.plan(graph))
    assert "resIcon=mxgraph.aws4.eks;" in text
    assert "grIcon=mxgraph.aws4.group_vpc;" in text
    assert "image=data:image/png,iVBOR" in drawio.write(FLOW, render.plan(FLOW))


def test_text_is_escaped_for_html_and_for_xml():
    every = cells(drawio.write(FLOW, render.plan(FLOW)))
    label = every["g:web/icon"].label
    assert label.startswith("Web &lt;b&gt;&amp;<br>")
    assert "line one<br>line two" in label
    assert every["e:flow:web:db:3306 & more"].label == "3306 &amp; more"


def test_a_card_is_a_container_with_its_icon():
    plan = render.plan(FLOW)
    every = cells(drawio.write(FLOW, plan))
    assert same(absolute(every, "g:web"), plan.layout.cards["web"])
    assert every["g:web/icon"].parent == "g:web"
    assert same(absolute(every, "g:web/icon"), plan.layout.icons["web"])


def test_the_same_graph_gives_the_same_file():
    graph = network(recorded("shop"))
    assert drawio.write(graph, render.plan(graph)) == drawio.write(graph, render.plan(graph))


def test_notes_and_boundaries_are_taken_along():
    graph = FLOW.add_note("Look & see", beside="web").add_boundary("Scope", around=["db"])
    every = cells(drawio.write(graph, render.plan(graph)))
    assert every["g:badge/0"].label == "1"
    assert every["g:note/1"].label == "1  Look &amp; see"
    assert every["g:boundary/0"].label == "Scope"


def test_changes_have_a_sign_and_a_colour():
    region = Cluster("region", "region", "Region")
    old = Graph("v", "T", (region,), (Node("a", "kms", "A", cluster="region", addresses=("a",)),))
    new = Graph("v", "T", (region,), (Node("b", "sns", "B", cluster="region", addresses=("b",)),))
    told = growth.difference(old, new, resources={"a": "removed", "b": "added"}, against="x")
    every = cells(drawio.write(told, render.plan(told)))
    assert (every["g:a"].label, every["g:b"].label) == ("– A", "+ B")
    assert every["g:a"].style["opacity"] == "45"


def test_every_aws_icon_of_the_catalogue_has_a_shape_of_draw_ios_own():
    embedded = [
        name
        for name, kind in KINDS.items()
        if kind.icon.startswith("aws/") and "image=" in shape_of(kind.icon)
    ]
    assert embedded == []


def test_the_legend_stands_below_with_its_colours_and_what_is_open_has_a_sign():
    graph = network(recorded("shop"))
    plan = render.plan(graph)
    every = cells(drawio.write(graph, plan))
    told = [re.sub("<[^>]*>", "", every[id_].label) for id_ in every if id_.startswith("g:legend/")]
    assert {"\u26a0 reachable from the internet", "\u2192 route", "\u21e2 replicates",
            "\u2b1a security group"} <= {*told}  # fmt: skip
    assert every["g:aws_eks_cluster.this"].label.startswith("\u26a0 ")
    bottom = max(box.bottom for box in plan.layout.frames.values())
    assert all(cell.box.y > bottom for id_, cell in every.items() if id_.startswith("g:legend/"))
