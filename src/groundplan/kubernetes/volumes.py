"""The volumes of a pod, and where its container has them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from groundplan.compose.services import words
from groundplan.kubernetes import naming
from groundplan.kubernetes.mounts import mounted
from groundplan.kubernetes.source import secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.source import Source

Spec = dict[str, Any]
# A volume's name in the pod, what it is, where it stands, and how it is mounted there.
_Place = tuple[str, Spec, str, Spec]
_RUN: Final = "/run/secrets/"
_SIZE: Final = re.compile(r"size=(\d+)([kmg]?)", re.IGNORECASE)


def volumes(source: Source, service: Service) -> tuple[list[Spec], list[Spec]]:
    """The pod's volumes, and where its container mounts them."""
    raw = source.raw(service)
    every = [
        *_data(source, service, raw),
        *_files(source, service),
        *_memory(raw),
        *_secrets(source, raw),
    ]
    return (
        [{"name": name, **kind} for name, kind, _, _ in every],
        [{"name": name, "mountPath": path, **more} for name, _, path, more in every],
    )


def _data(source: Source, service: Service, raw: Raw) -> Iterator[_Place]:
    for index, volume in enumerate(_of_type(raw, "volume")):
        more = {"readOnly": True} if volume.get("read_only") else {}
        if part := (volume.get("volume") or {}).get("subpath"):
            more["subPath"] = part
        kind = _storage(source, service, volume.get("source"))
        yield f"data-{index}", kind, volume["target"], more


def _storage(source: Source, service: Service, name: str | None) -> Spec:
    """An application's volume is kept; a store's, which only runs locally, ends with its pod."""
    if service.is_store or not name:
        return {"emptyDir": {}}
    return {"persistentVolumeClaim": {"claimName": naming.claim(source, name)}}


def _files(source: Source, service: Service) -> Iterator[_Place]:
    for index, (name, target, files) in enumerate(mounted(source, service)):
        config = {"name": name, **({"defaultMode": 0o555} if files.executable else {})}
        part = {"subPath": next(iter(files.files))} if files.single else {}
        yield f"files-{index}", {"configMap": config}, target, {"readOnly": True, **part}


def _memory(raw: Raw) -> Iterator[_Place]:
    """What lives in memory: Compose's tmpfs, short and long, and what processes share."""
    found = [_tmpfs(entry) for entry in words(raw.get("tmpfs"))]
    found += [
        (volume["target"], str((volume.get("tmpfs") or {}).get("size") or ""))
        for volume in _of_type(raw, "tmpfs")
    ]
    if shared := raw.get("shm_size"):
        found.append(("/dev/shm", str(shared)))  # noqa: S108 - where it always is
    for index, (path, size) in enumerate(found):
        limit = {"sizeLimit": size} if size else {}
        yield f"tmp-{index}", {"emptyDir": {"medium": "Memory", **limit}}, path, {}


def _tmpfs(entry: str) -> tuple[str, str]:
    """Path and size of `/run:size=64m`."""
    path, _, options = entry.partition(":")
    size = _SIZE.search(options)
    if not size:
        return path, ""
    return path, f"{size[1]}{size[2].upper()}i" if size[2] else size[1]


def _of_type(raw: Raw, kind: str) -> Iterator[Raw]:
    return (volume for volume in raw.get("volumes") or () if volume["type"] == kind)


def _secrets(source: Source, raw: Raw) -> Iterator[_Place]:
    """Compose's secrets, each from a Secret of its own: at their usual place, or on their own."""
    together: list[Spec] = []
    apart: list[tuple[str, str]] = []
    for name, paths in secrets(raw).items():
        inside = [path.removeprefix(_RUN) for path in paths if path.startswith(_RUN)]
        items = [{"key": name, "path": path} for path in inside]
        if items:
            together.append({"secret": {"name": naming.secret(source, name), "items": items}})
        apart += [(name, path) for path in paths if not path.startswith(_RUN)]
    read_only = {"readOnly": True}
    if together:
        yield "secrets", {"projected": {"sources": together}}, _RUN.rstrip("/"), read_only
    for index, (name, path) in enumerate(apart):
        kind = {"secret": {"secretName": naming.secret(source, name)}}
        yield f"secret-{index}", kind, path, {**read_only, "subPath": name}
