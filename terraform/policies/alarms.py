"""An alarm that tells nobody is none."""

from __future__ import annotations

from groundplan.policy.custom import Planned, policy


@policy(
    "GP_ALARM_ACTIONS", "An alarm tells somebody", "aws_cloudwatch_metric_alarm",
    "aws_cloudwatch_composite_alarm", reads=("alarm_actions", "actions_enabled"), in_files=True,
)  # fmt: skip
def tells(alarm: Planned) -> bool:
    """Something is to be done when it sounds, and nothing keeps it from being done."""
    return bool(alarm.get("alarm_actions")) and alarm.get("actions_enabled") in {None, True}
