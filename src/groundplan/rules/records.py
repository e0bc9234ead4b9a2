"""Rules about decision records and diagram scripts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.design import line_of

_DATE: Final = re.compile(r"\A---\n(?:(?!---).*\n)*?date:\s*[\"']?(\d{4}-\d{2}-\d{2})")
_NUMBERED: Final = re.compile(r"\d+")
_TITLE: Final = re.compile(
    r"^(?:# |title:[ \t]*)[\"']?(?:(?P<number>\d+)\. )?(?P<title>[^\n\"']+)", re.MULTILINE
)
_OUTCOME: Final = re.compile(r"^## Decision outcome$.*?(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_REJECTED: Final = re.compile(r"^## Rejected.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_TERM: Final = re.compile(r"^(\S.*)\n:", re.MULTILINE)
_MATRIX: Final = re.compile(r"\bmatrix\(\s*[\"']([\w-]+)[\"']")
# Where it stands, what is wrong, and what to do.
_Wrong = tuple[int, str, str]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.design import Decision
    from groundplan.workspace import Workspace

VIEWS = ("application_flow", "network", "infrastructure")
_STATUS: Final = re.compile(r"\A---\n(?:.*\n)*?status:\s*[\"']?([\w -]+)", re.IGNORECASE)


@rule("decision-record", "each decision has its record, and each record its decision")
def records(workspace: Workspace) -> Iterator[Finding]:
    """Decisions without a record, and numbered records that no decision names."""
    named = set()
    for index, decision in enumerate(workspace.design.decisions):
        path = workspace.root / decision.record
        named.add(path)
        if not path.is_file():
            line = line_of(workspace, ("decisions", index, "record"))
            message = f"decision '{decision.id}' has no record: there is no {decision.record}"
            yield error(message, workspace.design_file, line, "write down why it was decided so")
    for folder in sorted({path.parent for path in named}):
        for path in sorted(folder.glob("[0-9]*.md")):
            if path not in named:
                hint = "name it as the record of a decision in design.yaml"
                yield error("no decision of the design has this record", path, hint=hint)


@rule("decision-status", "what the design builds on has been accepted")
def accepted(workspace: Workspace) -> Iterator[Finding]:
    """Decisions whose record, where it has a status (MADR), says anything but that."""
    for decision in workspace.design.decisions:
        path = workspace.root / decision.record
        found = _STATUS.match(read_text(path)) if path.is_file() else None
        if found and found[1].strip().lower() != "accepted":
            line = found[0].count("\n") + 1
            message = f"the design builds on '{decision.id}', whose record is {found[1].strip()}"
            yield error(message, path, line, "decide it anew in design.yaml, or accept the record")


@rule("record-told", "a record tells what the design decided")
def told(workspace: Workspace) -> Iterator[Finding]:
    """Records with another title, outcome, matrix or rejected option than their decision's."""
    for decision in workspace.design.decisions:
        path = workspace.root / decision.record
        text = read_text(path) if path.is_file() else ""
        for place, message, hint in (
            *_mistitled(text, path, decision),
            *_unchosen(text, decision),
            *_rejected(text, decision),
            *_ahead(text),
        ):
            yield error(message, path, text.count("\n", 0, place) + 1, hint)


def _mistitled(text: str, path: Path, decision: Decision) -> Iterator[_Wrong]:
    number = _NUMBERED.match(path.name)
    for found in _TITLE.finditer(text):
        other = number and found["number"] and int(number[0]) != int(found["number"])
        title = found["title"].strip()
        if "{{" not in title and (other or title.lower() != decision.title.lower()):
            hint = "let the record have the decision's title"
            yield found.start("title"), f"the decision is called '{decision.title}'", hint


def _unchosen(text: str, decision: Decision) -> Iterator[_Wrong]:
    outcome = _OUTCOME.search(text)
    if outcome and not re.search(r"\.choice\b", outcome[0]) and decision.choice not in outcome[0]:
        yield outcome.start(), f"'{decision.choice}' was decided", "name it: {{ it.choice }}"
    for found in _MATRIX.finditer(text):
        if found[1] != decision.id:
            message = f"this is the record of '{decision.id}', and shows '{found[1]}'"
            yield found.start(), message, f'show matrix("{decision.id}")'


def _rejected(text: str, decision: Decision) -> Iterator[_Wrong]:
    """Options told to be rejected that are none, or were chosen; and those of which nothing is."""
    part = _REJECTED.search(text)
    if not part:
        return
    lost = {option.name for option in decision.options} - {decision.choice}
    told_: set[str] = set()
    for found in _TERM.finditer(text, *part.span()):
        term = found[1].strip()
        names = {term} if term in lost else {*re.split(r",\s*|\s+and\s+", term)}
        told_ |= names
        for name in sorted(names - lost):
            hint = f"rejected were: {', '.join(sorted(lost))}"
            yield found.start(1), f"'{name}' was not rejected", hint
    for name in sorted(lost - told_) if told_ else ():
        yield part.start(), f"nothing says why '{name}' was rejected", "say it"


def _ahead(text: str) -> Iterator[_Wrong]:
    found = _DATE.match(text)
    if found and found[1] > datetime.now(UTC).date().isoformat():
        yield found.start(1), f"this was decided on {found[1]}, which is yet to come", "mend it"


@rule("evidence", "what a finished piece of work is to have brought is there")
def evidence(workspace: Workspace) -> Iterator[Finding]:
    """Work that is said to be done, without the files that prove it."""
    for number, phase in enumerate(workspace.design.phases):
        for index, item in enumerate(phase.to_do):
            if item.state != "done":
                continue
            loc = ("phases", number, "to_do", index)
            for place, path in enumerate(item.evidence):
                found = (workspace.root / path).resolve()
                everything = workspace.root.resolve().is_relative_to(found)
                if everything or not found.exists():
                    why = f"{path} shows nothing" if everything else f"there is no {path}"
                    message = f"'{item.text}' is done, but {why}"
                    line = line_of(workspace, (*loc, "evidence", place))
                    hint = "do it, or say that it is not done"
                    yield error(message, workspace.design_file, line, hint)
            if not item.evidence:
                message = f"'{item.text}' is done, and nothing is named that shows it"
                hint = "name the files that it has brought, as its evidence"
                line = line_of(workspace, (*loc, "state"))
                yield error(message, workspace.design_file, line, hint)


@rule("diagrams", "there is a diagram script for each view of the design")
def diagrams(workspace: Workspace) -> Iterator[Finding]:
    """Views without a script."""
    if not workspace.design.drawn():
        return
    for name in VIEWS:
        path = workspace.diagrams_dir / f"{name}.py"
        if not path.is_file():
            yield error(f"the view '{name}' has no diagram script", path, hint="write it")
