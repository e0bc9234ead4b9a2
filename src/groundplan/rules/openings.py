"""Rules about who is let in, and about who is told when something is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan.cidrs import as_range, is_wide
from groundplan.findings import Finding, error, rule, warning
from groundplan.rules.conformance import CACHES, DATABASES, drawn
from groundplan.rules.stores import written
from groundplan.topology import Topology
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.facts import Facts, Resource
    from groundplan.workspace import Workspace

_BALANCERS: Final = ("aws_alb", "aws_elb", "aws_lb")
_ALARMS: Final = ("aws_cloudwatch_composite_alarm", "aws_cloudwatch_metric_alarm")


@rule("store-clients", "databases and caches let in security groups, not address ranges")
def clients(workspace: Workspace) -> Iterator[Finding]:
    """Groups of stores that let in whoever has an address, and not who is one of their clients."""
    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        groups = _groups(facts, facts.of_type(*CACHES, *DATABASES))
        for opening in Topology.of(facts).rules:
            if opening.group in groups and (as_range(opening.peer) or opening.peer == UNKNOWN):
                known = opening.peer != UNKNOWN
                whom = opening.peer if known else "somebody whom the plan can't tell"
                message = (
                    f"{opening.address} of {env}, phase {phase.number}, lets {whom} in"
                    f" to {groups[opening.group]}"
                )
                file, line = written(workspace, env, opening.address, phase.number)
                tell = error if known else warning
                yield tell(message, file, line, "name the security group of who calls it")


@rule("open-group", "the internet is let in to public load balancers only")
def open_groups(workspace: Workspace) -> Iterator[Finding]:
    """Groups that let everyone in, and are of something else than a load balancer for everyone."""
    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        topology = Topology.of(facts)
        balancers = facts.of_type(*_BALANCERS)
        public = _groups(facts, filter(topology.exposed, balancers))
        others = _groups(facts, (item for item in facts if item.type not in _BALANCERS))
        for opening in topology.rules:
            if is_wide(opening.peer) and (opening.group not in public or opening.group in others):
                whose = others.get(opening.group, "no public load balancer")
                message = (
                    f"{opening.address} of {env}, phase {phase.number}, lets everyone in to {whose}"
                )
                file, line = written(workspace, env, opening.address, phase.number)
                yield error(message, file, line, "let everyone in to a load balancer before it")


def _groups(facts: Facts, items: Iterable[Resource]) -> dict[str, str]:
    """The security groups that `items` have, and whose each is."""
    topology = Topology.of(facts)
    found = ((item, topology.groups(item)) for item in items)
    return {group: item.address for item, groups in found if groups != UNKNOWN for group in groups}


@rule("alarm-heard", "somebody hears of each alarm")
def heard(workspace: Workspace) -> Iterator[Finding]:
    """Topics that alarms are sent to, and nobody reads."""
    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        read = _topics(facts.of_type("aws_sns_topic_subscription"), "topic_arn")
        sent = _topics(facts.of_type(*_ALARMS), "alarm_actions")
        for address in sorted({item.address for item in facts.of_type("aws_sns_topic")} & sent):
            if address not in read:
                message = f"nobody reads {address} of {env}, phase {phase.number}"
                file, line = written(workspace, env, address, phase.number)
                yield error(message, file, line, "subscribe whoever is on call to the topic")


def _topics(items: Iterable[Resource], path: str) -> set[str]:
    """The addresses that `items` may refer to at `path`, or below it."""
    return {
        address
        for item in items
        for told in (item.references, item.maybe)
        for name, found in told.items()
        if name.partition(".")[0] == path
        for address in found
    }
