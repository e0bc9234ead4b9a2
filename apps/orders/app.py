"""The orders' HTTP interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, request
from werkzeug.exceptions import BadRequest

from apps.common import database, web
from apps.common.environment import setting
from apps.common.peers import Peer
from apps.orders.placing import CannotOrderError, Desk
from apps.orders.store import Customer, Store

if TYPE_CHECKING:
    from flask import Flask


def from_environment() -> Flask:
    """The application that Gunicorn serves."""
    cart, catalog, payments = (
        Peer(name, setting(f"{name.upper()}_URL"), caller="orders")
        for name in ("cart", "catalog", "payments")
    )
    return create_app(Desk(Store(database.primary()), cart, catalog, payments))


def create_app(desk: Desk) -> Flask:
    """Orders placed at ``desk``."""
    needs = {
        "mysql": desk.store.database.alive,
        "cart": desk.cart.alive,
        "catalog": desk.catalog.alive,
        "payments": desk.payments.alive,
    }
    app = web.service("orders", needs=needs)

    @app.post("/orders")
    def place() -> tuple[dict[str, Any], int]:
        key = request.headers.get("Idempotency-Key") or abort(400, "Idempotency-Key is missing.")
        cart, customer, card = _request(request.get_json())
        try:
            order = desk.place(key, cart, customer, card)
        except CannotOrderError as error:
            return {"error": str(error)}, 422
        return order, 201

    @app.get("/orders/<order>")
    def show(order: str) -> dict[str, Any]:
        web.served_from(desk.store.database.role)
        return desk.store.get(order) or abort(404, f"There is no order {order!r}.")

    return app


def _request(body: object) -> tuple[str, Customer, str]:
    match body:
        case {
            "cart": str(cart),
            "name": str(name),
            "email": str(email),
            "address": str(address),
            "card": str(card),
        } if name.strip():
            return cart, Customer(name.strip(), email.strip(), address.strip()), card
    raise BadRequest("Expected cart, name, email, address and card.")
