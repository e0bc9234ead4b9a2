"""Compose's healthcheck → the readiness probe of a container."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from groundplan.compose.services import Raw

# curl that fails with the request, or wget, which always does; options that change nothing of what
# is asked; an address of the container itself; and at most `|| exit 1`.
_OPTION: Final = r"""\s+(?:-[fiksSL]+|-[fiksSL]*[mo]\s*\S+|-q|-nv|-q?O\s*(?:-|/dev/null)|-[tT]\s*\d+
    |--(?:fail|silent|show-error|location|insecure|quiet|no-verbose|spider|no-check-certificate)
    |--(?:output|output-document|max-time|connect-timeout|retry|tries|timeout)[=\s]\S+)"""
_HTTP: Final = re.compile(
    rf"""(?:\S*/)?(?:curl(?=.*\s(?:-[iksSL]*f|--fail))|wget)(?:{_OPTION})*
        \s+['"]?http://(?P<host>(?:localhost|127\.0\.0\.1)(?::(?P<port>\d+))?)
        (?P<path>/[^\s'"|&;]*)?['"]?(?:{_OPTION})*(?:\s*\|\|\s*(?:exit\s+\d+|false))?\s*""",
    re.VERBOSE,
)
_EXPANDED: Final = re.compile(r"\$(?=[$(])")
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(h|ms|us|ns|m|s)")
_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_DEFAULT: Final = "30s"  # Compose's own, for interval and timeout
_RETRIES: Final = 3
_MOST: Final = 3  # Compose counts retries while it waits for a start; here they delay a switch
_LEAST: Final = 5  # seconds between programs that are started in a pod: each takes a node's time


def literal(word: str) -> str:
    """A word of a command as Kubernetes takes it: to it `$(…)` is a variable, and `$$` is `$`."""
    return _EXPANDED.sub("$$", word)


def readiness(raw: Raw) -> dict[str, Any] | None:
    """The readiness probe of a service's resolved settings; None where it has no healthcheck.

    A health check may ask what the service depends on. So it decides whether a pod gets requests,
    and never whether it is restarted: restarts would spread an outage, not end it.
    """
    check = raw.get("healthcheck") or {}
    test = check.get("test") or ["NONE"]
    if check.get("disable") or test[0] == "NONE":
        return None
    action = _action(test)
    period = seconds(check.get("interval") or _DEFAULT)
    return {
        **action,
        "periodSeconds": max(period, _LEAST) if "exec" in action else period,
        "timeoutSeconds": seconds(check.get("timeout") or _DEFAULT),
        "failureThreshold": min(int(check.get("retries") or _RETRIES), _MOST),
    }


def seconds(duration: str) -> int:
    """A duration of Compose (`1m30s`) in whole seconds, at least 1."""
    parts = _DURATION.findall(duration)
    return max(1, math.ceil(sum(float(number) * _SECONDS[unit] for number, unit in parts)))


def _action(test: list[str]) -> dict[str, Any]:
    words = test[1:]
    if match := _HTTP.fullmatch(" ".join(words)):
        port = int(match["port"] or 80)
        # It is asked at the pod's address, by which a server may not know itself.
        host = {"name": "Host", "value": match["host"]}
        return {"httpGet": {"path": match["path"] or "/", "port": port, "httpHeaders": [host]}}
    command = ["/bin/sh", "-c", *words] if test[0] == "CMD-SHELL" else words
    return {"exec": {"command": [literal(word) for word in command]}}
