"""checkov, run in this process and kept to itself; `custom` alone imports it too.

In process it takes less than half the time of its command, which is started once for the files
and once for the plan. It gets no key and no platform, so it asks nothing of any network.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from groundplan import pythonfile
from groundplan.errors import InputError
from groundplan.facts import parse
from groundplan.findings import plain
from groundplan.policy.verdicts import UNTOLD, Result, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from groundplan.facts import Facts, Resource

# Variables of the user's shell that would change what checkov finds.
_MEDDLING: Final = ("TF_VAR_", "CHECKOV_", "EVAL_TF_PLAN_", "LOG_LEVEL")
_GROUPS: Final = frozenset({"aws_default_security_group", "aws_security_group"})
_INDEX: Final = re.compile(r"/?\[(\d+)\]")


def files(folder: Path, variables: Iterable[Path], own: Path | None = None) -> tuple[Verdict, ...]:
    """checkov on the Terraform root `folder` and the modules that it calls.

    `own`: a folder of policies of one's own. Raises InputError where a file can't be parsed, or a
    policy of one's own breaks.
    """
    with _apart(), _with(own, folder.name) as ours:
        from checkov.runner_filter import RunnerFilter  # noqa: PLC0415
        from checkov.terraform.runner import Runner  # noqa: PLC0415

        settings = RunnerFilter(framework=["terraform"], var_files=[*map(str, variables)])
        records = _records(Runner(), str(folder), None, settings)
    return tuple(_verdict(record, {}, {}, ours) for record in records)


def plan(
    path: Path, facts: Facts, own: Path | None = None, *, env: str = ""
) -> tuple[Verdict, ...]:
    """checkov on the plan in `path` (`terraform show -json`), of which `facts` were read.

    `own`: a folder of policies of one's own; `env`: what is planned, if known. Raises InputError
    where one of them breaks.
    """
    with _apart(), _with(own, env) as ours:
        from checkov.runner_filter import RunnerFilter  # noqa: PLC0415
        from checkov.terraform.plan_runner import Runner  # noqa: PLC0415

        settings = RunnerFilter(framework=["terraform_plan"])
        paths = [str(path.resolve())]
        records = _records(Runner(), None, paths, settings)
    resources = {resource.address: resource for resource in facts}
    left = _left(path) if env else {}
    return tuple(_verdict(record, resources, left, ours) for record in records)


def _records(
    runner: Any, folder: str | None, paths: list[str] | None, settings: Any
) -> Sequence[Any]:
    _tame()
    report = runner.run(root_folder=folder, files=paths, runner_filter=settings)
    if report.parsing_errors:
        raise InputError(
            "checkov can't read this file", file=min(report.parsing_errors),
            hint="terraform validate says what is wrong in it",
        )  # fmt: skip
    every: Sequence[Any] = report.get_all_records()
    return every


def _left(plan: Path) -> dict[str, frozenset[str]]:
    """The attributes that a plan leaves as they stand, by the address of what is there."""
    found = {}
    for item in parse(plan).get("resource_changes", ()):
        change = item["change"]
        if change["actions"] in (["no-op"], ["update"]):
            before, after = change["before"], change["after"]
            same = (name for name in after if name in before and after[name] == before[name])
            found[item["address"]] = frozenset(same)
    return found


def _verdict(
    record: Any,
    resources: Mapping[str, Resource],
    left: Mapping[str, frozenset[str]],
    ours: frozenset[str],
) -> Verdict:
    """A record's verdict. What a plan leaves as it stands shows what AWS chose, too: where the
    Terraform files are at hand, they decide on it.

    One of `ours`, the policies of one's own, sees nothing where a value is known only after apply,
    and so it can't pass there either; checkov's know that something is set.
    """
    result: Result = record.check_result["result"].value.lower()
    address = record.resource_address or record.resource
    resource = resources.get(address)
    keys = record.check_result.get("evaluated_keys") or ()
    paths = [_INDEX.sub(r".\1", key).replace("/", ".") for key in keys]
    untold = resource and any(_untold(resource, path) for path in paths)
    if UNTOLD in keys or (untold and result == "passed" and record.check_id in ours):
        result = "unknown"
    elif result == "failed" and resource:
        stands = address in left and _stands(resource, paths, left[address])
        if untold or stands or _mirrors(resource, paths):
            result = "unknown"
    return Verdict(
        check=record.check_id,
        resource=plain(address),
        result=result,
        message=plain(record.check_name),
        file=record.file_abs_path,
        line=record.file_line_range[0] or None,
        guideline=record.guideline,
    )


def _stands(resource: Resource, paths: Iterable[str], left: frozenset[str]) -> bool:
    """Whether the plan leaves all that a check looked at as it is."""
    told = _told(paths)
    return resource.change == "none" or (bool(told) and told <= left)


def _told(paths: Iterable[str]) -> set[str]:
    return {path.partition(".")[0] for path in paths}


def _mirrors(resource: Resource, paths: Iterable[str]) -> bool:
    """Whether a security group that is there tells only of rules that are resources of their own.

    AWS shows them in the group. Where they are written in it, its file fails too.
    """
    told = _told(paths)
    there = resource.change in {"none", "update"}
    return resource.type in _GROUPS and there and bool(told) and told <= {"egress", "ingress"}


def _untold(resource: Resource, path: str) -> bool:
    """Whether the value at `path` is set, to something that is known only after apply.

    What is unknown because nobody set it, and the provider will choose, is no excuse.
    """
    told = (*resource.references, *resource.maybe)
    return resource.is_unknown(path) and any(
        f"{path}.".startswith(f"{other}.") or other.startswith(f"{path}.") for other in told
    )


def _tame() -> None:
    from checkov.common.parallelizer.parallel_runner import parallel_runner  # noqa: PLC0415

    # Forking copies whatever else runs in this process, and gains nothing on files this small.
    parallel_runner.type = "none"
    logging.getLogger().setLevel(logging.CRITICAL)


@contextmanager
def _with(own: Path | None, home: str) -> Iterator[frozenset[str]]:
    """With the policies in `own` registered inside, whose ids it gives; forgotten afterwards."""
    from checkov.terraform.checks.resource.registry import resource_registry  # noqa: PLC0415

    from groundplan.policy import custom  # noqa: PLC0415

    every = (resource_registry.checks, resource_registry.wildcard_checks)
    before = [{name: checks[:] for name, checks in found.items()} for found in every]
    try:
        policies = custom.load(own, home) if own else ()
        yield frozenset(check.id for _, check in policies)
        for path, check in policies:
            if check.broken:
                raise pythonfile.broken(path, check.broken) from check.broken
    finally:
        for found, kept in zip(every, before, strict=True):
            found.clear()
            found.update(kept)


@contextmanager
def _apart() -> Iterator[None]:
    """Undo what checkov does to its process: it wraps both streams and takes the log over."""
    root = logging.getLogger()
    before = root.level, root.handlers[:], root.filters[:]
    streams = sys.stdout, sys.stderr
    hidden = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith(_MEDDLING)}
    root.handlers[:] = [logging.NullHandler()]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.environ.update(hidden)
        sys.stdout, sys.stderr = streams
        root.handlers[:], root.filters[:] = before[1:]
        root.setLevel(before[0])
