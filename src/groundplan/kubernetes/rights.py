"""What a pod may do: whom it runs as, and which capabilities it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Service
    from groundplan.compose.services import Raw

# Capabilities that a pod may add under the baseline level of Kubernetes' Pod Security Standards.
BASELINE: Final = frozenset({
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
    "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
})  # fmt: skip
_FROM: Final = re.compile(r"FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_USER: Final = re.compile(r"USER\s+([^\s:]+)", re.IGNORECASE)


def of_pod(service: Service, raw: Raw) -> dict[str, Any]:
    """Not root, unless the file says so, or a store's image begins as root and steps down."""
    user, group = _user(raw)
    context: dict[str, Any] = {"seccompProfile": {"type": "RuntimeDefault"}}
    if user.isdecimal():
        context["runAsUser"] = int(user)
    if group.isdecimal():
        context["runAsGroup"] = int(group)
    groups = [int(name) for name in raw.get("group_add") or () if str(name).isdecimal()]
    if groups:
        context["supplementalGroups"] = groups
    if not _may_be_root(service, user):
        context["runAsNonRoot"] = True
    return context


def of_container(service: Service, raw: Raw) -> dict[str, Any]:
    """What begins as root needs its capabilities, so as to step down; all else needs none.

    Of those that are added, only what the namespace's level allows: a pod that asks for more is
    refused, and to raise the level would do so for every other pod of the application.
    """
    drop = _capabilities(raw, "cap_drop") if _may_be_root(service, _user(raw)[0]) else ["ALL"]
    add = [name for name in _capabilities(raw, "cap_add") if name in BASELINE]
    capabilities = {key: names for key, names in (("drop", drop), ("add", add)) if names}
    context: dict[str, Any] = {"allowPrivilegeEscalation": False}
    if raw.get("read_only"):
        context["readOnlyRootFilesystem"] = True
    return {**context, "capabilities": capabilities} if capabilities else context


def remarks(service: Service, raw: Raw) -> Iterator[str]:
    """What becomes of the user and of the capabilities that a service asks for."""
    user, group = _user(raw)
    if user.isdecimal() and not int(user):
        yield "runs as root, as the file says"
    elif user and not user.isdecimal():
        yield f"the user {user} is left out, being no number"
    known = user if user.isdecimal() else image_user(raw)
    if not _may_be_root(service, user) and not _is_somebody(known):
        yield "its pod starts only if its image, or user here, names a user by number, not root's"
    for name in (group, *(raw.get("group_add") or ())):
        if name and not str(name).isdecimal():
            yield f"the group {name} is left out, being no number"
    if refused := beyond(raw):
        yield f"cap_add {', '.join(refused)} is left out: no pod gets it in this namespace"


def beyond(raw: Raw) -> list[str]:
    """The capabilities that a service wants, and that no pod gets under the baseline."""
    return sorted({*_capabilities(raw, "cap_add")} - BASELINE)


def user(raw: Raw) -> str:
    """The user that the file names for a service; root by its number, empty for none."""
    return _user(raw)[0]


def _user(raw: Raw) -> tuple[str, str]:
    """User and group, root by its number."""
    user, _, group = str(raw.get("user") or "").partition(":")
    return "0" if user == "root" else user, "0" if group == "root" else group


def _may_be_root(service: Service, user: str) -> bool:
    return not int(user) if user.isdecimal() else service.is_store


def _capabilities(raw: Raw, key: str) -> list[str]:
    return [str(name).upper().removeprefix("CAP_") for name in raw.get(key) or ()]


def dockerfile(raw: Raw) -> Path:
    """Where the recipe of a service that is built here should be."""
    build = raw.get("build") or {}
    return Path(str(build.get("context"))) / str(build.get("dockerfile") or "Dockerfile")


def image_user(raw: Raw) -> str:
    """The user of an image that is built here, as far as its Dockerfile names one."""
    build, path = raw.get("build") or {}, dockerfile(raw)
    text = str(build.get("dockerfile_inline") or "")
    if build and not text and path.is_file():
        text = path.read_text(encoding="utf-8", errors="replace")
    stage, users = "", {"": ""}
    for line in map(str.strip, text.splitlines()):
        if begun := _FROM.fullmatch(line):
            stage = begun[2] or begun[1]
            users[stage] = users.get(begun[1], "")
        elif chosen := _USER.match(line):
            users[stage] = chosen[1]
    return users.get(build.get("target") or stage, "")


def _is_somebody(user: str) -> bool:
    """Whether it is a number, so that a node can tell that it is not root."""
    return user.isdecimal() and int(user) > 0
