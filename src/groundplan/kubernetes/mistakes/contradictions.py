"""Settings that exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.kubernetes.formats import share
from groundplan.kubernetes.loader import line_of
from groundplan.kubernetes.mistakes.together import RUNNING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.kubernetes.mistakes.together import Found, Pods, Said, Together

_ASKING: Final = frozenset({"exec", "httpGet", "tcpSocket", "grpc"})
_ENDING: Final = ("Job", "CronJob")


def in_pods(every: Together) -> Iterator[Found]:
    """Of pods that no cluster makes, or that no node starts."""
    for pods in every.pods:
        restart = pods.spec.get("restartPolicy") or "Always"
        if (pods.of["kind"] in RUNNING and restart != "Always") or (
            pods.of["kind"] in _ENDING and restart == "Always"
        ):
            message = f"a {pods.of['kind']} can't have the restartPolicy {restart}"
            yield pods.of, message, line_of(pods.spec, ["restartPolicy"])
        yield from ((pods.of, *said) for said in _as_root(pods))
        for volume in pods.spec.get("volumes", ()):
            if len(volume) > 2:  # noqa: PLR2004 - its name, and what it is
                yield pods.of, f"volume '{volume['name']}' is two things at once", line_of(volume)
        for container in pods.containers:
            yield from ((pods.of, *said) for said in _in_container(container))


def _as_root(pods: Pods) -> Iterator[Said]:
    for container in pods.containers:
        user = pods.spec.get("securityContext", {}) | container.get("securityContext", {})
        if user.get("runAsNonRoot") and user.get("runAsUser") == 0:
            message = (
                f"container '{container['name']}' must not be root (runAsNonRoot), and is user 0"
            )
            yield message, line_of(container)


def _in_container(container: Mapping[str, Any]) -> Iterator[Said]:
    for variable in container.get("env", ()):
        if variable.get("value") and "valueFrom" in variable:
            yield f"{variable['name']} has both a value and a valueFrom", line_of(variable)
    for key in ("readinessProbe", "livenessProbe", "startupProbe"):
        probe = container.get(key)
        line = line_of(container, [key])
        if probe is not None and len(probe.keys() & _ASKING) != 1:
            yield f"its {key} has to ask in one way: {', '.join(sorted(_ASKING))}", line
        if probe and key != "readinessProbe" and probe.get("successThreshold", 1) > 1:
            yield f"its {key} can't have a successThreshold above 1", line


def strategies(every: Together) -> Iterator[Found]:
    """Of Deployments that could never be rolled out."""
    for item in every.of("Deployment"):
        strategy = item["spec"].get("strategy", {})
        rolling = strategy.get("rollingUpdate", {})
        if strategy.get("type") == "Recreate" and rolling:
            message = "can't have a rollingUpdate where its strategy is Recreate"
            yield item, message, line_of(item, ["spec", "strategy", "rollingUpdate"])
        if all(share(rolling.get(key), 100) == 0 for key in ("maxSurge", "maxUnavailable")):
            message = "can't roll out: maxSurge and maxUnavailable are both 0"
            yield item, message, line_of(item, ["spec", "strategy", "rollingUpdate"])
