"""What manifests are made from: the application, Compose's document, and the files it mounts."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from groundplan import compose
from groundplan.compose import Remark
from groundplan.compose.resolver import resolve
from groundplan.compose.source import Source as ComposeFile
from groundplan.files import digest, read_text
from groundplan.kubernetes import addresses, naming
from groundplan.kubernetes import mounts as mounted
from groundplan.kubernetes.leftovers import left_out

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from pathlib import Path

    from groundplan.compose import Application, Service
    from groundplan.compose.resolver import Resolved
    from groundplan.compose.services import Raw
    from groundplan.kubernetes.mounts import Mounted
    from groundplan.workspace import Workspace

# What Compose made of a file, by all that it depends on: it takes a tenth of a second each time.
_RESOLVED: Final[dict[Hashable, Future[Resolved]]] = {}
_POOL: Final = ThreadPoolExecutor(thread_name_prefix="kubernetes")


@dataclass(frozen=True)
class Source:
    """An application with all that manifests say of it.

    `document` is Compose's resolved one, where a `$` stands for itself. `mounts` has the content
    of its bind mounts and configs, by their path here, as far as it can stand in a ConfigMap.
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
            for message in left_out(self, service)
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
    that is no service, is an InputError. Raises InputError where Compose refuses the file.
    """
    file = ComposeFile(path, read_text(path))
    return _source(file, resolve(file, tuple(profiles), environ), strict=strict)


def _source(file: ComposeFile, resolved: Resolved, *, strict: bool) -> Source:
    told = compose.told_by(resolved, file, strict=strict)
    application = naming.named(told, resolved.document["name"])
    names = naming.services(item.name for item in application.services)
    document = _undollar(resolved.document)
    mounts = dict(mounted.read(document, file.path.resolve().parent))
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
    outside = tuple(replace(f, source=names.get(f.source, f.source)) for f in old.outside)
    application = replace(
        old, services=tuple(services), flows=tuple(flows), entry=entry, outside=outside
    )
    raws = {
        names.get(name, name): addresses.addressed(raw, names)
        for name, raw in source.document["services"].items()
    }
    configs = {
        name: {**raw, "content": addresses.moved(raw.get("content"), names)}
        for name, raw in (source.document.get("configs") or {}).items()
    }
    document = {**source.document, "services": raws, "configs": configs}
    mounts = {path: mounted.addressed(item, names) for path, item in source.mounts.items()}
    return replace(source, application=application, document=document, mounts=mounts)


def secrets(raw: Raw) -> dict[str, tuple[str, ...]]:
    """The service's Compose secrets: for each, the paths at which it stands."""
    found: dict[str, tuple[str, ...]] = {}
    for item in raw.get("secrets") or ():
        name, path = item["source"], str(item.get("target") or item["source"])
        place = path if path.startswith("/") else f"/run/secrets/{path}"
        found[name] = (*found.get(name, ()), place)
    return found


def _undollar(value: Any) -> Any:
    """Compose writes `$` as `$$` in what it resolved."""
    if isinstance(value, dict):
        return {key: _undollar(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_undollar(item) for item in value]
    return value.replace("$$", "$") if isinstance(value, str) else value
