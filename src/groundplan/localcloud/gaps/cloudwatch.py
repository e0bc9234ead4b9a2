"""Gaps of the CloudWatch API."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from groundplan.localcloud.gaps.patch import element, replace

_ONE = ("AlarmDescription", "ExtendedStatistic", "Period", "Statistic", "TreatMissingData", "Unit")
_MANY = ("AlarmActions", "InsufficientDataActions", "OKActions")


def alarms(module: Any) -> None:
    """Show an alarm with all that was asked for: its measure, its actions, whom it tells."""
    stock = module._describe_alarms

    def describe(*arguments: Any) -> Any:
        status, headers, body = stock(*arguments)
        text = body.decode(errors="replace")
        if not text.lstrip().startswith("<"):
            return status, headers, body  # JSON and CBOR have it all
        for name, record in module._alarms.items():
            identity = f"<AlarmName>{name}</AlarmName>"
            text = text.replace(identity, identity + _shown(record))
        return status, headers, text.encode()

    replace(module, "_describe_alarms", describe)


def _shown(record: dict[str, Any]) -> str:
    one = [element(name, escape(str(record.get(name) or ""))) for name in _ONE]
    many = [element(name, _members(record.get(name) or [])) for name in _MANY]
    dimensions = [
        element("Name", escape(item["Name"])) + element("Value", escape(item["Value"]))
        for item in record.get("Dimensions") or []
    ]
    return "".join([
        *one, *many,
        element("Dimensions", "".join(element("member", item) for item in dimensions)),
        element("ActionsEnabled", str(record.get("ActionsEnabled", True)).lower()),
    ])  # fmt: skip


def _members(values: list[str]) -> str:
    return "".join(element("member", escape(value)) for value in values)
