"""Files: read with errors for people, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STDIN: Final = Path("-")
SETTINGS: Final = ("conf", "ini", "json", "properties", "template", "toml", "yaml", "yml")
"""How the names of settings files end."""


def read_text(path: Path) -> str:
    """The text of `path` (UTF-8), or of standard input for `-`.

    Raises InputError where it can't be read.
    """
    try:
        return _piped() if path == STDIN else path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError("there is no such file", file=path) from None
    except IsADirectoryError:
        raise InputError("this is a folder, not a file", file=path) from None
    except UnicodeDecodeError as error:
        raise InputError(f"this is not UTF-8 text (byte {error.start})", file=path) from None
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}", file=path) from None


def _piped() -> str:
    if sys.stdin.isatty():
        raise InputError("nothing is piped in", hint="terraform show -json PLAN | groundplan …")
    return sys.stdin.buffer.read().decode()


def write_if_changed(path: Path, content: str | bytes, *, mode: int = 0o644) -> bool:
    """Write `content` unless `path` holds it already; True when it was written.

    The content is written beside `path` and renamed, so no reader ever sees half of it. Raises
    InputError where it can't be written.
    """
    # Half of a surrogate pair, which JSON can hold, is no letter.
    data = content.encode(errors="replace") if isinstance(content, str) else content
    try:
        if path.read_bytes() == data:
            return False
    except OSError:
        pass
    try:
        _replace(path, data, mode)
    except OSError as error:
        raise InputError(f"can't be written: {error.strerror}", file=path) from None
    return True


def _replace(path: Path, data: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def digest(paths: Iterable[Path], *, root: Path, salt: str = "") -> str:
    """SHA-256 (hex) over the names, relative to `root`, and the contents of `paths`, in any order.

    A folder stands for every file below it, hidden folders left out.
    """
    total = hashlib.sha256(salt.encode())
    for path in sorted(set(_expand(paths))):
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else "missing"
        total.update(f"{name}\0{content}\n".encode())
    return total.hexdigest()


@cache
def program() -> str:
    """A digest of this program: another version may draw, and find, otherwise."""
    here = Path(__file__).parent
    return digest([here], root=here)


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from files_below(path)
        else:
            yield path


def files_below(root: Path) -> Iterator[Path]:
    """Every file below a folder, hidden folders and Python's own left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = [
            name for name in folders if not name.startswith(".") and name != "__pycache__"
        ]
        yield from (Path(folder) / name for name in names)
