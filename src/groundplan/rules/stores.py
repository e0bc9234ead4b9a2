"""Rules that hold the application's stores against those of the plan: what, where, for whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from groundplan.findings import Finding, error, rule
from groundplan.rules import services
from groundplan.rules.conformance import CACHES, DATABASES, drawn
from groundplan.rules.design import line_of
from groundplan.rules.figures import agree
from groundplan.rules.once import once, once_in_compose
from groundplan.topology import Topology
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.compose import Service
    from groundplan.facts import Resource
    from groundplan.workspace import Workspace

# What AWS calls a product's engine, by what the Compose file's image is.
_ENGINES: Final = {
    "mysql": {"mysql", "aurora-mysql"},
    "mariadb": {"mariadb"},
    "postgres": {"postgres", "aurora-postgresql"},
    "redis": {"redis", "valkey"},
    "memcached": {"memcached"},
}
_DATABASE: Final = re.compile(r"(?:MYSQL|MARIADB|POSTGRES)_(?:DATABASE|DB)|PGDATABASE|DB_NAME")
_NUMBERS: Final = re.compile(r"\d+(?:\.\d+)*")
_MACHINES: Final = ("aws_eks_node_group", "aws_eks_fargate_profile")


@rule("store-alike", "databases and caches are planned as the Compose file runs them")
def alike(workspace: Workspace) -> Iterator[Finding]:
    """Stores that are tried in one product, version or port, and built in another."""
    seen: set[tuple[str, str]] = set()
    for _, phase, env in drawn(workspace):
        planned = workspace.facts(env, phase.number).of_type(*CACHES, *DATABASES)
        for service in workspace.application(phase.number).services:
            if service.product not in _ENGINES:
                continue
            unlike = [told for item in planned if (told := _unlike(service, item)) is not None]
            # One that is planned for another service is no lie about this one.
            if unlike and all(unlike) and (service.name, unlike[0]) not in seen:
                seen.add((service.name, unlike[0]))
                every = services.told(workspace)
                line = every.line(service.name, "image")
                hint = f"run and build the same one; planned in {env}, phase {phase.number}"
                message = f"'{service.name}' runs {service.image}, but {unlike[0]}"
                yield error(message, every.path, line, hint)


def _unlike(service: Service, planned: Resource) -> str | None:
    """How `planned` differs; empty where it does not, None where it is of another kind."""
    kind = "cache" if planned.type in CACHES else "database"
    engine = planned.get("engine")
    if service.kind != kind or planned.change == "delete" or not engine:
        return None
    if engine not in _ENGINES[service.product or ""]:
        return f"{planned.address} is {engine}"
    tag = _NUMBERS.match(services.version(service.image or "") or "")
    version = planned.get("engine_version")
    if tag and version and not agree(tag[0], str(version)):
        return f"{planned.address} has version {version}"
    port = planned.get("port")
    if port and service.exposes and int(port) not in service.exposes:
        return f"{planned.address} listens on {port}"
    return ""


@rule("store-database", "the database that is planned has the name that the services ask for")
def names(workspace: Workspace) -> Iterator[Finding]:
    """Databases under a name that no service of the Compose file opens."""
    sources = [workspace.root / "facts", workspace.design_file, workspace.compose_file]
    yield from once(workspace, "databases", sources, lambda: _misnamed(workspace))


def _misnamed(workspace: Workspace) -> Iterator[Finding]:
    every = services.told(workspace)
    asked = {value for _, key, value in every.settings if value and _DATABASE.fullmatch(key)}
    for _, phase, env in drawn(workspace):
        for item in workspace.facts(env, phase.number).of_type("aws_db_instance"):
            name = item.get("db_name")
            if asked and name and name not in asked:
                wanted = ", ".join(sorted(asked))
                message = f"{item.address} of {env} has the database {name}, the services {wanted}"
                file, line = written(workspace, env, item.address, phase.number)
                yield error(message, file, line, "let the Compose file and Terraform say the same")


@rule("replica-read", "each read replica is read from")
def replicas(workspace: Workspace) -> Iterator[Finding]:
    """Replicas that no service is given the address of: they take no load from anyone."""
    seen: set[str] = set()
    for index, phase in enumerate(workspace.design.phases):
        flows = workspace.application(phase.number).flows
        following = {flow.source for flow in flows if flow.kind == "replicates"}
        # To wait for a service is not to call it.
        read = {flow.target for flow in flows if {*flow.told_by} - {"depends_on"}}
        for name in sorted(following - read - seen):
            seen.add(name)
            message = f"nobody reads from '{name}' in phase {phase.number}"
            line = line_of(workspace, ("phases", index, "environment"))
            hint = "give a service its address, in the environment of the phase"
            yield error(message, workspace.design_file, line, hint)


@rule("store-place", "databases and caches stand apart from the internet, and so do the nodes")
def places(workspace: Workspace) -> Iterator[Finding]:
    """Stores and machines in public subnets, and stores outside the isolated ones there are."""
    for _, phase, env in drawn(workspace):
        facts = workspace.facts(env, phase.number)
        topology = Topology.of(facts)
        tiers = {subnet.tier for subnet in topology.subnets.values()}
        wanted = {"isolated"} if "isolated" in tiers else {"isolated", "private"}
        for item in facts.of_type(*CACHES, *DATABASES, *_MACHINES):
            allowed = {"isolated", "private"} if item.type in _MACHINES else wanted
            found = topology.placement(item)
            stands = set() if isinstance(found, str) else {topology.subnets[a].tier for a in found}
            for tier in sorted(stands - allowed - {UNKNOWN}):
                message = f"{item.address} stands in {tier} subnets in {env}, phase {phase.number}"
                hint = f"give it {' or '.join(sorted(allowed))} ones"
                file, line = written(workspace, env, item.address, phase.number)
                yield error(message, file, line, hint)


def written(workspace: Workspace, env: str, address: str, phase: int) -> tuple[Path, int | None]:
    """Where the block of a planned resource stands; the recorded plan where that is not known."""
    from groundplan.terraform.blocks import Blocks  # noqa: PLC0415 - only where something is wrong

    found = None
    if env in workspace.environments:
        found = Blocks(workspace.environment(env)).call(address)
    return (found.file, found.line) if found else (workspace.facts_file(env, phase), None)


@rule("store-published", "no store is open to everyone who can reach its host")
def published(workspace: Workspace) -> Iterator[Finding]:
    """Databases and caches whose port everyone may call, while the plan lets nobody in."""
    yield from once_in_compose(workspace, "published", _open)


def _open(workspace: Workspace) -> Iterator[Finding]:
    every = services.told(workspace)
    for service in every.application.services:
        if service.is_store and service.entry_ports:
            port = service.entry_ports[0].published
            message = f"the port {port} of '{service.name}' is open to everyone"
            hint = f'open it to this machine only, "127.0.0.1:{port}:…", or to nobody'
            yield error(message, every.path, every.line(service.name, "ports"), hint)
