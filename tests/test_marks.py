"""Changes on a picture: told by a sign, by the shape of an outline, and by colour."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from groundplan import growth, marks, render
from groundplan.graph import Cluster, Edge, Graph, Node

SVG = "{http://www.w3.org/2000/svg}"
REGION, VPC = Cluster("region", "region", "Region"), Cluster("v", "vpc", "VPC", parent="region")
OTHER = Cluster("w", "vpc", "Other VPC", parent="region")
KEY, TOPIC = (Node(kind, kind, kind.upper(), cluster="region") for kind in ("kms", "sns"))
LINE = Edge("kms", "sns", "rule", "tcp 1")
BEFORE = Graph("v", "T", (REGION, VPC), (KEY,))
AFTER = Graph("v", "T", (REGION, OTHER), (KEY, TOPIC), (LINE,))


def drawn(before: Graph, after: Graph) -> ET.Element:
    told = growth.difference(before, after, resources={}, against="phase 1")
    return ET.fromstring(render.draw(told))  # noqa: S314 - it is ours


def texts(root: ET.Element, class_: str) -> list[str]:
    return [item.text for item in root.iter(f"{SVG}text") if item.get("class") == class_]


def test_what_came_and_what_went_has_a_sign_and_a_legend():
    signs = texts(drawn(BEFORE, AFTER), "gp-mark")
    legend = ["+", "–"]  # of what there is
    assert sorted(signs) == sorted(["+", "+", "+", "–", *legend])  # a node, a line, two frames
    said = set(texts(drawn(BEFORE, AFTER), "gp-said"))
    assert {"added", "removed", "since phase 1"} <= said
    assert "changed" not in said


def test_nothing_is_marked_where_nothing_is_compared():
    root = ET.fromstring(render.draw(AFTER))  # noqa: S314 - it is ours
    assert not texts(root, "gp-mark")
    assert not [item for item in root.iter(f"{SVG}path") if "gp-changed" in item.get("class", "")]


def test_what_is_gone_is_veiled_and_takes_no_pointer():
    root = drawn(AFTER, BEFORE)
    layers = [item for item in root.iter(f"{SVG}g") if item.get("class") == "gp-over"]
    assert all(layer.get("pointer-events") == "none" for layer in layers)
    veils = [item for item in root.iter(f"{SVG}rect") if item.get("fill-opacity")]
    assert [(item.get("width"), item.get("height")) for item in veils] == [("48", "48")], "an icon"


def test_a_plan_that_removes_everything_says_so():
    gone = [replace(node, change="delete") for node in AFTER.nodes]
    root = ET.fromstring(render.draw(replace(AFTER, nodes=tuple(gone))))  # noqa: S314 - it is ours
    assert texts(root, "gp-mark") == ["–"] * (len(gone) + 1)
    assert {"removed", "by this plan"} <= set(texts(root, "gp-said"))


def test_lines_that_changed_alike_between_two_things_have_one_label_and_one_sign():
    more = replace(AFTER, nodes=(KEY, TOPIC), edges=(LINE, replace(LINE, label="tcp 2")))
    root = drawn(replace(more, edges=()), more)
    assert "tcp 1, 2" in texts(root, "gp-said")
    assert texts(root, "gp-mark") == ["+", "+"], "the line's and the legend's"


@pytest.mark.parametrize(
    ("before", "after", "dashes"), [(BEFORE, AFTER, None), (AFTER, BEFORE, "2 4")]
)
def test_a_line_that_came_is_whole_and_one_that_went_is_dotted(before, after, dashes):
    root = drawn(before, after)
    paths = [item for item in root.iter(f"{SVG}path") if "gp-changed" in item.get("class", "")]
    assert paths[-1].get("stroke-dasharray") == dashes


def test_the_shapes_of_the_changes_differ():
    looks = {change: marks.framed(render.palette.FRAMES["vpc"], change) for change in (
        "none", "create", "update", "delete",
    )}  # fmt: skip
    assert len({(style.dashes, style.stroke, style.width) for style in looks.values()}) == 4
    assert len({looks[change].dashes for change in ("create", "update", "delete")}) == 3
