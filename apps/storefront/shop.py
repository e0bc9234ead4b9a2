"""What the pages show, put together from the services' answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from apps.common.peers import Peer

CATEGORIES = {"coffee": "Coffee", "brewing": "Brewing", "kitchen": "Kitchen"}


@dataclass(frozen=True)
class Line:
    """A product in the basket."""

    product: dict[str, Any]
    quantity: int

    @property
    def name(self) -> str:
        """The product's."""
        return str(self.product["name"])

    @property
    def price_cents(self) -> int:
        """Of one."""
        return int(self.product["price_cents"])

    @property
    def total_cents(self) -> int:
        """Price times quantity."""
        return self.price_cents * self.quantity

    @property
    def short(self) -> bool:
        """Whether there are fewer in stock than in the basket."""
        return bool(self.product["stock"] < self.quantity)


@dataclass(frozen=True)
class Basket:
    """The lines whose products are still for sale."""

    lines: tuple[Line, ...]

    @property
    def total_cents(self) -> int:
        """What all of it costs. Delivery is free."""
        return sum(line.total_cents for line in self.lines)

    @property
    def count(self) -> int:
        """How many things, not how many kinds."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True)
class Shop:
    """The services behind the storefront."""

    catalog: Peer
    cart: Peer
    orders: Peer

    def products(self) -> list[dict[str, Any]]:
        """All products, in the order of the shop."""
        return list(self.catalog.get("/products")["products"])

    def product(self, sku: str) -> dict[str, Any] | None:
        """One product; looked up by comparison, so ``sku`` may be any text."""
        return next((each for each in self.products() if each["sku"] == sku), None)

    def basket(self, cart: str | None) -> Basket:
        """The basket with its products. Without a cart there is nothing to ask for."""
        if cart is None:
            return Basket(())
        lines = self.cart.get(f"/carts/{cart}")["lines"]
        if not lines:
            return Basket(())
        products = {each["sku"]: each for each in self.products()}
        return Basket(
            tuple(
                Line(products[line["sku"]], line["quantity"])
                for line in lines
                if line["sku"] in products
            )
        )

    def count(self, cart: str | None) -> int:
        """How many things are in the basket."""
        return int(self.cart.get(f"/carts/{cart}")["count"]) if cart else 0


def related(products: list[dict[str, Any]], product: dict[str, Any]) -> list[dict[str, Any]]:
    """Four others: one of each other category first, then from its own."""
    others = [each for each in products if each["sku"] != product["sku"]]
    first = {each["category"]: each for each in reversed(others)}
    first.pop(product["category"], None)
    chosen = list(first.values())
    return (chosen + [each for each in others if each not in chosen])[:4]


def money(cents: int) -> str:
    """1150 as ``$11.50``."""
    return f"${cents // 100:,}.{cents % 100:02d}"
