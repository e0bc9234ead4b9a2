"""Rules about what alarms watch: that it is there, and that they sound when something is wrong."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from groundplan.findings import Finding, error, rule, warning
from groundplan.rules.conformance import drawn
from groundplan.rules.stores import written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Facts, Resource
    from groundplan.workspace import Workspace

_ALARM: Final = "aws_cloudwatch_metric_alarm"
# The dimension that names what is watched, the namespaces that measure it, and what is planned.
_WATCHED: Final = {
    "DBInstanceIdentifier": ({"AWS/RDS"}, {"aws_db_instance": "identifier"}),
    "CacheClusterId": (
        {"AWS/ElastiCache"},
        {"aws_elasticache_replication_group": "replication_group_id",
         "aws_elasticache_cluster": "cluster_id"},
    ),
    "ClusterName": (
        {"AWS/EKS", "ContainerInsights", "ContainerInsights/Prometheus"},
        {"aws_eks_cluster": "name"},
    ),
}  # fmt: skip
_NODE: Final = re.compile(r"-\d{3}$")  # of a replication group
# Measures of which too little is wrong, and those of which too much is.
_LOW: Final = frozenset({"FreeStorageSpace", "FreeableMemory", "BurstBalance", "CPUCreditBalance"})
_HIGH: Final = frozenset({
    "CPUUtilization", "DatabaseConnections", "DatabaseMemoryUsagePercentage", "DiskQueueDepth",
    "EngineCPUUtilization", "Evictions", "ReadLatency", "ReplicaLag", "ReplicationLag", "SwapUsage",
    "WriteLatency", "cluster_failed_node_count", "node_cpu_utilization",
    "node_filesystem_utilization", "node_memory_utilization",
})  # fmt: skip
# What one namespace calls otherwise than another.
_OTHERS: Final = {
    "AWS/RDS": {"ReplicationLag": "ReplicaLag"},
    "AWS/ElastiCache": {"ReplicaLag": "ReplicationLag"},
}
_ALL: Final = 100
_PERCENT: Final = re.compile(r"Utilization|utilization|Percentage")
# What is wrong, and what to do.
_Wrong = tuple[str, str]


@rule("alarm-subject", "alarms watch what is planned, and all of it")
def subjects(workspace: Workspace) -> Iterator[Finding]:
    """Alarms on what is not there, and stores and clusters that are passed over by all of them."""
    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        alarms, planned = facts.of_type(_ALARM), _planned(facts)
        where = f"{env}, phase {phase.number}"
        for alarm in alarms:
            for said, hint in _unplanned(alarm, planned):
                file, line = written(workspace, env, alarm.address, phase.number)
                yield error(f"{alarm.address} of {where}, {said}", file, line, hint)
        for dimension, there in planned.items() if alarms else ():
            watched = {_name(alarm, dimension) for alarm in alarms}
            for name in sorted((there or {}).keys() - watched):
                file, line = written(workspace, env, there[name], phase.number)
                message = f"no alarm of {where} watches {there[name]} ({name})"
                yield error(message, file, line, f"set one whose {dimension} is {name}")


def _planned(facts: Facts) -> dict[str, dict[str, str]]:
    """The address of all that a dimension may name, by name; none where one has no name yet."""
    found: dict[str, dict[str, str]] = {}
    for dimension, (_, types) in _WATCHED.items():
        items = [item for item in facts.of_type(*types) if item.change != "delete"]
        names = [(item.get(types[item.type]), item.address) for item in items]
        if names and all(isinstance(name, str) for name, _ in names):
            found[dimension] = dict(names)
    return found


def _name(alarm: Resource, dimension: str) -> str | None:
    """What an alarm watches; of the nodes of a cache, the cache."""
    name = alarm.get(f"dimensions.{dimension}")
    if not isinstance(name, str):
        return None
    return _NODE.sub("", name) if dimension == "CacheClusterId" else name


def _unplanned(alarm: Resource, planned: dict[str, dict[str, str]]) -> Iterator[_Wrong]:
    for dimension, (namespaces, _) in _WATCHED.items():
        name, there = _name(alarm, dimension), planned.get(dimension)
        if name and there and name not in there:
            yield (
                f"watches {dimension} {name}, which is not planned",
                f"planned: {', '.join(there)}",
            )
        namespace = str(alarm.get("namespace") or "")
        if name and namespace and namespace not in namespaces:
            told = " or ".join(sorted(namespaces))
            yield f"hears nothing: {namespace} measures no {dimension}", f"the namespace is {told}"


@rule("alarm-sounds", "alarms sound when something is wrong, and then only")
def sounding(workspace: Workspace) -> Iterator[Finding]:
    """Alarms that sound while all is well, or never; and on what nobody measures, as it seems."""
    for _, phase, env in drawn(workspace):
        for alarm in workspace.facts(env, phase.number).of_type(_ALARM):
            where = f"{alarm.address} of {env}, phase {phase.number},"
            file, line = written(workspace, env, alarm.address, phase.number)
            for said, hint in _silent(alarm):
                yield error(f"{where} {said}", file, line, hint)
            namespace, measure = str(alarm.get("namespace")), str(alarm.get("metric_name"))
            near = _meant(namespace, measure)
            if near:
                message = f"{where} is on {measure}, which {namespace} does not measure"
                yield warning(message, file, line, f"did you mean '{near}'?")


def _meant(namespace: str, measure: str) -> str | None:
    """What one is all but spelt like, or is called in this namespace."""
    other = _OTHERS.get(namespace, {}).get(measure)
    near = get_close_matches(measure, _LOW | _HIGH, n=1, cutoff=0.9)
    return other or (near[0] if near and measure != near[0] else None)


def _silent(alarm: Resource) -> Iterator[_Wrong]:
    measure, operator = str(alarm.get("metric_name")), str(alarm.get("comparison_operator"))
    threshold = alarm.get("threshold")
    wrong = "Greater" if measure in _LOW else "Less" if measure in _HIGH else "neither"
    if operator.startswith(wrong):
        yield f"sounds while {measure} is well", f"{operator} is the wrong way round"
    elif isinstance(threshold, int | float):
        share = _PERCENT.search(measure) and operator.startswith("Greater")
        if (share and threshold >= _ALL) or (measure in _LOW and threshold <= 0):
            yield (
                f"never sounds: {measure} does not pass {threshold:g}",
                "give it another threshold",
            )
