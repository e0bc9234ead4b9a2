"""Rules about the workflows on GitHub: what runs there is known, and nothing goes in unchecked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from groundplan import yamlfile
from groundplan.findings import Finding, error, rule
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace
    from groundplan.yamlfile import Loc

_PINNED: Final = re.compile(r"\./.*|docker://.+@sha256:[0-9a-f]{64}|[\w.-]+/[\w./-]+@[0-9a-f]{40}")
# What a stranger writes, and a script would run.
_FOREIGN: Final = re.compile(
    r"\$\{\{[^}]*(?:github\.(?:head_ref|event\.(?!number\b|pull_request\.(?:number|base\.sha)\b))"
    r"|\binputs\.)"
)
# What runs with rights and secrets of the repository, on code of a stranger.
_TRUSTING: Final = ("pull_request_target", "workflow_run")
_CHECKS: Final = {
    "the check": re.compile(r"\b(?:make|groundplan)\s+check\b"),
    # That of the root of the states alone is not enough.
    "the policy": re.compile(
        r"\b(?:make|groundplan)\s+(?:policy(?!\s+(?:ENV=)?state\b)|pull-request)\b"
    ),
}
# Where in the file, what is wrong, and what to do.
_Wrong = tuple["Loc", str, str]


@rule("workflows", "what runs on GitHub is pinned, has few rights, and lets nothing in unchecked")
def workflows(workspace: Workspace) -> Iterator[Finding]:
    """Workflows that run what may change, with more rights than told, or pass what has failed."""
    folder = workspace.root / ".github" / "workflows"
    files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml")])
    sources = [folder, workspace.root / "terraform" / "envs"]
    if files:
        yield from once(workspace, "workflows", sources, lambda: _look(workspace, files))


def _look(workspace: Workspace, files: list[Path]) -> Iterator[Finding]:
    reviewing: dict[Path, str] = {}
    for path in files:
        document = yamlfile.load(path)
        said = document.value if isinstance(document.value, dict) else {}
        jobs = {name: job for name, job in _pairs(said.get("jobs")) if isinstance(job, dict)}
        if "pull_request" in _listed(said.get("on")):
            every = [step.get("run") for job in jobs.values() for step in _steps(job)]
            reviewing[path] = "\n".join(str(each) for each in every)
        wrong = [*_rights(said, jobs), *_uses(jobs), *_lets_pass(jobs)]
        for loc, message, hint in (*wrong, *_passed_over(jobs, workspace.environments)):
            yield error(message, path, document.place(loc).line, hint)
    for what, pattern in _CHECKS.items() if reviewing else ():
        if not any(map(pattern.search, reviewing.values())):
            message = f"no pull request has to pass {what}"
            yield error(message, min(reviewing), hint="run it there: make check, make pull-request")


def _rights(said: dict[str, Any], jobs: dict[str, dict[str, Any]]) -> Iterator[_Wrong]:
    for event in _listed(said.get("on")):
        if event in _TRUSTING:
            message = f"{event} gives rights of the repository to what a stranger wrote"
            yield ("on",), message, "run it on pull_request"
    if "permissions" not in said and not all("permissions" in job for job in jobs.values()):
        message = "this has whatever rights the repository gives by itself"
        yield ("on",), message, "say: permissions: {}, and give each job what it needs"
    places: list[tuple[Loc, Any]] = [((), said), *((("jobs", name), jobs[name]) for name in jobs)]
    for loc, place in places:
        if str(given := place.get("permissions")) in {"write-all", "read-all"}:
            message = f"{given} is more than anything here needs"
            yield (*loc, "permissions"), message, "name the rights one by one"


def _uses(jobs: dict[str, dict[str, Any]]) -> Iterator[_Wrong]:
    for name, job in jobs.items():
        called: list[tuple[Loc, Any]] = [(("jobs", name, "uses"), job.get("uses"))]
        for number, step in enumerate(_steps(job)):
            loc: Loc = ("jobs", name, "steps", number)
            called.append(((*loc, "uses"), step.get("uses")))
            if _FOREIGN.search(str(step.get("run"))):
                message = "what others write becomes part of a script here"
                yield (*loc, "run"), message, "give it to the script as a variable, under env"
        for where, action in called:
            if action and not _PINNED.fullmatch(str(action)):
                message = f"{action} may be another one tomorrow"
                yield where, message, "name it by its commit: OWNER/NAME@SHA # vN.N.N"


def _lets_pass(jobs: dict[str, dict[str, Any]]) -> Iterator[_Wrong]:
    for name, job in jobs.items():
        places: list[tuple[Loc, Any]] = [(("jobs", name), job)]
        places += [(("jobs", name, "steps", n), step) for n, step in enumerate(_steps(job))]
        for loc, said in places:
            if str(said.get("continue-on-error")).lower() == "true":
                message = "this passes when it has failed"
                yield (*loc, "continue-on-error"), message, "let it fail, or leave it out"
            if str(said.get("if")).lower().strip("${} ") == "false":
                yield (*loc, "if"), "this never runs", "let it run, or leave it out"


def _passed_over(
    jobs: dict[str, dict[str, Any]], environments: tuple[str, ...]
) -> Iterator[_Wrong]:
    """Jobs that go over some of the environments, and not over all."""
    for name, job in jobs.items():
        strategy = job.get("strategy")
        matrix = strategy.get("matrix") if isinstance(strategy, dict) else None
        envs = _listed(matrix.get("env")) if isinstance(matrix, dict) else []
        left = [env for env in environments if env not in envs]
        if left and len(left) < len(environments):
            message = f"this is not done for {', '.join(left)}"
            yield ("jobs", name, "strategy", "matrix", "env"), message, "name every environment"


def _steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    steps = job.get("steps")
    return [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return list(value.items()) if isinstance(value, dict) else []


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | dict) else [value]
