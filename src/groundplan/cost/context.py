"""What the monthly cost of a resource is worked out with: facts, usage and prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from groundplan.cost.bill import CENT, Free, Gap, Line

if TYPE_CHECKING:
    from groundplan.cost.prices import Prices
    from groundplan.design.usage import Assumed, Usage
    from groundplan.facts import Facts, Resource


@dataclass(frozen=True)
class Context:
    """What the rules price with."""

    facts: Facts
    usage: Usage
    prices: Prices
    env: str | None

    def used(self, name: str) -> Assumed | None:
        """The usage assumption of that field for this environment."""
        return self.usage.amount(name, self.env)

    def hours(self, count: int = 1) -> Decimal:
        """The hours that `count` things run in a month."""
        assumed = self.usage.hours_per_month
        return count * decimal(assumed.environments.get(self.env or "", assumed).value)

    def line(
        self,
        resources: Iterable[Resource],
        item: str,
        quantity: Decimal | int,
        row: tuple[str, str],
        *,
        assumption: str = "",
        share: Decimal = Decimal(1),
    ) -> Line | Gap:
        """The line for `quantity` at the price of `row` (service, item) times `share`.

        `resources` is empty for what no resource of the plan is.
        """
        addresses = tuple(resource.address for resource in resources)
        price = self.prices.find(*row)
        if price is None:
            lacking = f"{item}: the price table has no '{row[1]}' of {row[0]}"
            return Gap(next(iter(addresses), item), lacking)
        each, many = price.usd * share, Decimal(quantity)
        return Line(
            addresses, item, many, price.unit, each,
            usd=(many * each).quantize(CENT, ROUND_HALF_UP),
            priced_as=f"{price.service}: {price.item}", source=price.source, assumption=assumption,
        )  # fmt: skip

    def usage_line(
        self, resources: tuple[Resource, ...], item: str, field: str, row: tuple[str, str], *,
        times: int = 1,
    ) -> Line | Gap:  # fmt: skip
        """The line for an assumed usage that all `resources` share."""
        assumed = self.used(field)
        if assumed is None:
            return Gap(resources[0].address, f"{item}: the design assumes no usage.{field}")
        quantity = times * decimal(assumed.value)
        return self.line(resources, item, quantity, row, assumption=assumed.reason)

    def referred(self, resource: Resource, path: str) -> Resource | None:
        """The one resource that the value at `path` refers to, where the plan can tell."""
        targets = resource.references.get(path, ())
        found = [other for other in self.facts if other.address in targets]
        return found[0] if len(found) == 1 else None


Priced = Iterator[Line | Gap | Free]
Rule = Callable[[tuple["Resource", ...], Context], Priced]


def decimal(value: float) -> Decimal:
    """`value` exactly as it is written."""
    return Decimal(str(value))


def counted(resources: tuple[Resource, ...], one: str, many: str | None = None) -> str:
    """Such as `3 alarms`; `many` where the plural is not `one` with an s."""
    return f"{len(resources)} {one if len(resources) == 1 else many or f'{one}s'}"


def label(resource: Resource, path: str) -> str:
    """The name at the dotted `path`, else the address."""
    return str(resource.get(path) or resource.address)
