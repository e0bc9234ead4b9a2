"""The one table of what can be drawn."""

from __future__ import annotations

import pytest

from groundplan.catalog import KINDS, OTHER, RESOURCES, kind, treatment
from groundplan.palette import EDGES, FRAMES
from groundplan.svg import icon_file


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_has_an_icon_a_name_and_a_frame(name):
    icon = icon_file(KINDS[name].icon).read_bytes()
    assert icon.startswith(b"\x89PNG")
    assert KINDS[name].label
    assert KINDS[name].band in FRAMES


@pytest.mark.parametrize("frame", FRAMES)
def test_every_frames_icon_is_there(frame):
    assert not FRAMES[frame].icon or icon_file(FRAMES[frame].icon).is_file()


@pytest.mark.parametrize("type_", RESOURCES)
def test_every_type_is_drawn_or_has_a_reason(type_):
    row = RESOURCES[type_]
    assert type_.startswith("aws_")
    if row.place in {"subnet", "vpc", "region", "list"}:
        assert row.kind in KINDS
    elif row.place != "frame":
        assert row.reason


def test_what_the_table_does_not_know_is_a_plain_resource():
    assert treatment("aws_made_up") is OTHER
    assert kind(OTHER.kind).icon


def test_the_path_of_an_icon_is_a_kind_of_its_own():
    assert kind("aws/general/users.png").icon == "aws/general/users.png"
    with pytest.raises(KeyError):
        kind("no-such-kind")


def test_every_kind_of_line_has_a_colour():
    assert set(EDGES) == {"flow", "route", "rule", "replicates", "uses"}
