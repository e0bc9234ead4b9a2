"""Errors for people: place, message, hint, exit code."""

from __future__ import annotations

import pytest

from groundplan.errors import GroundplanError, InputError, RefusedError, ToolError, suggest, visible


def test_an_error_says_where_what_and_how_to_mend_it():
    error = InputError(
        "no such service", hint="did you mean 'cart'?", file="a.yml", line=3, column=7
    )
    assert str(error) == "a.yml:3:7: no such service\n  hint: did you mean 'cart'?"


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({}, ""),
        ({"file": "a.yml"}, "a.yml"),
        ({"file": "a.yml", "line": 3}, "a.yml:3"),
    ],
)
def test_the_place_tells_as_much_as_is_known(where, place):
    error = InputError("wrong", **where)
    assert error.place == place
    assert str(error) == (f"{place}: wrong" if place else "wrong")


@pytest.mark.parametrize(("kind", "code"), [(InputError, 2), (RefusedError, 1), (ToolError, 3)])
def test_each_kind_has_its_exit_code(kind, code):
    assert kind("x").exit_code == code
    assert issubclass(kind, GroundplanError)


def test_a_misspelt_name_is_met_with_the_nearest_one():
    assert suggest("netwrok", ["infrastructure", "network"]) == "did you mean 'network'?"


def test_an_address_is_found_without_its_modules():
    known = ["module.network.aws_vpc.this", "module.network.aws_subnet.private[0]"]
    assert suggest("aws_vpc.tihs", known) == "did you mean 'module.network.aws_vpc.this'?"


def test_a_name_that_is_near_to_nothing_is_met_with_all_there_are():
    assert suggest("zzz", ["b", "a"]) == "known: a, b"
    assert suggest("zzz", []) is None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\x1b[2Jb", "a\\u001b[2Jb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("over\rwritten", "over\\u000dwritten"),
        ("two\n\tlines, Käse ☕", "two\n\tlines, Käse ☕"),
    ],
)
def test_a_name_can_not_play_tricks_on_a_terminal(name, shown):
    assert visible(name) == shown
    assert str(InputError(f"no such thing: {name}", hint=name, file=name)).count(shown) == 3
