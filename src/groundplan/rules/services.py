"""Rules about the services of the Compose file: that they can run as they are told."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule, warning
from groundplan.rules.once import once_in_compose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Application, Flow, Service
    from groundplan.compose.services import Raw
    from groundplan.workspace import Workspace

_SECRETS: Final = "/run/secrets"
_READ: Final = re.compile(rf"{_SECRETS}/([\w.-]+)")
_ADDRESS: Final = re.compile(r"([A-Z0-9_]+)_(?:URL|URI|HOST|ADDR|ADDRESS|ENDPOINT)")
HOST: Final = re.compile(r"(?:\w+://(?:[^@/]*@)?)?([\w.-]+)")
"""The host that an address names, as its one group."""
_LISTENS: Final = ("PORT", "SERVER_PORT", "HTTP_PORT", "APP_PORT")
# What of the host a service may ask for by `host`, in words.
_HOSTS: Final = {
    "network_mode": "network", "pid": "processes", "ipc": "memory", "userns_mode": "users",
    "cgroup": "control groups", "uts": "name",
}  # fmt: skip
_SYSTEM: Final = frozenset({"boot", "dev", "etc", "proc", "root", "run", "sys", "usr", "var"})
_LOOSE: Final = re.compile(r"[:=](?:unconfined|disable)$")
_TIME: Final = frozenset({"/etc/localtime", "/etc/timezone"})  # for everyone to read


class Told:
    """The Compose file with every profile on, and where each thing stands in it."""

    def __init__(self, path: Path, text: str) -> None:
        from groundplan import compose  # noqa: PLC0415 - not needed where nothing has changed
        from groundplan.compose.resolver import resolve  # noqa: PLC0415
        from groundplan.compose.source import Source  # noqa: PLC0415

        self.path, self.text = path, text
        self._source = Source(path, text)
        resolved = resolve(self._source, ("*",), {})
        self.application: Application = compose.told_by(resolved, self._source, strict=False)
        self.document: Raw = resolved.document

    @property
    def services(self) -> dict[str, Any]:
        """What Compose says of each service, by name."""
        found: dict[str, Any] = self.document["services"]
        return found

    @property
    def settings(self) -> Iterator[tuple[str, str, str]]:
        """Each environment variable: its service, its name and its value, empty for none."""
        for name, raw in self.services.items():
            for key, value in (raw.get("environment") or {}).items():
                yield name, key, str(value or "")

    def line(self, service: str, *keys: str) -> int | None:
        """The line of what stands under `keys` of a service, or of what is nearest to it."""
        return self.line_of("services", service, *keys)

    def line_of(self, *keys: str) -> int | None:
        """The line of what stands under `keys` of the file, or of what is nearest to it."""
        place = self._source.place(*keys)
        return place.line if place else None


@lru_cache(maxsize=4)
def _read(path: Path, text: str, _apart: object) -> Told:
    return Told(path, text)


def told(workspace: Workspace) -> Told:
    """The whole Compose file, asked for once. Raises InputError where Compose refuses it."""
    path = workspace.compose_file
    # What it takes in from other files may change without it.
    apart = object() if workspace.compose_takes_in else None
    return _read(path, read_text(path), apart)


@rule("image-version", "the image of each service has a version")
def versions(workspace: Workspace) -> Iterator[Finding]:
    """Images that are another one tomorrow: without a tag, or with `latest`."""
    yield from once_in_compose(workspace, "images", _loose)


def _loose(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    for service in every.application.services:
        if service.image and version(service.image) in {None, "latest"}:
            message = f"the image of '{service.name}' has no version: {service.image}"
            hint = "name the version that is to run, such as :1.0.0"
            yield error(message, every.path, every.line(service.name, "image"), hint)


def version(image: str) -> str | None:
    """The tag of an image, else its digest; None without either."""
    name, _, digest = image.partition("@")
    return name.rpartition("/")[2].partition(":")[2] or digest or None


@rule("flow-port", "each call goes to a port that the called service opens")
def ports(workspace: Workspace) -> Iterator[Finding]:
    """Calls, from outside and from services, to a port on which nobody listens."""
    yield from once_in_compose(workspace, "ports", _closed)


def _closed(workspace: Workspace) -> Iterator[Finding]:
    every, seen = told(workspace), set()
    for phase in workspace.design.phases:
        application = workspace.application(phase.number)
        for flow in application.flows:
            called = application.service(flow.target)
            call = (flow.source, flow.target, flow.port)
            if call not in seen and not _answers(called, flow):
                seen.add(call)
                opened = ", ".join(map(str, called.exposes))
                message = f"'{flow.source}' calls '{flow.target}' at {flow.port}, which opens"
                hint = "let both say the same port; what a service opens stands under 'expose'"
                line = every.line(flow.target, "expose") or every.line(flow.target, "ports")
                yield error(f"{message} {opened}", every.path, line, hint)
    for name, raw in every.services.items():
        yield from _misled(every, name, raw)


def _answers(called: Service, flow: Flow) -> bool:
    from groundplan.compose import kinds  # noqa: PLC0415

    if flow.port is None or not called.exposes or flow.port in called.exposes:
        return True
    product = kinds.named(called.product)
    return product is not None and product.speaks(flow.port) is not None


def _misled(every: Told, name: str, raw: Raw) -> Iterator[Finding]:
    """A service whose only published port is another than the one that it is told to open."""
    settings = raw.get("environment") or {}
    listens = {int(port) for key in _LISTENS if (port := str(settings.get(key))).isdecimal()}
    published = {int(port["target"]) for port in raw.get("ports") or ()}
    if len(published) == 1 and listens and not published & listens:
        message = f"'{name}' publishes {published.pop()}, and is told to open {min(listens)}"
        hint = "let its settings and its ports say the same"
        yield error(message, every.path, every.line(name, "ports"), hint)


@rule("flow-name", "a setting that is called after a service names that service")
def names(workspace: Workspace) -> Iterator[Finding]:
    """Settings such as CART_URL that lead to another service; a proxy may be meant."""
    yield from once_in_compose(workspace, "names", _astray)


def _astray(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    called = {re.sub(r"\W", "_", name).upper(): name for name in every.services}
    for name, key, value in every.settings:
        setting = _ADDRESS.fullmatch(key)
        meant = called.get(setting[1]) if setting else None
        host = HOST.match(value)
        if meant and meant != name and host and host[1] in {*every.services} - {meant}:
            message = f"{key} of '{name}' leads to '{host[1]}', and there is a '{meant}'"
            yield warning(message, every.path, every.line(name, "environment", key))


@rule("secret-granted", "each secret that a service reads is given to it")
def secrets(workspace: Workspace) -> Iterator[Finding]:
    """Files below /run/secrets that will not be there."""
    yield from once_in_compose(workspace, "secrets", _missing)


def _missing(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    for name, raw in every.services.items():
        given = {
            str(item.get("target") or item["source"]).removeprefix(f"{_SECRETS}/")
            for item in raw.get("secrets") or ()
        }
        mounted = any(item["target"].startswith(_SECRETS) for item in raw.get("volumes") or ())
        for key, value in (raw.get("environment") or {}).items():
            for secret in sorted({*_READ.findall(str(value))} - given if not mounted else ()):
                message = f"'{name}' reads the secret '{secret}', which it is not given"
                line = every.line(name, "environment", key) or every.line(name, "secrets")
                yield error(message, every.path, line, f"add it to the secrets of '{name}'")


@rule("compose-password", "no password stands in the Compose file")
def passwords(workspace: Workspace) -> Iterator[Finding]:
    """Passwords that everyone who may read the file has; they are not repeated here."""
    yield from once_in_compose(workspace, "passwords", _written)


def _written(workspace: Workspace) -> Iterator[Finding]:
    from groundplan.compose.secrecy import in_command, is_secret  # noqa: PLC0415

    every = told(workspace)
    hint = "give it as one of Compose's secrets, or leave its value to .env"
    for name, key, value in every.settings:
        if is_secret(key, value):
            line = every.line(name, "environment", key)
            yield warning(f"{key} of '{name}' stands in the file", every.path, line, hint)
    for name, raw in every.services.items():
        for key, command in _commands(raw):
            for what in in_command(command):
                message = f"{what} in the {key} of '{name}' gives a secret away"
                yield warning(message, every.path, every.line(name, key), hint)


def _commands(raw: Raw) -> Iterator[tuple[str, list[str]]]:
    """What a service runs, by the setting that says so."""
    for key in ("entrypoint", "command"):
        yield key, [str(word) for word in raw.get(key) or ()]
    yield "healthcheck", [str(word) for word in (raw.get("healthcheck") or {}).get("test") or ()]


@rule("pod-rights", "no service asks for more rights than a pod gets")
def rights(workspace: Workspace) -> Iterator[Finding]:
    """What the namespace's Pod Security Standard, baseline, refuses: the host itself."""
    yield from once_in_compose(workspace, "rights", _too_much)


