"""The table of versions that AWS supports: complete, with its days, and right for what is built."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from groundplan import facts, support
from groundplan.errors import InputError

ROOT = Path(__file__).parent.parent
HEADER = "product,version,standard_until,extended_until,source,read\n"


def test_every_version_says_where_and_when_it_was_read():
    calendar = support.load()
    assert len(calendar.rows) == 9
    assert all(row.source.startswith("AWS, ") for row in calendar.rows.values())
    assert all(row.standard < row.extended for row in calendar.rows.values())
    assert calendar.read == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 7, 28), "standard"),
        (date(2026, 7, 29), "extended"),  # on the day itself AWS charges for it
        (date(2027, 7, 28), "extended"),
        (date(2027, 7, 29), "ended"),
    ],
)
def test_a_version_is_supported_until_its_day(day, kind):
    found = support.load().find("Kubernetes", "1.33")
    assert found is not None
    assert found.on(day) == kind


def test_the_last_number_of_a_version_makes_no_difference():
    calendar = support.load()
    assert calendar.find("MySQL", "8.4.5") is calendar.find("MySQL", "8.4")
    assert calendar.find("MySQL", "84") is None


@pytest.mark.parametrize("plan", sorted((ROOT / "facts").glob("*/phase-*.json")), ids=str)
def test_what_is_built_was_in_standard_support_when_the_table_was_read(plan):
    calendar = support.load()
    soon = calendar.read + timedelta(days=60)
    for item in facts.load(plan).of_type("aws_eks_cluster", "aws_db_instance"):
        if named := support.version_of(item):
            found = calendar.find(*named)
            assert found is not None
            assert found.on(soon) == "standard"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("MySQL,8.4,2029-07-31,2032-07-31,here\n", "a row has 6 columns, none empty"),
        ("MySQL,8.4,2029-07-31,,here,2026-11-27\n", "a row has 6 columns, none empty"),
        ("MySQL,8.4,July 2029,2032-07-31,here,2026-11-27\n", "'July 2029' is not a day"),
        ("MySQL,8.4,2029-07-31,2032-07-31,here,2026-11-27\n" * 2, "'MySQL 8.4' is there twice"),
    ],
)
def test_a_damaged_table_is_refused_with_its_line(tmp_path, row, message):
    path = tmp_path / "support.csv"
    path.write_text(HEADER + row)
    with pytest.raises(InputError) as caught:
        support.load(path)
    assert caught.value.message == message
    assert caught.value.line == 1 + row.count("\n")
