"""A report on policy, and its forms: text, JSON, SARIF 2.1.0, JUnit, and Markdown."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal, get_args
from urllib.parse import quote
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groundplan.findings import Severity

State = Literal["failed", "unknown", "expired", "unused", "waived"]
_ERRORS: Final = ("failed", "expired", "unused")
_ROOM: Final = 6000
"""Letters that a table in a comment may have."""
_LONG: Final = 300
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True)
class Finding:
    """A check that a resource does not pass, or a waiver that does not hold.

    `failed`; `unknown`, where the plan can't tell before apply; `waived`, with the `reason`;
    `expired` or `unused`, where it is the waiver that has to be mended. `file` is relative to the
    workspace where it lies in it, `line` is counted from 1. `phases`: those that it is found in,
    where that is not in all that were looked at.
    """

    check: str
    state: State
    resource: str
    message: str
    file: str | None = None
    line: int | None = None
    guideline: str | None = None
    reason: str | None = None
    phases: tuple[int, ...] = ()

    @property
    def severity(self) -> Severity:
        """`error` for what makes the policy fail."""
        return "error" if self.state in _ERRORS else "warning"

    @property
    def place(self) -> str:
        """`file:line`, as much of it as is known."""
        return ":".join(str(part) for part in (self.file, self.line) if part)

    @property
    def when(self) -> str:
        """Such as `phase 2, 3`; empty where it is found in all that were looked at."""
        return f"phase {', '.join(map(str, self.phases))}" if self.phases else ""


@dataclass(frozen=True)
class Report:
    """What came of a run on `checked`: how many checks passed, and what did not pass."""

    checked: tuple[str, ...]
    passed: int
    findings: tuple[Finding, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """How many verdicts there are of each kind."""
        found = Counter(finding.state for finding in self.findings)
        return {
            "passed": self.passed,
            **{state: found[state] for state in get_args(State)},
        }


def merged(what: str, reports: Mapping[int, Report]) -> Report:
    """One report on `what` of those on its phases: what several find alike is told once."""
    found: dict[Finding, list[int]] = {}
    for number, report in reports.items():
        for finding in dict.fromkeys(report.findings):
            found.setdefault(finding, []).append(number)
    findings = tuple(
        replace(finding, phases=() if len(phases) == len(reports) else tuple(phases))
        for finding, phases in found.items()
    )
    checked = f"{what}, phase {', '.join(map(str, reports))}"
    return Report((checked,), sum(report.passed for report in reports.values()), findings)


def as_text(report: Report) -> str:
    """The findings for a terminal, what is waived last, and the counts."""
    ordered = sorted(report.findings, key=lambda item: (item.state == "waived", item.resource))
    lines = [line for finding in ordered for line in _told(finding)]
    counts = ", ".join(f"{count} {kind}" for kind, count in report.counts.items() if count)
    return "\n".join([*lines, f"{' and '.join(report.checked)}: {counts}"]) + "\n"


def _told(finding: Finding) -> list[str]:
    hint = finding.reason or (finding.guideline or "")
    return [
        f"{finding.state:<8}{finding.check:<13} {finding.resource}",
        f"        {finding.message}",
        *(f"        {line}" for line in (finding.place, finding.when, hint) if line),
    ]


def as_json(report: Report) -> str:
    """The report for `--json`: what was checked, the counts, and the findings."""
    findings = [asdict(item) | {"severity": item.severity} for item in report.findings]
    document = {"checked": report.checked, "counts": report.counts, "findings": findings}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_sarif(report: Report) -> str:
    """The findings for code scanning (SARIF 2.1.0); what is waived is a suppressed result."""
    rules = {item.check: item.message for item in report.findings}
    driver = {
        "name": "groundplan policy",
        "rules": [
            {"id": check, "shortDescription": {"text": rules[check]}} for check in sorted(rules)
        ],
    }
    results = [_result(finding) for finding in report.findings]
    run = {"tool": {"driver": driver}, "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "level": finding.severity,
        "message": {"text": f"{finding.message} ({_about(finding)})"},
    }
    if finding.file:
        where: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding.file)}}
        if finding.line:
            where["region"] = {"startLine": finding.line}
        result["locations"] = [{"physicalLocation": where}]
    if finding.state == "waived":
        result["suppressions"] = [{"kind": "external", "justification": finding.reason}]
    return result


def _uri(file: str) -> str:
    path = PurePosixPath(file)
    return path.as_uri() if path.is_absolute() else quote(file)


def _about(finding: Finding) -> str:
    return ", ".join(part for part in (finding.resource, finding.when) if part)


def as_junit(report: Report) -> str:
    """A JUnit test suite: a test for each finding, and one for all that passed."""
    counts = report.counts
    errors = [item for item in report.findings if item.severity == "error"]
    totals = {
        "name": "groundplan policy",
        "tests": str(len(report.findings) + 1),
        "failures": str(len(errors)),
        "skipped": str(len(report.findings) - len(errors)),
    }
    suite = ET.Element("testsuite", totals)
    passed = f"{counts['passed']} checks passed"
    ET.SubElement(suite, "testcase", classname=" and ".join(report.checked), name=passed)
    for item in report.findings:
        case = ET.SubElement(suite, "testcase", classname=item.resource, name=item.check)
        kind = "failure" if item.severity == "error" else "skipped"
        child = ET.SubElement(case, kind, message=item.reason or item.message)
        child.text = "\n".join(part for part in (item.message, item.place, item.when) if part)
    ET.indent(suite)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n"
    )


def as_markdown(report: Report) -> str:
    """The report for a pull request: what fails first, what is waived folded away.

    Only so much of it as there is room for: a comment holds no more than 65,536 letters.
    """
    counts = ", ".join(f"{count} {kind}" for kind, count in report.counts.items() if count)
    verdict = "failed" if report.failed else "passed"
    checked = " and ".join(_code(name) for name in report.checked)
    lines = [f"### Policy {verdict}", "", f"{checked}: {counts}"]
    for title, states in (("", (*_ERRORS, "unknown")), ("Waived", ("waived",))):
        rows = [_row(item) for item in report.findings if item.state in states]
        if not rows:
            continue
        rows = _fitting(rows)
        table = ["| | check | resource | what | where |", "|---|---|---|---|---|", *rows]
        if title:
            table = ["<details>", f"<summary>{title}: {len(rows)}</summary>", "", *table, ""]
            table.append("</details>")
        lines += ["", *table]
    return "\n".join(lines) + "\n"


def _fitting(rows: list[str]) -> list[str]:
    """As many of the rows as there is room for, and how many more there are."""
    ends = accumulate(len(row) + 1 for row in rows)
    count = sum(end <= _ROOM for end in ends)
    left = len(rows) - count
    return [*rows[:count], *([f"| | | | and {left} more | |"] if left else [])]


def _row(item: Finding) -> str:
    check = f"[{item.check}]({item.guideline})" if item.guideline else item.check
    said = _escaped(item.reason or item.message) + (f" ({item.when})" if item.when else "")
    place = _code(item.place) if item.place else ""
    return f"| {item.state} | {check} | {_code(item.resource)} | {said} | {place} |"


def _code(text: str) -> str:
    """Text from a plan as code: nothing in it is markup, nor a table's next cell."""
    short = text if len(text) <= _LONG else f"{text[: _LONG // 2]} … {text[-_LONG // 2 :]}"
    plain = short.replace("`", "'").replace("|", "\\|").replace("\n", " ")
    return f"`{plain}`"


def _escaped(text: str) -> str:
    marks = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "\\|", "\n": " ", "@": "&#64;"}
    marks |= {mark: f"\\{mark}" for mark in "[]*_`"}
    return "".join(marks.get(letter, letter) for letter in text)
