"""Budgets that let no pod be taken away: no node under them can ever be drained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan.kubernetes.formats import share
from groundplan.kubernetes.loader import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.kubernetes.mistakes.together import Found, Pods, Together
    from groundplan.kubernetes.workload import Manifest

_COUNTED: Final = ("Deployment", "StatefulSet", "ReplicaSet")


def budgets(every: Together) -> Iterator[Found]:
    """Budgets that are two things at once, or leave nothing over."""
    for item in every.of("PodDisruptionBudget"):
        spec = item["spec"]
        if "minAvailable" in spec and "maxUnavailable" in spec:
            message = "has both minAvailable and maxUnavailable, and may have one"
            yield item, message, line_of(item, ["spec", "minAvailable"])
        if share(spec.get("maxUnavailable"), 100) == 0:
            message = "lets no pod be away, so no node can be drained"
            yield item, message, line_of(item, ["spec", "maxUnavailable"])
        pods = every.selected(spec.get("selector", {}), item) if spec.get("selector") else []
        if "minAvailable" in spec and all(found.of["kind"] in _COUNTED for found in pods):
            running = sum(_least(every, found) for found in pods)
            kept = share(spec["minAvailable"], running)
            if running and kept is not None and kept >= running:
                message = f"keeps {kept} of {running} pods, so no node can be drained"
                yield item, message, line_of(item, ["spec", "minAvailable"])


def _least(every: Together, pods: Pods) -> int:
    """How many pods there are at least: as an autoscaler has it, or else the workload."""
    scalers: list[Manifest] = every.of("HorizontalPodAutoscaler")
    for item in scalers:
        aim = item["spec"]["scaleTargetRef"]
        if every.has(aim["kind"], aim["name"], item) is pods.of:
            return int(item["spec"].get("minReplicas", 1))
    return int(pods.of["spec"].get("replicas", 1))
