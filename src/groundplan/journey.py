"""A customer's way through the application, walked over HTTP."""

from __future__ import annotations

import http.cookiejar
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from groundplan.design.steps import Step

_SECONDS: Final = 30
_MOST: Final = 1 << 22  # bytes of a page


@dataclass(frozen=True)
class Result:
    """What came of a step. `problem` is None where all was as expected; `seconds` it took."""

    step: str
    seconds: float
    problem: str | None = None


@dataclass
class _Visitor:
    """A browser with a cookie jar and what it noted of the pages so far."""

    base: str
    noted: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        # The application stands on this machine: no proxy is asked for it.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def take(self, step: Step) -> str | None:
        """Take one step; what is wrong with what came back."""
        try:
            status, page = self._ask(step)
        except OSError as error:
            reason = getattr(error, "reason", None) or error
            return f"no answer: {reason}"
        if status != step.status:
            return f"answered {status}, not {step.status}"
        if step.expect and step.expect not in page:
            return f"the page has no '{step.expect}'"
        for name, pattern in step.keep.items():
            found = re.search(pattern, page)
            if found is None:
                return f"the page has no {name} (/{pattern}/)"
            self.noted[name] = found[1]
        return None

    def _ask(self, step: Step) -> tuple[int, str]:
        url = urllib.parse.urljoin(self.base, step.get or step.post or "/")
        form = {name: _filled(value, self.noted) for name, value in step.form.items()}
        data = urllib.parse.urlencode(form).encode() if step.post else None
        try:
            answer = self._opener.open(url, data, timeout=_SECONDS)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return int(answer.status), answer.read(_MOST).decode(errors="replace")


def walk(steps: Iterable[Step], base: str) -> tuple[Result, ...]:
    """Take the steps at `base` (`http://127.0.0.1:8080`), up to the first that goes wrong.

    Each walk is a customer of its own, with a cookie jar of its own.
    """
    visitor, results = _Visitor(base), []
    for step in steps:
        start = time.monotonic()
        problem = visitor.take(step)
        results.append(Result(step.name, time.monotonic() - start, problem))
        if problem:
            break
    return tuple(results)


def complete(results: Sequence[Result], steps: Sequence[Step]) -> bool:
    """Whether every step was taken and none went wrong."""
    return len(results) == len(steps) and all(result.problem is None for result in results)


def as_text(results: Sequence[Result], steps: Sequence[Step]) -> str:
    """The walk as a table: each step, whether it works, and how long it took."""
    width = max((len(step.name) for step in steps), default=0)
    lines = []
    for number, step in enumerate(steps):
        if number >= len(results):
            lines.append(f"–  {step.name:<{width}}  not reached")
            continue
        result = results[number]
        said = f"failed: {result.problem}" if result.problem else f"{result.seconds * 1000:.0f} ms"
        lines.append(f"{'✗' if result.problem else '✓'}  {step.name:<{width}}  {said}")
    return "\n".join(lines)


def as_dicts(results: Iterable[Result]) -> list[dict[str, object]]:
    """The results for `--json`."""
    return [
        {"step": item.step, "seconds": round(item.seconds, 3), "problem": item.problem}
        for item in results
    ]


def _filled(value: str, noted: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: noted.get(found[1], found[0]), value)
