"""Rules about what containers are kept from: that the trial is as strict as the pods are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule, warning
from groundplan.rules.generated import taken_in
from groundplan.rules.once import once, once_in_compose
from groundplan.rules.services import told, version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose.services import Raw
    from groundplan.workspace import Workspace

_BOUND: Final = re.compile(r"no-new-privileges(?:[:=]true)?")
# What a service may be kept from, by the setting that does so, and how that is written.
_KEPT: Final = {
    "cap_drop": ("keeps the capabilities", "cap_drop: [ALL]"),
    "read_only": ("may change its own files", "read_only: true"),
    "security_opt": ("may gain privileges", 'security_opt: ["no-new-privileges:true"]'),
}
_FROM: Final = re.compile(
    r"^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?", re.IGNORECASE | re.MULTILINE
)


@rule("rights-alike", "what some services are kept from, all that are built here are")
def confined(workspace: Workspace) -> Iterator[Finding]:
    """Services with rights that others of the file have given up; an image from elsewhere may."""
    yield from once_in_compose(workspace, "confined", _loose)


def _loose(workspace: Workspace) -> Iterator[Finding]:
    every = told(workspace)
    kept = {name: _given_up(raw) for name, raw in every.services.items()}
    known = {key for keys in kept.values() for key in keys}
    for name, raw in every.services.items():
        if not (raw.get("build") or kept[name]):
            continue  # most images of others begin as root, and step down
        for key in sorted(known - kept[name]):
            what, how = _KEPT[key]
            # A pod gets neither of the others, whatever the file says; this one it gets.
            tell = warning if key == "read_only" else error
            message = f"'{name}' {what}, which others of the file do not"
            line = every.line(name, key) or every.line(name)
            yield tell(message, every.path, line, f"say it of '{name}' too: {how}")


def _given_up(raw: Raw) -> set[str]:
    found = {
        "cap_drop": "ALL" in map(str.upper, map(str, raw.get("cap_drop") or ())),
        "read_only": bool(raw.get("read_only")),
        "security_opt": any(_BOUND.fullmatch(str(each)) for each in raw.get("security_opt") or ()),
    }
    return {key for key, given_up in found.items() if given_up}


@rule("image-user", "no service that is built here runs as root")
def users(workspace: Workspace) -> Iterator[Finding]:
    """Services whose pods would run as root, or do not start since nobody says that they don't."""
    sources = [workspace.design_file, workspace.compose_file, *taken_in(workspace)]
    yield from once(workspace, "users", sources, lambda: _as_root(workspace))


def _as_root(workspace: Workspace) -> Iterator[Finding]:
    from groundplan.kubernetes import rights  # noqa: PLC0415

    every = told(workspace)
    for service in every.application.services:
        raw = every.services[service.name]
        who = rights.user(raw)
        if who == "0" and (service.build or _given_up(raw)):
            line = every.line(service.name, "user") or every.line(service.name)
            message = f"'{service.name}' runs as root"
            yield error(message, every.path, line, "name a user by number, such as 10001")
        elif service.build and not who:
            path = rights.dockerfile(raw)
            image = rights.image_user(raw)
            if image in {"", "root", "0"} and path.is_file():
                tell = error if image else warning
                message = f"the image of '{service.name}' names no user but root"
                hint = "name one by number, such as USER 10001: no pod here starts as root"
                yield tell(message, path, _last(read_text(path), "USER|FROM"), hint)


def _last(text: str, words: str) -> int | None:
    """The line of the last instruction that begins with one of the `words`."""
    found = [*re.finditer(rf"^[ \t]*(?:{words})\b", text, re.IGNORECASE | re.MULTILINE)]
    return text.count("\n", 0, found[-1].start()) + 1 if found else None


@rule("image-base", "what images are built from has a version")
def bases(workspace: Workspace) -> Iterator[Finding]:
    """Images that are built from another one tomorrow: one without a tag, or with `latest`."""
    sources = [workspace.design_file, workspace.compose_file, *taken_in(workspace)]
    yield from once(workspace, "bases", sources, lambda: _built_on(workspace))


def _built_on(workspace: Workspace) -> Iterator[Finding]:
    from groundplan.kubernetes import rights  # noqa: PLC0415

    built = [raw for raw in told(workspace).services.values() if raw.get("build")]
    for path in sorted({rights.dockerfile(raw) for raw in built}):
        text = read_text(path) if path.is_file() else ""
        stages = {"scratch"}
        for found in _FROM.finditer(text):
            image = found[1]
            if image not in stages and "$" not in image and version(image) in {None, "latest"}:
                line = text.count("\n", 0, found.start(1)) + 1
                hint = "name the version that is to be built on, such as :3.12-slim"
                yield error(f"'{image}' has no version", Path(path), line, hint)
            stages.add(found[2] or image)
