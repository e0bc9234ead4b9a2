"""Autoscalers and ways in that lead nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.kubernetes.loader import line_of
from groundplan.kubernetes.mistakes.together import near

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.kubernetes.mistakes.together import Found, Together
    from groundplan.kubernetes.workload import Manifest

_SCALED: Final = ("Deployment", "StatefulSet", "ReplicaSet", "ReplicationController")


def autoscalers(every: Together) -> Iterator[Found]:
    """Autoscalers of nothing, or of what asks for nothing that can be measured."""
    for item in every.of("HorizontalPodAutoscaler"):
        spec = item["spec"]
        aim = spec["scaleTargetRef"]
        kind, called = aim["kind"], aim["name"]
        if kind in _SCALED:
            if not every.has(kind, called, item):
                yield item, f"there is no {kind} '{called}' to scale", line_of(aim, ["name"])
        elif "." not in aim.get("apiVersion", ""):  # an operator's kind may well have a scale
            yield item, f"a {kind} can't be scaled", line_of(aim, ["kind"])
        yield from ((item, text) for text in _unmeasured(every, item))
        if spec.get("minReplicas", 1) > spec["maxReplicas"]:
            yield item, "its least is above its most", line_of(spec, ["minReplicas"])


def _unmeasured(every: Together, scaler: Manifest) -> Iterator[str]:
    aim = scaler["spec"]["scaleTargetRef"]
    target = every.has(aim["kind"], aim["name"], scaler)
    if any(near(item, scaler) for item in every.of("LimitRange")):
        return  # it gives what a container does not ask for
    for pods in every.pods:
        if pods.of is target:
            for resource in sorted(_measured(scaler["spec"])):
                if not all(_asks(item, resource) for item in pods.spec["containers"]):
                    what = "CPU" if resource == "cpu" else resource
                    yield (
                        f"{aim['name']} asks for no {what}, so there is no share of it to measure"
                    )


def _measured(spec: Mapping[str, Any]) -> set[str]:
    """The resources of which a share is measured in every container; CPU where nothing is said."""
    if "metrics" not in spec:
        return {"cpu"}
    resources = [item["resource"] for item in spec["metrics"] if "resource" in item]
    return {item["name"] for item in resources if item["target"]["type"] == "Utilization"}


def _asks(container: Mapping[str, Any], resource: str) -> bool:
    """Whether a container asks for a resource; who only has a limit asks for as much."""
    given = container.get("resources", {})
    return any(resource in given.get(key, {}) for key in ("requests", "limits"))


def backends(every: Together) -> Iterator[Found]:
    """Ways in to a Service or a port that is not there."""
    for item in every.of("Ingress"):
        for backend in _backends(item["spec"]):
            called, port = backend["name"], next(iter(backend["port"].values()), None)
            service = every.has("Service", called, item)
            if port == "use-annotation":  # a load balancer of AWS answers by itself
                continue
            if service is None:
                yield item, f"there is no Service '{called}'", line_of(backend, ["name"])
            elif port not in _ports(service):
                yield item, f"Service '{called}' has no port {port}", line_of(backend, ["port"])


def _backends(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    paths = [
        path for rule in spec.get("rules", ()) for path in rule.get("http", {}).get("paths", ())
    ]
    for backend in (spec.get("defaultBackend", {}), *(path["backend"] for path in paths)):
        if "service" in backend:
            yield backend["service"]


def _ports(service: Manifest) -> set[Any]:
    return {port.get(key) for port in service["spec"].get("ports", ()) for key in ("port", "name")}
