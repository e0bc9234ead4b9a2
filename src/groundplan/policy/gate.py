"""The gate: a saved plan that has passed policy gets a permit, and nothing else is applied."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from groundplan import policy
from groundplan.errors import RefusedError
from groundplan.facts import redaction
from groundplan.files import write_if_changed
from groundplan.terraform.plans import Permit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from groundplan.policy import Report
    from groundplan.policy.report import Finding
    from groundplan.terraform import Plan, Terraform

_SHOWN: Final = 5


def permit(driver: Terraform, plan: Plan) -> tuple[Permit, Report]:
    """The permit for a saved `plan` of `driver`'s, and what policy says of it.

    Raises RefusedError with the findings where it does not pass.
    """
    shown = plan.path.with_suffix(".shown.json")
    try:
        kept = redaction.to_keep(driver.show_json(plan))
        write_if_changed(shown, json.dumps(kept), mode=0o600)
        report = policy.run(driver.workspace, plan.env, plan.phase, plan=shown)
    finally:
        shown.unlink(missing_ok=True)
    # Of what a waiver is no use for, only a plan from nothing tells.
    errors = [item for item in report.findings if item.severity == "error"]
    if wrong := [item for item in errors if item.state != "unused"]:
        raise _refused(plan, wrong)
    return Permit(plan.digest), report


def _refused(plan: Plan, errors: Sequence[Finding]) -> RefusedError:
    lines = [
        f"{item.check} {item.resource}: {item.message}" + (f" ({item.place})" if item.place else "")
        for item in errors[:_SHOWN]
    ]
    if len(errors) > _SHOWN:
        lines.append(f"and {len(errors) - _SHOWN} more")
    said = "\n  ".join([f"policy does not let this plan of {plan.env} pass", *lines])
    return RefusedError(
        said,
        hint=f"mend it, or waive it with a reason in {policy.WAIVERS};"
        f" all of it: groundplan policy {plan.env} --phase {plan.phase}",
    )
