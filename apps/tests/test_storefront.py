from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from apps.storefront.shop import money, related

if TYPE_CHECKING:
    from apps.tests.in_process import Harbour


def test_the_home_page_shows_every_product_with_its_drawing(harbour: Harbour) -> None:
    page = harbour.browser.get("/").text
    assert len(re.findall(r'<li class="card">', page)) == 12
    assert len(re.findall(r'<svg viewBox="0 0 320 320"', page)) == 12
    assert "$11.50" in page
    assert "Only 5 left" in page


def test_a_category_shows_its_own(harbour: Harbour) -> None:
    page = harbour.browser.get("/?category=coffee").text
    assert len(re.findall(r'<li class="card">', page)) == 4
    assert harbour.browser.get("/?category=rope").status_code == 404


def test_from_the_shelf_to_the_paid_order(harbour: Harbour) -> None:
    harbour.fill("ferryman-dripper", 2)
    harbour.fill("tide-mug")
    page = harbour.browser.get("/basket").text
    assert "$87.00" in page
    harbour.browser.post("/basket/tide-mug", data={"quantity": "0"})
    answer = harbour.check_out()
    assert answer.status_code == 303
    page = harbour.browser.get(answer.location).text
    assert "Thank you, Ada." in page
    assert "$68.00" in page
    assert "Nothing in it yet" in harbour.browser.get("/basket").text
    assert harbour.stock("ferryman-dripper") == 30


def test_a_declined_card_is_told_and_another_one_works(harbour: Harbour) -> None:
    harbour.fill()
    answer = harbour.check_out(card="4000 0000 0000 0002")
    assert answer.status_code == 422
    assert "The bank declined this card." in answer.text
    assert 'value="Ada Lovelace"' in answer.text
    assert harbour.check_out().status_code == 303


def test_while_payments_are_away_the_form_keeps_its_key_and_charges_once(harbour: Harbour) -> None:
    harbour.fill()
    harbour.wires["payments"].fail = "PUT"
    key = "0123456789abcdef" * 2
    answer = harbour.check_out(key=key)
    assert answer.status_code == 503
    assert f'value="{key}"' in answer.text
    harbour.wires["payments"].fail = ""
    assert harbour.check_out(key=key).status_code == 303
    assert len(harbour.database.rows("SELECT id FROM orders")) == 1


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "", "Please tell us your name."),
        ("email", "ada", "This does not look like an e-mail address."),
        ("card", "4242", "A card number has 13 to 19 digits."),
        ("expiry", "13/30", "Month and year, as in 09/28."),
    ],
)
def test_a_form_with_a_mistake_says_which(
    harbour: Harbour, field: str, value: str, complaint: str
) -> None:
    harbour.fill()
    answer = harbour.check_out(**{field: value})
    assert answer.status_code == 422
    assert complaint in answer.text
    assert not harbour.wires["orders"].seen


def test_more_than_there_is_leads_back_to_the_basket_which_says_so(harbour: Harbour) -> None:
    harbour.fill("anchor-skillet", 9)
    answer = harbour.check_out()
    assert answer.location == "/basket"
    assert "Only 5 left" in harbour.browser.get("/basket").text


def test_what_a_customer_types_is_shown_as_text(harbour: Harbour) -> None:
    harbour.fill()
    answer = harbour.check_out(name="<script>alert(1)</script>", email="")
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script" not in answer.text


def test_a_cookie_or_a_path_of_somebody_elses_making_reaches_no_service(harbour: Harbour) -> None:
    harbour.browser.set_cookie("cart", "../products")
    assert harbour.browser.get("/basket").status_code == 200
    assert not harbour.wires["cart"].seen
    for path in ("/orders/HL-1", "/orders/..%2fhealthz", "/products/..", "/nothing"):
        assert harbour.browser.get(path).status_code == 404
    assert not harbour.wires["orders"].seen
    assert harbour.browser.post("/basket", data={"sku": "../x"}).status_code == 404
    assert harbour.browser.post("/basket/tide-mug", data={"quantity": "-1"}).status_code == 400


def test_the_foot_says_who_served_the_page_and_from_where(harbour: Harbour) -> None:
    harbour.fill()
    harbour.browser.get("/basket")
    page = harbour.browser.get("/basket").text
    strip = re.sub(r"<[^>]+>|\s+", " ", page.split('class="strip"')[1])
    strip = re.sub(r"\s+", " ", strip)
    assert re.search(r"cart 1\.0\.0 \S+ Redis cache \d+ ms", strip)
    assert re.search(r"catalog 1\.0\.0 \S+ MySQL primary \d+ ms", strip)


def test_one_request_id_goes_through_all_services(harbour: Harbour) -> None:
    harbour.fill()
    for wire in harbour.wires.values():
        wire.seen.clear()
    harbour.check_out()
    ids = {
        request.headers["X-Request-ID"]
        for wire in harbour.wires.values()
        for request in wire.seen
        if request.method in ("POST", "PUT")
    }
    assert len(ids) == 1


def test_services_call_whom_the_flow_says_and_nobody_else(harbour: Harbour) -> None:
    harbour.fill()
    harbour.browser.get(harbour.check_out().location)
    harbour.browser.get("/readyz")
    calls = {
        (request.headers["User-Agent"].split("/")[0], name)
        for name, wire in harbour.wires.items()
        for request in wire.seen
    }
    assert calls == {
        ("storefront", "catalog"),
        ("storefront", "cart"),
        ("storefront", "orders"),
        ("orders", "cart"),
        ("orders", "catalog"),
        ("orders", "payments"),
    }


def test_without_the_catalog_there_is_a_page_that_says_so(harbour: Harbour) -> None:
    harbour.wires["catalog"].fail = "."
    answer = harbour.browser.get("/")
    assert answer.status_code == 503
    assert "Back in a moment" in answer.text


def test_without_the_cart_one_can_still_look_around(harbour: Harbour) -> None:
    harbour.fill()
    harbour.wires["cart"].fail = "."
    assert harbour.browser.get("/products/tide-mug").status_code == 200


def test_the_pages_need_nothing_from_elsewhere(harbour: Harbour) -> None:
    answer = harbour.browser.get("/")
    assert not re.findall(r'(?:src|href|action)="(?!/|#)', answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    with harbour.browser.get("/static/style.css") as sheet:
        style = sheet.get_data(as_text=True)
    assert "url(" not in style
    assert "@import" not in style


def test_money_and_what_goes_well_together(harbour: Harbour) -> None:
    assert [money(5), money(1150), money(123456)] == ["$0.05", "$11.50", "$1,234.56"]
    products = [
        {"sku": f"{category}-{n}", "category": category}
        for n in (1, 2)
        for category in ("coffee", "brewing", "kitchen")
    ]
    chosen = [each["sku"] for each in related(products, products[0])]
    assert chosen[:2] == ["kitchen-1", "brewing-1"]
    assert len(chosen) == 4
    assert "coffee-1" not in chosen
