"""Baskets in MySQL, read through a cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pymysql

if TYPE_CHECKING:
    from apps.common.cache import Cache
    from apps.common.database import Database

MOST_OF_ONE = 20


@dataclass(frozen=True)
class Store:
    """Baskets by id; a basket that nobody filled is an empty one."""

    database: Database
    cache: Cache

    def quantities(self, cart: str, *, fresh: bool = False) -> tuple[dict[str, int], str]:
        """``{sku: quantity}`` in the order in which they were added, and where it was read.

        ``fresh``: from the database, whatever the cache says.
        """
        cached = None if fresh else self.cache.get(_key(cart))
        if cached is not None:
            return cached, "cache"
        rows = self.database.rows(
            "SELECT sku, quantity FROM cart_lines WHERE cart_id = %s ORDER BY added_at, sku", cart
        )
        quantities = {row["sku"]: row["quantity"] for row in rows}
        self.cache.put(_key(cart), quantities)
        return quantities, self.database.role

    def add(self, cart: str, sku: str, quantity: int) -> None:
        """Add ``quantity`` of ``sku``, up to MOST_OF_ONE in all."""
        if not self._add_to_line(cart, sku, quantity):
            try:
                self._insert(cart, sku, quantity)
            except pymysql.err.IntegrityError:
                # A second click was faster: its line is there now.
                self._add_to_line(cart, sku, quantity)
        self.cache.drop(_key(cart))

    def change(self, cart: str, sku: str, quantity: int) -> None:
        """Set the quantity of a line; zero takes the line out."""
        with self.database.transaction() as cursor:
            if quantity == 0:
                query = "DELETE FROM cart_lines WHERE cart_id = %s AND sku = %s"
                cursor.execute(query, (cart, sku))
            else:
                query = "UPDATE cart_lines SET quantity = %s WHERE cart_id = %s AND sku = %s"
                cursor.execute(query, (min(quantity, MOST_OF_ONE), cart, sku))
        self.cache.drop(_key(cart))

    def empty(self, cart: str) -> None:
        """Take everything out."""
        with self.database.transaction() as cursor:
            cursor.execute("DELETE FROM cart_lines WHERE cart_id = %s", (cart,))
        self.cache.drop(_key(cart))

    def _add_to_line(self, cart: str, sku: str, quantity: int) -> bool:
        with self.database.transaction() as cursor:
            cursor.execute(
                "UPDATE cart_lines SET quantity ="
                " CASE WHEN quantity + %s > %s THEN %s ELSE quantity + %s END"
                " WHERE cart_id = %s AND sku = %s",
                (quantity, MOST_OF_ONE, MOST_OF_ONE, quantity, cart, sku),
            )
            return bool(cursor.rowcount == 1)

    def _insert(self, cart: str, sku: str, quantity: int) -> None:
        with self.database.transaction() as cursor:
            cursor.execute(
                "INSERT INTO cart_lines (cart_id, sku, quantity) VALUES (%s, %s, %s)",
                (cart, sku, min(quantity, MOST_OF_ONE)),
            )


def _key(cart: str) -> str:
    return f"cart:{cart}"
