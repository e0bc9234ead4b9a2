from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.catalog.app import create_app
from apps.catalog.store import OutOfStockError, Store
from apps.common.cache import Cache, NoCache
from apps.common.database import Database
from apps.tests.in_process import FakeRedis, Lost, body

if TYPE_CHECKING:
    from collections.abc import Callable


def stock(database: Database, sku: str) -> int:
    return int(database.rows("SELECT stock FROM products WHERE sku = %s", sku)[0]["stock"])


def test_all_twelve_products_in_the_order_of_the_shop(database: Database) -> None:
    client = create_app(Store(database, None, NoCache())).test_client()
    answer = client.get("/products")
    products = body(answer)["products"]
    assert [each["position"] for each in products] == list(range(1, 13))
    assert answer.headers["X-Data-Source"] == "primary"
    assert body(client.get("/products/tide-mug"))["price_cents"] == 1900
    assert client.get("/products/anchor").status_code == 404


def test_reads_come_from_the_replica_where_there_is_one(
    open_database: Callable[[str], Database],
) -> None:
    primary, replica = open_database("primary"), open_database("replica")
    with replica.transaction() as cursor:
        cursor.execute("UPDATE products SET stock = 3")
    client = create_app(Store(primary, replica, NoCache())).test_client()
    answer = client.get("/products/tide-mug")
    assert (body(answer)["stock"], answer.headers["X-Data-Source"]) == (3, "replica")
    fresh = client.get("/products/tide-mug", headers={"Cache-Control": "no-cache"})
    assert (body(fresh)["stock"], fresh.headers["X-Data-Source"]) == (140, "primary")


def test_a_replica_that_is_gone_costs_nobody_a_page(database: Database) -> None:
    store = Store(database, Database(Lost(), "replica"), NoCache())
    for _ in range(2):
        products, source = store.products()
        assert (len(products), source) == (12, "primary")


def test_the_second_read_comes_from_the_cache_until_stock_changes(database: Database) -> None:
    store = Store(database, None, Cache(FakeRedis(), 30))
    assert [store.products()[1] for _ in range(3)] == ["primary", "cache", "cache"]
    store.reserve("HL-1", {"tide-mug": 40})
    products, source = store.products()
    assert (products[2]["stock"], source) == (100, "primary")


def test_a_reservation_counts_once_and_can_be_taken_back(database: Database) -> None:
    store = Store(database, None, NoCache())
    for _ in range(2):
        store.reserve("HL-1", {"tide-mug": 2, "anchor-skillet": 1})
    assert (stock(database, "tide-mug"), stock(database, "anchor-skillet")) == (138, 4)
    for _ in range(2):
        store.release("HL-1")
    assert (stock(database, "tide-mug"), stock(database, "anchor-skillet")) == (140, 5)


def test_one_line_out_of_stock_reserves_nothing_at_all(database: Database) -> None:
    store = Store(database, None, NoCache())
    with pytest.raises(OutOfStockError) as refused:
        store.reserve("HL-1", {"anchor-skillet": 6, "tide-mug": 2, "aaa": 1})
    assert refused.value.sku == "aaa"
    with pytest.raises(OutOfStockError):
        store.reserve("HL-1", {"anchor-skillet": 5, "tide-mug": 141})
    assert stock(database, "anchor-skillet") == 5
    store.reserve("HL-1", {"anchor-skillet": 5})


@pytest.mark.parametrize("body", [{}, {"quantities": {}}, {"quantities": {"tide-mug": -1}}, []])
def test_a_reservation_that_makes_no_sense_is_refused(database: Database, body: object) -> None:
    client = create_app(Store(database, None, NoCache())).test_client()
    assert client.put("/reservations/HL-1", json=body).status_code == 400


def test_without_its_database_the_catalog_is_alive_but_not_ready() -> None:
    client = create_app(Store(Database(Lost()), None, NoCache())).test_client()
    assert client.get("/healthz").status_code == 200
    assert body(client.get("/readyz")) == {"mysql": "OperationalError"}
    assert client.get("/products").status_code == 503
