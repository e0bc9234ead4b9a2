"""What stands in the settings files that services mount: whom a proxy calls often only they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.files import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from groundplan.compose.services import Raw

_BYTES: Final = 1 << 16
_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#.*", re.MULTILINE)
_UPSTREAM: Final = re.compile(r"\bupstream\s+([\w.-]+)\s*\{")


def texts(document: Raw, folder: Path) -> Mapping[str, Mapping[str, str]]:
    """By service, the settings files that it mounts: each with what it says, comments left out.

    They are called as they are relative to `folder`, the Compose file's.
    """
    configs = document.get("configs") or {}
    found = {}
    for name, raw in (document.get("services") or {}).items():
        every = [*_mounts(raw), *_configs(raw, configs)]
        said = [(path, _text(path)) for path in dict.fromkeys(every) if path.is_relative_to(folder)]
        found[name] = {path.relative_to(folder).as_posix(): text for path, text in said if text}
    return found


def _mounts(raw: Raw) -> Iterator[Path]:
    """A file of settings, and those in a folder of `/etc`."""
    for volume in raw.get("volumes") or ():
        if volume["type"] == "bind":
            path, in_etc = Path(volume["source"]), volume["target"].startswith("/etc/")
            if path.is_dir() and in_etc:
                yield from (item for item in sorted(path.iterdir()) if _is_settings(item))
            elif _is_settings(path) or (in_etc and not path.suffix):
                yield path


def _configs(raw: Raw, configs: Mapping[str, Raw]) -> Iterator[Path]:
    for config in raw.get("configs") or ():
        if file := (configs.get(config["source"]) or {}).get("file"):
            yield Path(file)


def _is_settings(path: Path) -> bool:
    return path.suffix.removeprefix(".") in SETTINGS


def _text(path: Path) -> str:
    """What a file says; nothing where it is none, no text, or too large for settings.

    What nginx calls an upstream is no host: those stand inside of it.
    """
    try:
        if not path.is_file() or path.stat().st_size > _BYTES:
            return ""
        text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    for name in {*_UPSTREAM.findall(text)}:
        text = re.sub(rf"://{re.escape(name)}(?![\w.:-])", "://", text)
    return text
