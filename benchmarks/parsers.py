"""The parsers of files that people or tools write, each with real files to begin from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from groundplan import cost, facts, reference
from groundplan.compose.source import Source
from groundplan.cost import prices
from groundplan.design import file as designfile
from groundplan.files import read_text
from groundplan.observing import record
from groundplan.policy import waivers
from groundplan.terraform import blocks, messages, recovery, sources
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT: Final = Path(__file__).resolve().parents[1]
USAGE: Final = Workspace(ROOT).design.usage
PRICES: Final = prices.load()


@dataclass(frozen=True)
class Parser:
    """`read` is given a file; `seeds` are such files. `suffix`: what its name ends with."""

    read: Callable[[Path], object]
    seeds: tuple[Path, ...]
    suffix: str

    @cached_property
    def texts(self) -> tuple[bytes, ...]:
        """The content of the seeds."""
        return tuple(path.read_bytes() for path in self.seeds)

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """The values in the seeds, where they are YAML or JSON."""
        if self.suffix == ".json":
            return tuple(json.loads(text) for text in self.texts)
        if self.suffix == ".yaml":
            return tuple(yaml.safe_load(text) for text in self.texts)
        return ()


def _recorded(path: Path) -> None:
    found = facts.load(path)
    facts.to_json(found)
    _shown(found)


def _plan(path: Path) -> None:
    found = facts.read(path)
    facts.to_json(found)
    if found.resources:
        _shown(found)


def _shown(found: facts.Facts) -> None:
    """What is only ever done with facts that could be read."""
    for view in (network, infrastructure):
        view(found)
    cost.monthly(found, USAGE, PRICES)


def _waivers(path: Path) -> None:
    waivers.load(path, "dev", 2)


def _compose(path: Path) -> None:
    source = Source(path, read_text(path))
    for name in source.names("services"):
        source.place("services", name, "environment", "MYSQL_HOST")
    source.variable("MYSQL_HOST")
    source.tab()


def _log(path: Path) -> None:
    lines = path.read_text(errors="replace").splitlines()
    recovery.read(lines).lost({})
    messages.changes(lines)
    messages.errors(lines)
    for line in lines:
        messages.progress(line)


def _observed(path: Path) -> None:
    record.load(Workspace(path.parents[1]))


def _module(path: Path) -> None:
    reference.render(reference.read(path.parent))


def _written(path: Path) -> None:
    blocks.Blocks(path.parent).find("module.network.aws_vpc.this")
    sources._content(path.read_bytes(), path.suffix)


def _all(pattern: str) -> tuple[Path, ...]:
    return tuple(sorted(ROOT.glob(pattern)))


PARSERS: Final = {
    "design": Parser(
        lambda path: designfile.read(path).unwrap(),
        (ROOT / "design.yaml", ROOT / "tests/fixtures/design/small.yaml"), ".yaml",
    ),
    "waivers": Parser(_waivers, (ROOT / "terraform/waivers.yaml",), ".yaml"),
    "compose": Parser(_compose, (ROOT / "docker-compose.yml",), ".yaml"),
    "facts": Parser(_recorded, _all("facts/*/phase-[24].json"), ".json"),
    "plan": Parser(_plan, _all("tests/fixtures/plans/[sc]*/plan.json"), ".json"),
    "observed": Parser(_observed, (ROOT / "facts/observed.json",), ".json"),
    "prices": Parser(prices.load, (prices.TABLE,), ".csv"),
    "module": Parser(_module, _all("terraform/modules/*/variables.tf"), ".tf"),
    "written": Parser(_written, _all("terraform/modules/network/main.tf"), ".tf"),
}  # fmt: skip
