"""A service's pod: its container, what is mounted in it, and what it may do."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from groundplan.compose.secrecy import is_secret
from groundplan.compose.services import words
from groundplan.kubernetes import naming, rights
from groundplan.kubernetes.leftovers import ENV_NAME
from groundplan.kubernetes.mounts import mounted
from groundplan.kubernetes.ports import opened
from groundplan.kubernetes.probes import literal, readiness, seconds
from groundplan.kubernetes.resources import resources
from groundplan.kubernetes.volumes import volumes

if TYPE_CHECKING:
    from groundplan.compose import Service
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.source import Source

_PULLS: Final = {"always": "Always", "never": "Never"}
_GRACE: Final = "10s"  # Compose's own
# Seconds for which a pod that is to stop still serves: so long others may take it to be there.
_LEAVES: Final = 5


def settings(raw: Raw) -> dict[str, str]:
    """The environment that may be read by everybody, for a ConfigMap."""
    return {name: value for name, value in _environment(raw) if not is_secret(name, value)}


def secret_settings(raw: Raw) -> tuple[str, ...]:
    """The names of the variables whose values belong into a Secret."""
    return tuple(name for name, value in _environment(raw) if is_secret(name, value))


def pod(source: Source, service: Service) -> dict[str, Any]:
    """The pod template of `service`."""
    raw = source.raw(service)
    found, places = volumes(source, service)
    spec: dict[str, Any] = {
        "restartPolicy": "Never" if service.once else None,  # a pod that failed is kept: its log
        "serviceAccountName": service.name,
        "automountServiceAccountToken": False,
        # Else a service `mysql` would set MYSQL_PORT=tcp://… in every pod.
        "enableServiceLinks": False,
        "securityContext": rights.of_pod(service, raw),
        "dnsConfig": _resolver(raw),
        "topologySpreadConstraints": _spread(source.application.name, service),
        "containers": [_container(source, service, raw, places)],
        "volumes": found,
    }
    grace = seconds(raw.get("stop_grace_period") or _GRACE)
    spec["terminationGracePeriodSeconds"] = grace + (_LEAVES if _serves(service) else 0)
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
    source: Source, service: Service, raw: Raw, places: list[dict[str, Any]]
) -> dict[str, Any]:
    secret = naming.settings_secret(service)
    environment = [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": name}}}
        for name in secret_settings(raw)
    ]
    container = {
        "name": service.name,
        "image": service.image or f"{source.application.name}-{service.name}",
        "imagePullPolicy": _PULLS.get(raw.get("pull_policy") or "", "IfNotPresent"),
        "command": [literal(word) for word in words(raw.get("entrypoint"))],
        "args": [literal(word) for word in words(raw.get("command"))],
        "workingDir": raw.get("working_dir"),
        "envFrom": [{"configMapRef": {"name": service.name}}] if settings(raw) else [],
        "env": environment,
        "ports": [
            {"containerPort": port, "protocol": name} for port, name in opened(source, service)
        ],
        "readinessProbe": None if service.once else readiness(raw),
        "lifecycle": _leaving(service),
        "resources": resources(service, raw),
        "securityContext": rights.of_container(service, raw),
        "stdin": raw.get("stdin_open"),
        "tty": raw.get("tty"),
        "volumeMounts": places,
    }
    return _without_empty(container)


def _serves(service: Service) -> bool:
    """Whether others may call any of its copies, until it is gone."""
    return not (service.is_store or service.once)


def _leaving(service: Service) -> dict[str, Any]:
    """Before it is told to stop, a pod waits until no new request comes to it."""
    if not _serves(service):
        return {}
    return {"preStop": {"exec": {"command": ["sleep", str(_LEAVES)]}}}


def _spread(application: str, service: Service) -> list[dict[str, Any]]:
    """Copies stand in different zones, and on different nodes, as far as there are any."""
    if not _serves(service) or service.everywhere:
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
    return _without_empty({"searches": list(words(raw.get("dns_search"))), "options": found})


def _environment(raw: Raw) -> list[tuple[str, str]]:
    found = raw.get("environment") or {}
    return sorted(
        (name, str(value))
        for name, value in found.items()
        if value is not None and ENV_NAME.fullmatch(name)
    )


def _without_empty(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "", [], {}, ())}
