"""What plans have of that which prose likes to tell, and what a sentence tells that none has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from groundplan.relations import UNKNOWN
from groundplan.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundplan.compose import Application
    from groundplan.design import Design
    from groundplan.facts import Facts

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
    "Redis nodes": re.compile(rf"{_NUMBER}Redis nodes?\b", re.IGNORECASE),
    "days of backups": re.compile(
        rf"{_NUMBER}days? of backups\b|\bbackups? (?:are |is )?kept for {_NUMBER}days?\b",
        re.IGNORECASE,
    ),
    "port": re.compile(r"\bport (\d{2,5})\b(?!/)", re.IGNORECASE),
}
_ONE_IS_A_COUNT: Final = ("NAT gateways", "read replicas", "Redis nodes", "days of backups")
"""Of the others, prose says one where it means each: `in one zone`."""
_TYPED: Final = {
    "range": re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}(?!\d)"),
    "size": re.compile(
        r"\b(?:db\.|cache\.)?[a-z]{1,3}\d[a-z]{0,3}\.(?:nano|micro|small|medium|\d*x?large)\b"
    ),
    "region": re.compile(
        r"\b[a-z]{2}(?:-gov)?-(?:central|(?:north|south)?(?:east|west)|north|south)-\d(?=[a-z]?\b)"
    ),
}
_VERSIONS: Final = {
    "Kubernetes": ("aws_eks_cluster", "version", re.compile(r"\bKubernetes (\d+\.\d+)\b")),
    "MySQL": ("aws_db_instance", "engine_version", re.compile(r"\bMySQL (\d+\.\d+)\b")),
    "Redis": (
        "aws_elasticache_replication_group", "engine_version", re.compile(r"\bRedis (\d+\.\d+)\b"),
    ),
}  # fmt: skip
_AMOUNT: Final = re.compile(
    r"(?:\$|\bUSD )\s?(\d[\d,]*(?:\.\d+)?)|\b(\d[\d,]*(?:\.\d+)?) ?(?:USD|(?:US )?dollars?)\b"
)
# What prose may name without any plan having it: private, example and all-embracing ranges.
_COMMON: Final = frozenset({
    "0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
})  # fmt: skip
_PORTS: Final = ("from_port", "to_port", "port")
_DOLLAR: Final = Decimal(1)


@dataclass(frozen=True, eq=False)
class Known:
    """One recorded plan, its text, and the application that is to run on it."""

    facts: Facts
    text: str
    application: Application
    design: Design

    @cached_property
    def told(self) -> frozenset[str]:
        """Ranges, sizes and regions, wherever they stand in it."""
        return frozenset(chain.from_iterable(way.findall(self.text) for way in _TYPED.values()))

    @cached_property
    def counts(self) -> dict[str, frozenset[int]]:
        """How many there are of each thing that prose counts."""
        facts = self.facts
        databases = facts.of_type("aws_db_instance")
        caches = facts.of_type("aws_elasticache_replication_group")
        zones = {subnet.zone for subnet in Topology.of(facts).subnets.values()} - {UNKNOWN}
        single = {
            "NAT gateways": len(facts.of_type("aws_nat_gateway")),
            "zones": len(zones),
            "read replicas": sum(bool(item.get("replicate_source_db")) for item in databases),
            "repositories": len(facts.of_type("aws_ecr_repository")),
            "applications": sum(bool(service.build) for service in self.application.services),
            "Redis nodes": sum(int(item.get("num_cache_clusters") or 0) for item in caches),
        }
        kept = (item.get("backup_retention_period") for item in databases)
        several = {"days of backups": frozenset(filter(None, kept)), "port": self._ports}
        return {name: frozenset({count}) for name, count in single.items()} | several

    @property
    def _ports(self) -> frozenset[int]:
        services = self.application.services
        opened = {port for service in services for port in service.exposes}
        opened |= {p.published for service in services for p in service.ports if p.published}
        planned = {int(item.get(name) or 0) for item in self.facts for name in _PORTS}
        return frozenset(opened | planned)

    @cached_property
    def versions(self) -> dict[str, frozenset[str]]:
        """The versions of what it runs."""
        return {
            name: frozenset(str(item.get(path)) for item in self.facts.of_type(type_))
            for name, (type_, path, _) in _VERSIONS.items()
        }

    @cached_property
    def amounts(self) -> frozenset[Decimal]:
        """All that its bill has in it, in USD and in whole USD, and its budgets."""
        from groundplan import cost  # noqa: PLC0415 - only where an amount is typed

        bill = cost.of(self.design, self.facts)
        found = {bill.total, *(line.usd for line in bill.lines)}
        found |= {line.price for line in bill.lines}
        limits = (item.get("limit_amount") for item in self.facts.of_type("aws_budgets_budget"))
        found |= {Decimal(str(limit)) for limit in limits if limit}
        return frozenset(found | {amount.quantize(_DOLLAR) for amount in found})


def wrong(
    sentence: str, plans: Sequence[Known], own: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """What is typed in `sentence` that none of the `plans` has, and what they have instead.

    `own` are ranges and regions that the design itself states.
    """
    for way in _TYPED.values():
        for match in way.finditer(sentence):
            if match[0] not in _COMMON | own and all(match[0] not in plan.told for plan in plans):
                yield match[0], ""
    yield from _miscounted(sentence, plans)
    for name, (_, _, way) in _VERSIONS.items():
        for match in way.finditer(sentence):
            versions = frozenset().union(*(plan.versions[name] for plan in plans))
            if versions and match[1] not in versions:
                yield match[0], f": it is {_either(versions)}"
    for match in _AMOUNT.finditer(sentence):
        amount = Decimal((match[1] or match[2]).replace(",", ""))
        if all(amount not in plan.amounts for plan in plans):
            yield match[0].strip(), ""


def _miscounted(sentence: str, plans: Sequence[Known]) -> Iterator[tuple[str, str]]:
    for name, way in _COUNTED.items():
        for match in way.finditer(sentence):
            have = frozenset().union(*(plan.counts[name] for plan in plans))
            count = _number(next(filter(None, match.groups())))
            if count not in have and (count != 1 or name in _ONE_IS_A_COUNT):
                yield match[0], "" if name == "port" else f": there are {_either(have)}"


def _number(text: str) -> int:
    return int(text) if text.isdigit() else _WORDS.index(text.lower())


def _either(values: Iterable[object]) -> str:
    return " or ".join(sorted(map(str, values)))
