"""Rules that hold what is promised of money against what is planned."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.once import once
from groundplan.rules.stores import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace


@rule("budget", "a budget covers what its environment is computed to cost")
def budget(workspace: Workspace) -> Iterator[Finding]:
    """Budgets that are used up in every month in which nothing is wrong."""
    sources = [workspace.root / "facts", workspace.design_file]
    yield from once(workspace, "budget", sources, lambda: _too_small(workspace))


def _too_small(workspace: Workspace) -> Iterator[Finding]:
    from groundplan import cost  # noqa: PLC0415 - only where something has changed
    from groundplan.cost import prices  # noqa: PLC0415 - only where something has changed

    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        for item in facts.of_type("aws_budgets_budget"):
            limit = item.get("limit_amount")
            if not limit or item.get("time_unit") != "MONTHLY" or item.get("limit_unit") != "USD":
                continue
            total = cost.monthly(facts, workspace.design.usage, prices.load()).total
            if Decimal(str(limit)) < total:
                where = f"{env}, phase {phase.number},"
                message = f"{where} costs ${total} a month, and has a budget of ${limit}"
                file, line = written(workspace, env, item.address, phase.number)
                yield error(message, file, line, "raise the budget, or build less")
