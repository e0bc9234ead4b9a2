"""Errors for people: what is wrong, where, and how to mend it.

The command line turns each class into its exit code in one place; anything else that is raised
is a bug and looks like one.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_NAMES: Final = 20  # that a hint lists
# What would move a terminal's cursor, or turn the text around: all but tab and line end.
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class GroundplanError(Exception):
    """A failure that the user can do something about.

    `message` says what is wrong in one line, `hint` how to mend it; `file`, `line` and `column`
    (both counted from 1) say where, as far as that is known.
    """

    exit_code: ClassVar[int] = 2

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        file: Path | str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.file = file
        self.line = line
        self.column = column

    @property
    def place(self) -> str:
        """`file:line:column`, as much of it as is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part)

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return visible(f"{text}\n  hint: {self.hint}" if self.hint else text)


class InputError(GroundplanError):
    """Wrong usage or bad input: exit code 2."""


class RefusedError(GroundplanError):
    """An action was refused, or not agreed to: exit code 1."""

    exit_code = 1


class ToolError(GroundplanError):
    """An outside tool failed or is missing: exit code 3."""

    exit_code = 3


def visible(text: str) -> str:
    """`text` for a terminal: control characters, which names may hold, spelt out as `\\u001b`."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def suggest(name: str, known: Iterable[str]) -> str | None:
    """A hint that names the known name nearest to `name`, else lists what is known.

    An address may be near without the modules that it stands in.
    """
    names = sorted(known)
    ends = {".".join(known.rsplit(".", 2)[-2:]): known for known in reversed(names)}
    if near := get_close_matches(name, [*names, *ends], n=1):
        return f"did you mean '{ends.get(near[0], near[0])}'?"
    more = [f"and {len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else []
    return f"known: {', '.join([*names[:MOST_NAMES], *more])}" if names else None
