"""Rules about what machines can carry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.design import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.design import Phase
    from groundplan.facts import Facts, Resource
    from groundplan.workspace import Workspace

# Pods on a node, of which each has an address of the node's interfaces: by family and size, as
# awslabs/amazon-eks-ami lists them (eni-max-pods.txt, read on 2026-11-27).
_PODS: Final = (
    (re.compile(r"[cmr][5-7]\w*(?:-flex)?\.(\w+)"),
     {"medium": 8, "large": 29, "xlarge": 58, "2xlarge": 58, "4xlarge": 234, "8xlarge": 234}),
    (re.compile(r"(t3a\.small)"), {"t3a.small": 8}),
    (re.compile(r"t(?:3|3a|4g)\.(\w+)"),
     {"nano": 4, "micro": 4, "small": 11, "medium": 17, "large": 35, "xlarge": 58, "2xlarge": 58}),
)  # fmt: skip
_OWN: Final = 4
"""Pods of the cluster itself on each node: network, proxy, and two for what is measured."""


@rule("copies-room", "the nodes can carry as many copies as the load may bring")
def room(workspace: Workspace) -> Iterator[Finding]:
    """Phases that promise more copies than the largest number of nodes takes pods."""
    for index, phase, env in drawn(workspace):
        most, wanted = _carried(workspace.facts(env, phase.number)), _wanted(workspace, phase)
        if most is not None and wanted > most:
            message = (
                f"phase {phase.number} may have {wanted} pods while it rolls out, and the nodes of"
                f" {env} carry {most} at the most"
            )
            line = line_of(workspace, ("phases", index, "kubernetes"))
            hint = "let fewer copies come, or give the node group more nodes, or larger ones"
            yield error(message, workspace.design_file, line, hint)


def _wanted(workspace: Workspace, phase: Phase) -> int:
    """The copies of all applications at most, with one more of each while a new version comes."""
    scale = phase.kubernetes
    services = workspace.application(phase.number).services
    copies = [max(scale.replicas, scale.most or 0, item.replicas) for item in services
              if not item.is_store and item.replicas]  # fmt: skip
    return sum(copies) + len(copies)


def _carried(facts: Facts) -> int | None:
    """The pods that all nodes together carry, beside the cluster's own; None if not told."""
    groups = facts.of_type("aws_eks_node_group")
    found = [_of_group(item) for item in groups if item.change != "delete"]
    elsewhere = facts.of_type("aws_eks_fargate_profile", "aws_autoscaling_group")
    known = [each for each in found if each is not None]
    return sum(known) if found and len(known) == len(found) and not elsewhere else None


def _of_group(nodes: Resource) -> int | None:
    """On the smallest of its types, for it may get no other."""
    most, types = nodes.get("scaling_config.0.max_size"), nodes.get("instance_types")
    pods = [_pods(str(each)) for each in types] if isinstance(types, list) else []
    if not isinstance(most, int) or not pods or None in pods:
        return None
    return most * (min(each for each in pods if each) - _OWN)


def _pods(type_: str) -> int | None:
    for pattern, sizes in _PODS:
        if found := pattern.fullmatch(type_):
            return sizes.get(found[1])
    return None
