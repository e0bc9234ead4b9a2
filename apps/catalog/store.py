"""Products and reservations of stock, in MySQL; reads may go to a replica and a cache."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pymysql

from apps.common.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apps.common.cache import Cache
    from apps.common.database import Database

_ALL = "SELECT * FROM products ORDER BY position"
_KEY = "catalog:products"
_log = logging.getLogger("catalog")


class OutOfStockError(Exception):
    """There are fewer of ``sku`` than were asked for."""

    def __init__(self, sku: str) -> None:
        super().__init__(sku)
        self.sku = sku


@dataclass(frozen=True)
class Store:
    """``reader`` is the read replica, where there is one."""

    primary: Database
    reader: Database | None
    cache: Cache
    patience: Patience = field(default_factory=Patience)  # with the reader

    def products(self, *, fresh: bool = False) -> tuple[list[dict[str, Any]], str]:
        """All products in the order of the shop, and where they were read.

        There are few enough to keep them under one key of the cache. Price and
        stock may be some seconds old, unless they are asked for ``fresh``.
        """
        if fresh:
            return self.primary.rows(_ALL), self.primary.role
        cached = self.cache.get(_KEY)
        if cached is not None:
            return cached, "cache"
        products, source = self._read()
        self.cache.put(_KEY, products)
        return products, source

    def reserve(self, order: str, quantities: Mapping[str, int]) -> None:
        """Take the quantities out of stock for ``order``: all of them or, with
        OutOfStockError, none. A second call for the same order changes nothing.
        """
        if self.primary.rows("SELECT sku FROM reservations WHERE order_id = %s", order):
            return
        with (
            suppress(pymysql.err.IntegrityError),  # the same call, at once: it was faster
            self.primary.transaction() as cursor,
        ):
            # Always in the same order, so that two orders don't wait for each other.
            for sku, quantity in sorted(quantities.items()):
                _take(cursor, order, sku, quantity)
        self.cache.drop(_KEY)

    def release(self, order: str) -> None:
        """Put back what was reserved for ``order``, if anything was."""
        with self.primary.transaction() as cursor:
            cursor.execute(
                "SELECT sku, quantity FROM reservations WHERE order_id = %s"
                " ORDER BY sku FOR UPDATE",
                (order,),
            )
            for line in cursor.fetchall():
                cursor.execute(
                    "UPDATE products SET stock = stock + %s WHERE sku = %s",
                    (line["quantity"], line["sku"]),
                )
            cursor.execute("DELETE FROM reservations WHERE order_id = %s", (order,))
        self.cache.drop(_KEY)

    def _read(self) -> tuple[list[dict[str, Any]], str]:
        if self.reader is not None and self.patience.worth_trying():
            try:
                return self.reader.rows(_ALL), self.reader.role
            except pymysql.err.DatabaseError as error:
                self.patience.failed()
                _log.warning("reading from the primary instead", extra={"error": str(error)})
        return self.primary.rows(_ALL), self.primary.role


def _take(cursor: Any, order: str, sku: str, quantity: int) -> None:
    cursor.execute(
        "UPDATE products SET stock = stock - %s WHERE sku = %s AND stock >= %s",
        (quantity, sku, quantity),
    )
    if cursor.rowcount != 1:
        raise OutOfStockError(sku)
    cursor.execute(
        "INSERT INTO reservations (order_id, sku, quantity) VALUES (%s, %s, %s)",
        (order, sku, quantity),
    )
