"""Rules about the prose: figures that were typed by hand, and that no plan has.

Prose takes its figures from facts, by macros. What is typed all the same is held against all the
plans that are drawn, or those of the environment that its sentence names: what none of them has
is wrong.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from groundplan.files import read_text
from groundplan.findings import Finding, error, rule
from groundplan.relations import UNKNOWN
from groundplan.rules.conformance import drawn
from groundplan.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.facts import Facts
    from groundplan.workspace import Workspace

_WORDS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_NUMBER: Final = rf"\b(\d{{1,3}}|{'|'.join(_WORDS)})\s+"
_COUNTED: Final = {
    "NAT gateways": re.compile(rf"{_NUMBER}NAT gateways?\b", re.IGNORECASE),
    "zones": re.compile(rf"{_NUMBER}(?:availability )?zones?\b", re.IGNORECASE),
    "read replicas": re.compile(rf"{_NUMBER}read replicas?\b", re.IGNORECASE),
    "repositories": re.compile(rf"{_NUMBER}(?:ECR )?repositor(?:y|ies)\b", re.IGNORECASE),
    "applications": re.compile(rf"{_NUMBER}applications?\b", re.IGNORECASE),
}
_ONE_IS_A_COUNT: Final = ("NAT gateways", "read replicas")
"""Of the others, prose says one where it means each: `in one zone`."""
_TYPED: Final = {
    "range": re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}(?!\d)"),
    "size": re.compile(
        r"\b(?:db\.|cache\.)?[a-z]{1,3}\d[a-z]{0,3}\.(?:nano|micro|small|medium|\d*x?large)\b"
    ),
}
_VERSIONS: Final = {
    "Kubernetes": ("aws_eks_cluster", "version", re.compile(r"\bKubernetes (\d+\.\d+)\b")),
    "MySQL": ("aws_db_instance", "engine_version", re.compile(r"\bMySQL (\d+\.\d+)\b")),
}
# What prose may name without any plan having it: private, example and all-embracing ranges.
_COMMON: Final = frozenset({
    "0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
})  # fmt: skip
_ENVIRONMENTS: Final = {"prod": r"\bprod(?:uction)?\b", "dev": r"\bdev\b"}
# Code, macros, comments and the addresses of links are no prose.
_NO_PROSE: Final = re.compile(
    r"^(?:```|~~~).*?^(?:```|~~~)\s*$|\{[{%#].*?[}%#]\}|<!--.*?-->|\]\([^)]*\)",
    re.MULTILINE | re.DOTALL,
)
_SENTENCE: Final = re.compile(r"[^.!?;|\n]+(?:\.(?=\S)[^.!?;|\n]*)*")


@dataclass(frozen=True)
class Known:
    """What a plan has of that which prose likes to tell."""

    told: frozenset[str]
    """Ranges and sizes, wherever they stand in it."""
    counts: dict[str, int]
    versions: dict[str, frozenset[str]]


@rule("prose-figures", "figures typed in prose are those of some plan")
def figures(workspace: Workspace) -> Iterator[Finding]:
    """Ranges, sizes, versions and counts in prose that no plan has."""
    known: dict[str, list[Known]] = {}
    for _, phase, env in drawn(workspace):
        built = sum(bool(item.build) for item in workspace.application(phase.number).services)
        found = _known(workspace.facts(env, phase.number), built)
        known.setdefault(env, []).append(found)
    if not known:
        return
    own = frozenset(workspace.design.client.networks.values())
    for path in _pages(workspace):
        for line, sentence in _sentences(read_text(path)):
            named = [env for env in known if re.search(_named(env), sentence, re.IGNORECASE)]
            plans = [*chain.from_iterable(known[env] for env in named or known)]
            for typed, said in _wrong(sentence, plans, own):
                where = f"of {' or '.join(named)} " if named else ""
                hint = f"no plan {where}has it{said}; take it from the facts by a macro"
                yield error(f"'{typed}' is typed here, and wrong", path, line, hint)


def _pages(workspace: Workspace) -> Iterator[Path]:
    """The prose of the design: not the toolkit's own decisions, which are of no plan."""
    toolkit = workspace.docs_dir / "decisions" / "toolkit"
    pages = sorted(workspace.docs_dir.rglob("*.md"))
    yield from (path for path in pages if toolkit not in path.parents)
    if (workspace.root / "README.md").is_file():
        yield workspace.root / "README.md"


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of `text`, each with its line; a line's end is an end, for tables and lists."""
    plain = _NO_PROSE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for number, line in enumerate(plain.splitlines(), start=1):
        yield from ((number, match[0]) for match in _SENTENCE.finditer(line))


@cache
def _named(env: str) -> str:
    return _ENVIRONMENTS.get(env, rf"\b{re.escape(env)}\b")


def _known(facts: Facts, applications: int) -> Known:
    text = json.dumps([resource.values for resource in facts])
    told = frozenset(chain.from_iterable(way.findall(text) for way in _TYPED.values()))
    databases = facts.of_type("aws_db_instance")
    zones = {subnet.zone for subnet in Topology(facts).subnets.values()} - {UNKNOWN}
    counts = {
        "NAT gateways": len(facts.of_type("aws_nat_gateway")),
        "zones": len(zones),
        "read replicas": sum(bool(item.get("replicate_source_db")) for item in databases),
        "repositories": len(facts.of_type("aws_ecr_repository")),
        "applications": applications,
    }
    versions = {
        name: frozenset(str(item.get(path)) for item in facts.of_type(type_) if item.get(path))
        for name, (type_, path, _) in _VERSIONS.items()
    }
    return Known(told, counts, versions)


def _wrong(sentence: str, plans: list[Known], own: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What is typed in `sentence` that none of the `plans` has, and what they have instead."""
    told = frozenset().union(*(plan.told for plan in plans))
    for way in _TYPED.values():
        for match in way.finditer(sentence):
            if match[0] not in told | _COMMON | own:
                yield match[0], ""
    for name, way in _COUNTED.items():
        have = {plan.counts[name] for plan in plans}
        for match in way.finditer(sentence):
            count = _number(match[1])
            if count not in have and (count != 1 or name in _ONE_IS_A_COUNT):
                yield match[0], f": there are {_either(have)}"
    for name, (_, _, way) in _VERSIONS.items():
        versions = frozenset().union(*(plan.versions[name] for plan in plans))
        for match in way.finditer(sentence):
            if versions and match[1] not in versions:
                yield match[0], f": it is {_either(versions)}"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _WORDS.index(text.lower())


def _either(values: Iterable[object]) -> str:
    return " or ".join(sorted(map(str, values)))
