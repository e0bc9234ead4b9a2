"""Rules about the prose: figures that were typed by hand, and that no plan has.

Prose takes its figures from facts, by macros. What is typed all the same, in pages, in the design
or on a picture drawn by hand, is held against all the plans that are drawn, or those of the phase
or environment that it is about: what none of them has is wrong.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.design import line_of
from groundplan.rules.figures import Known, wrong
from groundplan.rules.once import once
from groundplan.rules.passages import about, clauses, either, passages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.design import Phase
    from groundplan.workspace import Workspace
    from groundplan.yamlfile import Loc

# Macros and the addresses of links are no prose; what a link to a node reads is.
_NO_PROSE: Final = re.compile(
    r"\{\{ ?node\([^}]*?, *([\"'])(?P<read>[^\"']*)\1\) ?\}\}"
    r"|\{\{ ?node\(([\"'])(?P<node>[\w-]+)\3\) ?\}\}|\{[{%].*?[}%]\}|\]\([^)]*\)"
)
_PHASE: Final = re.compile(r"\bphase (\d{1,3})\b(?![.,]\d)", re.IGNORECASE)
SENTENCE: Final = re.compile(r"[^.!?;|\n]+(?:\.(?=\S)[^.!?;|\n]*)*")


@dataclass(frozen=True)
class _Said:
    """A text, where it stands, under what, and the number of the phase that it is about, if any."""

    text: str
    file: Path
    line: int
    phase: int | None = None
    under: tuple[str, ...] = ()


@rule("prose-figures", "figures typed in prose are those of some plan")
def figures(workspace: Workspace) -> Iterator[Finding]:
    """Ranges, sizes, versions, counts, ports and amounts in prose that no plan has."""
    if workspace.compose_takes_in:
        yield from _typed(workspace)  # from files that are not among the sources
        return
    places = (workspace.docs_dir, workspace.diagrams_dir, workspace.root / "facts")
    files = (workspace.design_file, workspace.compose_file, workspace.root / ".env")
    sources = [*places, *files, workspace.root / "README.md"]
    yield from once(workspace, "prose", sources, lambda: _typed(workspace))


def _typed(workspace: Workspace) -> Iterator[Finding]:
    known = {
        (env, phase.number): plan_of(workspace, env, phase) for _, phase, env in drawn(workspace)
    }
    if not known:
        return
    own = stated(workspace)
    for said in chain(_pages(workspace), _design(workspace), _scripts(workspace)):
        for sentence in SENTENCE.findall(said.text):
            for part in clauses(sentence, {env for env, _ in known}):
                told = _told_of(sentence[slice(*part)], said, known)
                for typed, instead in wrong(sentence, part, [known[item] for item in told], own):
                    where = either(env for env, _ in told)
                    hint = f"no plan of {where} has it{instead}; take it from the facts by a macro"
                    yield error(f"'{typed}' is typed here, and wrong", said.file, said.line, hint)


def plan_of(workspace: Workspace, env: str, phase: Phase) -> Known:
    """The recorded plan of an environment in a phase, for what prose tells of it."""
    return Known(
        workspace.facts(env, phase.number),
        read_text(workspace.facts_file(env, phase.number)),
        workspace.application(phase.number),
        workspace.design,
        _copies(workspace, phase),
    )


def stated(workspace: Workspace) -> frozenset[str]:
    """The ranges and regions that the design itself states."""
    design = workspace.design
    return frozenset({design.terraform.region, *design.client.networks.values()})


def _copies(workspace: Workspace, phase: Phase) -> int:
    """How many copies of an application run at most, before the load brings more."""
    services = workspace.application(phase.number).services
    return max([phase.kubernetes.replicas, *(service.replicas for service in services)])


@rule("phase-named", "phases that texts name are those of the design")
def phases(workspace: Workspace) -> Iterator[Finding]:
    """Phases that nobody has planned, and answers whose text tells of another phase."""
    known = {phase.number for phase in workspace.design.phases}
    for said in chain(_pages(workspace), _design(workspace), _scripts(workspace)):
        for found in _PHASE.finditer(said.text):
            if int(found[1]) not in known:
                hint = f"there are: {', '.join(map(str, sorted(known)))}"
                yield error(f"the design has no {found[0]}", said.file, said.line, hint)
    for index, expectation in enumerate(workspace.design.expectations):
        answer, loc = expectation.answer, ("expectations", index, "answer")
        named = {int(found[1]) for found in _PHASE.finditer(answer.text)}
        if answer.phase is not None and named and answer.phase not in named:
            message = f"the answer is given in phase {answer.phase}, its text tells of others"
            line = line_of(workspace, (*loc, "phase"))
            hint = f"it names: {', '.join(map(str, sorted(named)))}"
            yield error(message, workspace.design_file, line, hint)


def _told_of(
    clause: str, said: _Said, known: dict[tuple[str, int], Known]
) -> list[tuple[str, int]]:
    """The plans that it is about: its phase's, those it names or stands under, or all of them."""
    if of_phase := [item for item in known if item[1] == said.phase]:
        return of_phase
    environments = {env for env, _ in known}
    named = about(environments, (clause, *said.under))
    return [item for item in known if item[0] in (named or environments)]


def _pages(workspace: Workspace) -> Iterator[_Said]:
    """The prose of the design: not the toolkit's own decisions, which are of no plan."""
    toolkit = workspace.docs_dir / "decisions" / "toolkit"
    pages = [path for path in workspace.docs_dir.rglob("*.md") if toolkit not in path.parents]
    readme = workspace.root / "README.md"
    for path in [*sorted(pages), *([readme] if readme.is_file() else [])]:
        for passage in passages(read_text(path)):
            text = without_macros(passage.told)
            yield _Said(text, path, passage.line, under=passage.under)


def without_macros(text: str) -> str:
    """`text` without macros and the addresses of links; a link to a node as it reads."""
    return _NO_PROSE.sub(lambda found: found["read"] or found["node"] or " ", text)


def _design(workspace: Workspace) -> Iterator[_Said]:
    """What the design says in words of what is built; an option that lost may say what it likes."""
    for loc, text, phase in _words(workspace):
        yield _Said(text, workspace.design_file, line_of(workspace, loc), phase)


def _words(workspace: Workspace) -> Iterator[tuple[Loc, str, int | None]]:
    design = workspace.design
    yield ("client", "summary"), design.client.summary, None
    yield ("client", "application", "summary"), design.client.application.summary, None
    for index, expectation in enumerate(design.expectations):
        yield ("expectations", index, "answer", "text"), expectation.answer.text, None
    for index, decision in enumerate(design.decisions):
        yield ("decisions", index, "because"), decision.because, None
        number = decision.options.index(decision.chosen)
        yield ("decisions", index, "options", number, "summary"), decision.chosen.summary, None
    for index, phase in enumerate(design.phases):
        yield ("phases", index, "summary"), phase.summary, phase.number
        for place, item in enumerate(phase.to_do):
            yield ("phases", index, "to_do", place, "text"), item.text, phase.number
        for place, text in enumerate(phase.outcome):
            yield ("phases", index, "outcome", place), text, phase.number


def _scripts(workspace: Workspace) -> Iterator[_Said]:
    """The words that diagram scripts put on pictures."""
    for path in sorted(workspace.diagrams_dir.glob("*.py")):
        try:
            tree = ast.parse(read_text(path))
        except (SyntaxError, ValueError):
            continue  # told by the rule that runs it
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        for call in calls:
            for value in (*call.args, *(item.value for item in call.keywords)):
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield _Said(value.value, path, value.lineno)
