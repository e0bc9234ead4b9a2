"""A service's own objects: settings, claims, account, Service, and what runs its pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.kubernetes import naming
from groundplan.kubernetes import pod as pods
from groundplan.kubernetes.mounts import mounted
from groundplan.kubernetes.pod import labels, settings
from groundplan.kubernetes.ports import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service
    from groundplan.kubernetes.source import Source

Manifest = dict[str, Any]
_TRIES: Final = 4  # Kubernetes waits longer from one to the next: two and a half minutes in all
_KEPT: Final = 86400  # seconds for which the log of what is done can be read


def manifests(source: Source, service: Service, *, replicas: int | None = 1) -> Iterator[Manifest]:
    """Everything that `service` consists of; `replicas` None leaves their number to the load.

    What runs once is a Job, whatever `replicas` is.
    """
    yield {**head(source, service, "v1", "ServiceAccount"), "automountServiceAccountToken": False}
    if values := settings(source.raw(service)):
        yield {**head(source, service, "v1", "ConfigMap"), "data": values}
    for name, _, files in mounted(source, service):
        config = head(source, service, "v1", "ConfigMap", name)
        yield {**config, "data": dict(files.files)}
    yield from _claims(source, service)
    ports = _ports(source, service)
    if ports or is_stateful(service):  # by whose name its pod is called
        yield _service(source, service, ports)
    if service.once:
        yield {**head(source, service, "batch/v1", "Job"), "spec": job(pods.pod(source, service))}
    else:
        yield _workload(source, service, replicas)


def job(template: Manifest) -> Manifest:
    """The spec of a Job that runs the pod of `template` to its end."""
    return {"backoffLimit": _TRIES, "ttlSecondsAfterFinished": _KEPT, "template": template}


def head(
    source: Source, service: Service, version: str, kind: str, name: str | None = None
) -> Manifest:
    """The beginning of a manifest that belongs to `service`, and has its name unless given."""
    metadata = {"name": name or service.name, "labels": labels(source.application.name, service)}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def is_stateful(service: Service) -> bool:
    """Whether it keeps data of its own: never two pods on one set of data."""
    named = [volume for volume in service.volumes if volume.type == "volume" and volume.source]
    return service.is_store and bool(named) and not service.everywhere


def _service(source: Source, service: Service, ports: list[Manifest]) -> Manifest:
    spec: Manifest = {"selector": labels(source.application.name, service)}
    if ports:
        spec |= {"ports": ports}
    if is_stateful(service):
        spec = {"clusterIP": "None", **spec}  # one pod has it all: its name is enough
    return {**head(source, service, "v1", "Service"), "spec": spec}


def _ports(source: Source, service: Service) -> list[Manifest]:
    return [
        {"name": f"{name.lower()}-{port}", "port": port, "targetPort": port, "protocol": name}
        for port, name in opened(source, service)
    ]


def _workload(source: Source, service: Service, replicas: int | None) -> Manifest:
    stateful = is_stateful(service)
    spec: Manifest = {
        "replicas": None if service.everywhere else replicas,
        "selector": {"matchLabels": labels(source.application.name, service)},
        "serviceName": service.name if stateful else None,
        "strategy": None if stateful or service.everywhere else _strategy(service),
        "template": pods.pod(source, service),
    }
    kept = {key: value for key, value in spec.items() if value is not None}
    kind = "StatefulSet" if stateful else "DaemonSet" if service.everywhere else "Deployment"
    return {**head(source, service, "apps/v1", kind), "spec": kept}


def _strategy(service: Service) -> Manifest:
    """A new pod is ready before an old one goes; but two can't share a volume."""
    alone = service.is_store or any(
        item.type == "volume" and item.source for item in service.volumes
    )
    if alone:
        return {"type": "Recreate"}
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def _claims(source: Source, service: Service) -> Iterator[Manifest]:
    """A claim for each volume of an application, beside the first service that has it."""
    owners: dict[str, str] = {}
    for item in source.application.services:
        if not item.is_store:
            for volume in item.volumes:
                if volume.type == "volume" and volume.source:
                    owners.setdefault(volume.source, item.name)
    for name in (name for name, owner in owners.items() if owner == service.name):
        claim = head(source, service, "v1", "PersistentVolumeClaim", naming.claim(source, name))
        asked = {"requests": {"storage": "1Gi"}}
        yield {**claim, "spec": {"accessModes": ["ReadWriteOnce"], "resources": asked}}
