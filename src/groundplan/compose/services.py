"""Compose's resolved document → services. Nothing of this machine's paths gets through."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import Any

from groundplan.compose import kinds, mentions
from groundplan.compose.model import Port, Service, Volume

Raw = dict[str, Any]


def services(document: Raw, folder: Path) -> tuple[Service, ...]:
    """The services of a resolved `document`, in name order.

    `folder` is the Compose file's: sources of builds and mounts are given relative to it.
    """
    found = document.get("services") or {}
    return tuple(_service(name, found[name], found, folder) for name in sorted(found))


def networks(raw: Raw, others: dict[str, Raw]) -> tuple[str, ...]:
    """The networks of a service; one that shares another's network stack stands in its networks."""
    mode = str(raw.get("network_mode") or "")
    if mode.startswith("service:"):
        host = others.get(mode.removeprefix("service:"))
        return networks(host, others) if host else ()
    return tuple(sorted(raw.get("networks") or {})) or (("bridge",) if mode == "bridge" else ())


def words(value: Any) -> tuple[str, ...]:
    """A command, list or single text, as words."""
    return (value,) if isinstance(value, str) else tuple(str(word) for word in value or ())


def exposed(raw: Raw) -> list[tuple[int, str]]:
    """Each port under `expose`, those of ranges (`3000-3005/udp`) too, with its transport."""
    entries = (str(entry).partition("/") for entry in raw.get("expose") or ())
    return [(port, name or "tcp") for numbers, _, name in entries for port in _range(numbers)]


def _range(numbers: str) -> range:
    ends = [int(number) for number in re.findall(r"\d+", numbers)] or [0, -1]
    return range(ends[0], ends[-1] + 1)


def _service(name: str, raw: Raw, others: dict[str, Raw], folder: Path) -> Service:
    ports = tuple(_port(port) for port in raw.get("ports") or ())
    exposes = [port for port, _ in exposed(raw)]
    once = any(_awaited(other, name) for other in others.values())
    product = kinds.product_of(raw.get("image"), {*(p.container for p in ports), *exposes})
    if once or kinds.runs_a_client(_line(raw)):
        product = None
    build = raw.get("build")
    return Service(
        name=name,
        kind=kinds.kind_of(product, published=bool(ports)),
        product=product.name if product else None,
        image=raw.get("image"),
        build=_relative(build["context"], folder) if build else None,
        ports=ports,
        exposes=_listens(raw, ports, exposes),
        networks=networks(raw, others),
        network_mode=raw.get("network_mode"),
        profiles=tuple(raw.get("profiles") or ()),
        replicas=_replicas(raw),
        volumes=tuple(_volume(volume, folder) for volume in raw.get("volumes") or ()),
        once=once,
        everywhere=(raw.get("deploy") or {}).get("mode") == "global",
    )


def without_end(service: Service, raw: Raw) -> bool:
    """Whether a service runs on: it serves, or is started again when it has ended."""
    deploy = raw.get("deploy") or {}
    policy = (deploy.get("restart_policy") or {}).get("condition")
    ends = raw.get("restart") == "no" or policy == "none" or "job" in str(deploy.get("mode"))
    return bool(service.exposes) or service.is_store or not ends


def _awaited(other: Raw, name: str) -> bool:
    """Whether `other` starts only when the service `name` has ended."""
    needed = (other.get("depends_on") or {}).get(name) or {}
    return needed.get("condition") == "service_completed_successfully"


def _line(raw: Raw) -> str:
    return " ".join([*words(raw.get("entrypoint")), *words(raw.get("command"))])


def _port(raw: Raw) -> Port:
    first, _, last = str(raw.get("published") or "").partition("-")
    return Port(
        container=int(raw["target"]),
        published=int(first) if first else None,
        protocol=raw.get("protocol") or "tcp",
        host_ip=raw.get("host_ip"),
        published_end=int(last) if last else None,
    )


def _listens(raw: Raw, ports: tuple[Port, ...], exposes: list[int]) -> tuple[int, ...]:
    """Every port that the file says the service opens, the most telling first."""
    environment = {k: str(v) for k, v in (raw.get("environment") or {}).items() if v is not None}
    health = " ".join(words((raw.get("healthcheck") or {}).get("test")))
    checked = re.findall(r"(?:localhost|127\.0\.0\.1):(\d{2,5})", health)
    named = [environment.get(name, "") for name in ("PORT", "SERVER_PORT", "HTTP_PORT", "APP_PORT")]
    found = [
        *exposes,
        *(port.container for port in ports),
        *(int(port) for port in checked),
        *(int(port) for port in named if port.isdecimal()),
        *(
            port
            for text in (*environment.values(), _line(raw))
            for port in mentions.listened_on(text)
        ),
    ]
    return tuple(dict.fromkeys(found))


def _replicas(raw: Raw) -> int:
    wanted = (raw.get("deploy") or {}).get("replicas", raw.get("scale"))
    return 1 if wanted is None else int(wanted)


def _volume(raw: Raw, folder: Path) -> Volume:
    source = raw.get("source")
    return Volume(
        type=raw["type"],
        source=_relative(source, folder) if source and raw["type"] == "bind" else source,
        target=raw["target"],
        read_only=bool(raw.get("read_only")),
    )


def _relative(path: str, folder: Path) -> str:
    """`path` relative to `folder` where it lies below or beside it; a home folder becomes `~`."""
    if not path.startswith("/") and not Path(path).is_absolute():
        return path
    if Path(path).is_relative_to(folder):
        return Path(path).relative_to(folder).as_posix()
    if Path(path).is_relative_to(Path.home()) and not folder.is_relative_to(Path.home()):
        return (PurePosixPath("~") / Path(path).relative_to(Path.home()).as_posix()).as_posix()
    return Path(os.path.relpath(path, folder)).as_posix() if _beside(path, folder) else path


def _beside(path: str, folder: Path) -> bool:
    """Whether `path` was given relative to `folder`, going up: it shares more than the root."""
    return len(os.path.commonpath([path, folder])) > 1
