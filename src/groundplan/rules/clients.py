"""Rules that hold what services are told of the stores in the cloud against the plan of those."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.design import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Facts, Resource
    from groundplan.workspace import Workspace

_VARIABLE: Final = re.compile(r"\$\{(\w+)(?::?-([^}]*)|[^}]*)\}")
_USER: Final = re.compile(r"(?:\w+_)?(?:MYSQL|MARIADB|POSTGRES|PG|DB|DATABASE)_?USER(?:NAME)?")
_SAFE: Final = re.compile(
    r"(?:\w+_)?(?:MYSQL|MARIADB|POSTGRES|PG|DB|DATABASE)_?(?:TLS|SSL)(?:_?MODE)?"
)
_REFUSES: Final = frozenset({
    "required", "require", "verify-ca", "verify-full", "verify_ca", "verify_identity", "true", "on",
    "yes", "1",
})  # fmt: skip
_AUTHORITIES: Final = re.compile(r"/.*\.(?:pem|crt|cer)")
_SYSTEM: Final = ("/etc/", "/usr/", "/run/")
# Providers that make users inside a database.
_USERS: Final = ("mysql_user", "postgresql_role")
_TLS_ONLY: Final = {"require_secure_transport": {"1", "ON"}, "rds.force_ssl": {"1"}}


@rule("store-user", "services call a planned database as a user that it has")
def users(workspace: Workspace) -> Iterator[Finding]:
    """Users that the design tells the services, and that no planned database has."""
    told = _told(workspace, _USER)
    wrong: set[tuple[str, str]] = set()
    for _, phase, env in drawn(workspace) if told else ():
        facts = workspace.facts(env, phase.number)
        made = {str(name) for item in _databases(facts) if (name := item.get("username"))}
        if made and not facts.of_type(*_USERS):
            has = f"but the database of {env} has {' or '.join(sorted(made))}"
            wrong |= {(name, f"'{user}', {has}") for name, user in told.items() if user not in made}
    for name, said in sorted(wrong):
        yield _wrong(workspace, name, f"{name} is {said}")


@rule("store-tls", "services ask for TLS where a planned database refuses all else")
def secured(workspace: Workspace) -> Iterator[Finding]:
    """Settings by which a service would call without TLS a database that takes nothing else."""
    told = {k: v for k, v in _told(workspace, _SAFE).items() if v.lower() not in _REFUSES}
    strict = {
        (group.address, env)
        for _, phase, env in (drawn(workspace) if told else ())
        for group in filter(_is_tls_only, workspace.facts(env, phase.number))
    }
    for address, env in sorted(strict)[:1]:
        for name, value in sorted(told.items()):
            message = f"{name} is '{value}', but {address} of {env} lets in TLS only"
            yield _wrong(workspace, name, message)


@rule("store-authorities", "the certificates by which services know a database are in their image")
def authorities(workspace: Workspace) -> Iterator[Finding]:
    """Files that the design tells the services to read, and that nothing puts into their images."""
    contexts = _contexts(workspace)
    for name, value in workspace.design.terraform.environment.items() if contexts else ():
        if not _AUTHORITIES.fullmatch(value) or value.startswith(_SYSTEM):
            continue
        # Where in the image a context comes to lie is its Dockerfile's to say.
        ends = [Path(*PurePosixPath(value).parts[at:]) for at in range(1, value.count("/") + 1)]
        if not any((context / end).is_file() for context in contexts for end in ends):
            message = f"{name} is {value}, and no image is built from such a file"
            yield _wrong(workspace, name, message)


def _contexts(workspace: Workspace) -> set[Path]:
    applications = workspace.applications(phase.number for phase in workspace.design.phases)
    services = (service for found in applications.values() for service in found.services)
    folders = {workspace.compose_file.parent / item.build for item in services if item.build}
    return {folder for folder in folders if folder.is_dir()}


def _told(workspace: Workspace, kind: re.Pattern[str]) -> dict[str, str]:
    """The variables of the Compose file of one kind, as they are for what runs in the cloud."""
    found = _VARIABLE.findall(read_text(workspace.compose_file))
    told = {name: default for name, default in found if kind.fullmatch(name)}
    given = workspace.design.terraform.environment
    return {name: given.get(name) or default for name, default in told.items()}


def _databases(facts: Facts) -> list[Resource]:
    return [item for item in facts.of_type("aws_db_instance") if item.change != "delete"]


def _is_tls_only(group: Resource) -> bool:
    """Whether a group of parameters has its databases refuse what is not encrypted."""
    set_ = (item for item in group.get("parameter") or () if isinstance(item, dict))
    return group.type == "aws_db_parameter_group" and any(
        str(item.get("value")).upper() in _TLS_ONLY.get(str(item.get("name")), ()) for item in set_
    )


def _wrong(workspace: Workspace, name: str, message: str) -> Finding:
    loc = ("terraform", "environment")
    place = (*loc, name) if name in workspace.design.terraform.environment else loc
    hint = "let it be what the plan has, under terraform: environment:"
    return error(message, workspace.design_file, line_of(workspace, place), hint)
