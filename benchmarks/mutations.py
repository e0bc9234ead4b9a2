"""How many lies are caught: `python benchmarks/mutations.py [--without-terraform] [ID …]`.

Each edit of `mutations.yaml` is made by itself in a copy of the reference engagement, and `check`
or `policy`, whichever has to say so, is asked in this process. A lie is caught when the finding is
there with the right rule and the right file. Prints a Markdown table with the rate and the time;
exit code 1 where a lie is missed, or something is said of a harmless edit.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from groundplan import check, policy, recording
from groundplan.errors import GroundplanError
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT: Final = Path(__file__).resolve().parents[1]
LIST: Final = Path(__file__).with_suffix(".yaml")
_LEFT_OUT: Final = (".*", "build", "site", "tests", "benchmarks", "src")
_MADE: Final = (".terraform", "__pycache__")


@dataclass(frozen=True)
class Mutation:
    """An edit, and what has to be said of it; an entry of `mutations.yaml`, which says more."""

    id: str
    file: str
    find: str = ""
    replace: str = ""
    adds: str = ""
    deletes: bool = False
    kind: str = ""
    lie: str = ""
    by: str = ""
    rule: str = ""
    names: str = ""
    phase: str = ""
    terraform: bool = False
    stale: bool = False
    warning: bool = False

    @property
    def planned(self) -> tuple[str, int]:
        """The environment and the phase that it is about; the root of the states has none, so 0."""
        env, number = self.phase.split()
        return env, int(number)


@dataclass(frozen=True)
class Said:
    """A finding of either command; `serious` where it makes the command fail."""

    rule: str
    file: str
    serious: bool
    message: str


def load(path: Path = LIST) -> tuple[list[Mutation], list[Mutation]]:
    """The lies and the harmless edits."""
    document: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text())
    lies, harmless = ([Mutation(**item) for item in document[key]] for key in ("lies", "harmless"))
    return lies, harmless


def copy(folder: Path) -> Path:
    """The reference engagement, copied into `folder`."""
    root = folder / "workspace"
    at_the_top, below = shutil.ignore_patterns(*_LEFT_OUT), shutil.ignore_patterns(*_MADE)

    def leave(where: str, names: list[str]) -> set[str]:
        return {*below(where, names), *(at_the_top(where, names) if where == str(ROOT) else ())}

    shutil.copytree(ROOT, root, ignore=leave, symlinks=True)
    if (ROOT / ".github").is_dir():
        shutil.copytree(ROOT / ".github", root / ".github")
    shutil.copy(ROOT / ".env.example", root)
    return root


def settle(root: Path) -> None:
    """Make anew what is stale in a copy, so that nothing is said of it before it is edited.

    Raises ValueError where more is wrong with it.
    """
    workspace = Workspace(root)
    check.fix(workspace, check.run(workspace))
    if left := checked(root):
        raise ValueError(f"something is wrong without any edit: {left}")


@contextmanager
def made(mutation: Mutation, root: Path) -> Iterator[None]:
    """With the edit made in the workspace at `root`, and taken back afterwards.

    Raises ValueError where it can't be made: the list is older than the engagement.
    """
    path = root / mutation.file
    before = path.read_bytes() if path.is_file() else None
    if mutation.deletes:
        path.unlink()
    else:
        path.write_text(_edited(mutation, before.decode() if before else ""))
    try:
        yield
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_bytes(before)


def _edited(mutation: Mutation, text: str) -> str:
    if mutation.adds:
        return text + mutation.adds
    if text.count(mutation.find) != 1:
        count = text.count(mutation.find)
        message = f"{mutation.id}: {mutation.file} has {count} of what it replaces: {mutation.find}"
        raise ValueError(message)
    return text.replace(mutation.find, mutation.replace)


def checked(root: Path, rules: Iterable[str] | None = None) -> list[Said]:
    """What `check` says of the workspace; of its `rules`, if given, what they say alone."""
    workspace = Workspace(root)
    if rules is None:
        findings = check.run(workspace)
    else:
        findings = [item for rule in rules for item in check.RULES[rule].check(workspace)]
    return [
        Said(item.id, _named(item.file, root), item.severity == "error", item.message)
        for item in findings
    ]


def _named(file: Path | None, root: Path) -> str:
    if file is None:
        return ""
    return (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()


def judged(root: Path, phase: tuple[str, int], *, terraform: bool) -> list[Said]:
    """What `policy` says of the Terraform files, and with `terraform` of their plan."""
    workspace = Workspace(root)
    if phase[0] == policy.STATE:
        report = policy.run_state(workspace)
    else:
        plan = recording.planned(workspace, [phase])[0] if terraform else None
        report = policy.run(workspace, *phase, plan=plan)
    return [
        Said(item.check, item.file or "", item.severity == "error", item.message)
        for item in report.findings
        if item.state != "waived"
    ]


def said(mutation: Mutation, root: Path) -> list[Said]:
    """What the command that has to speak says of the workspace as the edit has left it."""
    try:
        return _answer(mutation, root)
    except GroundplanError as error:
        file = Path(error.file) if error.file else None
        return [Said("refused", _named(file, root), True, error.message)]


def _answer(mutation: Mutation, root: Path) -> list[Said]:
    if mutation.by == "policy":
        return judged(root, mutation.planned, terraform=mutation.terraform)
    kept = Workspace(root).facts_file(*mutation.planned) if mutation.terraform else None
    before = kept.read_bytes() if kept else b""
    try:
        if kept:
            recording.record(Workspace(root), [mutation.planned])
        return checked(root)
    finally:
        if kept:
            kept.write_bytes(before)


def is_caught(mutation: Mutation, found: Iterable[Said]) -> bool:
    """Whether the finding that has to be there is."""
    return any(
        (item.rule, item.file, item.serious)
        == (mutation.rule, mutation.names, not mutation.warning)
        for item in found
    )


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="ID", help="only these (default: all)")
    parser.add_argument("--without-terraform", action="store_true", help="none that needs a plan")
    options = parser.parse_args()
    lies, harmless = (
        [
            item
            for item in found
            if (not options.ids or item.id in options.ids)
            and not (item.terraform and options.without_terraform)
        ]
        for found in load()
    )
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        root = copy(Path(folder))
        settle(root)
        missed = _lies(root, lies)
        alarms = _harmless(root, harmless)
    print(f"\n{time.perf_counter() - start:.0f} s")
    sys.exit(int(bool(missed or alarms)))


def _lies(root: Path, lies: list[Mutation]) -> list[Mutation]:
    """Print how many are caught, by what they are edits of; those that are not."""
    missed = []
    for mutation in lies:
        with made(mutation, root):
            found = said(mutation, root)
        if not is_caught(mutation, found):
            missed.append(mutation)
            print(f"missed: {mutation.id} ({mutation.rule}, {mutation.names}); said instead:")
            for item in found:
                print(f"  {item.rule}, {item.file}: {item.message}")
    _table(lies, missed)
    return missed


def _table(lies: list[Mutation], missed: list[Mutation]) -> None:
    print("\n| edits of | lies | caught | by check | by policy | by being stale |")
    print("|---|---:|---:|---:|---:|---:|")
    for kind in [*dict.fromkeys(item.kind for item in lies), "all"]:
        those = [item for item in lies if kind in {item.kind, "all"}]
        caught = [item for item in those if item not in missed]
        by = Counter("stale" if item.stale else item.by for item in caught)
        counts = f"{len(those)} | {len(caught)} | {by['check']} | {by['policy']} | {by['stale']}"
        print(f"| {kind} | {counts} |")


def _harmless(root: Path, harmless: list[Mutation]) -> list[Mutation]:
    """Print of how many something is said; those."""
    alarms = []
    for mutation in harmless:
        with made(mutation, root):
            found = checked(root)
            if mutation.phase:
                found += judged(root, mutation.planned, terraform=mutation.terraform)
        if found:
            alarms.append(mutation)
            print(f"false alarm: {mutation.id}")
            for item in found:
                print(f"  {item.rule}, {item.file}: {item.message}")
    print(f"\n{len(harmless)} harmless edits, {len(alarms)} reported")
    return alarms


if __name__ == "__main__":
    main()
