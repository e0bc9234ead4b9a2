from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.tests.in_process import Harbour

CART = "c" * 32
REQUEST = {
    "cart": CART,
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "address": "12 Quay Street, Whitby",
    "card": "4242 4242 4242 4242",
}


def put_in(harbour: Harbour, sku: str, quantity: int) -> None:
    with harbour.database.transaction() as cursor:
        cursor.execute(
            "INSERT INTO cart_lines (cart_id, sku, quantity) VALUES (%s, %s, %s)",
            (CART, sku, quantity),
        )


def place(harbour: Harbour, key: str = "key-1", **changed: str) -> Any:
    headers = {"Idempotency-Key": key}
    return harbour.orders.post("/orders", json=REQUEST | changed, headers=headers)


def basket(harbour: Harbour) -> list[dict[str, Any]]:
    return harbour.database.rows("SELECT * FROM cart_lines WHERE cart_id = %s", CART)


def test_an_order_is_priced_reserved_paid_and_the_basket_emptied(harbour: Harbour) -> None:
    put_in(harbour, "tide-mug", 2)
    put_in(harbour, "north-pier", 1)
    answer = place(harbour)
    order = answer.json
    assert answer.status_code == 201
    assert re.fullmatch(r"HL-[0-9A-Z]{12}", order["id"])
    assert (order["state"], order["total_cents"]) == ("paid", 2 * 1900 + 1290)
    assert (order["first_name"], order["reason"]) == ("Ada", "card ending in 4242")
    assert (harbour.stock("tide-mug"), harbour.stock("north-pier")) == (138, 83)
    assert basket(harbour) == []
    assert harbour.orders.get(f"/orders/{order['id']}").json == order


def test_the_same_request_again_is_the_same_order(harbour: Harbour) -> None:
    put_in(harbour, "tide-mug", 2)
    first = place(harbour).json
    put_in(harbour, "north-pier", 1)  # the next basket is not the old order's business
    assert place(harbour).json == first
    assert harbour.stock("tide-mug") == 138
    assert len(basket(harbour)) == 1


def test_a_declined_card_gives_the_stock_back_and_leaves_the_basket(harbour: Harbour) -> None:
    put_in(harbour, "tide-mug", 2)
    order = place(harbour, card="4000 0000 0000 0002").json
    assert (order["state"], order["reason"]) == ("declined", "The bank declined this card.")
    assert harbour.stock("tide-mug") == 140
    assert len(basket(harbour)) == 1
    assert place(harbour, key="key-2").json["state"] == "paid"


def test_a_number_that_is_no_card_declines_too(harbour: Harbour) -> None:
    put_in(harbour, "tide-mug", 2)
    order = place(harbour, card="1234 5678 9012 3456").json
    assert (order["state"], order["reason"]) == ("declined", "This is not a card number.")


def test_an_order_that_broke_off_goes_on_where_it_was(harbour: Harbour) -> None:
    put_in(harbour, "tide-mug", 2)
    wire = harbour.wires["payments"]
    wire.fail = "PUT"
    assert place(harbour).status_code == 503
    assert harbour.stock("tide-mug") == 138  # reserved, and waiting to be paid
    wire.fail = ""
    assert place(harbour).json["state"] == "paid"
    assert harbour.stock("tide-mug") == 138
    assert harbour.database.rows("SELECT state FROM orders") == [{"state": "paid"}]


def test_what_is_out_of_stock_is_not_sold(harbour: Harbour) -> None:
    put_in(harbour, "anchor-skillet", 6)
    order = place(harbour).json
    assert (order["state"], order["reason"]) == ("out_of_stock", "anchor-skillet")
    assert harbour.stock("anchor-skillet") == 5
    assert not harbour.wires["payments"].seen


def test_an_empty_basket_and_a_product_that_left_the_shop_are_refused(harbour: Harbour) -> None:
    assert place(harbour).json == {"error": "The basket is empty."}
    put_in(harbour, "hemp-rope", 1)
    assert place(harbour).json == {"error": "No longer for sale: hemp-rope."}


def test_an_order_needs_a_key_and_a_customer(harbour: Harbour) -> None:
    assert harbour.orders.post("/orders", json=REQUEST).status_code == 400
    assert place(harbour, name=" ").status_code == 400
    assert harbour.orders.get("/orders/HL-NOTHINGHERE1").status_code == 404


def test_ready_only_with_all_it_calls(harbour: Harbour) -> None:
    assert harbour.orders.get("/readyz").status_code == 200
    harbour.wires["payments"].fail = "GET /healthz"
    assert harbour.orders.get("/readyz").json == {
        "mysql": "ok",
        "cart": "ok",
        "catalog": "ok",
        "payments": "PeerError",
    }
