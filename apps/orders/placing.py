"""Placing an order, step by step, so that it can be asked for twice.

Each step says the same thing again when it is repeated, here and in the services
that it calls. A request that broke off half-way is sent again with the same
idempotency key and goes on where it was.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.orders.store import Line

if TYPE_CHECKING:
    from apps.common.peers import Peer
    from apps.orders.store import Customer, Store

_FRESH = {"Cache-Control": "no-cache"}
_ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"  # nothing that reads like something else


class CannotOrderError(Exception):
    """The basket or the card is not one that an order can be made of."""


@dataclass(frozen=True)
class Desk:
    """Where orders are placed."""

    store: Store
    cart: Peer
    catalog: Peer
    payments: Peer

    def place(self, key: str, cart: str, customer: Customer, card: str) -> dict[str, Any]:
        """The order for this ``key``, ended: paid, declined or out of stock."""
        order = self.store.with_key(key) or self._open(key, cart, customer)
        if order["state"] == "placed":
            self._go_on(order, card)
            order = self._found(key)
        return order

    def _open(self, key: str, cart: str, customer: Customer) -> dict[str, Any]:
        lines = self._priced(cart)
        self.store.add(_new_id(), key, cart, customer, lines)
        return self._found(key)

    def _priced(self, cart: str) -> list[Line]:
        basket = self.cart.call("GET", f"/carts/{cart}", headers=_FRESH).json()["lines"]
        if not basket:
            raise CannotOrderError("The basket is empty.")
        found = self.catalog.call("GET", "/products", headers=_FRESH).json()["products"]
        products = {each["sku"]: each for each in found}
        gone = [line["sku"] for line in basket if line["sku"] not in products]
        if gone:
            raise CannotOrderError(f"No longer for sale: {', '.join(gone)}.")
        return [_line(products[line["sku"]], line["quantity"]) for line in basket]

    def _go_on(self, order: dict[str, Any], card: str) -> None:
        quantities = {line["sku"]: line["quantity"] for line in order["lines"]}
        path = f"/reservations/{order['id']}"
        answer = self.catalog.call("PUT", path, body={"quantities": quantities}, expect={409})
        if not answer.is_success:
            self.store.end(order["id"], "out_of_stock", answer.json()["sku"])
            return
        payment = self._paid(order, card)
        if payment["state"] == "approved":
            # Before the order ends: a form that is sent again later must not
            # empty the basket that has been filled since.
            self.cart.call("DELETE", f"/carts/{order['cart_id']}")
            self.store.end(order["id"], "paid", f"card ending in {payment['last4']}")
        else:
            self.catalog.call("DELETE", path)
            self.store.end(order["id"], "declined", payment["reason"])

    def _paid(self, order: dict[str, Any], card: str) -> dict[str, Any]:
        body = {"amount_cents": order["total_cents"], "card": card}
        answer = self.payments.call("PUT", f"/payments/{order['id']}", body=body, expect={422})
        if answer.is_success:
            return dict(answer.json())
        return {"state": "declined", "reason": answer.json()["error"]}

    def _found(self, key: str) -> dict[str, Any]:
        order = self.store.with_key(key)
        if order is None:
            raise LookupError(f"the order placed with {key} is gone")
        return order


def _line(product: dict[str, Any], quantity: int) -> Line:
    return Line(product["sku"], product["name"], product["price_cents"], quantity)


def _new_id() -> str:
    # Long enough not to be guessed: the order's page is open to whoever has its link.
    return "HL-" + "".join(secrets.choice(_ALPHABET) for _ in range(12))
