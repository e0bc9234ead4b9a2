"""Prose as it is read: line by line and cell by cell, each under what tells whom it is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MACRO: Final = re.compile(r"\{[{%].*?[}%]\}")
_UNREAD: Final = re.compile(
    r"^(?:```|~~~).*?^(?:```|~~~)\s*$|<!--.*?-->|\{#.*?#\}", re.MULTILINE | re.DOTALL
)
_LONG_MACRO: Final = re.compile(r"\{[{%](?:(?!\{[{%]).)*?[}%]\}", re.DOTALL)
_HEADING: Final = re.compile(r"(#{1,6})\s+(.*)")
_LEAD: Final = re.compile(r"\W*\*\*([^*]+?)(?::\*\*|\*\*:)")
_DEFINITION: Final = re.compile(r":\s")
_RULE: Final = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*$")
_ENVIRONMENTS: Final = {"prod": r"\bprod(?:uction)?\b", "dev": r"\bdev\b"}
# Between what is said of one environment and what is said of the next one.
_BETWEEN: Final = re.compile(r",?\s+(?:and|while|but)\s+|,\s+")
_AFTERWARDS: Final = re.compile(r"\S\s+(?:in|of|for)\s+$")


@dataclass(frozen=True)
class Passage:
    """A line of a page, or a cell of a table, with the macros in it.

    `under` has what stands over it, the nearest first: the heads of its column and row, the bold
    words that its line begins with, the term that it defines, and the headings. `section` counts
    the headings before it.
    """

    text: str
    line: int
    under: tuple[str, ...] = ()
    section: int = 0
    row: tuple[str, ...] = ()
    """All cells of its row, in a table."""

    @property
    def told(self) -> str:
        """Its text; that of a cell with the head of its row: `Backups kept for 30 days`."""
        return f"{self.row[0]} {self.text}" if self.row and self.text != self.row[0] else self.text


def passages(text: str) -> Iterator[Passage]:
    """The lines and cells of a page, without what stands in code and comments."""
    blank = _UNREAD.sub(_emptied, text)
    headings: dict[int, str] = {}
    columns: list[str] = []
    section, term = 0, ""
    lines = [*_lines(blank), (0, "")]
    for (number, line), (_, following) in pairwise(lines):
        if heading := _HEADING.match(line):
            section += 1
            level = len(heading[1])
            headings = {key: said for key, said in headings.items() if key < level}
            headings[level] = heading[2]
        over = tuple(headings[level] for level in sorted(headings, reverse=True))
        if not line.lstrip().startswith("|"):
            columns = []
            lead = _LEAD.match(line)
            heads = [lead[1]] if lead else [term] if _DEFINITION.match(line) else []
            term = line
            yield Passage(line, number, (*heads, *over), section)
        elif not _RULE.match(line):
            cells = _cells(line)
            if _RULE.match(following):
                columns = cells
            yield from _row(cells, columns, Passage("", number, over, section))


def _row(cells: list[str], columns: list[str], like: Passage) -> Iterator[Passage]:
    for index, cell in enumerate(cells):
        heads = (*columns[index : index + 1], cells[0]) if index else ()
        yield Passage(cell, like.line, (*heads, *like.under), like.section, tuple(cells))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; a macro is on the line that it begins on."""
    joined = _LONG_MACRO.sub(lambda found: found[0].replace("\n", "\r"), text)
    number = 1
    for line in joined.split("\n"):
        yield number, line.replace("\r", " ")
        number += 1 + line.count("\r")


def _cells(line: str) -> list[str]:
    """The cells of a row of a table; what separates them may stand in a macro."""
    shown = MACRO.sub(lambda found: "_" * len(found[0]), line)
    ends = [place for place, letter in enumerate(shown) if letter == "|"]
    ends = ends if shown.rstrip().endswith("|") else [*ends, len(line)]
    return [line[start + 1 : end].strip() for start, end in pairwise(ends)]


def _emptied(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def names(env: str, text: str) -> bool:
    """True where `text` names the environment `env`."""
    return _named(env).search(text) is not None


@cache
def _named(env: str) -> re.Pattern[str]:
    return re.compile(_ENVIRONMENTS.get(env, rf"\b{re.escape(env)}\b"), re.IGNORECASE)


def about(environments: Iterable[str], texts: Iterable[str]) -> set[str]:
    """The environments that the first of the `texts` names which names any."""
    known = {*environments}
    for text in texts:
        if named := {env for env in known if names(env, text)}:
            return named
    return set()


def clauses(sentence: str, environments: Iterable[str]) -> list[tuple[int, int]]:
    """Where in a sentence one environment is told of, and where the next one is.

    `dev has two zones and production three` are two clauses; one where nothing separates them.
    """
    told = sorted(
        (found.start(), found.end(), env)
        for env in environments
        for found in _named(env).finditer(sentence)
    )
    starts = [0]
    for (start, end, env), (following, _, other) in pairwise(told):
        between = [found.end() for found in _BETWEEN.finditer(sentence, end, following)]
        if env != other and between:
            first = _AFTERWARDS.search(sentence, starts[-1], start)
            starts.append(between[0] if first else between[-1])
    return [*pairwise([*starts, len(sentence)])]


def either(values: Iterable[object]) -> str:
    """`dev or prod`: each value once, in order."""
    return " or ".join(sorted({str(value) for value in values}))
