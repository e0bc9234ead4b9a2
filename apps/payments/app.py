"""The payments' HTTP interface. A card's number is neither kept nor logged: its last four are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pymysql
from flask import abort, request
from werkzeug.exceptions import BadRequest

from apps.common import database, web
from apps.payments import provider

if TYPE_CHECKING:
    from flask import Flask


def from_environment() -> Flask:
    """The application that Gunicorn serves."""
    return create_app(database.primary())


def create_app(db: database.Database) -> Flask:
    """Payments kept in ``db``."""
    app = web.service("payments", needs={"mysql": db.alive})

    @app.put("/payments/<order>")
    def pay(order: str) -> dict[str, Any]:
        amount, card = _request(request.get_json())
        if not provider.well_formed(card):
            abort(422, "This is not a card number.")
        return _recorded(db, order) or _charge(db, order, amount, card)

    @app.get("/payments/<order>")
    def show(order: str) -> dict[str, Any]:
        return _recorded(db, order) or abort(404, "Nothing was charged for this order.")

    return app


def _request(body: object) -> tuple[int, str]:
    match body:
        case {"amount_cents": int(amount), "card": str(card)} if amount > 0:
            return amount, re.sub(r"[ -]", "", card)
    raise BadRequest('Expected {"amount_cents": number, "card": text}.')


def _charge(db: database.Database, order: str, amount: int, card: str) -> dict[str, Any]:
    decision = provider.charge(card)
    state = "approved" if decision.approved else "declined"
    try:
        with db.transaction() as cursor:
            cursor.execute(
                "INSERT INTO payments (order_id, amount_cents, last4, state, reason)"
                " VALUES (%s, %s, %s, %s, %s)",
                (order, amount, card[-4:], state, decision.reason),
            )
    except pymysql.err.IntegrityError:
        pass  # the same request came twice at once; what the first one recorded counts
    return _recorded(db, order) or {}


def _recorded(db: database.Database, order: str) -> dict[str, Any] | None:
    rows = db.rows("SELECT state, reason, last4 FROM payments WHERE order_id = %s", order)
    return rows[0] if rows else None
