"""The value that a monthly cost is: lines, gaps and their total."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """An amount of something at its price.

    `addresses` is empty for what no resource of the plan is; `usd` is `quantity * price` for a
    month, rounded to the cent; `priced_as` is the row of the price table and `source` where that
    was read; `assumption` says what the plan can't tell.
    """

    addresses: tuple[str, ...]
    item: str
    quantity: Decimal
    unit: str
    price: Decimal
    usd: Decimal
    priced_as: str
    source: str
    assumption: str = ""

    @property
    def amount(self) -> str:
        """How much of what unit: `730 node-hours`, `20 GB`."""
        one = self.quantity == 1 or not self.unit.endswith(("hour", "month", "metric"))
        return f"{amount(self.quantity)} {self.unit}{'' if one else 's'}"


@dataclass(frozen=True)
class Gap:
    """Something that costs money, or may, and is not in the total."""

    address: str
    reason: str


@dataclass(frozen=True)
class Free:
    """Something that costs nothing by itself, and why."""

    address: str
    reason: str


@dataclass(frozen=True)
class Bill:
    """What an environment costs in a month, in USD.

    `total` is the sum of the lines as they are shown; what is in `gaps` comes on top. `free` has
    what costs nothing. Each address of the plan is in at least one of the three.
    """

    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    free: tuple[Free, ...]
    region: str
    env: str | None = None
    phase: int | None = None

    @property
    def total(self) -> Decimal:
        """The sum of the lines, in USD."""
        return sum((line.usd for line in self.lines), Decimal("0.00"))

    def as_dict(self) -> dict[str, Any]:
        """The bill for `--json`: amounts as text, so that no digit is lost."""
        return {
            "env": self.env,
            "phase": self.phase,
            "region": self.region,
            "currency": "USD",
            "total": str(self.total),
            "lines": [_plain(line) for line in self.lines],
            "gaps": [{"address": gap.address, "reason": gap.reason} for gap in self.gaps],
            "free": {item.address: item.reason for item in self.free},
        }

    def as_text(self) -> str:
        """The bill for a terminal."""
        rows = [
            (line.item, line.amount, amount(line.price), f"{line.usd:,}") for line in self.lines
        ]
        rows.append(("total per month", "", "", f"{self.total:,}"))
        widths = [max(len(row[column]) for row in rows) for column in range(4)]
        table = [
            f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:>{widths[2]}}  "
            f"{row[3]:>{widths[3]}}"
            for row in rows
        ]
        notes = [f"  {line.item}: {line.assumption}" for line in self.lines if line.assumption]
        gaps = [f"  {gap.address}: {gap.reason}" for gap in self.gaps]
        parts = [f"USD a month in {self.region}", *table]
        parts += ["", "assumed:", *notes] if notes else []
        parts += ["", "not in the total:", *gaps] if gaps else []
        return "\n".join(parts) + "\n"


def amount(value: Decimal) -> str:
    """A quantity as people write it: `1,460`, `0.5`."""
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(line: Line) -> dict[str, Any]:
    return {
        "addresses": list(line.addresses),
        "item": line.item,
        "quantity": amount(line.quantity).replace(",", ""),
        "unit": line.unit,
        "price": amount(line.price),
        "usd": str(line.usd),
        "priced_as": line.priced_as,
        "source": line.source,
        "assumption": line.assumption,
    }
