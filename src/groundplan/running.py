"""The application in Docker Compose, as a phase of the design runs it.

The user's own `docker compose` starts it, so `docker compose ps` and `logs` tell of it as usual.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan import process
from groundplan.compose import load
from groundplan.compose.entrance import way_in
from groundplan.errors import InputError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from groundplan.compose import Application
    from groundplan.design import Design
    from groundplan.workspace import Workspace

    Say = Callable[[str], None]

_WAIT: Final = 300  # seconds until everything has to be healthy
# Of Compose's output: events of images, containers, volumes; steps of builds, and what they say.
_EVENT: Final = re.compile(
    r"\s*(\S+ )?\S+\s+(Building|Built|Pulling|Pulled|Created|Started|Healthy|Stopped|Removed)"
)
_STEP: Final = re.compile(r"#(\d+) (\[.*\] RUN .*)")
_OF_STEP: Final = re.compile(r"#(\d+) \d+\.\d+ .*")
_TAKEN: Final = re.compile(
    r"(?:Bind for|listen tcp4?|host port for) (\S+?:\d+)\b.*(?:allocated|in use)"
)
_EVERYWHERE: Final = re.compile(r"^(0\.0\.0\.0|\[::\]):")
GET_DOCKER: Final = "install Docker: https://docs.docker.com/get-started/get-docker/"
_START_DOCKER: Final = (
    "start Docker Desktop, or: sudo systemctl start docker; DOCKER_HOST names another engine"
)


@dataclass(frozen=True)
class _Compose:
    """`docker compose` on one file, with what a phase switches on."""

    argv: tuple[str, ...]
    folder: Path
    env: Mapping[str, str]
    variables: Mapping[str, str]

    def ask(self, *words: str) -> str:
        """The answer to a short question."""
        return process.run([*self.argv, *words], cwd=self.folder, env=self.env).stdout.strip()

    def tell(self, *words: str, on_line: Say) -> None:
        """Run a command that takes its time; raises ToolError where it fails."""
        argv = [*self.argv, "--ansi", "never", "--progress", "plain", *words]
        tell = Progress(on_line)
        outcome = process.stream(argv, cwd=self.folder, env=self.env, on_line=tell.hear)
        if outcome.returncode:
            raise _failure(outcome.stdout.splitlines(), self)

    def services(self, project: str) -> frozenset[str]:
        """The services of which the project has containers."""
        name = '{{.Label "com.docker.compose.service"}}'
        return self._list("ps", "--all", "--format", name, project=project)

    def volumes(self, project: str) -> frozenset[str]:
        """The names of the volumes that the project has."""
        return self._list("volume", "ls", "--quiet", project=project)

    def docker(self, *words: str) -> str:
        """What `docker` itself says, on both streams; it may fail."""
        outcome = process.run([self.argv[0], *words], env=self.env, check=False)
        return outcome.stdout + outcome.stderr

    def _list(self, *words: str, project: str) -> frozenset[str]:
        label = f"label=com.docker.compose.project={project}"
        argv = [self.argv[0], *words, "--filter", label]
        return frozenset(process.run(argv, env=self.env).stdout.split())


@dataclass(frozen=True)
class Running:
    """The application as it runs: its Compose project, and the addresses at which people come in.

    `docker` and `env` are how its engine is asked.
    """

    project: str
    addresses: tuple[str, ...]
    docker: str
    env: Mapping[str, str]


def up(
    workspace: Workspace,
    phase: int | None = None,
    *,
    build: bool = True,
    on_line: Say = lambda _line: None,
) -> Running:
    """Start the application as `phase` has it (default: with no profile) and wait for health.

    What another phase had running and this one has not is stopped; data is kept. Secrets that are
    missing are created by `scripts/secrets` where the workspace has it. Interrupted, it takes down
    what it started.

    Raises ToolError where Docker is missing or Compose fails, InputError where a secret is missing,
    or where there is a journey and `way_in` tells no place to begin it.
    """
    profiles = workspace.design.phase(phase).profiles if phase is not None else ()
    compose = _compose(workspace, profiles, phase)
    resolved = json.loads(compose.ask("config", "--format", "json"))
    make_secrets(workspace, resolved)
    told = load(workspace.compose_file, profiles=profiles, environ=compose.variables, strict=False)
    doors = entrances(workspace.design, told, phase)
    kept = compose.volumes(resolved["name"])
    try:
        _stop_others(compose, resolved, on_line)
        start = ("up", "--detach", "--wait", "--wait-timeout", str(_WAIT))
        compose.tell(*start, *(("--build",) if build else ()), on_line=on_line)
    except KeyboardInterrupt:
        on_line("interrupted: taking down what was started")
        _take_down(compose, resolved["name"], kept, on_line)
        raise
    addresses = tuple(_address(compose, *door) for door in doors)
    return Running(resolved["name"], addresses, compose.argv[0], compose.env)


def build(
    workspace: Workspace, phase: int | None = None, *, on_line: Say = lambda _line: None
) -> None:
    """Build the images of `phase` (default: with no profile on). Raises ToolError like `up`.

    They are called as the manifests call them, whatever the shell's project is.
    """
    profiles = workspace.design.phase(phase).profiles if phase is not None else ()
    compose = _compose(workspace, profiles, phase)
    env = {name: value for name, value in compose.env.items() if name != "COMPOSE_PROJECT_NAME"}
    replace(compose, env=env).tell("build", on_line=on_line)


def down(workspace: Workspace, *, on_line: Say = lambda _line: None) -> None:
    """Stop the application, whatever phase it runs, and remove its containers, networks and data.

    Raises ToolError where Docker is missing or Compose fails.
    """
    compose = _compose(workspace, ("*",), None)
    compose.tell("down", "--volumes", "--remove-orphans", on_line=on_line)


@dataclass
class Progress:
    """Tells what of Compose's plain output is worth telling, once each: the events, and the build
    steps that really run (one that says something is not from the cache).
    """

    tell: Say
    _steps: dict[str, str] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def hear(self, line: str) -> None:
        """One line of what Compose says."""
        found = line.strip() if _EVENT.fullmatch(line) else None
        if step := _STEP.fullmatch(line):
            self._steps[step[1]] = step[2]
        elif said := _OF_STEP.fullmatch(line):
            found = self._steps.pop(said[1], None)
        if found and found not in self._told:
            self._told.add(found)
            self.tell(found)


def _compose(workspace: Workspace, profiles: tuple[str, ...], phase: int | None) -> _Compose:
    file = workspace.compose_file
    variables = workspace.design.variables(phase)
    docker = process.find("docker", install=GET_DOCKER)
    env = process.clean_environment({**variables, "COMPOSE_PROFILES": ",".join(profiles)})
    _check_engine(docker, env)
    return _Compose((docker, "compose", "--file", str(file)), file.parent, env, variables)


def _check_engine(docker: str, env: Mapping[str, str]) -> None:
    compose = process.run([docker, "compose", "version"], env=env, check=False)
    if compose.returncode:
        raise ToolError(
            "Docker has no Compose",
            hint="install its plugin: https://docs.docker.com/compose/install/",
        )
    engine = process.run(
        [docker, "version", "--format", "{{.Server.Version}}"], env=env, check=False
    )
    if engine.returncode:
        said = (engine.stderr.strip() or "it said nothing").splitlines()[0]
        raise ToolError(f"no Docker engine answers: {said}", hint=_START_DOCKER)


def make_secrets(workspace: Workspace, resolved: Mapping[str, Any]) -> None:
    """Create the secrets that are missing, which Compose mounts from files."""
    found = (resolved.get("secrets") or {}).values()
    files = [Path(item["file"]) for item in found if "file" in item]
    script = workspace.root / "scripts" / "secrets"
    if script.is_file() and not all(file.exists() for file in files):
        process.run([str(script)], cwd=workspace.root, env=process.clean_environment())
    for file in files:
        if not file.exists():
            raise InputError(
                "this secret is missing", file=file,
                hint="write it to this file, which must not be committed",
            )  # fmt: skip


def _stop_others(compose: _Compose, resolved: Mapping[str, Any], on_line: Say) -> None:
    """Remove the containers of services that only other phases have."""
    running = compose.services(resolved["name"]) - set(resolved["services"])
    known = set(compose.ask("--profile", "*", "config", "--services").split())
    if others := sorted(running & known):
        on_line(f"stopping what this phase has not: {', '.join(others)}")
        compose.tell("--profile", "*", "rm", "--stop", "--force", *others, on_line=on_line)


def _take_down(compose: _Compose, project: str, kept: frozenset[str], on_line: Say) -> None:
    """Remove containers, networks and the volumes that are new: a half-made database is no use."""
    compose.tell("down", "--remove-orphans", on_line=on_line)
    if new := sorted(compose.volumes(project) - kept):
        compose.docker("volume", "rm", *new)


def entrances(design: Design, application: Application, phase: int | None) -> list[tuple[str, int]]:
    """Each service that publishes a port over TCP, and the port; where a journey begins, first.

    Raises InputError where there is a journey and no one place at which it can begin.
    """
    found = [
        (name, port.container)
        for name in application.entry
        for port in application.service(name).entry_ports
        if port.protocol == "tcp"
    ]
    if not (design.journey and found):
        return found
    wanted = None if phase is None else design.phase(phase).kubernetes.entry
    service, port = way_in(application, wanted)
    return sorted(found, key=lambda door: door != (service.name, port))


def _address(compose: _Compose, service: str, port: int) -> str:
    return f"http://{_EVERYWHERE.sub('127.0.0.1:', compose.ask('port', service, str(port)))}"


def _failure(said: list[str], compose: _Compose) -> ToolError:
    """What Compose failed of, from what it `said`."""
    text = "\n".join(said)
    if taken := _TAKEN.search(text):
        return ToolError(
            f"the port {taken[1]} is taken",
            hint="stop what has it, or set another port (see .env.example)",
        )
    if sick := re.search(r"container (\S+) (is unhealthy|exited \(\d+\))", text):
        last = "\n  ".join(compose.docker("logs", "--tail", "15", sick[1]).splitlines())
        return ToolError(
            f"container {sick[1]} {sick[2]}; its last lines:\n  {last or '(it said nothing)'}",
            hint="groundplan down takes everything away",
        )
    lines = [line for line in said if line.strip() and not _EVENT.fullmatch(line)]
    return ToolError("docker compose failed\n  " + "\n  ".join(lines[-10:]))
