"""What manifests are made from: the application, Compose's document, and the files it mounts."""

from __future__ import annotations

import os
import re
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan import compose
from groundplan.compose import Remark
from groundplan.compose.resolver import resolve
from groundplan.compose.source import Source as ComposeFile
from groundplan.errors import InputError
from groundplan.files import digest, read_text
from groundplan.kubernetes import addresses, naming

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from groundplan.compose import Application, Service
    from groundplan.compose.resolver import Resolved
    from groundplan.compose.services import Raw
    from groundplan.workspace import Workspace

# What Compose made of a file, by all that it depends on: it takes a tenth of a second each time.
_RESOLVED: Final[dict[Hashable, Future[Resolved]]] = {}
_POOL: Final = ThreadPoolExecutor(thread_name_prefix="kubernetes")
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
    `renamed` has the name here for whatever else a service is called in Compose: its own where
    that is none in Kubernetes, and its aliases.
    """

    application: Application
    document: Raw
    mounts: Mapping[str, Mounted] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)

    def raw(self, service: Service) -> Raw:
        """What the document says of `service`."""
        found: Raw = self.document["services"][service.name]
        return found

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What of the Compose file is not in the manifests."""
        changed = (
            Remark(f"{old} is called {new} here, also in the settings of others", new)
            for old, new in self.renamed.items()
        )
        left = (
            Remark(message, service.name)
            for service in self.application.services
            for message in _left_out(self.raw(service), self.mounts)
        )
        return (*changed, *left)


def read(
    workspace: Workspace, phase: int | None = None, *, environ: Mapping[str, str] | None = None
) -> Source:
    """The source of `phase` (default: the Compose file with no profile on); raises like `load`.

    `environ` are variables beside those of the phase.
    """
    design = workspace.design
    profiles = () if phase is None else design.phase(phase).profiles
    variables = {**dict.fromkeys(design.terraform.environment, ""), **design.variables(phase)}
    variables |= environ or {}
    file = ComposeFile(workspace.compose_file, read_text(workspace.compose_file))
    dotenv = digest([file.path.parent / ".env"], root=file.path.parent)
    key = (file.path, file.text, dotenv, profiles, tuple(sorted(variables.items())))
    answer = _RESOLVED.get(key)
    if answer is None or workspace.compose_takes_in or (answer.done() and answer.exception()):
        answer = _RESOLVED[key] = _POOL.submit(resolve, file, profiles, variables)
    return _source(file, answer.result(), strict=True)


def load(
    path: Path,
    *,
    profiles: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
    strict: bool = True,
) -> Source:
    """The source of any Compose file, with `profiles` on and no variables but `environ`.

    Without `environ` the shell's are taken. With `strict`, a variable without a value, or a host
    that is no service, is an InputError. Raises InputError where Compose refuses the file, or a
    service's name is none in Kubernetes.
    """
    file = ComposeFile(path, read_text(path))
    return _source(file, resolve(file, tuple(profiles), environ), strict=strict)


def _source(file: ComposeFile, resolved: Resolved, *, strict: bool) -> Source:
    told = compose.told_by(resolved, file, strict=strict)
    application = naming.named(told, resolved.document["name"])
    names = {item.name: naming.slug(item.name) for item in application.services}
    for name, called in names.items():
        if not _NAME.fullmatch(called) or list(names.values()).count(called) > 1:
            raise InputError(
                f"'{name}' can't be a name in Kubernetes", file=file.path,
                hint="use small letters, digits and '-', from a letter on; at most 63",
            )  # fmt: skip
    document = _undollar(resolved.document)
    mounts = dict(_mounts(document))
    changed = {name: called for name, called in names.items() if name != called}
    changed |= addresses.aliases(document, names)
    return _renamed(Source(application, document, mounts, changed))


def _renamed(source: Source) -> Source:
    """The source with its services called as Kubernetes can call them, by everybody."""
    names = source.renamed
    old = source.application
    services = [replace(item, name=names.get(item.name, item.name)) for item in old.services]
    flows = (
        replace(f, source=names.get(f.source, f.source), target=names.get(f.target, f.target))
        for f in old.flows
    )
    entry = tuple(names.get(name, name) for name in old.entry)
    application = replace(old, services=tuple(services), flows=tuple(flows), entry=entry)
    raws = {
        names.get(name, name): addresses.addressed(raw, names)
        for name, raw in source.document["services"].items()
    }
    return replace(source, application=application, document={**source.document, "services": raws})


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
