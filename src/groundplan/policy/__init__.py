"""Policy: checkov on the Terraform files and on the plan, and what is let pass with a reason."""

from __future__ import annotations

import datetime
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from groundplan.errors import InputError
from groundplan.files import write_if_changed
from groundplan.findings import plain
from groundplan.policy.report import (
    Finding,
    Report,
    State,
    as_json,
    as_junit,
    as_markdown,
    as_sarif,
    as_text,
    merged,
)
from groundplan.policy.verdicts import Verdict, settle
from groundplan.terraform import sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from groundplan.facts import Facts
    from groundplan.policy.waivers import Entry
    from groundplan.workspace import Workspace

__all__ = [
    "STATE",
    "WAIVERS",
    "Finding",
    "Report",
    "as_json",
    "as_junit",
    "as_markdown",
    "as_sarif",
    "as_text",
    "findings_by_address",
    "judge",
    "reading",
    "run",
    "run_all",
    "run_plan",
    "run_state",
]  # fmt: skip
STATE: Final = "state"
"""The root beside the environments: `terraform/state`, which makes the bucket for their states."""
WAIVERS: Final = Path("terraform/waivers.yaml")


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
    and decides where it differs; the report is then kept below `build/`. Raises InputError where
    files can't be read, or nothing could be checked.
    """
    from groundplan.policy import waivers  # noqa: PLC0415 - only here is pydantic needed

    number = _last(workspace, env) if phase is None else phase
    variables = workspace.variables_file(env, number)
    entries = waivers.load(workspace.root / WAIVERS, env, number)
    written = _written(workspace, env, number)
    planned = _planned(workspace, env, plan) if plan else ()
    checked = [_relative(variables, workspace.root), *([plan.name] if plan else [])]
    settled = _checked(settle(written, planned), variables)
    day = today or datetime.datetime.now(datetime.UTC).date()
    report = judge(settled, checked, waivers=entries, today=day, complete=plan is not None)
    findings = _written_at(report.findings, workspace.environment(env), plan)
    report = replace(report, findings=_placed(findings, workspace.root))
    if plan:
        _save(workspace, env, number, report)
    return report


def run_all(workspace: Workspace, env: str, plans: Mapping[int, Path]) -> Report:
    """One report of `run` on each phase of `env`, by the number of which its plan is given."""
    return merged(
        env, {number: run(workspace, env, number, plan=plans[number]) for number in plans}
    )


def run_state(workspace: Workspace, *, today: datetime.date | None = None) -> Report:
    """Hold the Terraform files of STATE against policy; it is applied once, by hand.

    A waiver for it names it among its environments. Raises InputError as `run` does.
    """
    from groundplan.policy import scan, store, waivers  # noqa: PLC0415

    folder = workspace.root / "terraform" / STATE
    variables = sorted(folder.glob("*.tfvars"))
    verdicts = _checked(scan.files(folder, variables, workspace.root / store.OWN), folder)
    entries = waivers.read(workspace.root / WAIVERS)
    ours = [entry for entry in entries if STATE in entry.waiver.environments]
    day = today or datetime.datetime.now(datetime.UTC).date()
    checked = [_relative(folder, workspace.root)]
    report = judge(verdicts, checked, waivers=ours, today=day, complete=True)
    return replace(report, findings=_placed(report.findings, workspace.root))


@contextmanager
def reading(workspace: Workspace, env: str, phases: Iterable[int]) -> Iterator[None]:
    """Have the Terraform files read meanwhile, in these `phases` of `env`.

    A `run` afterwards finds the verdicts kept; it also raises what was wrong here. Nothing else
    may run policy inside: checkov keeps what it does to itself in globals.
    """
    with ThreadPoolExecutor(1) as pool:
        for number in phases:
            pool.submit(_written, workspace, env, number)
        try:
            yield
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def findings_by_address(
    workspace: Workspace, env: str, phase: int
) -> dict[str, tuple[Finding, ...]]:
    """What the last run on `env` in `phase` found, by the address of the resource.

    Read from `build/`, where a run leaves it: nothing is scanned here. Empty where there was no
    run on the Terraform files as they are now.
    """
    try:
        saved = json.loads(_saved(workspace, env, phase).read_text())
        findings = [_from_dict(item) for item in saved["findings"]]
        current = saved["source"] == sources.digest(workspace, env, phase)
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return {}
    found: dict[str, tuple[Finding, ...]] = {}
    for item in findings if current else ():
        found[item.resource] = (*found.get(item.resource, ()), item)
    return found


def _from_dict(item: dict[str, Any]) -> Finding:
    told = {name: value for name, value in item.items() if name != "severity"}
    return Finding(**told | {"phases": tuple(told.get("phases", ()))})


def _saved(workspace: Workspace, env: str, phase: int) -> Path:
    return workspace.build_dir / "policy" / env / f"phase-{phase}.json"


def _save(workspace: Workspace, env: str, phase: int, report: Report) -> None:
    document = json.loads(as_json(report)) | {"source": sources.digest(workspace, env, phase)}
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    write_if_changed(_saved(workspace, env, phase), text, mode=0o600)


def _written(workspace: Workspace, env: str, phase: int) -> tuple[Verdict, ...]:
    from groundplan.policy import scan, store  # noqa: PLC0415

    folder, variables = workspace.environment(env), workspace.variables_file(env, phase)
    key = store.files_key(workspace, env, phase)
    own = workspace.root / store.OWN
    return store.kept(workspace, key, lambda: scan.files(folder, [variables], own))


def _planned(workspace: Workspace, env: str, plan: Path) -> tuple[Verdict, ...]:
    from groundplan.policy import scan, store  # noqa: PLC0415

    facts = _facts(plan)
    key = store.plan_key(workspace, env, plan)
    own = workspace.root / store.OWN
    return store.kept(workspace, key, lambda: scan.plan(plan, facts, own, env=env))


def _written_at(findings: Iterable[Finding], root: Path, plan: Path | None) -> Iterator[Finding]:
    """The findings, told from their blocks where only the plan has them: by a `count`, say."""
    from groundplan.terraform.blocks import Blocks  # noqa: PLC0415

    blocks = Blocks(root)
    for item in findings:
        found = blocks.find(item.resource) if plan and item.file == str(plan) else None
        yield replace(item, file=str(found.file), line=found.line) if found else item


def _placed(findings: Iterable[Finding], root: Path) -> tuple[Finding, ...]:
    """The findings with their files told from the workspace."""
    return tuple(
        replace(item, file=_relative(item.file, root)) if item.file else item for item in findings
    )


def run_plan(path: Path, workspace: Workspace | None = None) -> Report:
    """Hold one plan (`terraform show -json`) against policy, whosesoever it is; no waivers.

    The policies of `workspace` are asked too, if one is given. Raises InputError where it is no
    plan, or holds nothing that could be checked.
    """
    from groundplan.policy import scan, store  # noqa: PLC0415

    own = workspace.root / store.OWN if workspace else None
    verdicts = _checked(scan.plan(path, _facts(path), own), path)
    report = judge(verdicts, [plain(path.name)])
    return replace(report, findings=_placed(report.findings, Path.cwd()))


def judge(
    verdicts: Sequence[Verdict],
    checked: Iterable[str],
    *,
    waivers: Sequence[Entry] = (),
    today: datetime.date = datetime.date.min,
    complete: bool = False,
) -> Report:
    """The report on settled `verdicts`, with the `waivers` that hold `today`.

    One that waives none of them is told as unused: where they are not `complete`, for there is no
    plan, only if nothing is left of its resource, since some checks fail on a plan only.
    """
    valid = [entry for entry in waivers if entry.waiver.expires >= today]
    open_ = [verdict for verdict in verdicts if verdict.result != "passed"]
    by = [next((e for e in valid if e.waiver.covers(verdict)), None) for verdict in open_]
    findings = [_finding(*pair) for pair in zip(open_, by, strict=True)]
    findings += [
        _about(entry, "expired", f"this waiver ended on {entry.waiver.expires}")
        for entry in waivers
        if entry not in valid
    ]
    findings += [
        _about(entry, "unused", "this waiver waives nothing: delete it")
        for entry in valid
        if entry not in by and (complete or not any(map(entry.waiver.is_about, verdicts)))
    ]
    return Report(tuple(checked), len(verdicts) - len(open_), tuple(findings))


def _finding(verdict: Verdict, entry: Entry | None) -> Finding:
    by = entry.waiver if entry else None
    reason = plain(f"{by.reason} ({by.owner}, until {by.expires})") if by else None
    state: State = "waived" if by else "unknown" if verdict.result == "unknown" else "failed"
    message = verdict.message
    if verdict.result == "skipped":
        # A comment has no owner and no last day, and is read by nobody who approves.
        message += f" (skipped by a comment: take that away, or waive it in {WAIVERS})"
    return Finding(
        verdict.check, state, verdict.resource, message,
        verdict.file, verdict.line, verdict.guideline, reason,
    )  # fmt: skip


def _about(entry: Entry, state: State, message: str) -> Finding:
    waiver = entry.waiver
    about = plain(waiver.resource)
    return Finding(waiver.check, state, about, message, str(entry.file), entry.line)


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
