"""Kubernetes from Compose: what runs everywhere in `base`, the stores only in `overlays/local`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.files import write_if_changed
from groundplan.kubernetes import pod as pods
from groundplan.kubernetes.manifest import HEADER, to_yaml
from groundplan.kubernetes.pod import labels, mounted, secret_settings, settings, slug
from groundplan.kubernetes.source import Source, load, read, secrets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.compose import Service
    from groundplan.workspace import Workspace

__all__ = ["Source", "load", "needed_secrets", "read", "render", "stale", "write"]
FOLDER: Final = "k8s"
_LOCAL: Final = "overlays/local"
_Manifest = dict[str, Any]


def render(source: Source) -> dict[str, str]:
    """The files under `k8s/`, by path.

    `base` has what is built or brought by the application: Deployment, Service, ConfigMap. The
    stores stand in `overlays/local` only, with data that ends with their pod: in a cloud they are
    services of the cloud.
    """
    services = source.application.services
    apps = [service for service in services if not service.is_store]
    stores = [service for service in services if service.is_store]
    files = {f"base/{item.name}.yaml": to_yaml(_manifests(source, item)) for item in apps}
    files |= {f"{_LOCAL}/{item.name}.yaml": to_yaml(_manifests(source, item)) for item in stores}
    files["base/kustomization.yaml"] = to_yaml([_kustomization(f"{a.name}.yaml" for a in apps)])
    local = _kustomization(["../../base", *(f"{item.name}.yaml" for item in stores)])
    files[f"{_LOCAL}/kustomization.yaml"] = to_yaml([local], _how_to_secrets(source))
    return dict(sorted(files.items()))


def needed_secrets(source: Source) -> dict[str, tuple[str, ...]]:
    """The Secrets that the manifests refer to, and the keys of each; none holds a value here."""
    found: dict[str, tuple[str, ...]] = {}
    for service in source.application.services:
        raw = source.raw(service)
        found |= {slug(name): (name,) for name in secrets(raw)}
        if names := secret_settings(raw):
            found[f"{service.name}-env"] = names
    return dict(sorted(found.items()))


def write(workspace: Workspace, phase: int | None = None) -> tuple[Path, ...]:
    """Write `k8s/`; the files that were written, or deleted because nothing renders them now."""
    folder = workspace.root / FOLDER
    files = {folder / name: text for name, text in render(read(workspace, phase)).items()}
    written = [path for path, text in files.items() if write_if_changed(path, text)]
    gone = [path for path in _generated(folder) if path not in files]
    for path in gone:
        path.unlink()
    return tuple(sorted([*written, *gone]))


def stale(workspace: Workspace, phase: int | None = None) -> tuple[Path, ...]:
    """The files under `k8s/` that are not what the Compose file gives now, sorted."""
    folder = workspace.root / FOLDER
    files = {folder / name: text for name, text in render(read(workspace, phase)).items()}
    changed = [path for path, text in files.items() if _content(path) != text]
    return tuple(sorted({*changed, *(path for path in _generated(folder) if path not in files)}))


def _generated(folder: Path) -> list[Path]:
    places = (folder / "base", folder / _LOCAL)
    found = (path for place in places for path in place.glob("*.yaml"))
    return [path for path in found if (_content(path) or "").startswith(HEADER)]


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _manifests(source: Source, service: Service) -> Iterator[_Manifest]:
    raw = source.raw(service)
    if values := settings(raw):
        yield {**_head(source, service, "v1", "ConfigMap"), "data": values}
    for name, _, files in mounted(source, service):
        head = _head(source, service, "v1", "ConfigMap", name)
        yield {**head, "data": dict(files.files)}
    yield from _claims(source, service)
    if ports := _ports(source, service):
        yield _service(source, service, ports)
    yield _workload(source, service)


def _service(source: Source, service: Service, ports: list[_Manifest]) -> _Manifest:
    selector = labels(source.application.name, service)
    spec = {"selector": selector, "ports": ports}
    return {**_head(source, service, "v1", "Service"), "spec": spec}


def _ports(source: Source, service: Service) -> list[_Manifest]:
    """What it opens as the file tells it; else what others call it on."""
    called = [flow.port for flow in source.application.flows if flow.target == service.name]
    udp = {port.container for port in service.ports if port.protocol == "udp"}
    found = dict.fromkeys(service.exposes or [port for port in called if port])
    return [
        {
            "name": f"{'udp' if port in udp else 'tcp'}-{port}",
            "port": port,
            "targetPort": port,
            "protocol": "UDP" if port in udp else "TCP",
        }
        for port in found
    ]


def _workload(source: Source, service: Service) -> _Manifest:
    """A store with data of its own is a StatefulSet: never two pods on one set of data."""
    named = [volume for volume in service.volumes if volume.type == "volume" and volume.source]
    stateful = service.is_store and bool(named)
    head = _head(source, service, "apps/v1", "StatefulSet" if stateful else "Deployment")
    spec: _Manifest = {
        "replicas": service.replicas,
        "selector": {"matchLabels": labels(source.application.name, service)},
        **({"serviceName": service.name} if stateful else {}),
        "template": pods.pod(source, service),
    }
    return {**head, "spec": spec}


def _claims(source: Source, service: Service) -> Iterator[_Manifest]:
    """A claim for each volume of an application, beside the first service that has it."""
    owners: dict[str, str] = {}
    for item in source.application.services:
        if not item.is_store:
            for volume in item.volumes:
                if volume.type == "volume" and volume.source:
                    owners.setdefault(volume.source, item.name)
    for name in (name for name, owner in owners.items() if owner == service.name):
        head = _head(source, service, "v1", "PersistentVolumeClaim", slug(name))
        asked = {"requests": {"storage": "1Gi"}}
        yield {**head, "spec": {"accessModes": ["ReadWriteOnce"], "resources": asked}}


def _head(
    source: Source, service: Service, version: str, kind: str, name: str | None = None
) -> _Manifest:
    metadata = {"name": name or service.name, "labels": labels(source.application.name, service)}
    return {"apiVersion": version, "kind": kind, "metadata": metadata}


def _kustomization(resources: Iterable[str]) -> _Manifest:
    return {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(resources),
    }


def _how_to_secrets(source: Source) -> str:
    """The commands for the Secrets of Compose, whose files stand on this machine only."""
    files = source.document.get("secrets") or {}
    lines = [
        f"#   kubectl create secret generic {name} --from-file={key}=secrets/{key}\n"
        for name, keys in needed_secrets(source).items()
        for key in keys
        if key in files
    ]
    return (
        "".join(["# Create its Secrets first, once scripts/secrets has run:\n", *lines])
        if lines
        else ""
    )
