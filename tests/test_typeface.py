"""Widths of texts: those of the font that the pictures are drawn in."""

from __future__ import annotations

import json

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from groundplan.canvas import typeface


@pytest.mark.parametrize("weight", typeface.FILES)
def test_the_table_of_widths_is_the_fonts(weight):
    font = TTFont(typeface.font_file(weight))
    table = json.loads(typeface.font_file(weight).with_name("advances.json").read_text())[weight]
    assert table["units"] == font["head"].unitsPerEm
    assert table["advances"] == {
        str(code): font["hmtx"][glyph][0] for code, glyph in sorted(font.getBestCmap().items())
    }


def test_a_width_is_the_sum_of_its_letters():
    assert typeface.width("", 14) == 0
    assert typeface.width("ab", 14) == typeface.width("a", 14) + typeface.width("b", 14)
    assert typeface.width("ab", 28) == 2 * typeface.width("ab", 14)
    assert typeface.width("ab", 14, weight="semibold") > typeface.width("ab", 14)


def test_a_letter_that_the_font_lacks_is_as_wide_as_an_m():
    assert typeface.width("☕", 14) == typeface.width("M", 14)


def test_text_is_broken_at_spaces_and_at_line_ends():
    assert typeface.wrap("one two three", 12, 60) == ("one two", "three")
    assert typeface.wrap("one\ntwo  \n", 12, 60) == ("one", "two")
    assert typeface.wrap("", 12, 60) == ()


def test_a_name_that_is_too_long_is_broken_and_not_cut():
    lines = typeface.wrap("harbour-lane-production-mysql and more", 12, 100)
    assert lines == ("harbour-lane-", "production-mysql", "and more")
    assert "".join(typeface.wrap("m" * 40, 12, 100)) == "m" * 40
    assert typeface.wrap("library/elasticsearch:8.14.0", 12, 140) == (
        "library/elasticsearch:", "8.14.0",
    )  # fmt: skip
    assert typeface.short("short", 12, 100) == "short"
    assert typeface.short("harbour-lane-production-mysql", 12, 100).endswith("…")


def test_no_line_ends_on_the_dot_between_two_names():
    lines = typeface.wrap("cart · catalog · orders · payments", 12, 130)
    assert lines == ("cart · catalog · orders", "payments")


def test_text_that_nobody_could_read_ends():
    lines = typeface.wrap("word " * 1000, 12, 100)
    assert len(lines) == typeface.MOST_LINES
    assert lines[-1].endswith("…")


@given(st.text(max_size=200), st.integers(20, 300))
def test_no_line_is_wider_than_its_room(text, room):
    for line in typeface.wrap(text, 12, room):
        assert typeface.width(line, 12) <= room or line == "…"


@given(st.lists(st.text("abc-é", min_size=1, max_size=6), max_size=8))
def test_no_word_is_lost_that_fits(words):
    assert " ".join(typeface.wrap(" ".join(words), 12, 200)).split() == words
