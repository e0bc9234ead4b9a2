"""A Python file that belongs to the workspace: run as a module, and blamed by its own line."""

from __future__ import annotations

import importlib.util
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.errors import GroundplanError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


def load(path: Path, *, prefix: str) -> ModuleType:
    """The file as a module named after it, with `prefix`. Raises InputError where it fails."""
    spec = importlib.util.spec_from_file_location(f"{prefix}_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InputError("can't be loaded as a Python file", file=path)
    module = importlib.util.module_from_spec(spec)
    with blamed(path):
        spec.loader.exec_module(module)
    return module


@contextmanager
def blamed(path: Path) -> Iterator[None]:
    """What fails inside is an InputError with the line of the file that it came through."""
    try:
        yield
    except GroundplanError as error:
        if not error.file:
            error.file, error.line = path, _line(path, error)
        raise
    except (Exception, SystemExit) as error:
        raise broken(path, error) from error


def broken(path: Path, error: BaseException) -> InputError:
    """The error for a file that failed."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return InputError(f"syntax error: {error.msg}", file=path, line=error.lineno)
    message = f"{type(error).__name__}: {error}"
    return InputError(message, file=path, line=_line(path, error))


def _line(path: Path, error: BaseException) -> int | None:
    """The last line of the file that an error came through."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename) == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
