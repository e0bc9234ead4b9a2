"""Rules about what services share in the Compose file, and should have apart."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from groundplan.findings import Finding, error, rule, warning
from groundplan.rules.once import once_in_compose
from groundplan.rules.services import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Application
    from groundplan.compose.model import Volume
    from groundplan.workspace import Workspace

_DATA: Final = ("/var/lib/", "/data", "/bitnami/")


@rule("volume-apart", "each store keeps its data in a volume of its own")
def volumes(workspace: Workspace) -> Iterator[Finding]:
    """Stores that run at the same time and write one volume: each spoils the other's data."""
    yield from once_in_compose(workspace, "volumes", _mixed)


def _mixed(workspace: Workspace) -> Iterator[Finding]:
    applications = workspace.applications(phase.number for phase in workspace.design.phases)
    found = {item for each in applications.values() for item in _written(each)}
    for source, names in sorted(found):
        every = told(workspace)
        message = f"{_listed(names)} write one volume: {source}"
        line = every.line(names[-1], "volumes")
        yield error(message, every.path, line, "give each a volume of its own")


def _written(application: Application) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each volume or folder that several stores write, with the stores."""
    writers: dict[str, list[str]] = defaultdict(list)
    for service in application.services:
        if service.is_store and not service.once:
            for source in {item.source for item in service.volumes if _is_data(item)}:
                writers[source or ""].append(service.name)
    yield from ((source, tuple(names)) for source, names in writers.items() if len(names) > 1)


def _is_data(volume: Volume) -> bool:
    """Whether data is written there: folders of ours may as well hold scripts and settings."""
    kept = volume.type == "volume" or volume.target.startswith(_DATA)
    return kept and bool(volume.source) and not volume.read_only


@rule("secret-apart", "each secret has a value of its own")
def secrets(workspace: Workspace) -> Iterator[Finding]:
    """Secrets under several names, such as the password of a user that is the root's, too."""
    yield from once_in_compose(workspace, "one-secret", _one_secret)


def _one_secret(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, item in (every.document.get("secrets") or {}).items():
        for key in ("file", "environment"):
            if source := (item or {}).get(key):
                named[key, str(source)].append(name)
    for (key, _), names in named.items():
        if len(names) > 1:
            message = f"the secrets {_listed(names)} are one: they have the same {key}"
            line = every.line_of("secrets", names[-1], key)
            yield error(message, every.path, line, "give each one of its own")


@rule("network-used", "who stands in the network of a database or cache has to do with it")
def networks(workspace: Workspace) -> Iterator[Finding]:
    """Services in an internal network of stores that could do all they are told to do without."""
    yield from once_in_compose(workspace, "among-stores", _idle)


def _idle(workspace: Workspace) -> Iterator[Finding]:
    every, met = told(workspace), _met(workspace)
    within = {name: {*(raw.get("networks") or ())} for name, raw in every.services.items()}
    stores = {item.name for item in every.application.services if item.is_store}
    for network, settings in (every.document.get("networks") or {}).items():
        members = {name for name, its in within.items() if network in its}
        if not (settings or {}).get("internal") or not members & stores:
            continue
        for name in sorted(members - stores):
            # Who is met in another network is no reason to stand in this one.
            here = (other for other in met[name] & members if not _elsewhere(within, name, other))
            if not met[name] & members & stores and not any(here):
                message = f"'{name}' stands in the network '{network}', and calls no store there"
                line = every.line(name, "networks") or every.line(name)
                yield error(message, every.path, line, "leave it to those who use the stores")


def _elsewhere(within: dict[str, set[str]], one: str, other: str) -> bool:
    return len(within[one] & within[other]) > 1


def _met(workspace: Workspace) -> dict[str, set[str]]:
    """Whom each service calls, and who calls it, in any phase."""
    found: dict[str, set[str]] = defaultdict(set)
    applications = workspace.applications(phase.number for phase in workspace.design.phases)
    for application in (told(workspace).application, *applications.values()):
        for flow in application.flows:
            found[flow.source].add(flow.target)
            found[flow.target].add(flow.source)
    return found


@rule("port-published", "what the Compose file says of this machine is open to no other")
def ports(workspace: Workspace) -> Iterator[Finding]:
    """Ports that everyone may call, while a comment tells of 127.0.0.1."""
    yield from once_in_compose(workspace, "local", _open)


def _open(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    comments = " ".join(re.findall(r"(?:^|\s)#(.*)", every.text))
    for service in every.application.services:
        for port in service.ports:
            address = f"127.0.0.1:{port.published}"
            if not port.loopback and re.search(rf"{re.escape(address)}\b", comments):
                message = f"the port {port.published} of '{service.name}' is open to everyone"
                hint = f"the file's comments tell of {address}: publish it there, or say so"
                yield warning(message, every.path, every.line(service.name, "ports"), hint)


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return " and ".join(f"'{name}'" for name in names)
