"""A budget warns of what its own environment costs."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy

TAG = "user:Environment$"
FULL = 100
"""Percent of what a budget allows."""


@policy(
    "GP_BUDGET_SCOPE", "A budget counts no other environment than its own", "aws_budgets_budget",
    reads=("cost_filter",), by_environment=True,
)  # fmt: skip
def own_costs(budget: Planned) -> bool:
    """The environment whose tag it goes by is the one it is made for."""
    counted = {
        str(each) for block in budget.blocks("cost_filter") for each in block.every("values")
    }
    tags = {each.removeprefix(TAG) for each in counted if each.startswith(TAG)}
    return tags <= {budget.environment}


@policy(
    "GP_BUDGET_TOLD", "A budget tells somebody before it is spent", "aws_budgets_budget",
    reads=("notification",),
)  # fmt: skip
def tells(budget: Planned) -> bool:
    """A notification comes at its limit or before, to an address or a topic."""
    return any(
        float(each.get("threshold") or 0) <= FULL
        and (each.every("subscriber_email_addresses") or each.every("subscriber_sns_topic_arns"))
        for each in budget.blocks("notification")
    )
