"""Damaged files: each parser takes one or refuses it with an error for people, nothing else.

`benchmarks/fuzz.py` does the same with a hundred thousand inputs.
"""

from __future__ import annotations

import copy
import json
import random
import runpy
import sys
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.errors import GroundplanError

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def fuzz():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        return runpy.run_path(str(BENCHMARKS / "fuzz.py"))
    finally:
        sys.path.remove(str(BENCHMARKS))


NAMES = (
    "design", "waivers", "compose", "facts", "plan", "observed", "prices", "module", "written",
)  # fmt: skip
ALWAYS_THE_SAME = settings(
    max_examples=60, derandomize=True, database=None, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip


def read(parser, data: bytes, tmp_path) -> bool:
    """True where `data` is taken, False where it is refused; any other error fails the test."""
    # Another folder each time: some parsers remember what they have read.
    path = Path(tempfile.mkdtemp(dir=tmp_path)) / "facts" / f"observed{parser.suffix}"
    path.parent.mkdir()
    path.write_bytes(data)
    try:
        parser.read(path)
    except GroundplanError:
        return False
    return True


def test_every_parser_is_tried(fuzz):
    assert set(fuzz["PARSERS"]) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_files_to_begin_from_are_sound(fuzz, name, tmp_path):
    parser = fuzz["PARSERS"][name]
    assert parser.texts
    assert all(read(parser, text, tmp_path) for text in parser.texts)


@pytest.mark.parametrize("name", NAMES)
@ALWAYS_THE_SAME
@given(number=st.integers(0, 10**9))
def test_real_files_with_damage(fuzz, name, number, tmp_path):
    parser = fuzz["PARSERS"][name]
    read(parser, fuzz["damaged"](parser, random.Random(number)), tmp_path)  # noqa: S311


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=20,
)


@pytest.mark.parametrize("name", ["design", "waivers", "compose", "facts", "plan", "observed"])
@ALWAYS_THE_SAME
@given(data=st.data())
def test_anything_in_the_place_of_anything(fuzz, name, data, tmp_path):
    """Each value of a real file in turn is something else."""
    parser = fuzz["PARSERS"][name]
    value = copy.deepcopy(data.draw(st.sampled_from(parser.values)))
    holder = [value]
    key = 0
    for _ in range(data.draw(st.integers(0, 8))):
        inner = holder[key]
        if not isinstance(inner, dict | list) or not inner:
            break
        holder = inner
        keys = list(inner) if isinstance(inner, dict) else range(len(inner))
        key = data.draw(st.sampled_from(keys))
    holder[key] = data.draw(ANYTHING)
    read(parser, json.dumps(value, default=str).encode(), tmp_path)  # YAML has dates


@pytest.mark.parametrize("name", NAMES)
@ALWAYS_THE_SAME
@given(data=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_anything_at_all(fuzz, name, data, tmp_path):
    read(fuzz["PARSERS"][name], data, tmp_path)


DEEP = 2000


@pytest.mark.parametrize("name", ["design", "waivers", "facts", "plan", "observed"])
@pytest.mark.parametrize("opening", ["[", '{"values": ', '{"a": [', "- "])
def test_what_is_nested_too_deeply_is_refused(fuzz, name, opening, tmp_path):
    assert not read(fuzz["PARSERS"][name], (opening * DEEP).encode(), tmp_path)


def test_a_plan_that_json_can_read_and_we_can_not_follow_is_refused(fuzz, tmp_path):
    deep: object = "x"
    for _ in range(400):
        deep = [{"a": deep}]
    plan = json.loads(fuzz["PARSERS"]["plan"].texts[0])
    plan["resource_changes"][0]["change"]["after"] = {"id": deep}
    assert not read(fuzz["PARSERS"]["plan"], json.dumps(plan).encode(), tmp_path)


@pytest.mark.parametrize("name", ["design", "waivers"])
def test_aliases_can_not_blow_a_small_file_up(fuzz, name, tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    text = "\n".join(lines)
    assert yaml.safe_load("\n".join(lines[:2]))
    assert not read(fuzz["PARSERS"][name], text.encode(), tmp_path)
