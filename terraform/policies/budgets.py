"""A budget warns of what its own environment costs."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy

TAG = "user:Environment$"


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
