"""Rules about the words that lead to a thing on a picture: that they are of that thing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from groundplan.facts.addresses import split, without_key
from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace

_NODE: Final = re.compile(
    r"\bnode\(\s*(?P<a>[\"'])(?P<address>(?:(?!(?P=a)).)+)(?P=a)"
    r"\s*,\s*(?P<b>[\"'])(?P<label>(?:(?!(?P=b)).)+)(?P=b)\s*\)"
)
_WORD: Final = re.compile(r"[a-z0-9]+")


@rule("node-told", "words that lead to a thing are not those of another one")
def nodes(workspace: Workspace) -> Iterator[Finding]:
    """Labels with the name of a service or module that they do not lead to."""
    sources = [workspace.docs_dir, workspace.root / "facts", workspace.design_file]
    sources.append(workspace.compose_file)
    if workspace.compose_takes_in:
        yield from _misled(workspace)  # from files that are not among the sources
    else:
        yield from once(workspace, "node-told", sources, lambda: _misled(workspace))


def _misled(workspace: Workspace) -> Iterator[Finding]:
    known = {*_modules(workspace), *_services(workspace)}
    for path in sorted(workspace.docs_dir.rglob("*.md")):
        text = read_text(path)
        for found in _NODE.finditer(text):
            own, said = {*_words(found["address"])}, {*_words(found["label"])}
            if (others := (said & known) - own) and not said & own:
                message = f"'{found['label']}' leads to {found['address']}"
                line = text.count("\n", 0, found.start()) + 1
                hint = f"there is something else of that name: {', '.join(sorted(others))}"
                yield error(message, path, line, hint)


def _modules(workspace: Workspace) -> Iterator[str]:
    for _, phase, env in drawn(workspace):
        for item in workspace.facts(env, phase.number):
            if item.module:
                yield from _words(without_key(split(item.module)[1]))


def _services(workspace: Workspace) -> Iterator[str]:
    applications = workspace.applications(phase.number for phase in workspace.design.phases)
    for found in applications.values():
        yield from (word for item in found.services for word in _words(item.name))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
