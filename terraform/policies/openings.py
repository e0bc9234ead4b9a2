"""The internet comes in by HTTP and HTTPS only."""

from __future__ import annotations

from groundplan.policy.custom import Planned, is_wide, policy

ALL = {"-1", "all"}
RANGES = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")
PORTS = {80, 443}


@policy(
    "GP_OPEN_PORT", "Nothing but HTTP and HTTPS is open to everyone",
    "aws_vpc_security_group_ingress_rule", "aws_security_group_rule", "aws_security_group",
    "aws_default_security_group",
    reads=(*RANGES, "type", "ip_protocol", "protocol", "from_port", "to_port", "ingress"),
)  # fmt: skip
def no_open_port(resource: Planned) -> bool:
    """What lets everyone in lets them in to those two ports."""
    if resource.type in {"aws_security_group", "aws_default_security_group"}:
        rules = resource.blocks("ingress")
    else:
        rules = [] if resource.get("type") == "egress" else [resource]
    return all(_is_web(rule) for rule in rules if any(map(is_wide, _admitted(rule))))


def _admitted(rule: Planned) -> set[str]:
    return {str(value) for name in RANGES for value in rule.every(name)}


def _is_web(rule: Planned) -> bool:
    first, last = rule.get("from_port"), rule.get("to_port")
    return first is not None and first == last and int(first) in PORTS


@policy(
    "GP_OPEN_EGRESS", "What goes out to everyone goes out by ports that are named",
    "aws_vpc_security_group_egress_rule", "aws_security_group_rule", "aws_security_group",
    reads=(*RANGES, "type", "ip_protocol", "protocol", "from_port", "to_port", "egress"),
)  # fmt: skip
def no_open_egress(resource: Planned) -> bool:
    """No rule lets something call everyone on every port: that is how stolen data leaves."""
    if resource.type == "aws_security_group":
        rules = resource.blocks("egress")
    else:
        rules = [] if resource.get("type") == "ingress" else [resource]
    return not any(_is_any(rule) for rule in rules if any(map(is_wide, _admitted(rule))))


def _is_any(rule: Planned) -> bool:
    protocol = str(rule.get("ip_protocol") or rule.get("protocol"))
    ports = (rule.get("from_port"), rule.get("to_port"))
    return protocol in ALL or None in ports or ports[0] != ports[1]
