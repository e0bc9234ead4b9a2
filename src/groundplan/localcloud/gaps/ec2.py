"""Gaps of the EC2 API."""

from __future__ import annotations

from typing import Any

from groundplan.localcloud.gaps.patch import after, element, first, replace

_DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
    "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
)
_DEFAULT_INTERVAL = "600"
_NO_ADDRESSES = "<natGatewayAddressSet/>"


def flow_logs(module: Any) -> None:
    """Keep and show the role, the format, the interval and the tags."""

    def keep(parameters: dict[str, Any]) -> None:
        for record in module._flow_logs.values():
            if "deliverLogsPermissionArn" not in record:
                record["deliverLogsPermissionArn"] = first(parameters, "DeliverLogsPermissionArn")
                record["logFormat"] = first(parameters, "LogFormat", _DEFAULT_FORMAT)
                record["maxAggregationInterval"] = first(
                    parameters, "MaxAggregationInterval", _DEFAULT_INTERVAL
                )
                module._parse_tag_specs(parameters, "vpc-flow-log", record["FlowLogId"])

    def describe(parameters: dict[str, Any]) -> Any:
        status, headers, body = stock(parameters)
        text = body.decode()
        for record in module._flow_logs.values():
            identity = f"<flowLogId>{record['FlowLogId']}</flowLogId>"
            text = text.replace(identity, identity + _shown(record))
        return status, headers, text.encode()

    stock = module._describe_flow_logs
    after(module, "_create_flow_logs", keep)
    replace(module, "_describe_flow_logs", describe)


def nat_gateways(module: Any) -> None:
    """Show the public address, without which one that is imported seems to be another."""

    def describe(parameters: dict[str, Any]) -> Any:
        status, headers, body = stock(parameters)
        before, *rest = body.decode().split(_NO_ADDRESSES)
        records = [
            record
            for record in module._nat_gateways.values()
            if f"<natGatewayId>{record['NatGatewayId']}<" in body.decode()
        ]
        shown = (
            _addresses(module, record) + part for record, part in zip(records, rest, strict=True)
        )
        return status, headers, (before + "".join(shown)).encode()

    stock = module._describe_nat_gateways
    replace(module, "_describe_nat_gateways", describe)


def _addresses(module: Any, record: dict[str, Any]) -> str:
    allocation = record.get("AllocationId")
    if not allocation:
        return _NO_ADDRESSES
    address = module._addresses.get(allocation, {}).get("PublicIp")
    return (
        f"<natGatewayAddressSet><item>{element('allocationId', allocation)}"
        f"{element('publicIp', address)}<isPrimary>true</isPrimary></item></natGatewayAddressSet>"
    )


def _shown(record: dict[str, Any]) -> str:
    names = ("deliverLogsPermissionArn", "logFormat", "maxAggregationInterval")
    return "".join(element(name, record.get(name)) for name in names)
