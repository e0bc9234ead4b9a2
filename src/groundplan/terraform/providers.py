"""Where Terraform gets its providers from: the registry, or a mirror of it on this machine."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.errors import InputError
from groundplan.files import write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterable

_REGISTRY = "registry.terraform.io"
_PREFIXES = (
    "/opt",
    "/usr/share",
    "/usr/local/share",
    "/usr/lib",
    "~/.terraform.d",
    "~/.local/share",
)


def configuration(build: Path) -> Path | None:
    """A CLI configuration to be named by TF_CLI_CONFIG_FILE, or None where the user has one.

    Written only where it is needed: into `build`, never into a file that is committed.
    """
    named = os.environ.get("TF_CLI_CONFIG_FILE")
    if Path(named).is_file() if named else Path("~/.terraformrc").expanduser().is_file():
        return None
    cache = build / "providers"
    cache.mkdir(parents=True, exist_ok=True)
    path = build / "cli.tfrc"
    write_if_changed(path, _text(cache, mirrors()))
    return path


def mirrors() -> tuple[Path, ...]:
    """Folders that mirror the registry: the one GROUNDPLAN_PROVIDER_MIRROR names, else all found.

    Raises InputError where the named one is no mirror.
    """
    if named := os.environ.get("GROUNDPLAN_PROVIDER_MIRROR"):
        folder = Path(named).expanduser().resolve()
        if not (folder / _REGISTRY).is_dir():
            raise InputError(
                f"GROUNDPLAN_PROVIDER_MIRROR is no provider mirror: {folder}",
                hint=f"it must hold a folder {_REGISTRY}/; `terraform providers mirror` makes one",
            )
        return (folder,)
    return tuple(sorted({found.parent for prefix in _PREFIXES for found in _below(prefix)}))


def _below(prefix: str) -> Iterable[Path]:
    folder = Path(prefix).expanduser()
    return (path for path in folder.glob(f"*/{_REGISTRY}") if path.is_dir())


def _text(cache: Path, found: tuple[Path, ...]) -> str:
    text = f"plugin_cache_dir = {json.dumps(str(cache))}\n"
    if not found:
        return text
    blocks = [_block("filesystem_mirror", "include", _held(mirror), mirror) for mirror in found]
    held = sorted({name for mirror in found for name in _held(mirror)})
    blocks.append(_block("direct", "exclude", held))
    return f"{text}provider_installation {{\n{''.join(blocks)}}}\n"


def _block(kind: str, which: str, names: list[str], mirror: Path | None = None) -> str:
    path = f"    path = {json.dumps(str(mirror))}\n" if mirror else ""
    return f"  {kind} {{\n{path}    {which} = {json.dumps(names)}\n  }}\n"


def _held(mirror: Path) -> list[str]:
    root = mirror / _REGISTRY
    return sorted(f"{_REGISTRY}/{path.relative_to(root)}" for path in root.glob("*/*"))
