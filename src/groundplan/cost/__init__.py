"""The monthly cost of what Terraform will build, line by line, with what it can't tell.

Sources: what is built comes from the plan, prices from the price table, and what neither knows
(hours, data) from the usage assumptions of the design.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from groundplan.cost import prices
from groundplan.cost.bill import Bill, Free, Gap, Line
from groundplan.cost.context import Context
from groundplan.cost.entrance import load_balancer
from groundplan.cost.free import FREE
from groundplan.cost.rules import RULES
from groundplan.errors import InputError

if TYPE_CHECKING:
    from groundplan.cost.prices import Prices
    from groundplan.design import Design
    from groundplan.design.usage import Usage
    from groundplan.facts import Facts, Resource

__all__ = ["Bill", "Free", "Gap", "Line", "monthly", "of"]

Entry = Line | Gap | Free
Kind = TypeVar("Kind", Line, Gap, Free)


def of(design: Design, facts: Facts) -> Bill:
    """What the recorded plan of a phase of `design` costs, with what Kubernetes makes in it.

    A plan of no phase is priced alone. Raises InputError as `monthly` does.
    """
    hosts = (item.kubernetes.host for item in design.phases if item.number == facts.phase)
    return monthly(facts, design.usage, prices.load(), next(hosts, None))


@lru_cache(maxsize=64)
def monthly(facts: Facts, usage: Usage, table: Prices, host: str | None = None) -> Bill:
    """What the resources of `facts` cost in a month, in USD.

    Every address that is not to be deleted is in a line, a gap, or free with a reason. Where an
    Ingress lets people in at `host`, its load balancer is in lines without an address. Raises
    InputError where the plan is for another region than the prices.
    """
    _assert_region(facts, table)
    by_type: dict[str, list[Resource]] = defaultdict(list)
    for resource in facts:
        if resource.change != "delete":
            by_type[resource.type].append(resource)
    context = Context(facts, usage, table, facts.env)
    found = [
        item
        for type_, resources in sorted(by_type.items())
        for item in _priced(type_, tuple(resources), context)
    ]
    found += load_balancer(host, context)
    return Bill(
        lines=tuple(sorted(_all(found, Line), key=lambda line: (-line.usd, line.item))),
        gaps=tuple(sorted(_all(found, Gap), key=lambda gap: (gap.address, gap.reason))),
        free=tuple(sorted(_all(found, Free), key=lambda free: free.address)),
        region=table.region,
        env=facts.env,
        phase=facts.phase,
    )


def _priced(type_: str, resources: tuple[Resource, ...], context: Context) -> list[Entry]:
    if type_ in RULES:
        try:
            return list(RULES[type_](resources, context))
        except (ArithmeticError, TypeError, ValueError):  # a plan that was tampered with
            return [
                Gap(item.address, "a value in the plan is none that has a price")
                for item in resources
            ]
    if reason := FREE.get(type_):
        return [Free(resource.address, reason) for resource in resources]
    return [Gap(resource.address, f"{type_} is not priced yet") for resource in resources]


def _all(found: list[Entry], kind: type[Kind]) -> list[Kind]:
    return [item for item in found if isinstance(item, kind)]


def _assert_region(facts: Facts, prices: Prices) -> None:
    zones = (subnet.get("availability_zone") for subnet in facts.of_type("aws_subnet"))
    regions = {str(zone).rstrip("abcdefghijklmnopqrstuvwxyz") for zone in zones if zone}
    if others := sorted(regions - {prices.region}):
        raise InputError(
            f"the plan is for {others[0]}, the prices are of {prices.region}",
            hint=f"only {prices.region} can be priced so far",
        )
