"""Selectors that select nothing, or not the workload's own pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from groundplan.kubernetes.loader import line_of
from groundplan.kubernetes.mistakes.together import RUNNING, selects, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.kubernetes.mistakes.together import Found, Together
    from groundplan.kubernetes.workload import Manifest


def own(every: Together) -> Iterator[Found]:
    """Workloads that would not find the pods that they make."""
    for pods in every.pods:
        if pods.of["kind"] in RUNNING:
            selector = pods.of["spec"]["selector"]
            if not (any(selector.values()) and selects(selector, pods.labels)):
                line = line_of(pods.of, ["spec", "selector"])
                yield pods.of, "its selector does not select its own pods", line


def idle(every: Together) -> Iterator[Found]:
    """Selectors that select no pod of these."""
    for item in every.of("Service", "PodDisruptionBudget", "NetworkPolicy"):
        for selector in _selectors(item):
            if not every.selected(selector, item) and any(selector.values()):
                line = line_of(selector) or line_of(item, ["spec", "selector"])
                yield item, f"selects no pod of these ({told(selector)})", line
    for pods in every.pods:
        for spread in pods.spec.get("topologySpreadConstraints", ()):
            selector = spread.get("labelSelector", {})
            if any(selector.values()) and not every.selected(selector, pods.of):
                yield pods.of, f"spreads no pod of these ({told(selector)})", line_of(selector)


def _selectors(item: Manifest) -> Iterator[Mapping[str, Any]]:
    spec = item["spec"]
    if item["kind"] == "Service":
        if spec.get("type") != "ExternalName":
            yield {"matchLabels": spec.get("selector", {})}
    elif item["kind"] == "PodDisruptionBudget":
        yield spec.get("selector", {})
    else:
        yield spec.get("podSelector", {})
        rules = [*spec.get("ingress", ()), *spec.get("egress", ())]
        peers = [peer for rule in rules for key in ("from", "to") for peer in rule.get(key, ())]
        # The pods of another namespace are not among these.
        yield from (peer["podSelector"] for peer in peers if peer.keys() == {"podSelector"})
