"""Policy: checkov on the Terraform files and on the plan, and what is let pass with a reason."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.errors import InputError
from groundplan.policy.report import Finding, Report, State, as_json, as_junit, as_sarif, as_text
from groundplan.policy.verdicts import Verdict, settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from groundplan.facts import Facts
    from groundplan.policy.waivers import Entry
    from groundplan.workspace import Workspace

__all__ = [
    "WAIVERS", "Finding", "Report", "as_json", "as_junit", "as_sarif", "as_text", "judge", "run",
    "run_plan",
]  # fmt: skip
WAIVERS: Final = Path("terraform/policies/waivers.yaml")


def run(
    workspace: Workspace,
    env: str,
    phase: int | None = None,
    *,
    plan: Path | None = None,
    today: datetime.date | None = None,
) -> Report:
    """Hold the Terraform files of `env` in `phase` (default: its last) against policy.

    With `plan`, the path of that phase's `terraform show -json`, the plan is held against it too,
    and decides where it differs. Raises InputError where files can't be read, or nothing could be
    checked.
    """
    from groundplan.policy import scan, waivers  # noqa: PLC0415 - checkov takes 2 s to import

    folder = workspace.environment(env)
    number = _last(workspace, env) if phase is None else phase
    variables = workspace.variables_file(env, number)
    entries = waivers.load(workspace.root / WAIVERS, env, number)
    written = scan.files(folder, variables)
    planned = scan.plan(plan, _facts(plan)) if plan else ()
    checked = [_relative(variables, workspace.root), *([plan.name] if plan else [])]
    settled = _checked(settle(written, planned), variables)
    day = today or datetime.datetime.now(datetime.UTC).date()
    report = judge(settled, checked, waivers=entries, today=day)
    unused = _unused(entries, (*written, *planned), day, complete=plan is not None)
    report = replace(report, findings=(*report.findings, *unused))
    found = [
        replace(item, file=_relative(item.file, workspace.root)) if item.file else item
        for item in report.findings
    ]
    return replace(report, findings=tuple(found))


def run_plan(path: Path) -> Report:
    """Hold one plan (`terraform show -json`) against policy, whosesoever it is; no waivers.

    Raises InputError where it is no plan, or holds nothing that could be checked.
    """
    from groundplan.policy import scan  # noqa: PLC0415

    verdicts = _checked(scan.plan(path, _facts(path)), path)
    return judge(verdicts, [path.name])


def judge(
    verdicts: Sequence[Verdict],
    checked: Iterable[str],
    *,
    waivers: Sequence[Entry] = (),
    today: datetime.date = datetime.date.min,
) -> Report:
    """The report on settled `verdicts`, with the `waivers` that hold `today`."""
    valid = [entry for entry in waivers if entry.waiver.expires >= today]
    findings = [
        _finding(verdict, valid) for verdict in verdicts if verdict.result in {"failed", "unknown"}
    ]
    findings += [
        _about(entry, "expired", f"this waiver ended on {entry.waiver.expires}")
        for entry in waivers
        if entry not in valid
    ]
    passed, skipped = ([v.result for v in verdicts].count(word) for word in ("passed", "skipped"))
    return Report(tuple(checked), passed, skipped, tuple(findings))


def _unused(
    entries: Iterable[Entry], seen: Sequence[Verdict], today: datetime.date, *, complete: bool
) -> list[Finding]:
    """The waivers of which neither reading finds what they waive."""
    return [
        _about(entry, "unused", "this waiver waives nothing: delete it")
        for entry in entries
        if entry.waiver.expires >= today and entry.waiver.is_unused(seen, complete=complete)
    ]


def _finding(verdict: Verdict, entries: Iterable[Entry]) -> Finding:
    by = next((entry.waiver for entry in entries if entry.waiver.covers(verdict)), None)
    reason = f"{by.reason} ({by.owner}, until {by.expires})" if by else None
    state: State = "waived" if by else "unknown" if verdict.result == "unknown" else "failed"
    return Finding(
        verdict.check, state, verdict.resource, verdict.message,
        verdict.file, verdict.line, verdict.guideline, reason,
    )  # fmt: skip


def _about(entry: Entry, state: State, message: str) -> Finding:
    waiver = entry.waiver
    return Finding(waiver.check, state, waiver.resource, message, str(entry.file), entry.line)


def _checked(verdicts: tuple[Verdict, ...], path: Path) -> tuple[Verdict, ...]:
    if not verdicts:
        raise InputError(
            "checkov found nothing to check, which is no pass", file=path,
            hint="is this the plan or environment you mean?",
        )  # fmt: skip
    return verdicts


def _facts(path: Path) -> Facts:
    from groundplan import facts  # noqa: PLC0415

    return facts.read(path)


def _last(workspace: Workspace, env: str) -> int:
    numbers = [
        int(path.stem.removeprefix("phase-"))
        for path in workspace.environment(env).glob("phase-*.tfvars")
        if path.stem.removeprefix("phase-").isdecimal()
    ]
    return max(numbers, default=1)


def _relative(path: Path | str, root: Path) -> str:
    where = Path(path)
    return where.relative_to(root).as_posix() if where.is_relative_to(root) else where.as_posix()
