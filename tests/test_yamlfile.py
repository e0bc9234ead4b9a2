"""YAML with positions: what is read, and what is refused with its line and column."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.errors import InputError
from groundplan.yamlfile import meaning, parse

HERE = Path("example.yaml")


def read(text):
    return parse(text, HERE).value


def test_values_are_plain():
    text = "{a: 1, b: 2.5, c: true, d: null, e: [x, '7', \"y\\n\"], f: -3, g: 1e3}"
    assert read(text) == {
        "a": 1, "b": 2.5, "c": True, "d": None, "e": ["x", "7", "y\n"], "f": -3, "g": 1000.0,
    }  # fmt: skip


@pytest.mark.parametrize("word", ["no", "on", "Yes", "12:30", "2026-10-01", "0x1F", "1_000", "NO"])
def test_words_that_old_yaml_turns_into_something_else_stay_text(word):
    assert read(f"a: {word}") == {"a": word}


def test_a_number_too_long_to_be_one_stays_text():
    assert read("a: " + "9" * 5000) == {"a": "9" * 5000}


def test_keys_are_text():
    assert read("{1: a, true: b}") == {"1": "a", "true": "b"}


def test_an_empty_file_is_nothing():
    assert read("") is None
    assert read("# only a remark\n") is None


def test_a_byte_order_mark_is_skipped():
    assert read("\ufeffa: 1") == {"a": 1}


def test_every_value_and_key_has_its_place():
    document = parse("a:\n  - b: 1\n    cc: two\n", HERE)
    assert document.place(("a", 0, "cc")) == (3, 9)
    assert document.place(("a", 0, "cc"), key=True) == (3, 5)
    assert document.place(("a", 0)) == (2, 5)


def test_the_place_of_what_is_missing_is_that_of_what_would_hold_it():
    document = parse("a:\n  - b: 1\n", HERE)
    assert document.place(("a", 0, "missing", 3)) == (2, 5)
    assert parse("", HERE).place(("a",)) == (1, 1)


def test_an_alias_is_the_value_of_its_anchor():
    document = parse("a: &x {b: 1}\nc: *x\n", HERE)
    assert document.value == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.place(("c", "b")) == (2, 4)


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a:\n\tb: 1\n", "YAML can't be indented with a tab", 2, 1),
        ("a:\n  - x\n \t- y\n", "YAML can't be indented with a tab", 3, 2),
        ("a: 1\nb: 2\na: 3\n", "'a' is given twice", 3, 1),
        ("a: [1, 2\nb: 3\n", "this is not YAML: while parsing a flow sequence", 2, 2),
        ("a: b: c\n", "this is not YAML: mapping values are not allowed", 1, 5),
        ("a: x\x01y\n", "a control character (U+0001) stands here", 1, 5),
        ("a: !!python/object:os.system x\n", "tags such as tag:yaml.org,2002:python", 1, 4),
        ("a: !secret x\n", "tags such as !secret are not supported", 1, 4),
        ("a: *x\n", "*x refers to nothing above it", 1, 4),
        ("a: &x [*x]\n", "*x refers to nothing above it", 1, 8),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "merge keys (<<) are not supported", 3, 3),
        ("? [a]\n: b\n", "a key must be text", 1, 3),
        ("a: 1\n---\nb: 2\n", "a second document starts here", 2, 1),
        ("[" * 101 + "]" * 101, "nested more than 100 deep", 1, 101),
    ],
)
def test_what_is_refused(text, message, line, column):
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.message.startswith(message)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_aliases_can_not_blow_a_small_file_up():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(InputError, match="more than 100,000 values"):
        read("\n".join(lines))


@settings(deadline=None)
@given(st.text() | st.text(alphabet="ab:-[]{}&*!|>'\"#? \n\t,<~0"))
def test_any_text_is_read_or_refused_for_a_reason(text):
    with suppress(InputError):
        parse(text, HERE)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a: 1\nb: [x, y]\n", "# why\nb:\n  - 'x'\n  - y\na: 1\n", True),
        ("a: &x {b: 1}\nc: *x\n", "a: {b: 1}\nc: {b: 1}\n", True),
        ("a: [x, y]\n", "a: [y, x]\n", False),
        ("a: 1\n", 'a: "1"\n', False),
        ("a: 1\n---\nb: 2\n", "a: 1\n", False),
        ("a: [", "a: [ ", False),
        ("a: &a [*a]\n", "a: &a [*a]\n", True),
    ],
)
def test_what_yaml_means_and_how_it_is_written(one, other, same):
    assert (meaning(one) == meaning(other)) is same
