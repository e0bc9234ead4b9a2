"""What plans have of that which prose likes to tell, and what a sentence tells that none has."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Final

from groundplan.cidrs import inside, overlap
from groundplan.rules.passages import either
from groundplan.topology import Topology
from groundplan.topology.relations import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from groundplan.compose import Application
    from groundplan.design import Design
    from groundplan.facts import Facts, Resource
    from groundplan.topology import Subnet

_WORDS: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
)  # fmt: skip
_SINGLE: Final = "a single"
_NUMBER: Final = rf"\b(\d{{1,3}}|{_SINGLE}|{'|'.join(_WORDS)})\s+"
_SMALL: Final = r"(?!other|more|AWS|managed|of\b)(?:[a-z-]+,? ){0,2}"  # what services may be
_COUNTED: Final = {
    "NAT gateways": re.compile(rf"{_NUMBER}NAT gateways?\b", re.IGNORECASE),
    "zones": re.compile(
        rf"{_NUMBER}(?:(?:availability )?zones?|data cent(?:er|re)s?)\b", re.IGNORECASE
    ),
    "subnets": re.compile(rf"{_NUMBER}(?:public |private |isolated )?subnets?\b", re.IGNORECASE),
    "read replicas": re.compile(rf"{_NUMBER}read replicas?\b", re.IGNORECASE),
    "replicas": re.compile(rf"{_NUMBER}replicas?\b", re.IGNORECASE),
    "repositories": re.compile(rf"{_NUMBER}(?:ECR )?repositor(?:y|ies)\b", re.IGNORECASE),
    "applications": re.compile(
        rf"{_NUMBER}(?:applications?\b|{_SMALL}services? and (?:one |a )?(?:MySQL|databases?)\b)",
        re.IGNORECASE,
    ),
    "Redis nodes": re.compile(rf"{_NUMBER}Redis nodes?\b", re.IGNORECASE),
    "nodes": re.compile(rf"{_NUMBER}(?:spot |on-demand |worker )?nodes?\b", re.IGNORECASE),
    # Some alarms, some services of AWS and some pictures are no count of all.
    "alarms": re.compile(
        rf"\b(?:has|have|are|gets?|with) {_NUMBER}alarms?\b|{_NUMBER}alarms? (?=in\b|altogether\b)",
        re.IGNORECASE,
    ),
    "tiers": re.compile(rf"{_NUMBER}tiers?\b", re.IGNORECASE),
    "kinds of machine": re.compile(rf"{_NUMBER}kinds? of (?:machine|node)s?\b", re.IGNORECASE),
    "services": re.compile(rf"{_NUMBER}{_SMALL}services?\b(?! (?:of|from)\b)", re.IGNORECASE),
    "images": re.compile(
        rf"{_NUMBER}(?:container )?images?\b(?! (?:above|below|shows?)\b)", re.IGNORECASE
    ),
    "GB of storage": re.compile(
        r"\b(?:storage|disks?)\b[^:;]*?\b(\d{1,5}) GB\b|\b(\d{1,5}) GB of (?:storage|disk)\b",
        re.IGNORECASE,
    ),
    "days of backups": re.compile(
        rf"{_NUMBER}days? of backups\b|\bbackups? (?:are |is )?kept for {_NUMBER}days?\b",
        re.IGNORECASE,
    ),
    "port": re.compile(r"\bport (\d{2,5})\b(?!/)", re.IGNORECASE),
}
_LIMITED: Final = ("nodes",)
"""Of these, plans tell how many there are at least and at most."""
_SEVERAL: Final = re.compile(r"\b(?:more than one copy|several copies)\b", re.IGNORECASE)
_ONE_IS_A_COUNT: Final = ("NAT gateways", "read replicas", "Redis nodes", "days of backups")
"""Of the others, prose says one where it means each: `in one zone`."""
_REGION: Final = r"\b[a-z]{2}(?:-gov)?-(?:central|(?:north|south)?(?:east|west)|north|south)-\d"
_TYPED: Final = {
    "range": re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}(?!\d)"),
    "size": re.compile(
        r"\b(?:db\.|cache\.)?[a-z]{1,3}\d[a-z]{0,3}\.(?:nano|micro|small|medium|\d*x?large)\b"
    ),
    "region": re.compile(rf"{_REGION}(?=[a-z]?\b)"),
    "zone": re.compile(rf"{_REGION}[a-z]\b"),
}
# A whole number counts as a version where no thing follows that it would be a number of.
_VERSION: Final = r" (\d{1,2}(?:\.\d+)+|\d{1,2}(?=[,:)]|\.?$| (?:and|or|on|with|in|for|is|as)\b))"
_VERSIONS: Final = {
    "Kubernetes": ("aws_eks_cluster", "version", re.compile(rf"\b(?:Kubernetes|EKS){_VERSION}")),
    "MySQL": ("aws_db_instance", "engine_version", re.compile(rf"\bMySQL{_VERSION}")),
    "Redis": (
        "aws_elasticache_replication_group", "engine_version", re.compile(rf"\bRedis{_VERSION}"),
    ),
}  # fmt: skip
# What part of a sentence says of something else than what is planned: it may have any figures.
_ELSEWHERE: Final = re.compile(
    r"\b(?:would|could|might|used to|until now|so far|instead of|rather than|unlike)\b"
    r"|\b(?:many|most|some|other) \w+s (?:have|need|put|run|use)\b|\b(?:no|never|nowhere)\b"
    r"|\b(?:can|may) (?:have|hold|grow|become|want|one day)\b(?! up to\b)"
    r"|\byour?\b.*\btoday\b|\btoday\b.*\byour?\b",
    re.IGNORECASE,
)
_PART: Final = re.compile(r"(?:[^,:]|[,:](?=\S))+")
# Words by which a number counts some of the whole, before it and after it; or is a bound.
_SOME: Final = re.compile(
    r"\b(?:only|just|these|those|the other|of the|of its|any|first|last|another|remaining|keeps?|"
    r"kept|leaves?)\s+$",
    re.IGNORECASE,
)
_OF_THEM: Final = re.compile(
    r"\s+(?:that|which|who|use|need|call|read|write|talk|remain|left|are left|at a time)\b",
    re.IGNORECASE,
)
_BOUND: Final = re.compile(
    r"\b(?:at most|at least|up to|(?:more|fewer|less|other) than|no more than)\s+$", re.IGNORECASE
)
_AT_MOST: Final = re.compile(r"\b(?:at most|up to|no more than)\s+$", re.IGNORECASE)
_FREE: Final = re.compile(r"\b(?:free|unused|spare|reserved|left|room|grow|later)\b", re.IGNORECASE)
_AMOUNT: Final = re.compile(
    r"(?:\$|\bUSD )\s?(\d[\d,]*(?:\.\d+)?)|\b(\d[\d,]*(?:\.\d+)?) ?(?:USD|(?:US )?dollars?)\b"
    r"|\b(\d[\d,]*\d(?:\.\d+)?) (?:a|per) (?:month|year)\b"
)
_OTHER_MONEY: Final = re.compile(
    r"[€£] ?\d[\d.,]*|\b\d[\d.,]* ?(?:[€£]|(?:EUR|GBP|euros?|pounds sterling)\b)", re.IGNORECASE
)
_YEAR: Final = 12  # months
_SHARE: Final = re.compile(r"\b(\d{1,3}(?:\.\d+)?) ?(?:%|per ?cent\b)", re.IGNORECASE)
_DISCOUNT: Final = re.compile(r"\b(?:discount|spot|spare capacity)\b", re.IGNORECASE)
_NOT: Final = re.compile(r"(?:n't|\bnot)\b[^,:;]*$", re.IGNORECASE)
_PAID: Final = re.compile(
    r"\b(spot|on-demand)\b\W*(?:machine|node|instance|capacity)", re.IGNORECASE
)
# What each store is called, by the type of resource that has its port.
_STORES: Final = {
    "aws_db_instance": re.compile(r"\b(?:MySQL|databases?|RDS)\b", re.IGNORECASE),
    "aws_elasticache_replication_group": re.compile(
        r"\b(?:Redis|caches?|ElastiCache)\b", re.IGNORECASE
    ),
}
# What prose may name without any plan having it: private, example and all-embracing ranges.
_COMMON: Final = frozenset({
    "0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",
})  # fmt: skip
_PORTS: Final = ("from_port", "to_port", "port")
_STORAGE: Final = ("allocated_storage", "max_allocated_storage", "disk_size", "volume_size")
_DOLLAR: Final = Decimal(1)
# What is wrong, and what is there instead.
_Wrong = tuple[re.Match[str], str]


@dataclass(frozen=True, eq=False)
class Known:
    """One recorded plan, its text, and the application that is to run on it."""

    facts: Facts
    text: str
    application: Application
    design: Design
    copies: int = 1
    """How many copies of each application run."""

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
        zones = {subnet.zone for subnet in self._subnets} - {UNKNOWN}
        replicas = sum(bool(item.get("replicate_source_db")) for item in databases)
        built = sum(bool(service.build) for service in self.application.services)
        nodes = sum(int(item.get("num_cache_clusters") or 0) for item in caches)
        groups = facts.of_type("aws_eks_node_group")
        single = {
            "NAT gateways": len(facts.of_type("aws_nat_gateway")),
            "zones": len(zones),
            "read replicas": replicas,
            "repositories": len(facts.of_type("aws_ecr_repository")),
            "applications": built,
            "images": built,
            "alarms": len(facts.of_type("aws_cloudwatch_metric_alarm")),
            "tiers": len({subnet.tier for subnet in self._subnets} - {UNKNOWN}),
            "Redis nodes": nodes,
        }
        kept = (item.get("backup_retention_period") for item in databases)
        several = {
            "days of backups": frozenset(filter(None, kept)),
            "port": self._ports,
            "services": frozenset({built, len(self.application.services)}),
            "kinds of machine": frozenset(len(item.get("instance_types") or ()) for item in groups),
            "nodes": frozenset(chain([nodes], *map(_sizes, groups))),
            "GB of storage": frozenset(
                int(size) for item in facts for name in _STORAGE if (size := item.get(name))
            ),
            # Of databases, of applications, or of caches.
            "replicas": frozenset({replicas, self.copies, max(nodes - 1, 0)}),
            "subnets": self._subnet_counts,
        }
        return {name: frozenset({count}) for name, count in single.items()} | several

    @cached_property
    def _subnets(self) -> tuple[Subnet, ...]:
        return tuple(Topology.of(self.facts).subnets.values())

    @property
    def _subnet_counts(self) -> frozenset[int]:
        """How many there are, of each tier, and in each zone."""
        ways = (lambda _: "", lambda item: item.tier, lambda item: item.zone)
        return frozenset(chain.from_iterable(Counter(map(w, self._subnets)).values() for w in ways))

    def has_room(self, cidr: str) -> bool:
        """True where a VPC has these addresses, and no subnet."""
        vpcs = (str(item.get("cidr_block")) for item in self.facts.of_type("aws_vpc"))
        taken = any(overlap(cidr, subnet.cidr) for subnet in self._subnets)
        return not taken and any(inside(cidr, vpc) for vpc in vpcs)

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
    def paid(self) -> frozenset[str]:
        """How its machines are paid for: `spot`, `on-demand`."""
        groups = self.facts.of_type("aws_eks_node_group")
        kinds = {str(item.get("capacity_type") or "on_demand") for item in groups}
        return frozenset(kind.lower().replace("_", "-") for kind in kinds)

    def ports_of(self, type_: str) -> frozenset[int]:
        """The ports that resources of that type listen on."""
        return frozenset(
            int(port) for item in self.facts.of_type(type_) if (port := item.get("port"))
        )

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
    sentence: str,
    part: tuple[int, int],
    plans: Sequence[Known],
    own: frozenset[str] = frozenset(),
) -> Iterator[tuple[str, str]]:
    """What is typed in `sentence` that none of the `plans` has, and what they have instead.

    `part` is the one of it that they are told in: from where to where. `own` are ranges and regions
    that the design itself states.
    """
    elsewhere = [found.span() for found in _PART.finditer(sentence) if _ELSEWHERE.search(found[0])]
    looked = (_untold(sentence, plans, own), *(look(sentence, plans) for look in _LOOKS))
    for match, instead in chain.from_iterable(looked):
        within = part[0] <= match.start() < part[1]
        if within and not any(start <= match.start() < end for start, end in elsewhere):
            yield match[0].strip(), instead


def _untold(sentence: str, plans: Sequence[Known], own: frozenset[str]) -> Iterator[_Wrong]:
    for name, way in _TYPED.items():
        for match in way.finditer(sentence):
            if match[0] in _COMMON | own or any(match[0] in plan.told for plan in plans):
                continue
            free = name == "range" and _FREE.search(sentence)
            if not (free and any(plan.has_room(match[0]) for plan in plans)):
                yield match, ""


def _unpaid(sentence: str, plans: Sequence[Known]) -> Iterator[_Wrong]:
    for match in _AMOUNT.finditer(sentence):
        amount = Decimal((match[1] or match[2] or match[3]).replace(",", ""))
        times = _YEAR if match[0].endswith("year") else 1
        known = {(have * times).quantize(have) for plan in plans for have in plan.amounts}
        if amount not in known:
            yield match, ""
    for match in _OTHER_MONEY.finditer(sentence):
        yield match, ": AWS is paid in USD"


def _undiscounted(sentence: str, plans: Sequence[Known]) -> Iterator[_Wrong]:
    if not _DISCOUNT.search(sentence):
        return
    assumed = (plan.design.usage.spot_discount for plan in plans)
    shares = {share for item in assumed if item for share in (item.value, 100 - item.value)}
    for match in _SHARE.finditer(sentence):
        if shares and float(match[1]) not in shares:
            yield match, f": {either(f'{share:g} %' for share in shares)} is assumed"


def _otherwise_paid(sentence: str, plans: Sequence[Known]) -> Iterator[_Wrong]:
    kinds = frozenset().union(*(plan.paid for plan in plans))
    if len({plan.facts.env for plan in plans}) == 1:
        for match in _PAID.finditer(sentence):
            denied = _NOT.search(sentence[: match.start()])
            if kinds and not denied and match[1].lower() not in kinds:
                yield match, f": its machines are {either(kinds)}"


def _of_another_store(sentence: str, plans: Sequence[Known]) -> Iterator[_Wrong]:
    """Ports of one store in a sentence that names only the other."""
    named = [type_ for type_, way in _STORES.items() if way.search(sentence)]
    if len(named) != 1:
        return
    mine, others = (
        frozenset(chain.from_iterable(plan.ports_of(type_) for plan in plans for type_ in types))
        for types in (named, _STORES.keys() - named)
    )
    for match in _COUNTED["port"].finditer(sentence) if mine else ():
        if int(match[1]) in others - mine:
            yield match, f": it is {either(mine)}"


def _outdated(sentence: str, plans: Sequence[Known]) -> Iterator[_Wrong]:
    for name, (_, _, way) in _VERSIONS.items():
        for match in way.finditer(sentence):
            versions = frozenset().union(*(plan.versions[name] for plan in plans))
            if versions and not any(agree(match[1], version) for version in versions):
                yield match, f": it is {either(versions)}"


def agree(one: str, other: str) -> bool:
    """True for `8.4` and `8.4.5`: as far as both say something, they say the same."""
    return all(a == b for a, b in zip(one.split("."), other.split("."), strict=False))


def _miscounted(sentence: str, plans: Sequence[Known]) -> Iterator[_Wrong]:
    for name, way in _COUNTED.items():
        for match in way.finditer(sentence):
            have = frozenset().union(*(plan.counts[name] for plan in plans))
            count = _number(next(filter(None, match.groups())))
            if count in have or (count == 1 and name not in _ONE_IS_A_COUNT):
                continue
            limit = name in _LIMITED and _AT_MOST.search(sentence[: match.start()])
            if name in _LIMITED and not limit and min(have) <= count <= max(have):
                continue
            if limit or not _is_of_some(sentence, match, least=count < max(have, default=0)):
                yield match, "" if name == "port" else f": there are {either(have)}"


def _single(sentence: str, plans: Sequence[Known]) -> Iterator[_Wrong]:
    for match in _SEVERAL.finditer(sentence):
        if all(plan.copies == 1 for plan in plans):
            yield match, ": one copy of each application runs"


_LOOKS: Final = (
    _miscounted, _single, _outdated, _unpaid, _undiscounted, _otherwise_paid, _of_another_store,
)  # fmt: skip


def _is_of_some(sentence: str, match: re.Match[str], *, least: bool) -> bool:
    """True where a number is a bound, or counts some of the whole, of which there are more."""
    before, after = sentence[: match.start()], sentence[match.end() :]
    some = _SOME.search(before) or _OF_THEM.match(after)
    return bool(_BOUND.search(before) or (least and some))


def _number(text: str) -> int:
    if text.lower() == _SINGLE:
        return 1
    return int(text) if text.isdigit() else _WORDS.index(text.lower())


def _sizes(group: Resource) -> Iterator[int]:
    """How many nodes a group may have: to begin with, at least, and at most."""
    for scaling in group.get("scaling_config") or ():
        yield from (int(size) for size in scaling.values() if size is not None)
