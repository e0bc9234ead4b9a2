"""A service's pod: its container, what is mounted in it, and what it may do."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

from groundplan.compose.services import words
from groundplan.kubernetes import naming
from groundplan.kubernetes.ports import opened
from groundplan.kubernetes.probes import readiness, seconds
from groundplan.kubernetes.source import secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service, Volume
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.source import Mounted, Source

# (CPU asked for, memory asked for, most memory). No CPU limit: it would only slow down what has
# the node to itself. Measured at rest: a service of the shop takes 45 MiB, MySQL 500 MiB.
_SIZES: Final = {
    "web": ("50m", "128Mi", "256Mi"),
    "service": ("50m", "128Mi", "256Mi"),
    "cache": ("50m", "64Mi", "256Mi"),
    "database": ("100m", "512Mi", "1Gi"),
    "queue": ("100m", "256Mi", "1Gi"),
}
_SECRET: Final = re.compile(
    r"PASSW|SECRET|TOKEN|CREDENTIAL|(API|ACCESS|PRIVATE|AUTH)_?KEY", re.IGNORECASE
)
_URL_WITH_PASSWORD: Final = re.compile(r"://[^/\s:@]*:[^/\s@]+@")
_GRACE: Final = "10s"  # Compose's own
# Seconds for which a pod that is to stop still serves: so long others may take it to be there.
_LEAVES: Final = 5


def literal(word: str) -> str:
    """`word` as Kubernetes takes it: `$(…)` would be one of its own variables."""
    return word.replace("$(", "$$(")


def settings(raw: Raw) -> dict[str, str]:
    """The environment that may be read by everybody, for a ConfigMap."""
    return {name: value for name, value in _environment(raw) if not _is_secret(name, value)}


def secret_settings(raw: Raw) -> tuple[str, ...]:
    """The names of the variables whose values belong into a Secret."""
    return tuple(name for name, value in _environment(raw) if _is_secret(name, value))


def mounted(source: Source, service: Service) -> Iterator[tuple[str, str, Mounted]]:
    """The files that `service` mounts: name of their ConfigMap, where they stand, and the files."""
    for volume in source.raw(service).get("volumes") or ():
        if volume["type"] == "bind" and (found := source.mounts.get(volume["source"])):
            name = naming.config(source, service, volume["target"])
            yield name, volume["target"], found


def pod(source: Source, service: Service) -> dict[str, Any]:
    """The pod template of `service`."""
    raw = source.raw(service)
    volumes, mounts = _volumes(source, service)
    spec = {
        "serviceAccountName": service.name,
        "automountServiceAccountToken": False,
        # Else a service `mysql` would set MYSQL_PORT=tcp://… in every pod.
        "enableServiceLinks": False,
        "securityContext": _pod_security(service, raw),
        "dnsConfig": _resolver(raw),
        "topologySpreadConstraints": _spread(source.application.name, service),
        "containers": [_container(source, service, raw, mounts)],
        "volumes": volumes,
    }
    grace = seconds(raw.get("stop_grace_period") or _GRACE)
    spec["terminationGracePeriodSeconds"] = grace + (0 if service.is_store else _LEAVES)
    told = [settings(raw), [files.files for _, _, files in mounted(source, service)]]
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
    labels_ = labels(source.application.name, service)
    # A pod reads its settings at its start: new settings make new pods.
    metadata = {"labels": labels_, "annotations": {"groundplan/settings": digest}}
    return {"metadata": metadata, "spec": _without_empty(spec)}


def labels(application: str, service: Service) -> dict[str, str]:
    """The labels that tell the pods of `service`."""
    return {"app.kubernetes.io/name": service.name, "app.kubernetes.io/part-of": application}


def _container(
    source: Source, service: Service, raw: Raw, mounts: list[dict[str, Any]]
) -> dict[str, Any]:
    secret = naming.settings_secret(service)
    environment = [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}
        for name in secret_settings(raw)
    ]
    container = {
        "name": service.name,
        "image": service.image or f"{source.application.name}-{service.name}",
        "imagePullPolicy": "IfNotPresent",
        "command": [literal(word) for word in words(raw.get("entrypoint"))],
        "args": [literal(word) for word in words(raw.get("command"))],
        "workingDir": raw.get("working_dir"),
        "envFrom": [{"configMapRef": {"name": service.name}}] if settings(raw) else [],
        "env": environment,
        "ports": [
            {"containerPort": port, "protocol": name} for port, name in opened(source, service)
        ],
        "readinessProbe": readiness(raw),
        "lifecycle": _leaving(service),
        "resources": _resources(service, raw),
        "securityContext": _security(service, raw),
        "volumeMounts": mounts,
    }
    return _without_empty(container)


def _leaving(service: Service) -> dict[str, Any]:
    """Before it is told to stop, a pod waits until no new request comes to it."""
    if service.is_store:
        return {}
    return {"preStop": {"exec": {"command": ["sleep", str(_LEAVES)]}}}


def _spread(application: str, service: Service) -> list[dict[str, Any]]:
    """Copies stand in different zones, and on different nodes, as far as there are any."""
    if service.is_store:
        return []
    selector = {"matchLabels": labels(application, service)}
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": selector,
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def _resolver(raw: Raw) -> dict[str, Any]:
    options = [str(option).partition(":") for option in words(raw.get("dns_opt"))]
    found = [_without_empty({"name": name, "value": value}) for name, _, value in options]
    return {"options": found} if found else {}


def _environment(raw: Raw) -> list[tuple[str, str]]:
    found = raw.get("environment") or {}
    return sorted((name, str(value)) for name, value in found.items() if value is not None)


def _is_secret(name: str, value: str) -> bool:
    named = bool(_SECRET.search(name)) and not name.endswith(("_FILE", "_PATH", "_DIR"))
    return bool(value) and (named or bool(_URL_WITH_PASSWORD.search(value)))


def _pod_security(service: Service, raw: Raw) -> dict[str, Any]:
    """Not root, unless it is a store whose image begins as root and steps down by itself."""
    user, _, group = str(raw.get("user") or "").partition(":")
    context: dict[str, Any] = {"seccompProfile": {"type": "RuntimeDefault"}}
    if user.isdecimal():
        context["runAsUser"] = int(user)
    if group.isdecimal():
        context["runAsGroup"] = int(group)
    if not service.is_store or (user.isdecimal() and int(user)):
        context["runAsNonRoot"] = True
    return context


def _security(service: Service, raw: Raw) -> dict[str, Any]:
    drop = list(raw.get("cap_drop") or ()) if service.is_store else ["ALL"]
    capabilities = _without_empty({"drop": drop, "add": list(raw.get("cap_add") or ())})
    context: dict[str, Any] = {"allowPrivilegeEscalation": False}
    if raw.get("read_only"):
        context["readOnlyRootFilesystem"] = True
    return {**context, "capabilities": capabilities} if capabilities else context


def _resources(service: Service, raw: Raw) -> dict[str, Any]:
    cpu, memory, most = _SIZES[service.kind]
    given = (raw.get("deploy") or {}).get("resources") or {}
    asked, limits = given.get("reservations") or {}, given.get("limits") or {}
    limit = str(limits["memory"]) if "memory" in limits else most
    # Where only the limit is given, a request above it would be refused.
    least = limit if "memory" in limits else memory
    return {
        "requests": {"cpu": _cpu(asked, cpu), "memory": str(asked.get("memory") or least)},
        "limits": _without_empty({"cpu": _cpu(limits, ""), "memory": limit}),
    }


def _cpu(given: Raw, default: str) -> str:
    return f"{round(float(given['cpus']) * 1000)}m" if "cpus" in given else default


def _volumes(source: Source, service: Service) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The pod's volumes, and where its container mounts them."""
    raw = source.raw(service)
    volumes: list[dict[str, Any]] = []
    mounts: list[dict[str, Any]] = []

    def add(name: str, kind: dict[str, Any], path: str, **more: object) -> None:
        volumes.append({"name": name, **kind})
        mounts.append({"name": name, "mountPath": path, **more})

    for index, volume in enumerate(item for item in service.volumes if item.type == "volume"):
        kind = _storage(source, service, volume)
        add(
            f"data-{index}", kind, volume.target, **({"readOnly": True} if volume.read_only else {})
        )
    for index, (name, target, files) in enumerate(mounted(source, service)):
        config = {"name": name, **({"defaultMode": 0o555} if files.executable else {})}
        part = {"subPath": next(iter(files.files))} if files.single else {}
        add(f"files-{index}", {"configMap": config}, target, readOnly=True, **part)
    for index, entry in enumerate(words(raw.get("tmpfs"))):
        add(f"tmp-{index}", {"emptyDir": {"medium": "Memory"}}, entry.partition(":")[0])
    if items := _secret_files(source, raw):
        add("secrets", {"projected": {"sources": items}}, "/run/secrets", readOnly=True)
    return volumes, mounts


def _storage(source: Source, service: Service, volume: Volume) -> dict[str, Any]:
    """An application's volume is kept; a store's, which only runs locally, ends with its pod."""
    if service.is_store or not volume.source:
        return {"emptyDir": {}}
    return {"persistentVolumeClaim": {"claimName": naming.claim(source, volume.source)}}


def _secret_files(source: Source, raw: Raw) -> list[dict[str, Any]]:
    """Compose's secrets, each from a Secret of its own."""
    return [
        {"secret": {"name": naming.secret(source, name), "items": [{"key": name, "path": path}]}}
        for name, path in secrets(raw).items()
    ]


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [], {}, ())}
