"""Prices of AWS, from a table in which each row names its source."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan import csvfile
from groundplan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS = ("service", "item", "unit", "usd", "source")
REGION = "us-east-1"
TABLE = Path(__file__).parents[1] / "data" / "aws_prices_us_east_1.csv"


@dataclass(frozen=True)
class Price:
    """What one `unit` of an item costs in USD, and where that was read."""

    service: str
    item: str
    unit: str
    usd: Decimal
    source: str


@dataclass(frozen=True, eq=False)
class Prices:
    """The prices of one region, by service and item."""

    region: str
    rows: Mapping[tuple[str, str], Price]

    def find(self, service: str, item: str) -> Price | None:
        """The price of that item, None where the table has none: that is a gap, never zero."""
        return self.rows.get((service, item))


@cache
def load(path: Path = TABLE, region: str = REGION) -> Prices:
    """The price table in `path` (default: the one that comes with groundplan).

    Raises InputError with the line of a row that is incomplete, repeated or not a price.
    """
    rows: dict[tuple[str, str], Price] = {}
    for line, row in csvfile.rows(path, COLUMNS, "prices"):
        price = _price(row, path, line)
        key = (price.service, price.item)
        if key in rows:
            raise InputError(f"'{price.item}' is priced twice", file=path, line=line)
        rows[key] = price
    return Prices(region, rows)


def _price(row: Mapping[str, str], path: Path, line: int) -> Price:
    try:
        usd = Decimal(row["usd"])
    except InvalidOperation:
        usd = Decimal("NaN")
    if not usd.is_finite() or usd <= 0:
        hint = "a free item is not in the table"
        message = f"'{row['usd']}' is not a price"
        raise InputError(message, hint=hint, file=path, line=line)
    return Price(row["service"], row["item"], row["unit"], usd, row["source"])
