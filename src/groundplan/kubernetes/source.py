"""What manifests are made from: the application, Compose's document, and the files it mounts."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan import compose
from groundplan.compose import Remark
from groundplan.compose.resolver import resolve
from groundplan.compose.source import Source as ComposeFile
from groundplan.errors import InputError
from groundplan.files import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.compose import Application, Service
    from groundplan.compose.services import Raw
    from groundplan.workspace import Workspace

_NAME: Final = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_CONFIG_MAP_BYTES: Final = 1 << 20
# Settings of a Compose service that these manifests leave out.
_LEFT_OUT: Final = (
    "configs", "devices", "dns", "extra_hosts", "gpus", "ipc", "links", "network_mode", "pid",
    "privileged", "sysctls", "ulimits", "volumes_from",
)  # fmt: skip


@dataclass(frozen=True)
class Mounted:
    """The text files of a mount, by name; `single` where the mount is one file itself."""

    files: Mapping[str, str]
    executable: bool = False
    single: bool = False


@dataclass(frozen=True)
class Source:
    """An application with all that manifests say of it.

    `document` is Compose's resolved one, where a `$` stands for itself. `mounts` has the content
    of its bind mounts, by their path on this machine, as far as it can stand in a ConfigMap.
    """

    application: Application
    document: Raw
    mounts: Mapping[str, Mounted] = field(default_factory=dict)

    def raw(self, service: Service) -> Raw:
        """What the document says of `service`."""
        found: Raw = self.document["services"][service.name]
        return found

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What of the Compose file is not in the manifests."""
        return tuple(
            Remark(message, service.name)
            for service in self.application.services
            for message in _left_out(self.raw(service), self.mounts)
        )


def read(workspace: Workspace, phase: int | None = None) -> Source:
    """The source of `phase` (default: the Compose file with no profile on); raises like `load`."""
    design = workspace.design
    profiles = () if phase is None else design.phase(phase).profiles
    return load(workspace.compose_file, profiles=profiles, environ=design.variables(phase))


def load(path: Path, *, profiles: Iterable[str] = (), environ: Mapping[str, str]) -> Source:
    """The source of any Compose file, with `profiles` on and no variables but `environ`.

    Raises InputError where Compose refuses the file, or a service's name is none in Kubernetes.
    """
    profiles = tuple(profiles)
    application = compose.load(path, profiles=profiles, environ=environ)
    for service in application.services:
        if not _NAME.fullmatch(service.name):
            raise InputError(
                f"'{service.name}' can't be a name in Kubernetes", file=path,
                hint="use small letters, digits and '-', from a letter on; at most 63",
            )  # fmt: skip
    resolved = resolve(ComposeFile(path, read_text(path)), profiles, environ)
    document = _undollar(resolved.document)
    return Source(application, document, dict(_mounts(document)))


def _mounts(document: Raw) -> Iterator[tuple[str, Mounted]]:
    for raw in document["services"].values():
        for volume in raw.get("volumes") or ():
            if volume["type"] == "bind" and (mounted := _mounted(Path(volume["source"]))):
                yield volume["source"], mounted


def _mounted(path: Path) -> Mounted | None:
    """The files at `path`; None where they are too many, too large, no text, or not there."""
    found = [path] if path.is_file() else sorted(path.iterdir()) if path.is_dir() else []
    try:
        if not found or sum(item.stat().st_size for item in found) > _CONFIG_MAP_BYTES // 2:
            return None
        texts = {item.name: item.read_text(encoding="utf-8") for item in found}
    except (OSError, UnicodeDecodeError):
        return None
    return Mounted(texts, any(os.access(item, os.X_OK) for item in found), path.is_file())


def _left_out(raw: Raw, mounts: Mapping[str, Mounted]) -> Iterator[str]:
    yield from (f"{key} has no equivalent here" for key in _LEFT_OUT if raw.get(key))
    for item in raw.get("secrets") or ():
        if not _in_run_secrets(item):
            yield f"the secret {item['source']} stands outside /run/secrets"
    for volume in raw.get("volumes") or ():
        if volume["type"] == "bind" and volume["source"] not in mounts:
            yield f"the mount at {volume['target']} is no small folder of text files"


def secrets(raw: Raw) -> dict[str, str]:
    """The service's Compose secrets: for each, its path below /run/secrets."""
    return {
        item["source"]: str(item.get("target") or item["source"]).removeprefix("/run/secrets/")
        for item in raw.get("secrets") or ()
        if _in_run_secrets(item)
    }


def _in_run_secrets(item: Raw) -> bool:
    target = str(item.get("target") or "")
    return not target.startswith("/") or target.startswith("/run/secrets/")


def _undollar(value: Any) -> Any:
    """Compose writes `$` as `$$` in what it resolved."""
    if isinstance(value, dict):
        return {key: _undollar(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_undollar(item) for item in value]
    return value.replace("$$", "$") if isinstance(value, str) else value
