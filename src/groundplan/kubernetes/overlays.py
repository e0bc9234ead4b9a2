"""The files under `k8s/`: what runs everywhere in `base`, what differs in an overlay each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.kubernetes import cloud, naming, network, scaling, schema
from groundplan.kubernetes.manifest import NEEDED, plain, to_yaml
from groundplan.kubernetes.patch import patch
from groundplan.kubernetes.pod import secret_settings
from groundplan.kubernetes.source import secrets
from groundplan.kubernetes.workload import manifests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.compose import Service
    from groundplan.kubernetes.source import Source
    from groundplan.kubernetes.target import Target
    from groundplan.kubernetes.workload import Manifest

_OURS: Final = frozenset(
    {"ingress", "kustomization", "namespace", "network", "scaling", "schema", "secrets"}
)
"""The names of files that are no service's."""
_LEVEL: Final = "pod-security.kubernetes.io"


def base(source: Source) -> dict[str, str]:
    """The files of `base`: what is built or brought by the application, with no profile on.

    None where the application consists of stores.
    """
    apps = _apps(source)
    if not apps:
        return {}  # kustomize takes no folder without anything in it
    files = {f"base/{_file(item)}": to_yaml(_own(source, item)) for item in apps}
    listed = _kustomization(resources=[_file(item) for item in apps])
    return {**files, "base/kustomization.yaml": to_yaml([listed])}


def overlay(source: Source, target: Target) -> dict[str, str]:
    """The files of an overlay on the base of `source`."""
    known = {item.name: item for item in _apps(source)}
    files = {_file(item): _beyond(source, target, item, known) for item in target.running}
    files["namespace.yaml"] = [_namespace(target)]
    files["network.yaml"] = list(network.policies(target))
    files["scaling.yaml"] = list(scaling.scaling(target))
    files["ingress.yaml"] = list(network.ingress(target))
    files["schema.yaml"] = list(schema.manifests(target))
    files["secrets.yaml"] = list(cloud.external_secrets(target)) if target.in_cloud else []
    written = {name: items for name, items in sorted(files.items()) if items}
    listed = _kustomization(
        namespace=target.application.name,
        resources=[*(["../../base"] if known else []), *written],
        images=cloud.images(target) if target.in_cloud else [],
        patches=list(_patches(source, target, known)),
    )
    folder = f"overlays/{target.name}"
    return {
        **{f"{folder}/{name}": to_yaml(items) for name, items in written.items()},
        f"{folder}/kustomization.yaml": to_yaml([listed], _about(target)),
    }


def _file(service: Service) -> str:
    return f"service-{service.name}.yaml" if service.name in _OURS else f"{service.name}.yaml"


def _beyond(
    source: Source, target: Target, service: Service, known: Mapping[str, Service]
) -> list[Manifest]:
    """What the target has of a service and the base has not, which no patch can give it."""
    based = known.get(service.name)
    own = {_key(item) for item in _own(source, based)} if based else set()
    there = manifests(target.source, service, replicas=_copies(target, service))
    return [item for item in there if _key(item) not in own]


def whole(target: Target) -> list[Manifest]:
    """Every manifest of an overlay, as kustomize puts them together, but for images' names."""
    every = [_namespace(target)]
    for item in target.running:
        every += manifests(target.source, item, replicas=_copies(target, item))
    every += [*network.policies(target), *scaling.scaling(target), *network.ingress(target)]
    every += schema.manifests(target)
    every += cloud.external_secrets(target) if target.in_cloud else ()
    for made in every[1:]:
        made["metadata"]["namespace"] = target.application.name
    return every


def needed_secrets(source: Source, services: Iterable[Service]) -> dict[str, tuple[str, ...]]:
    """The Secrets that manifests refer to, and the keys of each; none holds a value here."""
    found: dict[str, tuple[str, ...]] = {}
    for service in services:
        raw = source.raw(service)
        found |= {naming.secret(source, name): (name,) for name in secrets(raw)}
        if names := secret_settings(raw):
            found[naming.settings_secret(service)] = names
    return dict(sorted(found.items()))


def _apps(source: Source) -> list[Service]:
    return [item for item in source.application.services if not item.is_store]


def _own(source: Source, service: Service) -> list[Manifest]:
    return list(manifests(source, service, replicas=service.replicas))


def _copies(target: Target, service: Service) -> int | None:
    """None where an autoscaler says how many."""
    copies = target.copies(service)
    scaled = target.scale.most is not None and copies > 1 and not service.is_store
    return None if scaled else copies


def _patches(source: Source, target: Target, known: dict[str, Service]) -> Iterator[dict[str, Any]]:
    """What makes the base's manifests those of the target; what is gone there is deleted."""
    running = {item.name: item for item in target.running}
    for name, service in known.items():
        there: list[Manifest] = []
        if item := running.get(name):
            there = list(manifests(target.source, item, replicas=_copies(target, item)))
        wanted = {_key(item): item for item in there}
        for old in _own(source, service):
            kind, called = key = _key(old)
            aim = {"kind": kind, "name": called}
            if key not in wanted:
                gone = {"$patch": "delete", **{k: old[k] for k in ("apiVersion", "kind")}}
                gone["metadata"] = {"name": called}
                yield {"target": aim, "patch": plain(gone)}
            elif operations := list(patch(old, wanted[key])):
                yield {"target": aim, "patch": plain(operations)}


def _key(manifest: Manifest) -> tuple[str, str]:
    return manifest["kind"], manifest["metadata"]["name"]


def _namespace(target: Target) -> Manifest:
    labels = {f"{_LEVEL}/enforce": "baseline", f"{_LEVEL}/warn": "restricted"}
    metadata: dict[str, Any] = {"name": target.application.name, "labels": labels}
    if not target.in_cloud and (needed := needed_secrets(target.source, target.running)):
        metadata["annotations"] = {NEEDED: ",".join(needed)}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _kustomization(**fields: Any) -> Manifest:
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
    return head | {name: value for name, value in fields.items() if value}


def _about(target: Target) -> str:
    """What the overlay is for, and how it is applied."""
    of = f" as phase {target.phase} has it" if target.phase else ""
    where = "The application in AWS" if target.in_cloud else "The application in a local cluster"
    needed = needed_secrets(target.source, target.running)
    lines = [f"{where},{of}.".replace(",.", ".")]
    if target.in_cloud:
        lines.append("${...} is an output of Terraform, filled in when it is applied.")
        left = [name for item in schema.schemas(target) for name in item.left_out]
        lines += [f"Not run in the database, being no SQL: {', '.join(left)}."] if left else []
    elif needed:
        lines.append(f"It needs the Secrets {', '.join(needed)}.")
    lines.append(f"Apply it: groundplan k8s apply --overlay {target.name} --context CONTEXT")
    return "".join(f"# {line}\n" for line in lines)
