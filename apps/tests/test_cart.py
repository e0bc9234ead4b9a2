from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.cart.app import create_app
from apps.cart.store import MOST_OF_ONE, Store
from apps.common.cache import Cache, NoCache
from apps.tests.in_process import FakeRedis, body

if TYPE_CHECKING:
    from collections.abc import Callable

    from apps.common.database import Database


def test_lines_add_up_and_keep_their_order(database: Database) -> None:
    client = create_app(Store(database, NoCache())).test_client()
    for sku in ("tide-mug", "north-pier", "tide-mug"):
        assert client.post(f"/carts/c1/lines/{sku}", json={"quantity": 2}).status_code == 204
    basket = body(client.get("/carts/c1"))
    assert basket["count"] == 6
    assert {line["sku"]: line["quantity"] for line in basket["lines"]} == {
        "tide-mug": 4,
        "north-pier": 2,
    }
    assert body(client.get("/carts/c2")) == {"lines": [], "count": 0}


def test_nobody_orders_more_than_twenty_of_one_thing(database: Database) -> None:
    store = Store(database, NoCache())
    store.add("c1", "tide-mug", 15)
    store.add("c1", "tide-mug", 15)
    store.add("c1", "north-pier", 99)
    store.change("c1", "north-pier", 99)
    assert set(store.quantities("c1")[0].values()) == {MOST_OF_ONE}


def test_a_line_is_changed_taken_out_and_all_is_emptied(database: Database) -> None:
    client = create_app(Store(database, NoCache())).test_client()
    for sku in ("tide-mug", "north-pier"):
        client.post(f"/carts/c1/lines/{sku}", json={"quantity": 1})
    client.put("/carts/c1/lines/tide-mug", json={"quantity": 5})
    client.put("/carts/c1/lines/north-pier", json={"quantity": 0})
    assert body(client.get("/carts/c1"))["lines"] == [{"sku": "tide-mug", "quantity": 5}]
    client.delete("/carts/c1")
    assert body(client.get("/carts/c1"))["count"] == 0


def test_the_cache_never_shows_an_old_basket(database: Database) -> None:
    redis = FakeRedis()
    store = Store(database, Cache(redis, 60))
    changes: list[Callable[[], None]] = [
        lambda: store.add("c1", "tide-mug", 1),
        lambda: store.change("c1", "tide-mug", 4),
        lambda: store.empty("c1"),
    ]
    for change in changes:
        change()
        truth = store.quantities("c1")
        assert truth[1] == "primary"
        assert store.quantities("c1") == (truth[0], "cache")
    redis.values["cart:c1"] = '{"tide-mug": 9}'
    assert store.quantities("c1", fresh=True) == ({}, "primary")


@pytest.mark.parametrize("body", [{}, {"quantity": 0}, {"quantity": "2"}, {"quantity": -3}])
def test_a_quantity_that_makes_no_sense_is_refused(database: Database, body: object) -> None:
    client = create_app(Store(database, NoCache())).test_client()
    assert client.post("/carts/c1/lines/tide-mug", json=body).status_code == 400
