"""Since which phase there is what prose says to come with one."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from groundplan.rules.conformance import drawn
from groundplan.rules.passages import passages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.workspace import Workspace

_PHASE: Final = re.compile(r"\W{0,2}\{\{\s*phase\(\s*(\d+)\s*\)\.link\s*\}\}\W{0,2}")
_NODE: Final = re.compile(r"\W{0,2}\{\{\s*node\(\s*(?:'([^']*)'|\"([^\"]*)\").*?\}\}\W{0,2}")
_SENTENCE: Final = re.compile(r"[^.!?]+(?:[.!?](?=\S)[^.!?]*)*")
# What prose calls things, by the type of resource that they are there with.
_CALLED: Final = {
    "read replica": "aws_db_instance.replicate_source_db",
    "redis": "aws_elasticache_replication_group",
    "flow logs": "aws_flow_log",
    "load balancer": "",
    "ingress": "",
}
_THING: Final = rf"\W*(<[^>]*>|\b(?:{'|'.join(_CALLED)})\b)"
_COMES: Final = re.compile(r"\bcomes? with @(\d+)@")
_THINGS: Final = re.compile(_THING, re.IGNORECASE)
_STARTS_SO: Final = re.compile(r"\W*(?:it|they)\b", re.IGNORECASE)
# After a thing, what lets it be the one that comes: `X, which comes with`.
_ITSELF: Final = re.compile(r"\W*(?:which )?(?:.*\b(?:it|they|and) )?\s*", re.IGNORECASE)
_SINCE: Final = r"\b(?:from|in|with) @(\d+)@(?: on)?"
_WAYS: Final = (
    re.compile(rf"{_SINCE},? (?:\w+ ){{1,2}}(?:gets|has) an?{_THING}", re.IGNORECASE),
    re.compile(rf"{_SINCE},?{_THING} comes\b", re.IGNORECASE),
    re.compile(rf"\bbefore @(\d+)@ .*\bfrom then on the{_THING}\b", re.IGNORECASE),
)


class Since:
    """The first phase of each thing of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def wrong(self, text: str) -> Iterator[tuple[int, str, str]]:
        """Line, message and hint of each thing that comes with another phase than a page says."""
        for passage in passages(text):
            if "phase(" in passage.text:
                for thing, said in _told(passage.text):
                    first = self._first(thing)
                    if first is not None and first != said:
                        message = f"'{thing}' comes with phase {first}, not with phase {said}"
                        yield passage.line, message, "name the phase that brings it"

    def _first(self, thing: str) -> int | None:
        """The first phase that has it, called by its words, address or service; None for none."""
        if thing.lower() in _CALLED:
            return self._words[thing.lower()]
        return min((n for n, names in self._names.items() if thing in names), default=None)

    @cached_property
    def _names(self) -> dict[int, set[str]]:
        """The addresses and services of each phase."""
        found: dict[int, set[str]] = {}
        for _, phase, env in drawn(self._workspace):
            facts = self._workspace.facts(env, phase.number)
            services = self._workspace.application(phase.number).services
            found.setdefault(phase.number, set()).update(item.address for item in facts)
            found[phase.number] |= {service.name for service in services}
        return found

    @cached_property
    def _words(self) -> dict[str, int | None]:
        """The first phase of what prose has words for."""
        found: dict[str, int | None] = dict.fromkeys(_CALLED)
        for _, phase, env in reversed([*drawn(self._workspace)]):
            facts = self._workspace.facts(env, phase.number)
            for called, way in _CALLED.items():
                type_, _, path = way.partition(".")
                there = any(not path or item.get(path) for item in facts.of_type(type_))
                if there or (not way and phase.kubernetes.host):
                    found[called] = phase.number
        return found


def _told(text: str) -> Iterator[tuple[str, int]]:
    """Each thing that a paragraph says to come with a phase, and that phase."""
    plain = _PHASE.sub(r" @\1@ ", _NODE.sub(lambda found: f" <{found[1] or found[2]}> ", text))
    for sentence in _SENTENCE.finditer(" ".join(plain.split())):
        for way in _WAYS:
            for found in way.finditer(sentence[0]):
                yield found[2].strip("<>"), int(found[1])
        for found in _COMES.finditer(sentence[0]):
            if thing := _subject(" ".join(plain.split()), sentence.start(), found):
                yield thing, int(found[1])


def _subject(text: str, start: int, found: re.Match[str]) -> str | None:
    """What comes: what its sentence names last before; else, where that begins with `it`, the text.

    None where something else may come: `the nodes, for which a queue comes with`.
    """
    before = found.string[: found.start()]
    if things := [*_THINGS.finditer(before)]:
        itself = _ITSELF.fullmatch(before, things[-1].end())
        return things[-1][1].strip("<>") if itself else None
    earlier = _THINGS.findall(text[:start])
    return earlier[-1].strip("<>") if earlier and _STARTS_SO.match(before) else None
