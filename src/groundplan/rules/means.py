"""Rules about what services are given in the Compose file: that it is enough, and no more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan.files import files_below
from groundplan.findings import Finding, error, rule
from groundplan.rules.generated import taken_in
from groundplan.rules.once import once, once_in_compose
from groundplan.rules.services import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose.services import Raw
    from groundplan.workspace import Workspace

# Where a database keeps what may not be lost.
_KEPT: Final = {
    "mysql": "/var/lib/mysql",
    "mariadb": "/var/lib/mysql",
    "postgres": "/var/lib/postgresql/data",
    "mongo": "/data/db",
}


@rule("data-kept", "what a database keeps outlives its container")
def kept(workspace: Workspace) -> Iterator[Finding]:
    """Databases whose data are in no volume, or whose volume is where they have none."""
    yield from once_in_compose(workspace, "data-kept", _lost)


def _lost(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    databases = [item for item in every.application.services if item.product in _KEPT]
    lost = [item for item in databases
            if not _keeps(every.services[item.name], _KEPT[item.product or ""])]  # fmt: skip
    # Where none keeps anything, that may be meant: for a trial, or since the data are elsewhere.
    for item in lost if len(lost) < len(databases) else ():
        folder = _KEPT[item.product or ""]
        message = f"what '{item.name}' keeps is gone with its container: nothing holds {folder}"
        line = every.line(item.name, "volumes") or every.line(item.name)
        yield error(message, every.path, line, f"mount a volume at {folder}")


def _keeps(raw: Raw, folder: str) -> bool:
    return any(
        volume.get("type") in {"volume", "bind"}
        and volume.get("source")
        and f"{folder}/".startswith(f"{str(volume.get('target')).rstrip('/')}/")
        for volume in raw.get("volumes") or ()
    )


@rule("secret-used", "each secret is given to who reads it, and to no other")
def secrets(workspace: Workspace) -> Iterator[Finding]:
    """Secrets of which neither the settings nor the files of a service that is built here tell."""
    sources = [workspace.design_file, workspace.compose_file, *taken_in(workspace)]
    yield from once(workspace, "secret-used", sources, lambda: _idle(workspace))


def _idle(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    for name, raw in every.services.items():
        given = raw.get("secrets") or () if raw.get("build") else ()
        for secret in (str(item.get("target") or item["source"]) for item in given):
            target = secret.rpartition("/")[2]
            if not (_mentions(raw, target) or _read(raw, target, workspace.root.resolve())):
                message = f"'{name}' is given the secret '{target}', of which nothing of it tells"
                line = every.line(name, "secrets")
                yield error(message, every.path, line, "take it away from who does not read it")


def _mentions(raw: Raw, secret: str) -> bool:
    told_ = [raw.get(key) for key in ("environment", "command", "entrypoint", "healthcheck")]
    return secret in str(told_)


def _read(raw: Raw, secret: str, root: Path) -> bool:
    """Whether a file that it is built from, or that is mounted, may have the name of the secret.

    Only what is below `root` is looked into; what is built from elsewhere may have anything.
    """
    folder = Path(str((raw.get("build") or {}).get("context")))
    mounted = [Path(str(item.get("source"))) for item in raw.get("volumes") or ()
               if item.get("type") == "bind"]  # fmt: skip
    ours = [top for top in (folder, *mounted) if top.resolve().is_relative_to(root)]
    if folder not in ours or not folder.is_dir():
        return True
    files = (path for top in ours for path in ([top] if top.is_file() else files_below(top)))
    return any(secret.encode() in path.read_bytes() for path in files if path.is_file())


@rule("port-reached", "who is to be called from outside can be")
def reached(workspace: Workspace) -> Iterator[Finding]:
    """Ports that are published by services in networks that nobody outside has a way into."""
    yield from once_in_compose(workspace, "port-reached", _shut_in)


def _shut_in(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    networks: dict[str, Any] = every.document.get("networks") or {}
    for name, raw in every.services.items():
        own = [networks.get(each) or {} for each in raw.get("networks") or ()]
        if raw.get("ports") and own and all(each.get("internal") for each in own):
            message = f"'{name}' publishes a port, and stands in internal networks only"
            line = every.line(name, "networks") or every.line(name)
            yield error(message, every.path, line, "put it into one that leads outside, too")


@rule("host-overruled", "the name of a service leads to that service")
def hosts(workspace: Workspace) -> Iterator[Finding]:
    """Services for which the name of another one leads to an address that is typed in."""
    yield from once_in_compose(workspace, "host-overruled", _overruled)


def _overruled(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    for name, raw in every.services.items():
        said = raw.get("extra_hosts") or []
        lines = said if isinstance(said, list) else [f"{host}={to}" for host, to in said.items()]
        for line in map(str, lines):
            host = line.replace("=", ":", 1).partition(":")[0]
            if host in every.services:
                message = f"'{host}' is another one for '{name}': {line}"
                at = every.line(name, "extra_hosts")
                yield error(message, every.path, at, "leave the names of services to Compose")
