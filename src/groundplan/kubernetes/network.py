"""Who may talk to whom in the cluster: exactly those who do in the flow; and the way in."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from groundplan.compose.services import words
from groundplan.entrance import LISTENS
from groundplan.kubernetes import naming
from groundplan.kubernetes.pod import labels
from groundplan.kubernetes.ports import opened, transports
from groundplan.kubernetes.schema import schemas
from groundplan.kubernetes.workload import Manifest, head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from groundplan.compose import Flow, Service
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.schema import Schema
    from groundplan.kubernetes.target import Target

_ALB: Final = "alb.ingress.kubernetes.io"
_HTTP: Final = 80
# A request of a container to itself.
_OWN: Final = re.compile(
    r"http://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(?P<port>\d+))?"
    r"(?P<path>/[^\s'\"|&;)]*)?"
)
_DNS = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
}


def policies(target: Target) -> Iterator[Manifest]:
    """Nobody may talk to anybody, but for each service's own callers and callees."""
    part_of = {"app.kubernetes.io/part-of": target.application.name}
    yield {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": naming.nobody_else(target.application), "labels": part_of},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]},
    }
    for service in target.running:
        spec: Manifest = {
            "podSelector": {"matchLabels": labels(target.application.name, service)},
            "policyTypes": ["Ingress", "Egress"],
        }
        if callers := [*_callers(target, service), *_visitors(target, service)]:
            spec["ingress"] = callers
        spec["egress"] = [*_callees(target, service), *_elsewhere(target, service), _DNS]
        policy = head(target.source, service, "networking.k8s.io/v1", "NetworkPolicy")
        yield {**policy, "spec": spec}
    for schema in schemas(target):
        yield _to_database(target, schema)


def ingress(target: Target) -> Iterator[Manifest]:
    """The way in by a load balancer, which finds the certificate by the name of the host."""
    if target.scale.host is None:
        return
    service, port = target.way_in
    made = head(target.source, service, "networking.k8s.io/v1", "Ingress")
    annotations = {
        "scheme": "internet-facing",
        "target-type": "ip",
        "listen-ports": json.dumps([{protocol: port} for protocol, port in LISTENS.items()]),
        "ssl-redirect": str(LISTENS["HTTPS"]),
        "ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
    }
    if (asked := health_path(target.source.raw(service), port)) is not None:
        annotations["healthcheck-path"] = asked
    made["metadata"]["annotations"] = {f"{_ALB}/{key}": item for key, item in annotations.items()}
    backend = {"service": {"name": service.name, "port": {"number": port}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule = {"host": target.scale.host, "http": {"paths": [path]}}
    yield {**made, "spec": {"ingressClassName": "alb", "rules": [rule]}}


def health_path(raw: Raw, port: int) -> str | None:
    """The path that a service's health check asks for on its `port`; None where it tells none."""
    line = " ".join(words((raw.get("healthcheck") or {}).get("test")))
    found = (item for item in _OWN.finditer(line) if int(item["port"] or _HTTP) == port)
    return next((item["path"] or "/" for item in found), None)


def _to_database(target: Target, schema: Schema) -> Manifest:
    """What makes the tables reaches the database, and nothing else."""
    ports = [{"port": port, "protocol": name} for port, name in opened(target.source, schema.store)]
    peers = [{"ipBlock": {"cidr": cidr}} for cidr in target.store_cidrs]
    policy = head(target.source, schema.service, "networking.k8s.io/v1", "NetworkPolicy")
    spec: Manifest = {
        "podSelector": {"matchLabels": labels(target.application.name, schema.service)},
        "policyTypes": ["Ingress", "Egress"],
        "egress": [{"to": peers, "ports": ports}, _DNS],
    }
    return {**policy, "spec": spec}


def _callers(target: Target, service: Service) -> Iterator[Manifest]:
    flows = [flow for flow in target.application.flows if flow.target == service.name]
    for port, group in _by_port(flows):
        peers = [_pods(target, name) for name in sorted({flow.source for flow in group})]
        yield {"from": peers, **_ports(target, service, port)}


def _callees(target: Target, service: Service) -> Iterator[Manifest]:
    running = {item.name for item in target.running}
    flows = [flow for flow in target.application.flows if flow.source == service.name]
    for port, group in _by_port(flows):
        names = sorted({flow.target for flow in group})
        peers = [_pods(target, name) for name in names if name in running]
        if any(name not in running for name in names):
            peers += [{"ipBlock": {"cidr": cidr}} for cidr in target.store_cidrs]
        if peers:
            called = target.application.service(names[0])
            yield {"to": peers, **_ports(target, called, port)}


def _elsewhere(target: Target, service: Service) -> Iterator[Manifest]:
    """Hosts outside the application, by their ports: a policy knows no host's name.

    What only building its image calls is not called from here.
    """
    flows = [
        flow
        for flow in target.application.outside
        if flow.source == service.name and not all(by.startswith("build") for by in flow.told_by)
    ]
    ports = sorted({flow.port for flow in flows if flow.port})
    listed = [{"port": port, "protocol": "TCP"} for port in ports]
    if flows:
        silent = any(flow.port is None for flow in flows)
        anywhere = [{"ipBlock": {"cidr": cidr}} for cidr in ("0.0.0.0/0", "::/0")]
        yield {"to": anywhere, **({} if silent else {"ports": listed})}


def _visitors(target: Target, service: Service) -> Iterator[Manifest]:
    """The load balancer stands in the public subnets."""
    if target.scale.host is not None and target.way_in[0] == service:
        peers = [{"ipBlock": {"cidr": cidr}} for cidr in target.public_cidrs]
        yield {"from": peers, "ports": [{"port": target.way_in[1], "protocol": "TCP"}]}


def _by_port(flows: Iterable[Flow]) -> Iterator[tuple[int | None, list[Flow]]]:
    every = list(flows)
    for port in sorted({flow.port or 0 for flow in every}):
        yield port or None, [flow for flow in every if (flow.port or 0) == port]


def _ports(target: Target, called: Service, port: int | None) -> dict[str, Any]:
    if port is None:
        return {}
    names = transports(target.source, called, port)
    return {"ports": [{"port": port, "protocol": name} for name in names]}


def _pods(target: Target, name: str) -> Manifest:
    service = target.application.service(name)
    return {"podSelector": {"matchLabels": labels(target.application.name, service)}}
