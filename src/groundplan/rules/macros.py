"""Rules about what prose takes from the facts: that it is what the words round it tell of."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.once import once
from groundplan.rules.passages import MACRO, about, clauses, either, passages
from groundplan.rules.since import Since

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.rules.passages import Passage
    from groundplan.workspace import Workspace

# What shows an environment, a phase, or both; tables and pictures among them stand by themselves.
_CALL: Final = re.compile(
    r"\b(beside|changes|cost|facts|observed|openings|picture|runbook|services|subnets|zones)"
    r"\(([^()]*)\)"
)
_WORD: Final = re.compile(r"[\"']([\w-]+)[\"']")
_NUMBER: Final = re.compile(r"(?<![\w.\"'-])\d{1,3}(?![\w.\"'-])")
_SET: Final = re.compile(r"\{%-?\s*set\s+(\w+)\s*=\s*(.*?)-?%\}")
_USED: Final = re.compile(r"(?<![\w.\"'])([A-Za-z_]\w*)(?=[.\[])")
_COST: Final = re.compile(r"\bphase\(\s*(\d+)\s*\)\.cost\b")
_LINKED: Final = re.compile(r"\bphase\(\s*(\d+)\s*\)\.link\b|\bphase (\d{1,3})\b", re.IGNORECASE)
_ALONE: Final = re.compile(r"\s*\{\{\s*(\w+\([^{}]*\))\s*\}\}\s*")
_SENTENCE: Final = re.compile(r"[^.!?;|]+(?:\.(?=\S)[^.!?;|]*)*")
_TURNED: Final = re.compile(r"\{\{\s*([\"'])no\1 if (?!not\b)[^{}]*? else \1yes\1\s*\}\}")
_EARLIER: Final = re.compile(r"\b(?:before|until|so far|earlier)\b", re.IGNORECASE)
_WHOLE: Final = re.compile(r"\bwith everything in it\b|\bevery part is there\b", re.IGNORECASE)
_LITERAL: Final = re.compile(r"\W*(?:yes|no|\d[\d.,]*(?:\W+\w+){0,3})\W*", re.IGNORECASE)
# The line, what is wrong, and what to do.
_Wrong = tuple[int, str, str]


@dataclass(frozen=True)
class _Shown:
    """What a macro shows, where in its text: of an environment, of a phase, or of both."""

    at: int
    env: str | None
    phase: int | None


@rule("macros", "what prose shows of the facts is what it tells of")
def macros(workspace: Workspace) -> Iterator[Finding]:
    """Values, tables and pictures of another environment or phase than the words round them."""
    if workspace.compose_takes_in:
        yield from _look(workspace)  # from files that are not among the sources
        return
    files = (workspace.design_file, workspace.compose_file, workspace.root / ".env")
    sources = [*files, workspace.docs_dir, workspace.root / "facts"]
    yield from once(workspace, "macros", sources, lambda: _look(workspace))


def _look(workspace: Workspace) -> Iterator[Finding]:
    environments = {env for _, _, env in drawn(workspace)}
    since = Since(workspace)
    toolkit = workspace.docs_dir / "decisions" / "toolkit"
    for path in sorted(workspace.docs_dir.rglob("*.md")):
        if toolkit not in path.parents:
            text = read_text(path)
            page = _Page(workspace, environments, _variables(text, environments))
            for line, message, hint in (*page.wrong(text), *since.wrong(text)):
                yield error(message, path, line, hint)


@dataclass(frozen=True)
class _Page:
    """A page's variables, by what they show."""

    workspace: Workspace
    environments: set[str]
    variables: Mapping[str, _Shown]

    def wrong(self, text: str) -> Iterator[_Wrong]:
        """Line, message and hint of what is shown otherwise than it is told."""
        said: list[int] = []
        section = 0
        every = list(passages(text))
        for passage in every:
            if passage.section != section:
                said, section = [], passage.section
            yield from self._of_another(passage)
            yield from self._of_another_phase(passage, said)
            yield from self._unfinished(passage)
            yield from _typed(passage)
            said += _linked(passage.text)
        yield from _twice(every)

    def _shown(self, text: str) -> Iterator[_Shown]:
        for macro in MACRO.finditer(text):
            if not _SET.match(macro[0]):
                yield from _in(macro[0], macro.start(), self.environments, self.variables)
                for found in _COST.finditer(macro[0]):
                    for env in self._built_in(int(found[1])):
                        yield _Shown(macro.start(), env, int(found[1]))

    def _built_in(self, phase: int) -> tuple[str, ...]:
        """The environment of a phase, where it has one only."""
        found = [item for item in self.workspace.design.phases if item.number == phase]
        environments = tuple(found[0].environments) if found else ()
        return environments if len(environments) == 1 else ()

    def _of_another(self, passage: Passage) -> Iterator[_Wrong]:
        """What shows another environment than its clause, or what stands over it, names."""
        shown = list(self._shown(passage.text))
        plain = MACRO.sub(lambda found: "_" * len(found[0]), passage.text)
        for sentence in _SENTENCE.finditer(plain) if shown else ():
            for start, end in clauses(sentence[0], self.environments):
                told = about(self.environments, (sentence[0][start:end], *passage.under))
                here = [
                    item for item in shown if start <= item.at - sentence.start() < end and item.env
                ]
                found = {str(item.env) for item in here}
                if told and found and not found & told:
                    message = f"this shows {either(found)}, and is told of {either(told)}"
                    yield passage.line, message, "let both be the same"

    def _of_another_phase(self, passage: Passage, said: Iterable[int]) -> Iterator[_Wrong]:
        """What shows a phase that its section does not tell of, or one from before that."""
        alone = _ALONE.fullmatch(passage.text)
        for item in self._shown(passage.text):
            before = (*said, *_linked(passage.text[: item.at]))
            told = [phase for phase in before if self._has(phase, item.env)]
            if not told or item.phase is None:
                continue
            early = item.phase < min(told) and not _EARLIER.search(passage.text)
            if early or (alone and item.phase not in told):
                message = f"this shows phase {item.phase}, and is told of phase {either(told)}"
                yield passage.line, message, "let both be the same, or name the phase shown"

    def _unfinished(self, passage: Passage) -> Iterator[_Wrong]:
        """What shows less than all of an environment, where the text or its heading says all."""
        if not any(_WHOLE.search(text) for text in (passage.text, *passage.under[:1])):
            return
        for item in self._shown(passage.text):
            last = max(
                (n.number for n in self.workspace.design.drawn() if item.env in n.environments),
                default=None,
            )
            if last and item.phase and item.phase != last:
                message = (
                    f"this shows phase {item.phase}, and {item.env} is complete in phase {last}"
                )
                yield passage.line, message, "show that phase, or say which it is"

    def _has(self, phase: int, env: str | None) -> bool:
        phases = (item for item in self.workspace.design.phases if item.number == phase)
        return any(env is None or env in item.environments for item in phases)


