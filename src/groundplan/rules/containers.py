"""Rules about how the containers of the Compose file fit together: images, mounts, networks."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan.files import files_below
from groundplan.findings import Finding, error, rule, warning
from groundplan.rules.generated import taken_in
from groundplan.rules.once import once, once_in_compose
from groundplan.rules.services import HOST, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose.services import Raw
    from groundplan.rules.services import Told
    from groundplan.workspace import Workspace

# What a server makes, and its clients are told by the same name; and how a script makes it.
_MADE: Final = {
    **dict.fromkeys(
        ("MYSQL_DATABASE", "MARIADB_DATABASE", "POSTGRES_DB", "MONGO_INITDB_DATABASE"),
        ("database", r"\b{}\b"),
    ),
    **dict.fromkeys(
        ("MYSQL_USER", "MARIADB_USER", "POSTGRES_USER", "MONGO_INITDB_ROOT_USERNAME"),
        ("user", r"\b(?:user|role)\b[^;]*\b{}\b"),
    ),
}
# Settings that name whom a replica follows.
_LEADS: Final = re.compile(r"(?:SOURCE|MASTER|PRIMARY|LEADER)_(?:HOST|URL|URI|ADDR|ADDRESS)$")
_SCRIPTS: Final = "/docker-entrypoint-initdb.d"


@rule("image-apart", "each image is built in one way, and each way gives one image")
def images(workspace: Workspace) -> Iterator[Finding]:
    """Services that would run the program of another one."""
    yield from once_in_compose(workspace, "built", _confused)


def _confused(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    built = [(name, raw) for name, raw in every.services.items() if raw.get("build")]
    for (one, its), (other, others) in combinations(built, 2):
        images_ = its.get("image"), others.get("image")
        alike = its["build"] == others["build"]
        if not alike and images_[0] and images_[0] == images_[1]:
            message = f"'{one}' and '{other}' are built otherwise, and give one image"
            hint = "give each an image of its own: the one that is built last is what both run"
            yield error(f"{message}: {images_[0]}", every.path, every.line(other, "image"), hint)
        if alike and all(images_) and images_[0] != images_[1] and _runs(its) == _runs(others):
            message = f"'{one}' and '{other}' are one program under two names"
            hint = "say in 'build' what each is built from, or give both one image"
            yield error(message, every.path, every.line(other, "build"), hint)


def _runs(raw: Raw) -> tuple[Any, Any]:
    return raw.get("entrypoint"), raw.get("command")


@rule("mount-there", "what services read from our files is there")
def mounts(workspace: Workspace) -> Iterator[Finding]:
    """Read-only mounts of nothing: Compose makes an empty folder in its place."""
    applications = workspace.applications(phase.number for phase in workspace.design.phases)
    root, seen = workspace.root.resolve(), set()
    for service in (item for found in applications.values() for item in found.services):
        for volume in service.volumes:
            source = (workspace.compose_file.parent / (volume.source or "")).resolve()
            there = source.exists() or not source.is_relative_to(root)
            if volume.type == "bind" and volume.read_only and not there:
                seen.add((service.name, source.relative_to(root).as_posix()))
    for name, path in sorted(seen):
        every = told(workspace)
        message = f"'{name}' reads {path}, which is not there"
        yield error(message, every.path, every.line(name, "volumes"), "name what is there")


@rule("store-network", "databases and caches stand in networks of their own, where there are any")
def networks(workspace: Workspace) -> Iterator[Finding]:
    """Stores that are let out of the internal networks that the file has, or the other stores."""
    yield from once_in_compose(workspace, "networks", _let_out)


def _let_out(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    settings = every.document.get("networks") or {}
    inside = {name for name, item in settings.items() if (item or {}).get("internal")}
    stores = [item.name for item in every.application.services if item.is_store]
    outside = {
        name: others[0]
        for name in stores
        if (others := sorted({*(every.services[name].get("networks") or ())} - inside))
    }
    # Where one store is kept inside, the others are meant to be; where none is, that may be meant.
    tell = error if len(outside) < len(stores) else warning
    for name, network in outside.items() if inside else ():
        message = f"'{name}' stands in the network '{network}', which leads outside"
        line = every.line(name, "networks") or every.line(name)
        yield tell(message, every.path, line, f"internal ones: {', '.join(sorted(inside))}")


@rule("store-follows", "what a database or cache is led to is another one")
def follows(workspace: Workspace) -> Iterator[Finding]:
    """Stores that are told to call an application, or to follow themselves: replicas of nothing."""
    yield from once_in_compose(workspace, "follows", _misled)


def _misled(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    for flow in every.application.flows:
        source, target = (every.application.service(name) for name in (flow.source, flow.target))
        if source.kind in {"database", "cache"} and source.product and not target.is_store:
            message = f"the {source.kind} '{source.name}' is led to '{target.name}', which is none"
            line = every.line(source.name, "environment") or every.line(source.name)
            yield error(message, every.path, line, f"told by {', '.join(flow.told_by)}")
    for name, key, value in every.settings:
        if _LEADS.search(key) and (host := HOST.match(value)) and host[1] == name:
            message = f"{key} of '{name}' leads to '{name}' itself"
            line = every.line(name, "environment", key)
            yield error(message, every.path, line, "name the one that it follows")


@rule("database-asked", "clients ask for the database and the user that their server makes")
def databases(workspace: Workspace) -> Iterator[Finding]:
    """Clients that are told another database, or user, than the one that is there."""
    files = (workspace.design_file, workspace.compose_file, workspace.root / ".env")
    sources = [*files, *taken_in(workspace)]
    if workspace.compose_takes_in:
        yield from _unmade(workspace)  # from files that are not among the sources
    else:
        yield from once(workspace, "asked", sources, lambda: _unmade(workspace))


def _unmade(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    callers: dict[str, set[str]] = defaultdict(set)
    for flow in every.application.flows:
        callers[flow.target].add(flow.source)
    for store in (item for item in every.application.services if item.kind == "database"):
        for key, (what, way) in _MADE.items():
            made = _setting(every, store.name, key)
            for client in sorted(callers[store.name] if made else ()):
                asked = _setting(every, client, key)
                there = asked in {"", made} or (what, asked) == ("user", "root")
                if there or _makes(every, store.name, way.format(re.escape(asked))):
                    continue
                message = f"'{client}' asks for the {what} {asked}; '{store.name}' makes {made}"
                line = every.line(client, "environment", key)
                yield error(message, every.path, line, f"let {key} be the same")


def _setting(every: Told, service: str, key: str) -> str:
    return str((every.services[service].get("environment") or {}).get(key) or "")


def _makes(every: Told, store: str, way: str) -> bool:
    """Whether a script that the store runs at its first start makes it, in words of that `way`."""
    return any(
        re.search(way.encode(), path.read_bytes(), re.IGNORECASE)
        for volume in every.services[store].get("volumes") or ()
        if volume.get("type") == "bind" and volume["target"].startswith(_SCRIPTS)
        for path in _files(Path(volume["source"]))
    )


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [*files_below(path)]
