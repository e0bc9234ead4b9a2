"""A monthly bill as a page tells it: what is small, what is missing, and how old its prices are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from groundplan.facts.addresses import split
from groundplan.pages.labels import type_label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groundplan.cost.bill import Bill, Line

MOST_ON_A_SLIDE: Final = 9  # lines; what is dearest comes first
MOST_NAMED: Final = 2  # things that are missing, in a line of a table
_DATE: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")


@dataclass(frozen=True)
class Missing:
    """What is not in the total: what people call it, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class BillView:
    """A bill for a page; `names` has what people call its resources, by address."""

    bill: Bill
    names: Mapping[str, str]

    @property
    def large(self) -> tuple[Line, ...]:
        """The lines that a slide has room for."""
        return self.bill.lines[: len(self.bill.lines) - len(self.small)]

    @property
    def small(self) -> tuple[Line, ...]:
        """The lines that a slide tells as one."""
        rest = self.bill.lines[MOST_ON_A_SLIDE:]
        return rest if len(rest) > 1 else ()

    @property
    def small_usd(self) -> Decimal:
        """What the small lines come to, in USD."""
        return sum((line.usd for line in self.small), Decimal(0))

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What is not in the total, each thing and reason once."""
        found = (Missing(self._called(gap.address), gap.reason) for gap in self.bill.gaps)
        return tuple(dict.fromkeys(found))

    @property
    def without(self) -> str:
        """What is not in the total, in a few words: `without SNS topic alarms`; else nothing."""
        names = list(dict.fromkeys(item.name for item in self.missing))
        if len(names) > MOST_NAMED:
            return f"without {len(names)} things that have no price"
        return f"without {' and '.join(names)}" if names else ""

    def _called(self, address: str) -> str:
        kind = type_label(split(address)[-2])
        return f"{kind} {self.names[address]}"

    @property
    def dates(self) -> str:
        """Of which days the prices are, as their sources say: `2024-07-01 to 2026-10-02`."""
        found = sorted({date for line in self.bill.lines for date in _DATE.findall(line.source)})
        return " to ".join(dict.fromkeys((*found[:1], *found[-1:])))
