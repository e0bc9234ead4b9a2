"""Until when AWS supports a version, from a table in which each row names its source and day.

What is out of standard support is charged more, and then upgraded by AWS, whoever wants it or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from groundplan import csvfile
from groundplan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groundplan.facts import Resource

COLUMNS = ("product", "version", "standard_until", "extended_until", "source", "read")
_DAYS = ("standard_until", "extended_until", "read")
TABLE = Path(__file__).parent / "data" / "aws_support.csv"
ENGINES: Final = {"mysql": "MySQL", "postgres": "PostgreSQL"}
"""What people call what RDS calls an engine."""
Kind = Literal["standard", "extended", "ended"]


@dataclass(frozen=True)
class Support:
    """Until when a version is supported: on the day itself it no longer is.

    `product` is `Kubernetes` (on EKS) or a database (on RDS); `read` is the day on which `source`
    said so.
    """

    product: str
    version: str
    standard: date
    extended: date
    source: str
    read: date

    def __str__(self) -> str:
        return f"{self.product} {self.version}"

    def on(self, day: date) -> Kind:
        """The support that it has on `day`."""
        if day < self.standard:
            return "standard"
        return "extended" if day < self.extended else "ended"


@dataclass(frozen=True, eq=False)
class Calendar:
    """The versions by product and version."""

    rows: Mapping[tuple[str, str], Support]

    @property
    def read(self) -> date:
        """The day of which the table tells: the last on which something in it was read."""
        return max(row.read for row in self.rows.values())

    def find(self, product: str, version: str) -> Support | None:
        """The support of `version`, of which the first two numbers count; None: not known."""
        return self.rows.get((product, ".".join(version.split(".")[:2])))

    def supported(self, product: str, day: date) -> tuple[Support, ...]:
        """The versions in standard support on `day`, in the order of the table."""
        rows = self.rows.values()
        return tuple(row for row in rows if row.product == product and row.on(day) == "standard")


@cache
def load(path: Path = TABLE) -> Calendar:
    """The table in `path` (default: the one that comes with groundplan).

    Raises InputError with the line of a row that is incomplete, repeated or without its days.
    """
    rows: dict[tuple[str, str], Support] = {}
    for line, row in csvfile.rows(path, COLUMNS, "support"):
        key = (row["product"], row["version"])
        if key in rows:
            raise InputError(f"'{' '.join(key)}' is there twice", file=path, line=line)
        standard, extended, read = (_day(row[name], path, line) for name in _DAYS)
        rows[key] = Support(*key, standard, extended, row["source"], read)
    return Calendar(rows)


def version_of(resource: Resource) -> tuple[str, str] | None:
    """What a cluster or database runs: the product and its version, such as `8.4.5`.

    None where the plan names none: AWS then takes a current one, or that of its source.
    """
    if resource.type == "aws_eks_cluster":
        product, version = "Kubernetes", resource.get("version")
    else:
        engine = str(resource.get("engine") or "")
        product, version = ENGINES.get(engine, engine), resource.get("engine_version")
    return (product, str(version)) if product and version else None


def _day(text: str, path: Path, line: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        hint = "write it as 2026-11-27"
        raise InputError(f"'{text}' is not a day", hint=hint, file=path, line=line) from None
