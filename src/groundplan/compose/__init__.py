"""The client's application, read from its Compose file through Compose's own resolver."""

from __future__ import annotations

import sys
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from groundplan.compose import mounted
from groundplan.compose.complaints import at
from groundplan.compose.flows import told
from groundplan.compose.model import (
    Application,
    Flow,
    FlowKind,
    Kind,
    Port,
    Remark,
    Service,
    Volume,
)
from groundplan.compose.resolver import NAMELESS, resolve
from groundplan.compose.services import services, without_end
from groundplan.compose.source import Source
from groundplan.files import read_text
from groundplan.yamlfile import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from groundplan.compose.flows import Unknown
    from groundplan.compose.resolver import Resolved
    from groundplan.errors import InputError

__all__ = [
    "Application", "Flow", "FlowKind", "Kind", "Port", "Remark", "Service", "Volume", "load",
    "told_by",
]  # fmt: skip

_NOWHERE = Place(sys.maxsize, 1)  # in another file, which an include or extends brought in


def load(
    path: Path,
    *,
    profiles: Iterable[str] = (),
    environ: Mapping[str, str] | None = None,
    strict: bool = True,
) -> Application:
    """The application of the Compose file at `path`, with `profiles` switched on.

    Variables come from `environ` and the `.env` file beside `path`; `environ=None` takes the
    user's shell (without cloud credentials), as Compose does, while a mapping shuts the shell out,
    so that the same file gives the same application everywhere.

    Raises InputError where Compose refuses the file or it has no services. With `strict` also for
    a variable without value and default, and for a URL that names a host that is no service;
    without, those are remarks. Raises ToolError where no Compose is installed.
    """
    source = Source(path, read_text(path))
    return told_by(resolve(source, tuple(profiles), environ), source, strict=strict)


def told_by(resolved: Resolved, source: Source, *, strict: bool = True) -> Application:
    """The application of a file that Compose has resolved already; raises like `load`."""
    folder = source.path.resolve().parent
    found = services(resolved.document, folder)
    if not found:
        raise _no_services(source)
    flows = told(resolved.document, found, mounted.texts(resolved.document, folder))
    called = {flow.target for flow in flows.flows}
    raws = resolved.document["services"]
    found = tuple(
        item
        if item.name in called or without_end(item, raws[item.name])
        else replace(item, once=True)
        for item in found
    )
    problems = _unset(resolved.unset, source) + _strangers(flows.unknown, source)
    if strict and problems:
        raise problems[0]
    problems += _switched_off(flows.unknown, source)
    return Application(
        name=resolved.document["name"] if "name" in source.keys else NAMELESS,
        services=found,
        flows=flows.flows,
        entry=tuple(service.name for service in found if service.entry_ports),
        remarks=(
            *(_placed(remark, source) for remark in flows.remarks),
            *(Remark(problem.message, line=problem.line) for problem in problems),
        ),
        outside=flows.outside,
    )


def _no_services(source: Source) -> InputError:
    names = source.names("services")
    profiles = sorted({p for name in names for p in source.names("services", name, "profiles")})
    if profiles:
        hint = f"switch one on: {', '.join(profiles)}"
        return at(source, "every service of this file needs a profile", "services", hint=hint)
    hint = "give it at least one service"
    return at(source, "this Compose file has no services", "services", hint=hint)


def _unset(names: tuple[str, ...], source: Source) -> list[InputError]:
    """One error that names every variable without value and default, at the first of them."""
    if not names:
        return []
    # Compose names them in any order.
    found = sorted((source.variable(name) or _NOWHERE, name) for name in names)
    listed = [name if place == _NOWHERE else f"{name} (line {place.line})" for place, name in found]
    first, name = found[0]
    one = len(names) == 1
    message = (
        f"the variable {name} is not set and has no default"
        if one
        else f"{len(names)} variables are not set and have no default: {', '.join(listed)}"
    )
    hint = (
        f"set {'it' if one else 'them'} in the environment or in a .env file beside the Compose"
        f" file, or give a default: ${{{name}:-value}}; a $ that is meant as itself is $$"
    )
    return [at(source, message, hint=hint, place=None if first == _NOWHERE else first)]


def _strangers(unknown: Iterable[Unknown], source: Source) -> list[InputError]:
    """Errors for the hosts that no service of the file has.

    What may be something else than a host counts only when it is nearly a service's name.
    """
    names = source.names("services")
    misspelt = {u for u in unknown if get_close_matches(u.host, names, n=1)}
    return [
        _names_host(u, source, "and there is no such service", _for_stranger(u.host, names))
        for u in unknown
        if u.host not in names and (u.certain or u in misspelt)
    ]


def _for_stranger(host: str, names: Iterable[str]) -> str:
    if near := get_close_matches(host, list(names), n=1):
        return f"did you mean '{near[0]}'?"
    return "a host outside this file is named in full, or stands under extra_hosts"


def _switched_off(unknown: Iterable[Unknown], source: Source) -> list[InputError]:
    return [
        _names_host(u, source, "a service that is switched off", None)
        for u in unknown
        if u.host in source.names("services")
    ]


def _names_host(unknown: Unknown, source: Source, what: str, hint: str | None) -> InputError:
    setting = " ".join(unknown.setting)
    message = f"{setting} of service '{unknown.service}' names the host '{unknown.host}', {what}"
    return at(source, message, "services", unknown.service, *unknown.setting, hint=hint)


def _placed(remark: Remark, source: Source) -> Remark:
    place = source.place("services", remark.service) if remark.service else None
    return replace(remark, line=place.line) if place else remark