def _linked(text: str) -> Iterator[int]:
    """The phases that a text names, or links to."""
    yield from (int(found[1] or found[2]) for found in _LINKED.finditer(text))


def _variables(text: str, environments: set[str]) -> dict[str, _Shown]:
    """What each variable of a page shows, where that is of one environment and phase."""
    known: dict[str, _Shown] = {}
    for found in _SET.finditer(text):
        shown = {(item.env, item.phase) for item in _in(f"{found[2]}.", 0, environments, known)}
        if len(shown) == 1:
            ((env, phase),) = shown
            known[found[1]] = _Shown(0, env, phase)
    return known


def _in(
    text: str, at: int, environments: set[str], variables: Mapping[str, _Shown]
) -> Iterator[_Shown]:
    """What the calls and variables in a macro show."""
    for call in _CALL.finditer(text):
        env = next((word for word in _WORD.findall(call[2]) if word in environments), None)
        number = _NUMBER.search(call[2])
        yield _Shown(at, env, int(number[0]) if number else None)
    for name in _USED.findall(text):
        if name in variables:
            yield _Shown(at, variables[name].env, variables[name].phase)


def _typed(passage: Passage) -> Iterator[_Wrong]:
    """Answers that were turned round; figures that were typed beside computed ones."""
    if _TURNED.search(passage.text):
        yield passage.line, "this says no where it is so", 'say: "yes" if … else "no"'
    beside = [cell for cell in passage.row[1:] if "{{" in cell]
    first = passage.row and passage.text == passage.row[0]
    if not first and beside and _LITERAL.fullmatch(passage.text):
        message = f"'{passage.text}' is typed beside what is computed"
        yield passage.line, message, "take it from the facts by a macro"


def _twice(every: Iterable[Passage]) -> Iterator[_Wrong]:
    """Tables and pictures that a page shows again."""
    seen: Counter[str] = Counter()
    for passage in every:
        alone = _ALONE.fullmatch(passage.text)
        if alone and _CALL.match(alone[1]):
            call = re.sub(r"\s", "", alone[1]).replace("'", '"')
            seen[call] += 1
            if seen[call] == 2:  # noqa: PLR2004 - once is enough, and one finding of it
                message = f"{alone[1]} stands on this page already"
                yield passage.line, message, "show what is told here, or leave one out"
