"""The SVG: well formed, self-contained, harmless whatever a name holds."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan import cards
from groundplan.canvas import palette, render, viewer
from groundplan.canvas.svg import fitted, said, slug
from groundplan.compose.model import Application, Flow, Service
from groundplan.graph import Cluster, Edge, Graph, Node, Note
from groundplan.views.flow import flow
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from pictured import CASES, picture
from plans import facts_of, recorded, thing

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    "\"' onload=alert(1) x='",
    "]]><!-- &amp; &#0; -->",
    "${jndi:x} {{ x }} %s",
    "a\x00b\x07c\x1b[31m\x7f\x85",
    "\u202egnp.\u2066exe\u200f\u061c",
    "\ufffe\uffff\ud83d",
    "two\nlines\tand\rmore",
    "url(javascript:alert(1))",
    "☕ Ünïcödé 日本語",
    "x" * 10_000,
    "word " * 2_000,
]


def parsed(source: str) -> ET.Element:
    return ET.fromstring(source.encode())  # noqa: S314 - it is ours


def drawn(graph: Graph) -> ET.Element:
    return parsed(render.draw(graph, name="p"))


def ids(root: ET.Element) -> list[str]:
    return [item.attrib["id"] for item in root.iter() if "id" in item.attrib]


def labels(root: ET.Element) -> list[str]:
    return [item.text or "" for item in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("case", CASES)
def test_a_picture_is_well_formed_and_each_id_is_there_once(case):
    root = drawn(picture(case))
    assert root.tag == f"{SVG}svg"
    assert not [id_ for id_, count in Counter(ids(root)).items() if count > 1]
    assert all(id_.startswith("p-") for id_ in ids(root))


@pytest.mark.parametrize("case", CASES)
def test_every_reference_inside_a_picture_leads_somewhere(case):
    root = drawn(picture(case))
    there = set(ids(root))
    for item in root.iter():
        for name, value in item.attrib.items():
            for target in re.findall(r"url\(#([^)]*)\)", value):
                assert target in there
            if name == "href":
                assert value.startswith("data:") or value.removeprefix("#") in there
    assert set(root.attrib["aria-labelledby"].split()) <= there


@pytest.mark.parametrize("case", CASES)
def test_a_picture_needs_nothing_from_outside(case):
    source = render.draw(picture(case))
    names = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"}  # no addresses
    assert set(re.findall(r"https?://[^\"')<\s]*", source)) == names
    assert not re.search(r"(?<![\w.])/(home|root|usr|work|tmp|opt|Users|var)/", source)
    assert not re.search(r"javascript:|\son\w+=|@import|<foreignObject", source)


@pytest.mark.parametrize("case", CASES)
def test_the_only_script_in_a_picture_is_the_viewer(case):
    root = drawn(picture(case))
    (script,) = root.iter(f"{SVG}script")
    assert script.text == viewer.asset("viewer.js")
    assert set(script.attrib) == {"class"}


@pytest.mark.parametrize("case", CASES)
def test_a_picture_can_be_read_out(case):
    graph = picture(case)
    root = drawn(graph)
    title, text = (root.find(f"{SVG}{tag}") for tag in ("title", "desc"))
    assert root.attrib["role"] == "img"
    assert title.text == graph.title
    assert text.text.startswith(f"{graph.title}. It shows: ")
    assert all(node.label in text.text for node in graph.nodes)


def test_the_text_tells_relations_but_not_routes():
    words = said(network(recorded("shop")))
    assert "Security group shop-nodes to Security group shop-mysql (tcp 3306)" in words
    assert "0.0.0.0/0" not in words
    assert said(Graph("v", "Empty", nodes=(Node("a", "eks", "A"),))) == "Empty. It shows: A."


def test_the_text_tells_what_a_difference_adds_and_removes_and_what_notes_say():
    nodes = (
        Node("a", "eks", "A", change="create"),
        Node("b", "eks", "B", change="delete"),
        Node("c", "eks", "C"),
    )
    graph = Graph("v", "V", nodes=nodes, notes=(Note("look here", "c"),), compared="before.json")
    assert said(graph) == (
        "V. It shows: A, B, C. Compared with before.json. Added: A. Removed: B. "
        "Note at C: look here"
    )


def test_each_thing_can_be_found_by_its_id():
    root = drawn(network(recorded("shop")))
    node = root.find(f".//{SVG}g[@id='p-module-stores-aws_db_instance-primary']")
    assert node.attrib["class"] == "gp-node gp-kind-rds_mysql"
    assert node.find(f"{SVG}title").text == "module.stores.aws_db_instance.primary"
    assert "MySQL primary" in labels(node)
    frame = root.find(f".//{SVG}g[@id='p-module-network-aws_vpc-this']")
    assert frame.attrib["class"] == "gp-frame gp-vpc"
    assert labels(frame) == ["VPC shop 10.0.0.0/16"]


def test_each_icon_is_there_once_however_often_it_is_used():
    root = drawn(infrastructure(recorded("deep")))
    used = [item.attrib["href"] for item in root.iter(f"{SVG}use")]
    assert len(used) > len(set(used)) == len(list(root.iter(f"{SVG}symbol")))


def test_two_things_whose_ids_make_one_slug_are_told_apart():
    keys = ['a["x.y"]', 'a["x-y"]', "a.x-y"]
    assert len({slug(key) for key in keys}) == 1
    graph = Graph("flow", "F", nodes=tuple(Node(key, "service", "S") for key in keys))
    root = drawn(graph)
    assert len({id_ for id_ in ids(root) if id_.startswith("p-a-x-y")}) == 3


@pytest.mark.parametrize("name", ["title", "text", "flow", "icon-0", "uses"])
def test_a_service_may_be_called_like_a_part_of_the_picture(name):
    services = (Service(name, "service"), Service("other", "service"))
    graph = flow(Application("a", services, (Flow("other", name, 80, "http", ("x",)),)))
    root = drawn(graph)
    assert not [id_ for id_, count in Counter(ids(root)).items() if count > 1]
    (line,) = (item for item in root.iter(f"{SVG}path") if "marker-end" in item.attrib)
    marker = re.fullmatch(r"url\(#(.*)\)", line.attrib["marker-end"])[1]
    assert marker in {item.attrib["id"] for item in root.iter(f"{SVG}marker")}


def hostile_graphs(text: str):
    subnet, group = ["aws_subnet.s"], ["aws_security_group.g"]
    yield network(facts_of(
        thing("aws_vpc.v", tags={"Name": text}, cidr_block=text),
        thing("aws_security_group.g", name=text),
        thing("aws_subnet.s", {"vpc_id": ["aws_vpc.v"]}, cidr_block=text, availability_zone=text),
        thing("aws_eks_cluster.c", {"vpc_config.0.subnet_ids": subnet}, name=text, version=text),
        thing("aws_lb.l", {"subnets": subnet, "security_groups": group}, name=text),
    ))  # fmt: skip
    nodes = (Node(f"a{text}", "users", text, text), Node(f"b{text}", "web", text, text))
    group = Cluster("g", "group", text)
    inside = tuple(replace(node, cluster="g") for node in nodes)
    edge = Edge(nodes[0].id, nodes[1].id, "flow", "tcp")
    yield Graph("flow", text, (group,), inside, (edge,))


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text[:24]) for text in HOSTILE])
def test_no_name_does_harm(text):
    for graph in hostile_graphs(text):
        source = render.draw(graph, name="p")
        root = parsed(source)
        assert {item.tag.removeprefix(SVG) for item in root.iter()} <= {
            "svg", "title", "desc", "style", "defs", "rect", "g", "text", "use", "symbol", "image",
            "path", "marker", "circle", "metadata", "script",
        }  # fmt: skip
        (script,) = root.iter(f"{SVG}script")
        assert script.text == viewer.asset("viewer.js")
        (told,) = re.findall(r'<metadata class="gp-cards">(.*?)</metadata>', source, re.DOTALL)
        assert not re.search(r"[<>]|&(?!quot;)", told), "no markup, wherever the file is pasted"
        assert len(viewer.cards_in(source)) >= len(graph.nodes)
        assert not any(name.startswith("on") for item in root.iter() for name in item.attrib)
        assert not re.search("[\x00-\x08\x0e-\x1f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", source)
        assert float(root.attrib["width"]) < 3000, "it would fit on no screen"
        source.encode()


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_whatever_a_name_holds_the_picture_is_well_formed(text):
    for graph in hostile_graphs(text):
        root = drawn(graph)
        assert not [id_ for id_, count in Counter(ids(root)).items() if count > 1]


def test_marks_tell_what_changed_by_sign_and_word():
    root = drawn(network(recorded("changes")))
    marks = {
        (mark.find(f"{SVG}text").text, mark.find(f"{SVG}title").text)
        for mark in root.iter(f"{SVG}g")
        if mark.attrib.get("class") == "gp-change"
    }
    assert {sign for sign, _ in marks} >= {"+", "~", "–"}
    assert len(marks) == len({meaning for _, meaning in marks})


def test_where_all_is_new_nothing_is_marked():
    root = drawn(infrastructure(recorded("loops")))
    assert not [item for item in root.iter() if item.attrib.get("class") == "gp-change"]


def test_what_is_open_to_the_internet_is_marked():
    root = drawn(network(recorded("groups")))
    front = root.find(f".//{SVG}g[@id='p-aws_lb-front']")
    assert "reachable from the internet" in [t.text for t in front.iter(f"{SVG}title")]
    inside = root.find(f".//{SVG}g[@id='p-aws_lb-inside']")
    assert "reachable from the internet" not in [t.text for t in inside.iter(f"{SVG}title")]


def test_what_has_a_card_is_found_by_its_id_and_nothing_else():
    graph = network(recorded("shop"))
    root = drawn(graph)
    found = [item.attrib["data-id"] for item in root.iter() if "data-id" in item.attrib]
    assert sorted(found) == sorted(card.id for card in cards.of(graph))
    ends = {item.attrib["data-source"] for item in root.iter() if "data-source" in item.attrib}
    assert ends <= {item.id for item in (*graph.nodes, *graph.clusters)}


def test_things_stand_in_the_order_in_which_people_read():
    """So the keyboard goes from top to bottom, and from left to right."""
    root = drawn(network(recorded("shop")))
    nodes = [g for g in root.iter(f"{SVG}g") if g.attrib["class"].startswith("gp-node ")]
    places = [next(node.iter(f"{SVG}use")).attrib for node in nodes]
    order = [(float(place["y"]), float(place["x"])) for place in places]
    assert order == sorted(order)


def test_light_and_dark_are_one_file():
    source = render.draw(network(recorded("shop")))
    for colours in (palette.LIGHT, palette.DARK):
        assert palette.variables(colours) in source
    assert "@media screen and (prefers-color-scheme:dark)" in source, "never on paper"
    used = set(re.findall(r"var\(--gp-([a-z-]+)\)", source))
    assert used <= set(palette.LIGHT)
    assert set(palette.LIGHT) == set(palette.DARK)


def test_a_picture_for_a_page_leaves_fonts_and_viewer_to_the_page():
    source = render.draw(network(recorded("shop")))
    for part in ("font/woff2", "<script", "gp-cards", ".gp-tools"):
        assert part in source
        assert part not in fitted(source)
    assert parsed(fitted(source)).tag == f"{SVG}svg"
