"""What a check finds, and the registry of the rules that find it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from groundplan.errors import GroundplanError
    from groundplan.workspace import Workspace

Severity = Literal["error", "warning"]
# What a terminal, or a reader, would take for something else than a letter: control characters,
# marks that turn the order of letters round, ends of lines, halves of surrogate pairs.
_NO_LETTER: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_LONG: Final = 1000


@dataclass(frozen=True)
class Finding:
    """Something that does not hold. `id` is the rule's, `line` is counted from 1."""

    id: str
    severity: Severity
    message: str
    file: Path | None = None
    line: int | None = None
    hint: str | None = None


Check = Callable[["Workspace"], Iterable[Finding]]
Fix = Callable[["Workspace"], Iterable[Path]]


@dataclass(frozen=True)
class Rule:
    """A rule: a stable id, what it holds against what, and the function that looks.

    `fix` makes anew what is stale, where that is the cure, and tells the files it wrote.
    """

    id: str
    about: str
    check: Check
    fix: Fix | None = None


RULES: dict[str, Rule] = {}
"""The rules by id, in the order in which they look."""


def rule(id_: str, about: str, *, fix: Fix | None = None) -> Callable[[Check], Check]:
    """Register a function that yields findings (made by `error` and `warning`) as a rule."""

    def register(check: Check) -> Check:
        def named(workspace: Workspace) -> Iterable[Finding]:
            return [replace(finding, id=id_) for finding in check(workspace)]

        RULES[id_] = Rule(id_, about, named, fix)
        return named

    return register


def plain(text: str) -> str:
    """`text`, in which names of users' files may stand, with nothing in it but letters."""
    return _NO_LETTER.sub("?", text)


def _short(text: str) -> str:
    """`text` on one line, of a length that can be read."""
    told = plain(text)
    return told if len(told) <= _LONG else f"{told[: _LONG // 2]} … {told[-_LONG // 2 :]}"


def error(
    message: str, file: Path | None = None, line: int | None = None, hint: str | None = None
) -> Finding:
    """A finding that makes the check fail."""
    return Finding("", "error", _short(message), file, line, hint and _short(hint))


def warning(
    message: str, file: Path | None = None, line: int | None = None, hint: str | None = None
) -> Finding:
    """A finding that is told and lets the check pass."""
    return Finding("", "warning", _short(message), file, line, hint and _short(hint))


def told(problem: GroundplanError) -> Finding:
    """The finding that tells an error which something else raised."""
    file = Path(problem.file) if problem.file else None
    found = error("", file, problem.line, problem.hint)
    # An error may list several problems, each on its line.
    return replace(found, message="\n".join(map(_short, problem.message.split("\n"))))
