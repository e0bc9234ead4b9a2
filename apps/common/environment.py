"""Settings from the environment."""

from __future__ import annotations

import os
from pathlib import Path


def setting(name: str, default: str | None = None) -> str:
    """The variable ``name``; one that is empty counts as unset.

    Raises SystemExit when it is unset and has no default, so that a container
    with a missing setting stops at its start, with one line in its log.
    """
    value = os.environ.get(name) or default
    if value is None:
        raise SystemExit(f"{name} is not set")
    return value


def secret(name: str) -> str:
    """The text of the file that ``NAME_FILE`` names."""
    path = Path(setting(f"{name}_FILE"))
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SystemExit(f"{name}_FILE: {error}") from error
