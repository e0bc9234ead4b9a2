"""The catalog's HTTP interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.exceptions import BadRequest, NotFound

from apps.catalog.store import OutOfStockError, Store
from apps.common import cache, database, web

if TYPE_CHECKING:
    from flask import Flask

CACHE_SECONDS = 30


def from_environment() -> Flask:
    """The application that Gunicorn serves."""
    store = Store(database.primary(), database.replica(), cache.cache(CACHE_SECONDS))
    return create_app(store)


def create_app(store: Store) -> Flask:
    """The catalog over ``store``."""
    app = web.service("catalog", needs={"mysql": store.primary.alive})

    @app.get("/products")
    def products() -> dict[str, object]:
        found, source = store.products(fresh=web.fresh())
        web.served_from(source)
        return {"products": found}

    @app.get("/products/<sku>")
    def product(sku: str) -> dict[str, Any]:
        found, source = store.products(fresh=web.fresh())
        web.served_from(source)
        for each in found:
            if each["sku"] == sku:
                return each
        raise NotFound(f"There is no product {sku!r}.")

    @app.put("/reservations/<order>")
    def reserve(order: str) -> tuple[dict[str, object], int]:
        try:
            store.reserve(order, _quantities(request.get_json()))
        except OutOfStockError as error:
            return {"error": "Out of stock.", "sku": error.sku}, 409
        return {"order": order}, 200

    @app.delete("/reservations/<order>")
    def release(order: str) -> tuple[str, int]:
        store.release(order)
        return "", 204

    return app


def _quantities(body: object) -> dict[str, int]:
    match body:
        case {"quantities": dict(quantities)} if quantities and all(
            isinstance(each, int) and each > 0 for each in quantities.values()
        ):
            return quantities
    raise BadRequest('Expected {"quantities": {sku: number}} with at least one, all above zero.')
