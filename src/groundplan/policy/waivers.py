"""Waivers: findings that are let pass, each with its reason, its owner and its last day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationError

from groundplan import yamlfile
from groundplan.design.model import Id, Line, Model, Number, Text
from groundplan.errors import InputError
from groundplan.policy.verdicts import bare

if TYPE_CHECKING:
    from pathlib import Path

    from groundplan.policy.verdicts import Verdict


class Waiver(Model):
    """One finding that is let pass."""

    check: Annotated[Line, Field(pattern=r"^[A-Z0-9_]+$")]
    """checkov's id, such as CKV_AWS_39."""
    resource: Line
    """The resource's address, without instance keys; `*` stands for any text."""
    environments: tuple[Id, ...] = ()
    """Where it holds; left out: in every environment."""
    phases: tuple[Number, ...] = ()
    """When it holds; left out: in every phase."""
    reason: Text
    """Why it is right as it is."""
    owner: Line
    """Who answers for it."""
    expires: datetime.date
    """The last day on which it holds."""

    def is_about(self, verdict: Verdict) -> bool:
        """Whether it is about the resource that `verdict` judges."""
        return fnmatchcase(bare(verdict.resource), self.resource)

    def covers(self, verdict: Verdict) -> bool:
        """Whether it is about what `verdict` judges."""
        return self.check == verdict.check and self.is_about(verdict)


@dataclass(frozen=True)
class Entry:
    """A waiver and where it stands."""

    waiver: Waiver
    file: Path
    line: int


class _File(Model):
    waivers: tuple[Waiver, ...] = ()


def load(path: Path, env: str, phase: int) -> tuple[Entry, ...]:
    """The waivers in `path` that are for `env` in `phase`. Raises InputError as `read` does."""
    return tuple(
        entry
        for entry in read(path)
        if env in (entry.waiver.environments or (env,))
        and phase in (entry.waiver.phases or (phase,))
    )


def read(path: Path) -> tuple[Entry, ...]:
    """The waivers in `path`; none where there is no such file.

    Raises InputError with line and column for what is no waiver.
    """
    if not path.is_file():
        return ()
    document = yamlfile.load(path)
    try:
        found = _File.model_validate(document.value or {})
    except ValidationError as error:
        first = error.errors()[0]
        loc = first["loc"]
        line, column = document.place(loc, key=first["type"] == "extra_forbidden")
        message = f"{'.'.join(str(part) for part in loc[2:] or loc)}: {first['msg'].lower()}"
        raise InputError(message, file=path, line=line, column=column) from None
    return tuple(
        Entry(waiver, path, document.place(("waivers", index)).line)
        for index, waiver in enumerate(found.waivers)
    )
