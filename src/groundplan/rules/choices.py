"""Rules about what is told of a decision: that it is what was chosen, and of that decision."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.design import line_of
from groundplan.rules.once import once
from groundplan.rules.passages import passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.design import Decision
    from groundplan.workspace import Workspace

_MACRO: Final = re.compile(r"\bdecision\(\s*[\"']([\w-]+)[\"']\s*\)")
_LINK: Final = re.compile(r"\]\(([^)#\s]+\.md)[)#]")
_SENTENCE: Final = re.compile(r"[^.!?]+")


@rule("choice-told", "what is said of a decision is what was chosen")
def choices(workspace: Workspace) -> Iterator[Finding]:
    """Answers and reasons that name what was not chosen, and never what was."""
    decisions = {decision.id: decision for decision in workspace.design.decisions}
    for index, expectation in enumerate(workspace.design.expectations):
        decision = decisions.get(expectation.answer.decision or "")
        begins = _SENTENCE.search(expectation.answer.text)
        if decision and begins and (named := _others(begins[0], decision)):
            line = line_of(workspace, ("expectations", index, "answer", "text"))
            message = f"this answers '{named}', and '{decision.choice}' was chosen"
            yield error(message, workspace.design_file, line, f"see the decision '{decision.id}'")
    for index, decision in enumerate(workspace.design.decisions):
        if named := _others(decision.because, decision):
            line = line_of(workspace, ("decisions", index, "because"))
            message = f"this tells of '{named}', and '{decision.choice}' was chosen"
            hint = "say why it is the one that was chosen"
            yield error(message, workspace.design_file, line, hint)


def _others(text: str, decision: Decision) -> str | None:
    """The first option that a text names, where it does not name the one that was chosen."""
    # Of names that begin alike, the longest is meant.
    options = sorted((option.name for option in decision.options), key=len, reverse=True)
    pattern = "|".join(map(re.escape, options))
    found = re.findall(rf"\b(?:{pattern})(?!\w)", text)
    return found[0] if found and decision.choice not in found else None


@rule("decision-told", "where a page tells of a decision, it leads to the record of that one")
def leads(workspace: Workspace) -> Iterator[Finding]:
    """Lines that show one decision, and link to the record of another one."""
    sources = [workspace.design_file, workspace.docs_dir]
    yield from once(workspace, "decision-told", sources, lambda: _astray(workspace))


def _astray(workspace: Workspace) -> Iterator[Finding]:
    records = {
        PurePosixPath(decision.record).name: decision.id for decision in workspace.design.decisions
    }
    for path in sorted(workspace.docs_dir.rglob("*.md")):
        for passage in passages(read_text(path)):
            shown = {*_MACRO.findall(passage.text)} & {*records.values()}
            links = (PurePosixPath(link).name for link in _LINK.findall(passage.text))
            linked = {records[name] for name in links if name in records}
            if shown and linked and not shown & linked:
                one, other = min(shown), min(linked)
                message = f"this tells of the decision '{one}', and leads to that on '{other}'"
                yield error(message, path, passage.line, "let both be the same")
