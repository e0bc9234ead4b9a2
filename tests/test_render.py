"""From a graph to SVG and PNG."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import zlib
from itertools import pairwise
from pathlib import Path

import pytest

from groundplan import growth
from groundplan.canvas import render
from groundplan.graph import Graph, Node
from groundplan.views.flow import flow
from groundplan.views.network import network
from pictured import WORKSPACE
from plans import recorded

SHOP = network(recorded("shop"))


def pixels(png: bytes) -> tuple[int, int, set[bytes]]:
    """Width and height of a PNG, and the corner's colour; raises where it is damaged."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (8, 6), "8 bits of red, green, blue and alpha"
    data, at = b"", 8
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + size]
        assert (
            zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0]
        )
        data += body if kind == b"IDAT" else b""
        at += 12 + size
    rows = zlib.decompress(data)
    assert len(rows) == height * (1 + 4 * width)
    return width, height, {rows[1:4]}


@pytest.mark.parametrize(("dark", "ground"), [(False, b"\xff\xff\xff"), (True, b"\x16\x1b\x24")])
def test_a_png_is_whole_and_of_its_theme(dark, ground):
    picture = render.draw(SHOP)
    width, height, corner = pixels(render.png(picture, dark=dark))
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', picture)
    assert (width, height) == pytest.approx((2 * float(size[1]), 2 * float(size[2])), abs=2)
    assert corner == {ground}


def test_a_png_may_have_another_size_and_always_has_the_same_bytes():
    picture = render.draw(SHOP)
    small = render.png(picture, scale=1)
    assert pixels(small)[0] * 2 == pytest.approx(pixels(render.png(picture))[0], abs=2)
    assert render.png(picture, scale=1) == small


def test_a_graph_without_frames_is_laid_out_as_cards():
    graph = Graph("v", "V", nodes=(Node("a", "web", "A"),))
    assert render.plan(graph).layout.cards
    assert not render.plan(SHOP).layout.cards


def test_one_plan_serves_every_phase():
    graphs = [network(WORKSPACE.facts("dev", phase)) for phase in (1, 2, 3, 4)]
    plan = render.plan(growth.frame(graphs))
    drawn = [render.draw(graph, plan, name=f"n{number}") for number, graph in enumerate(graphs)]
    sizes = {re.search('viewBox="([^"]*)"', picture)[1] for picture in drawn}
    assert len(sizes) == 1
    places = [
        dict(
            re.findall(
                r'<g id="n\d-([^"]*)" class="gp-node[^>]*>.*?<use href="#\S* (x="\S*" y="\S*")', p
            )
        )
        for p in drawn
    ]
    for earlier, later in pairwise(places):
        assert earlier.keys() <= later.keys()
        assert earlier.items() <= later.items(), "nothing moves"
    lines = [set(re.findall(r' d="(M[^"]*)" stroke="var', picture)) for picture in drawn]
    for earlier, later in pairwise(lines):
        assert earlier <= later, "no line moves"


def test_a_line_is_drawn_whatever_has_changed_about_it():
    graphs = [network(WORKSPACE.facts("dev", phase)) for phase in (2, 3)]
    plan = render.plan(growth.frame(graphs))
    second = growth.marked(graphs[1], graphs[0], phase=3, first={})
    assert {edge.change for edge in second.edges} == {"none", "create"}
    assert render.draw(second, plan).count("marker-end") == len(second.edges)


CODE = """
import sys
from pathlib import Path
from groundplan import facts
from groundplan.canvas import render
from groundplan.views.network import network
picture = render.draw(network(facts.read(Path(sys.argv[1]))))
sys.stdout.buffer.write(picture.encode() + render.png(picture))
"""


def test_another_process_with_other_settings_draws_the_same_bytes(tmp_path):
    plan = Path(__file__).parent / "fixtures" / "plans" / "shop" / "plan.json"
    path = os.pathsep.join(sys.path)
    settings = [
        {"PYTHONHASHSEED": "1", "LANG": "C", "TZ": "Asia/Tokyo", "HOME": str(tmp_path)},
        {"PYTHONHASHSEED": "2", "LANG": "de_DE.UTF-8", "FONTCONFIG_FILE": "/dev/null"},
    ]
    drawn = [
        subprocess.run(
            [sys.executable, "-c", CODE, plan], env={"PYTHONPATH": path, **extra}, cwd=tmp_path,
            capture_output=True, check=True,
        ).stdout
        for extra in settings
    ]  # fmt: skip
    assert drawn[0] == drawn[1]
    picture = render.draw(SHOP)
    assert drawn[0] == picture.encode() + render.png(picture)


def test_the_application_flow_is_drawn_with_its_own_layout():
    graph = flow(WORKSPACE.application(4))
    picture = render.draw(graph)
    assert picture.count('class="gp-node ') == len(graph.nodes)
    assert picture.count("marker-end") == len(graph.edges)
