"""What watching costs: logs, metrics, alarms, dashboards, and an add-on that measures."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from groundplan.cost.bill import CENT, Free, Gap
from groundplan.cost.context import counted, decimal

if TYPE_CHECKING:
    from groundplan.cost.context import Context, Priced
    from groundplan.facts import Resource

_OBSERVER: Final = "amazon-cloudwatch-observability"
_INSIGHTS: Final = "/aws/containerinsights/"  # how the names of its log groups begin
_WRITERS: Final = {
    "logs_gb": "logs",
    "flow_logs_gb": "flow logs",
    "application_logs_gb": "applications' logs",
}


def logs(groups: tuple[Resource, ...], context: Context) -> Priced:
    """What is written to log groups, by who writes it, and what is kept of it."""
    row, kept = ("AmazonCloudWatch", "logs ingested (standard)"), Decimal(0)
    for field, some in _by_writer(groups, context).items():
        item = f"{_WRITERS[field]} into {counted(some, 'log group')}"
        yield context.usage_line(some, item, field, row)
        if assumed := context.used(field):
            kept += decimal(assumed.value) * _days(some) * 12 / 365
    forever = [group for group in groups if not group.get("retention_in_days")]
    if forever:
        yield Gap(forever[0].address, "its logs are kept for ever, so their storage grows")
    elif kept:
        stored = kept.quantize(CENT, ROUND_HALF_UP)
        note = f"a month's logs kept for {_days(groups)} days, the longest retention"
        row = ("AmazonCloudWatch", "logs archival storage")
        yield context.line(groups, "logs kept", stored, row, assumption=f"{note}; not compressed")


def _days(groups: tuple[Resource, ...]) -> int:
    """The longest retention."""
    return max(int(group.get("retention_in_days", 0)) for group in groups)


def _by_writer(groups: tuple[Resource, ...], context: Context) -> dict[str, tuple[Resource, ...]]:
    """The log groups by the assumption on what is written to them."""
    flows = context.facts.of_type("aws_flow_log")
    flowing = {item for flow in flows for item in flow.references.get("log_destination", ())}
    found: dict[str, tuple[Resource, ...]] = {}
    for group in groups:
        insights = str(group.get("name")).startswith(_INSIGHTS)
        field = "application_logs_gb" if insights else "logs_gb"
        field = "flow_logs_gb" if group.address in flowing else field
        found[field] = (*found.get(field, ()), group)
    return found


def dashboards(dashboards: tuple[Resource, ...], context: Context) -> Priced:
    """Dashboards."""
    row, item = ("AmazonCloudWatch", "dashboard"), counted(dashboards, "dashboard")
    note = "AWS's three free ones for each account are not deducted"
    yield context.line(dashboards, item, len(dashboards), row, assumption=note)


def alarms(alarms: tuple[Resource, ...], context: Context) -> Priced:
    """Alarms."""
    row, item = ("AmazonCloudWatch", "alarm standard resolution"), counted(alarms, "alarm")
    note = "one metric each, looked at each minute or less often"
    yield context.line(alarms, item, len(alarms), row, assumption=note)


def metrics(filters: tuple[Resource, ...], context: Context) -> Priced:
    """The metrics that log metric filters make: each is one of the customer's own."""
    told, names = [], set()
    for resource in filters:
        metric = resource.get("metric_transformation.0", {})
        if metric.get("dimensions") or not {"namespace", "name"} <= metric.keys():
            yield Gap(resource.address, "how many metrics it makes is not in the plan")
            continue
        told.append(resource)
        names.add((metric["namespace"], metric["name"]))
    if told:
        row, item = ("AmazonCloudWatch", "custom metric (first 10000)"), f"{len(names)} log metrics"
        note = "AWS's ten free ones for each account are not deducted"
        yield context.line(told, item, len(names), row, assumption=note)


def addons(addons: tuple[Resource, ...], _context: Context) -> Priced:
    """Add-ons of a cluster: what they measure may cost, that they run does not."""
    for addon in addons:
        if addon.get("addon_name") == _OBSERVER:
            why = "Container Insights is paid by observation, and how many there are is not known"
            yield Gap(addon.address, why)
        else:
            yield Free(addon.address, "runs on the nodes, which are counted")
