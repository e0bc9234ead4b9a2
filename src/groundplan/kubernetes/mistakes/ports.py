"""Ports that lead to nothing, or that two have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.kubernetes.loader import line_of
from groundplan.kubernetes.mistakes.together import twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.kubernetes.mistakes.together import Found, Pods, Said, Together
    from groundplan.kubernetes.workload import Manifest

_PROBES: Final = ("readinessProbe", "livenessProbe", "startupProbe")
_OUTSIDE: Final = ("NodePort", "LoadBalancer")


def probes(every: Together) -> Iterator[Found]:
    """Probes and hooks that ask a port by a name that it has not."""
    for pods in every.pods:
        for container in pods.containers:
            names = {port.get("name") for port in container.get("ports", ())}
            hooks = container.get("lifecycle", {}).items()
            asking = [*((key, container.get(key, {})) for key in _PROBES), *hooks]
            for asker, way in (
                (key, item.get(how, {})) for key, item in asking for how in ("httpGet", "tcpSocket")
            ):
                if isinstance(way.get("port"), str) and way["port"] not in names:
                    message = f"its {asker} asks port '{way['port']}', which has no such name"
                    yield pods.of, message, line_of(way, ["port"])


def services(every: Together) -> Iterator[Found]:
    """Ports of a Service that it can't have, and those that lead to what no pod opens."""
    for item in every.of("Service"):
        if item["spec"].get("type") != "ExternalName":
            yield from ((item, *said) for said in _own(item["spec"]))
            yield from ((item, *said) for said in _aims(every, item))


def _own(spec: Mapping[str, Any]) -> Iterator[Said]:
    ports = spec.get("ports", ())
    if not ports and spec.get("clusterIP") != "None":
        yield "has no ports", line_of(spec, ["ports"])
    names = twice(port.get("name") for port in ports)
    for port in ports:
        if len(ports) > 1 and (not port.get("name") or port["name"] in names):
            yield f"port {port['port']} needs a name of its own", line_of(port)
        if port.get("nodePort") and spec.get("type") not in _OUTSIDE:
            message = f"has a nodePort, which takes the type {' or '.join(_OUTSIDE)}"
            yield message, line_of(port, ["nodePort"])
    for key in ("port", "nodePort"):
        numbers = [
            (port.get(key), port.get("protocol") or "TCP") for port in ports if port.get(key)
        ]
        for number, kind in twice(numbers):
            last = [port for port in ports if port.get(key) == number][-1]
            yield f"has the {key} {number} ({kind}) twice", line_of(last, [key])


def _aims(every: Together, service: Manifest) -> Iterator[Said]:
    selector = service["spec"].get("selector")
    pods = every.selected({"matchLabels": selector}, service) if selector else []
    for port in service["spec"].get("ports", ()) if pods else ():
        aim = port.get("targetPort") or port["port"]
        if not _open(pods, aim, port.get("protocol") or "TCP"):
            message = f"leads to port {aim}, which its pods don't open"
            yield message, line_of(port, ["targetPort" if port.get("targetPort") else "port"])


def _open(pods: list[Pods], port: object, transport: str) -> bool:
    """Whether one opens a port. A number is open too where pods tell of none; a name never is."""
    silent = isinstance(port, int) and not any(item.opened for item in pods)
    return silent or any((port, transport) in item.opened for item in pods)


def policies(every: Together) -> Iterator[Found]:
    """Ports that a NetworkPolicy calls by a name that nothing opens, and ranges of none."""
    for item in every.of("NetworkPolicy"):
        for pods, port in _ruled(every, item):
            number, last = port.get("port"), port.get("endPort")
            called = isinstance(number, str) and bool(pods)
            if called and not _open(pods, number, port.get("protocol") or "TCP"):
                message = f"is about port '{number}', which its pods don't open"
                yield item, message, line_of(port, ["port"])
            if last is not None and not (isinstance(number, int) and number <= last):
                message = f"has a range of ports from {number} to {last}"
                yield item, message, line_of(port, ["endPort"])


def _ruled(every: Together, policy: Manifest) -> Iterator[tuple[list[Pods], Mapping[str, Any]]]:
    """Each port of a policy, with the pods whose port it is; none where they may be elsewhere."""
    spec = policy["spec"]
    own = every.selected(spec.get("podSelector", {}), policy)
    for rule in spec.get("ingress", ()):
        yield from ((own, port) for port in rule.get("ports", ()))
    for rule in spec.get("egress", ()):
        peers = rule.get("to", ())
        here = all(peer.keys() == {"podSelector"} for peer in peers)
        aims = [peer["podSelector"] for peer in peers] if here else []
        found = [pods for aim in aims for pods in every.selected(aim, policy)]
        yield from ((found, port) for port in rule.get("ports", ()))
