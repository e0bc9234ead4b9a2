"""What checkov says about one resource, and how its two readings are made one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Result = Literal["passed", "failed", "skipped", "unknown"]
"""`unknown`: the plan can't tell, for what the check looks at is known only after apply;
`skipped`: a comment in the files (checkov:skip) kept the check from looking."""

UNTOLD: Final = "untold"
"""What a policy of one's own answers where neither yes nor no can be told."""

_GRAVITY: Final = ("passed", "unknown", "failed", "skipped")
_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


@dataclass(frozen=True)
class Verdict:
    """The result of one check on one resource. `line` is counted from 1."""

    check: str
    resource: str
    result: Result
    message: str
    file: str | None = None
    line: int | None = None
    guideline: str | None = None

    @property
    def subject(self) -> tuple[str, str]:
        """The check, and the resource without the keys of its instances."""
        return self.check, bare(self.resource)


def bare(address: str) -> str:
    """A resource address without `count` and `for_each` keys: the block it was written as."""
    return _KEY.sub("", address)


def settle(files: Iterable[Verdict], plan: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """One verdict for each check and resource instance, from the Terraform files and the plan.

    The plan has the values that will be applied, so it decides. Where it can't tell, the files
    decide; they alone know of what this plan does not build, and of what a comment skips. Verdicts
    on a plan get the file and line of their block. Of instances that the files tell apart, the
    worst counts for all. What the files can't tell of something that is not built is nothing to
    tell.
    """
    written = tuple(files)
    ordered = sorted(written, key=lambda item: _GRAVITY.index(item.result))
    by_subject = {verdict.subject: verdict for verdict in ordered}
    places = {bare(verdict.resource): verdict for verdict in written}
    planned = [_place(_decide(item, by_subject.get(item.subject)), places) for item in plan]
    decided = {verdict.subject for verdict in planned}
    built = {bare(verdict.resource) for verdict in planned}
    left = [
        verdict
        for verdict in written
        if verdict.subject not in decided
        and (verdict.result != "unknown" or bare(verdict.resource) in built)
    ]
    return tuple(sorted((*planned, *left), key=lambda item: (item.resource, item.check)))


def _decide(planned: Verdict, written: Verdict | None) -> Verdict:
    if written and (planned.result == "unknown" or written.result == "skipped"):
        return replace(planned, result=written.result)
    return planned


def _place(verdict: Verdict, places: Mapping[str, Verdict]) -> Verdict:
    at = places.get(bare(verdict.resource))
    return replace(verdict, file=at.file, line=at.line) if at else verdict
