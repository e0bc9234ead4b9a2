"""The five services in one process: HTTP without a network, SQLite in the place of MySQL.

The services' SQL is kept to what both databases understand, so that it is the
real statements that run here. tests/test_apps.py runs them on MySQL.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pymysql

from apps.cart import app as cart_app
from apps.cart import store as cart_store
from apps.catalog import app as catalog_app
from apps.catalog import store as catalog_store
from apps.common.cache import Cache, NoCache
from apps.common.database import Database
from apps.common.peers import Peer
from apps.orders import app as orders_app
from apps.orders.placing import Desk
from apps.orders.store import Store as Orders
from apps.payments import app as payments_app
from apps.storefront import app as storefront_app
from apps.storefront import trail
from apps.storefront.shop import Shop

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

SQL = Path(__file__).parents[1] / "mysql" / "primary"
TWICE = "ON DUPLICATE KEY UPDATE sku = sku"  # MySQL's own way to leave a row as it is


class SqliteCursor:
    """PyMySQL's cursor, as far as the services use it."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    def __enter__(self) -> SqliteCursor:
        return self

    def __exit__(self, *error: object) -> None:
        self._cursor.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, query: str, values: tuple[object, ...] = ()) -> None:
        self._run(self._cursor.execute, query, values)

    def executemany(self, query: str, values: list[tuple[object, ...]]) -> None:
        self._run(self._cursor.executemany, query, values)

    def _run(self, method: Callable[..., object], query: str, values: object) -> None:
        try:
            method(query.replace("%s", "?").replace(" FOR UPDATE", ""), values)
        except sqlite3.IntegrityError as error:
            raise pymysql.err.IntegrityError(str(error)) from error


class SqliteConnection:
    """PyMySQL's connection, as far as the services use it."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        self._connection.row_factory = lambda cursor, row: {
            column[0]: value for column, value in zip(cursor.description, row, strict=True)
        }

    def ping(self, *, reconnect: bool) -> None:
        assert not reconnect

    def cursor(self) -> SqliteCursor:
        return SqliteCursor(self._connection.cursor())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Lost:
    """A database server that is not there."""

    def __call__(self) -> None:
        raise pymysql.err.OperationalError(2003, "Can't connect to MySQL server")


class FakeRedis:
    """The three commands that the cache uses."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def set(self, key: str, value: str, *, ex: int) -> None:
        assert ex > 0
        self.values[key] = value

    def delete(self, key: str) -> None:
        self.values.pop(key, None)


def body(answer: TestResponse) -> Any:
    """The JSON of an answer."""
    return answer.get_json()


class Sqlite:
    """A database file for each role, in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opened: list[SqliteConnection] = []

    def database(self, role: str = "primary") -> Database:
        """A database with the shop's tables and products."""
        path = self._folder / f"{role}.sqlite"
        if not path.exists():
            created = sqlite3.connect(path)
            for name in ("20-tables.sql", "30-products.sql"):
                script = (SQL / name).read_text(encoding="utf-8")
                created.executescript(script.replace(TWICE, "ON CONFLICT DO NOTHING"))
            created.close()
        return Database(lambda: self._open(path), role)

    def close(self) -> None:
        """Close what was opened."""
        for connection in self._opened:
            connection.close()

    def _open(self, path: Path) -> SqliteConnection:
        self._opened.append(SqliteConnection(path))
        return self._opened[-1]


class Wire(httpx.BaseTransport):
    """A service in this process; ``fail`` cuts the wire, ``seen`` is what went over it."""

    def __init__(self, app: Flask) -> None:
        self._inner = httpx.WSGITransport(app=app)
        self.fail: str = ""
        self.seen: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.fail and re.search(self.fail, f"{request.method} {request.url.path}"):
            raise httpx.ConnectError("cut", request=request)
        self.seen.append(request)
        return self._inner.handle_request(request)


@dataclass(frozen=True)
class Harbour:
    """The whole shop. ``wires`` lead to the services."""

    browser: FlaskClient
    orders: FlaskClient
    wires: dict[str, Wire]
    database: Database

    @classmethod
    def built(cls, open_database: Callable[[str], Database]) -> Harbour:
        """All services, each with its own connection to the same database."""
        wires = {name: Wire(app) for name, app in _leaves(open_database).items()}

        def peer(name: str, caller: str) -> Peer:
            observe = trail.note if caller == "storefront" else None
            url = f"http://{name}:8000"
            return Peer(name, url, caller=caller, transport=wires[name], observe=observe)

        cart, catalog, payments = (peer(name, "orders") for name in ("cart", "catalog", "payments"))
        desk = Desk(Orders(open_database("primary")), cart, catalog, payments)
        orders = orders_app.create_app(desk)
        wires["orders"] = Wire(orders)
        shop = Shop(*(peer(name, "storefront") for name in ("catalog", "cart", "orders")))
        browser = storefront_app.create_app(shop).test_client()
        return cls(browser, orders.test_client(), wires, open_database("primary"))

    def stock(self, sku: str) -> int:
        rows = self.database.rows("SELECT stock FROM products WHERE sku = %s", sku)
        return int(rows[0]["stock"])

    def fill(self, sku: str = "tide-mug", quantity: int = 1) -> None:
        answer = self.browser.post("/basket", data={"sku": sku, "quantity": str(quantity)})
        assert answer.status_code == 303

    def check_out(self, card: str = "4242 4242 4242 4242", **changed: str) -> Any:
        page = self.browser.get("/checkout").text
        form = {
            "key": re.findall(r'name="key" value="(\w+)"', page)[0],
            "name": "Ada Lovelace",
            "email": "ada@example.org",
            "address": "12 Quay Street, Whitby",
            "card": card,
            "expiry": "12/30",
            "cvc": "123",
        }
        return self.browser.post("/checkout", data=form | changed)


def _leaves(open_database: Callable[[str], Database]) -> dict[str, Flask]:
    """The services that call no other."""
    catalog = catalog_store.Store(open_database("primary"), None, NoCache())
    cart = cart_store.Store(open_database("primary"), Cache(FakeRedis(), 60))
    return {
        "catalog": catalog_app.create_app(catalog),
        "cart": cart_app.create_app(cart),
        "payments": payments_app.create_app(open_database("primary")),
    }
