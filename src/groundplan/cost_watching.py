"""What watching costs: logs, metrics, alarms, dashboards, and an add-on that measures."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from groundplan.bill import CENT, Free, Gap
from groundplan.cost_context import counted, decimal

if TYPE_CHECKING:
    from groundplan.cost_context import Context, Priced
    from groundplan.facts import Resource

_OBSERVER: Final = "amazon-cloudwatch-observability"


def logs(groups: tuple[Resource, ...], context: Context) -> Priced:
    """What is written to log groups, and kept there."""
    row = ("AmazonCloudWatch", "logs ingested (standard)")
    yield context.usage_line(groups, f"logs into {counted(groups, 'log group')}", "logs_gb", row)
    days = [group.get("retention_in_days", 0) for group in groups]
    assumed = context.used("logs_gb")
    if 0 in days:
        forever = groups[days.index(0)]
        yield Gap(forever.address, "its logs are kept for ever, so their storage grows")
    elif assumed is not None:
        months = Decimal(max(days)) * 12 / 365
        stored = (decimal(assumed.value) * months).quantize(CENT, ROUND_HALF_UP)
        note = f"a month's logs kept for {max(days)} days, the longest retention; not compressed"
        row = ("AmazonCloudWatch", "logs archival storage")
        yield context.line(groups, "logs kept", stored, row, assumption=note)


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
