"""What a service is told in the Compose file and is not in its manifests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from groundplan.compose.secrecy import in_command
from groundplan.compose.services import words
from groundplan.kubernetes import mounts, rights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.compose import Service
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.source import Source

ENV_NAME: Final = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
"""What Kubernetes takes as the name of a variable."""
_Used = dict[str, Any]  # by key: None for all, a pattern for values, or what is used below it
# What is used of a service, or matters to Compose's own run alone. All else is left out.
_SERVICE: Final[_Used] = {
    **dict.fromkeys((
        "attach", "build", "cap_add", "cap_drop", "command", "container_name", "cpus",
        "depends_on", "develop", "dns_opt", "dns_search", "entrypoint", "env_file", "environment",
        "expose", "group_add", "healthcheck", "hostname", "image", "links", "mem_limit",
        "mem_reservation", "profiles", "read_only", "scale", "shm_size", "stdin_open",
        "stop_grace_period", "tmpfs", "tty", "user", "working_dir",
    )),
    "configs": dict.fromkeys(("source", "target")),
    "deploy": {
        "mode": re.compile("replicated|global"),
        "replicas": None,
        "resources": {
            "limits": dict.fromkeys(("cpus", "memory")),
            "reservations": dict.fromkeys(("cpus", "memory")),
        },
        "restart_policy": {"condition": re.compile("any")},
    },
    "network_mode": re.compile("bridge"),
    "networks": {"*": {"aliases": None}},
    "ports": dict.fromkeys(("host_ip", "mode", "protocol", "published", "target")),
    "pull_policy": re.compile("always|build|if_not_present|missing|never"),
    "restart": re.compile("always|unless-stopped"),
    "secrets": dict.fromkeys(("source", "target")),
    "security_opt": re.compile("no-new-privileges(:true)?"),
    "volumes": {
        **dict.fromkeys(("consistency", "read_only", "source", "target")),
        "bind": {"create_host_path": None},
        "tmpfs": {"size": None},
        "type": re.compile("bind|tmpfs|volume"),
        "volume": {"subpath": None},
    },
}  # fmt: skip
_VOLUME: Final[_Used] = {"name": None, "driver": re.compile("local")}


def left_out(source: Source, service: Service) -> Iterator[str]:
    """What of `service` is not in its manifests, or needs a look, a sentence each."""
    raw = source.raw(service)
    told = {**raw, **(_without_restart(raw) if service.once else {})}
    for what in dict.fromkeys([*_unused(told, _SERVICE), *_around(source.document, raw)]):
        yield f"{what} is left out"
    yield from rights.remarks(service, raw)
    yield from mounts.remarks(source, service)
    yield from _odd(service, raw)
    for name in dict.fromkeys(_given_away(raw)):
        yield f"its command holds a secret, which everybody can read in the manifests: {name}"


def _without_restart(raw: Raw) -> Raw:
    """What is told of a service that runs to its end, but for how it is started again."""
    deploy = (raw.get("deploy") or {}).items()
    left = {key: value for key, value in deploy if key not in ("mode", "restart_policy")}
    return {"restart": None, "deploy": left}


def _unused(value: Any, used: _Used | re.Pattern[str] | None, path: str = "") -> Iterator[str]:
    """The settings in `value` that `used` does not name, by their path and perhaps value."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(used, re.Pattern):
            yield from [] if used.fullmatch(str(item)) else [f"{path}: {item}"]
        elif isinstance(used, dict) and isinstance(item, dict):
            for key, inner in item.items():
                below = f"{path}.{key}".removeprefix(".")
                if inner in (None, "", False, [], {}) or key.startswith("x-"):
                    continue
                if key in used or "*" in used:
                    yield from _unused(inner, used.get(key, used.get("*")), below)
                else:
                    yield below


def _around(document: Raw, raw: Raw) -> Iterator[str]:
    """What is told of the volumes and networks that a service uses, beside it."""
    declared: Mapping[str, Any] = document.get("volumes") or {}
    for volume in raw.get("volumes") or ():
        name = volume.get("source")
        if volume["type"] == "volume" and name in declared:
            yield from _unused(declared[name] or {}, _VOLUME, f"volumes.{name}")
    for name in raw.get("networks") or ():
        if ((document.get("networks") or {}).get(name) or {}).get("external"):
            yield f"networks.{name}.external"


def _odd(service: Service, raw: Raw) -> Iterator[str]:
    for name in raw.get("environment") or ():
        if not ENV_NAME.fullmatch(name):
            yield f"the variable '{name}' is left out: Kubernetes takes no such name"
    for volume in raw.get("volumes") or ():
        if volume["type"] == "volume" and not (volume.get("source") or service.is_store):
            yield f"the volume at {volume['target']} begins empty, whatever its image has there"
    check = raw.get("healthcheck") or {}
    if check and not check.get("test") and not check.get("disable"):
        yield "the healthcheck of its image is left out: Kubernetes does not know it"


def _given_away(raw: Raw) -> Iterator[str]:
    test = (raw.get("healthcheck") or {}).get("test")
    for command in (raw.get("entrypoint"), raw.get("command"), test):
        yield from in_command(words(command))
