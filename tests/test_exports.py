"""One view as files of several formats."""

from __future__ import annotations

import struct

import pytest

from groundplan import exports
from groundplan.errors import InputError
from groundplan.exports import Wanted
from groundplan.graph import Edge, Graph, Node

GRAPH = Graph(
    "flow", "Flow", (), (Node("a", "web", "A"), Node("b", "mysql", "B")), (Edge("a", "b", "flow"),)
)


def size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


def test_each_format_is_a_file_or_two(tmp_path):
    files = exports.write(GRAPH, tmp_path / "x", Wanted(("mermaid", "svg", "png", "drawio")))
    names = ["x.mmd", "x.svg", "x.png", "x-dark.png", "x.drawio"]
    assert [path.name for path in files] == names
    assert all(path.stat().st_size for path in files)


def test_a_format_that_is_asked_for_twice_is_written_once(tmp_path):
    files = exports.write(GRAPH, tmp_path / "x", Wanted(("svg", "svg")))
    assert [path.name for path in files] == ["x.svg"]


def test_a_png_is_as_large_as_its_scale_says(tmp_path):
    sizes = {}
    for scale in (1, 3):
        light, dark = exports.write(GRAPH, tmp_path / "x", Wanted(("png",), scale))
        sizes[scale] = size(light.read_bytes())
        assert size(dark.read_bytes()) == sizes[scale]
        assert light.read_bytes() != dark.read_bytes()
    assert abs(sizes[3][0] - 3 * sizes[1][0]) <= 3


@pytest.mark.parametrize(
    ("formats", "scale", "message", "hint"),
    [
        (("pgn",), 2, "there is no format 'pgn'", "did you mean 'png'?"),
        (("png",), 0, "a scale is from 0.25 to 8, not 0", None),
        (("png",), 80, "a scale is from 0.25 to 8, not 80", None),
        (("png",), float("nan"), "a scale is from 0.25 to 8, not nan", None),
    ],
)
def test_what_can_not_be_is_an_error(formats, scale, message, hint):
    with pytest.raises(InputError) as caught:
        Wanted(formats, scale)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_a_png_that_no_one_could_open_is_refused_with_a_scale_that_fits(tmp_path, monkeypatch):
    monkeypatch.setattr(exports, "MOST_PIXELS", 300_000)
    with pytest.raises(InputError, match="is too large") as caught:
        exports.write(GRAPH, tmp_path / "x", Wanted(("png",), 8))
    assert caught.value.hint.startswith("take --scale ")
    assert not list(tmp_path.iterdir())
