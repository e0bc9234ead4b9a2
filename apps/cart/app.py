"""The cart's HTTP interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from werkzeug.exceptions import BadRequest

from apps.cart.store import Store
from apps.common import cache, database, web

if TYPE_CHECKING:
    from flask import Flask

CACHE_SECONDS = 60


def from_environment() -> Flask:
    """The application that Gunicorn serves."""
    return create_app(Store(database.primary(), cache.cache(CACHE_SECONDS)))


def create_app(store: Store) -> Flask:
    """The cart over ``store``."""
    app = web.service("cart", needs={"mysql": store.database.alive})

    @app.get("/carts/<cart>")
    def show(cart: str) -> dict[str, object]:
        quantities, source = store.quantities(cart, fresh=web.fresh())
        web.served_from(source)
        lines = [{"sku": sku, "quantity": number} for sku, number in quantities.items()]
        return {"lines": lines, "count": sum(quantities.values())}

    @app.post("/carts/<cart>/lines/<sku>")
    def add(cart: str, sku: str) -> tuple[str, int]:
        store.add(cart, sku, _quantity(request.get_json(), least=1))
        return "", 204

    @app.put("/carts/<cart>/lines/<sku>")
    def change(cart: str, sku: str) -> tuple[str, int]:
        store.change(cart, sku, _quantity(request.get_json(), least=0))
        return "", 204

    @app.delete("/carts/<cart>")
    def empty(cart: str) -> tuple[str, int]:
        store.empty(cart)
        return "", 204

    return app


def _quantity(body: object, least: int) -> int:
    match body:
        case {"quantity": int(quantity)} if quantity >= least:
            return quantity
    raise BadRequest(f'Expected {{"quantity": number}}, {least} or more.')
