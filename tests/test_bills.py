"""A monthly bill in a page and on a slide."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from pathlib import Path

from groundplan import cost
from groundplan.cost.bill import Bill, Gap, Line
from groundplan.pages import Pages
from groundplan.pages.bills import BillView
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]


def said(text: str) -> str:
    pages = Pages(Workspace(ROOT))
    return unescape(pages.fill(pages.prose(text, page="docs/page.md")))


def test_a_bill_has_prices_with_their_currency_and_their_date():
    bill = said("{{ cost('dev', 2) }}")
    assert '<td class="gs-number">$0.10</td>' in bill
    assert '<td class="gs-number">$0.03328</td>' in bill
    assert re.search(r"at list prices of \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d</caption>", bill)


def test_what_is_not_in_the_total_stands_in_its_row_in_peoples_words():
    bill = said("{{ cost('dev', 6) }}")
    total = bill[bill.index(">Total<") : bill.index("</th>", bill.index(">Total<"))]
    name = "EKS add-on harbour-lane-dev-amazon-cloudwatch-observability"
    assert f"not in the total: {name}. " in total
    assert "module.eks" not in bill


def test_the_phases_side_by_side_say_what_is_paid_together_and_what_is_missing():
    costs = said("{{ costs() }}")
    (production,) = re.findall(r"<tr><td><a[^>]*>10:\xa0Production<.*?</tr>", costs)
    workspace = Workspace(ROOT)
    last = [workspace.facts(*stage) for stage in (("dev", 6), ("prod", 10))]
    both = sum(cost.of(workspace.design, facts).total for facts in last)
    assert f'<td class="gs-number">${both:,}</td>' in production
    assert "<small>without EKS add-on harbour-lane-prod-amazon-cloudwatch" in production
    (first,) = re.findall(r"<tr><td><a[^>]*>1:\xa0.*?</tr>", costs)
    assert "without" not in first


def test_many_things_that_have_no_price_are_counted():
    gaps = tuple(Gap(f"aws_lb.lb{number}", "no price") for number in range(3))
    names = {gap.address: f"lb{number}" for number, gap in enumerate(gaps)}

    def without(count: int) -> str:
        return BillView(Bill((), gaps[:count], (), "us-east-1"), names).without

    assert [without(count) for count in range(4)] == [
        "",
        "without Load balancer lb0",
        "without Load balancer lb0 and Load balancer lb1",
        "without 3 things that have no price",
    ]


def test_an_amount_is_told_in_its_unit():
    def told(quantity: str, unit: str) -> str:
        return Line((), "", Decimal(quantity), unit, Decimal(1), Decimal(1), "", "").amount

    assert told("1460", "node-hour") == "1,460 node-hours"
    assert told("1", "secret-month") == "1 secret-month"
    assert told("0.5", "GB") == "0.5 GB"
    assert told("3", "10k requests") == "3 10k requests"


def test_a_slide_tells_the_small_lines_of_a_long_bill_as_one():
    def line(usd: int) -> Line:
        return Line((), f"thing {usd}", Decimal(1), "month", Decimal(usd), Decimal(usd), "", "")

    def view(count: int) -> BillView:
        lines = tuple(line(usd) for usd in range(count, 0, -1))
        return BillView(Bill(lines, (), (), "us-east-1"), {})

    assert (len(view(12).large), len(view(12).small), view(12).small_usd) == (9, 3, 6)
    assert (len(view(10).large), view(10).small) == (10, ())
