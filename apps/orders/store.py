"""Orders in MySQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pymysql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apps.common.database import Database


@dataclass(frozen=True)
class Customer:
    """Whom the order goes to."""

    name: str
    email: str
    address: str


@dataclass(frozen=True)
class Line:
    """So many of a product, at the price of the moment in which it was ordered."""

    sku: str
    name: str
    price_cents: int
    quantity: int


@dataclass(frozen=True)
class Store:
    """Orders by id, and by the idempotency key of the request that placed them.

    States: ``placed``, then one of ``paid``, ``declined``, ``out_of_stock``.
    """

    database: Database

    def add(
        self, order: str, key: str, cart: str, customer: Customer, lines: Sequence[Line]
    ) -> None:
        """Keep a new order, unless there is one with this key."""
        total = sum(line.price_cents * line.quantity for line in lines)
        try:
            with self.database.transaction() as cursor:
                cursor.execute(
                    "INSERT INTO orders"
                    " (id, idempotency_key, cart_id, name, email, address, total_cents, state)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s, 'placed')",
                    (order, key, cart, customer.name, customer.email, customer.address, total),
                )
                cursor.executemany(
                    "INSERT INTO order_lines (order_id, sku, name, price_cents, quantity)"
                    " VALUES (%s, %s, %s, %s, %s)",
                    [
                        (order, each.sku, each.name, each.price_cents, each.quantity)
                        for each in lines
                    ],
                )
        except pymysql.err.IntegrityError:
            # The same request, sent twice at once: the other one's order counts.
            if self.with_key(key) is None:
                raise

    def end(self, order: str, state: str, reason: str = "") -> None:
        """Move a placed order on; one that has ended stays as it is."""
        with self.database.transaction() as cursor:
            cursor.execute(
                "UPDATE orders SET state = %s, reason = %s WHERE id = %s AND state = 'placed'",
                (state, reason, order),
            )

    def with_key(self, key: str) -> dict[str, Any] | None:
        """The order that was placed with ``key``."""
        rows = self.database.rows("SELECT id FROM orders WHERE idempotency_key = %s", key)
        return self.get(rows[0]["id"]) if rows else None

    def get(self, order: str) -> dict[str, Any] | None:
        """The order with its lines. What names the customer stays in the database,
        but for the first name: whoever has the link sees the page."""
        rows = self.database.rows(
            "SELECT id, cart_id, name, total_cents, state, reason FROM orders WHERE id = %s", order
        )
        if not rows:
            return None
        lines = self.database.rows(
            "SELECT sku, name, price_cents, quantity FROM order_lines"
            " WHERE order_id = %s ORDER BY sku",
            order,
        )
        first_name = rows[0].pop("name").split()[0]
        return {**rows[0], "first_name": first_name, "lines": lines}
