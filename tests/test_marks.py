"""Changes on a picture: told by a sign, by the shape of an outline, and by colour."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from groundplan import growth
from groundplan.canvas import marks, palette, render
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
        "none", *palette.CHANGES,
    )}  # fmt: skip
    assert len({(style.dashes, style.stroke, style.width) for style in looks.values()}) == 5
    assert len({looks[change].dashes for change in palette.CHANGES}) == 4


def phases(*graphs: Graph) -> list[ET.Element]:
    """The pictures of these graphs as phases 1, 2, …, on one layout."""
    told = growth.series(dict(enumerate(graphs, start=1)))
    on = render.plan(growth.frame(graphs), told.values())
    return [ET.fromstring(render.draw(item, on)) for item in told.values()]  # noqa: S314


def test_a_phase_that_adds_only_what_no_plan_has_is_marked():
    planned = replace(KEY, addresses=("aws_kms_key.a",))
    before, after = (
        Graph("v", "T", (REGION,), (planned,)),
        Graph("v", "T", (REGION,), (planned, TOPIC)),
    )
    first, second = phases(before, after)
    assert not texts(first, "gp-mark")
    assert texts(second, "gp-mark") == ["+", "+"]  # at the node, and in the legend
    assert {"added", "in this phase"} <= set(texts(second, "gp-said"))


def test_a_first_plan_has_no_marks_though_the_internet_was_there_before():
    nodes = (
        replace(KEY, addresses=("aws_kms_key.a",), change="create"),
        Node("i", "internet", "I"),
    )
    assert not Graph("v", "T", (REGION,), nodes).marked


def test_a_new_rule_between_old_things_has_a_plus_before_its_own_port():
    before = Graph("v", "T", (REGION,), (KEY, TOPIC), (LINE,))
    after = replace(before, edges=(LINE, Edge("kms", "sns", "rule", "tcp 2")))
    first, second = phases(before, after)
    assert texts(first, "gp-said")[0] == "tcp 1"
    said = next(item for item in second.iter(f"{SVG}text") if item.text == "tcp 1, ")
    (new,) = said
    assert (new.text, new.get("style")) == ("+2", "fill:var(--gp-create)")
    assert {"added", "in this phase"} <= set(texts(second, "gp-said"))


def test_a_line_that_says_something_else_than_before_has_changed():
    before = Graph("v", "T", (REGION,), (KEY, TOPIC), (LINE,))
    after = replace(before, edges=(replace(LINE, label="tcp 2"),))
    assert "~tcp 2" in texts(phases(before, after)[1], "gp-said")


def test_a_new_line_without_words_has_its_sign_on_it():
    before = Graph("v", "T", (REGION,), (KEY, TOPIC))
    after = replace(before, edges=(Edge("kms", "sns", "uses"),))
    assert texts(phases(before, after)[1], "gp-mark") == ["+", "+"]  # and in the legend


def test_that_a_line_to_a_new_thing_is_new_goes_unsaid():
    before = Graph("v", "T", (REGION,), (KEY,))
    after = Graph("v", "T", (REGION,), (KEY, TOPIC), (LINE,))
    second = phases(before, after)[1]
    assert "tcp 1" in texts(second, "gp-said")
    assert texts(second, "gp-mark") == ["+", "+"]  # at the node, and in the legend


def test_a_line_goes_with_either_of_its_ends_and_none_joins_what_goes_and_what_comes():
    gone, new = replace(KEY, change="delete"), replace(TOPIC, change="create")
    kept = Node("stays", "sqs", "SQS", cluster="region")
    lines = (Edge("kms", "stays", "uses"), Edge("stays", "sns", "uses"), Edge("kms", "sns", "uses"))
    graph = growth.planned(Graph("v", "T", (REGION,), (gone, new, kept), lines), {})
    assert graph.edges == (replace(lines[0], change="delete"), lines[1])
    root = ET.fromstring(render.draw(graph))  # noqa: S314 - it is ours
    (dotted,) = (
        path
        for path in root.iter(f"{SVG}path")
        if path.get("class") == "gp-changed gp-delete" and path.get("stroke-dasharray")
    )
    assert dotted.get("stroke") == "var(--gp-delete)"


def test_no_two_signs_have_one_look():
    signs = [*palette.CHANGES.values(), palette.EXPOSED]
    assert len({sign.text for sign in signs}) == len({sign.colour for sign in signs}) == 5
    shapes = {sign.meaning: sign.shape for sign in signs}
    assert shapes["removed"] != shapes["reachable from the internet"]
    assert shapes["replaced"] != shapes["changed"]
