"""How many copies run, and how few may be left while nodes are changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from groundplan.kubernetes.pod import labels
from groundplan.kubernetes.workload import Manifest, head

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service
    from groundplan.kubernetes.target import Target

# Percent of the CPU that a pod asks for. Below it there is room for what comes while a new copy
# starts, which takes the time of a readiness check or two.
_CPU: Final = 70


def scaling(target: Target) -> Iterator[Manifest]:
    """Budgets for what runs more than once, and autoscalers where the load may bring copies."""
    for service in target.running:
        alone = target.copies(service) < 2  # noqa: PLR2004 - of one, none can be left
        if alone or service.is_store or service.once or service.everywhere:
            continue
        selector = {"matchLabels": labels(target.application.name, service)}
        budget = head(target.source, service, "policy/v1", "PodDisruptionBudget")
        yield {**budget, "spec": {"maxUnavailable": 1, "selector": selector}}
        if target.scale.most is not None:
            yield _autoscaler(target, service, target.scale.most)


def _autoscaler(target: Target, service: Service, most: int) -> Manifest:
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": _CPU}}
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": service.name},
        "minReplicas": target.copies(service),
        "maxReplicas": max(most, target.copies(service)),
        "metrics": [{"type": "Resource", "resource": cpu}],
    }
    made = head(target.source, service, "autoscaling/v2", "HorizontalPodAutoscaler")
    return {**made, "spec": spec}