def _too_much(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    for name, raw in every.services.items():
        for key, said in _wanted(raw, workspace.root.resolve()):
            message = f"'{name}' wants {said}, which no pod gets"
            hint = "do without; Kubernetes' baseline refuses the pod"
            yield error(message, every.path, every.line(name, key), hint)


def _wanted(raw: Raw, root: Path) -> Iterator[tuple[str, str]]:
    from groundplan.kubernetes import rights  # noqa: PLC0415

    if raw.get("privileged"):
        yield "privileged", "to be privileged"
    for key, whose in _HOSTS.items():
        if raw.get(key) == "host":
            yield key, f"the host's own {whose}"
    if too_much := rights.beyond(raw):
        yield "cap_add", f"the capability {', '.join(too_much)}"
    for option in raw.get("security_opt") or ():
        if _LOOSE.search(str(option)):
            yield "security_opt", str(option)
    if raw.get("devices"):
        yield "devices", "devices of the host"
    yield from (("volumes", said) for said in _of_host(raw, root))


def _of_host(raw: Raw, root: Path) -> Iterator[str]:
    for item in raw.get("volumes") or ():
        source = str(item.get("source"))
        if source.endswith("docker.sock"):
            yield "the socket of Docker"
        elif item.get("type") == "bind" and _is_of_host(source, root):
            yield f"{source} of the host"


def _is_of_host(source: str, root: Path) -> bool:
    """Whether a path is the system's. Where the workspace lies, what is its owner's may lie too."""
    top = Path(source).parts[1:2]
    return source not in _TIME and (not top or top[0] in _SYSTEM - {root.parts[1]})
