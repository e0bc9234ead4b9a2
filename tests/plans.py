"""Plans for the tests: those recorded from real Terraform, small ones by hand, random ones."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st

from groundplan import facts
from groundplan.facts import Facts, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

settings.register_profile("groundplan", deadline=None)  # a busy machine is not a slow test
settings.load_profile("groundplan")

PLANS = Path(__file__).parent / "fixtures" / "plans"
PICTURED = (
    "aurora", "changes", "deep", "dual", "fargate", "groups", "idioms", "loops", "nested",
    "routes", "scaling", "secrets", "serverless", "shop", "stores", "tiers",
)  # fmt: skip


def recorded(name: str, file: str = "plan.json") -> Facts:
    """The facts of what the real Terraform said about a fixture."""
    return facts.read(PLANS / name / file)


@cache
def document(file: str) -> Any:
    """What `terraform show -json` said, by a path below the fixtures' folder. Not to be changed."""
    return json.loads((PLANS / file).read_text())


# Lists whose order says nothing; that of blocks and values does.
_UNORDERED = ("resource_changes", "resources", "child_modules")


def permuted(value: Any, seed: int, name: str = "") -> Any:
    """A plan that says the same in another order, of its lists and of all its objects' keys."""
    shuffle = random.Random(seed).shuffle  # noqa: S311 - it is to be the same again
    if isinstance(value, dict):
        names = list(value)
        shuffle(names)
        return {name: permuted(value[name], seed, name) for name in names}
    if not isinstance(value, list):
        return value
    items = [permuted(item, seed) for item in value]
    if name in _UNORDERED:
        shuffle(items)
    return items


@dataclass(frozen=True)
class Thing:
    """A resource to be planned: what it refers to, by attribute path, and its known values."""

    address: str
    refs: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    actions: tuple[str, ...] = ("create",)


def thing(address: str, refs: dict[str, list[str]] | None = None, **after: object) -> Thing:
    return Thing(address, refs or {}, after)


def linked(name: str, subnets: list[str], table: str) -> Thing:
    """The association of a subnet, or of one of several, with a route table."""
    refs = {"subnet_id": subnets, "route_table_id": [table]}
    return thing(f"aws_route_table_association.{name}", refs)


def plan(*things: Thing) -> dict[str, Any]:
    """A plan document; an attribute that refers to something is known after apply."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": [_change(item) for item in things],
        "configuration": {"root_module": {"resources": [_block(item) for item in things]}},
    }


def _change(item: Thing) -> dict[str, Any]:
    type_, name = item.address.split(".")
    gone = item.actions == ("delete",)
    blocks = {path.split(".")[0]: [{}] for path in item.refs if "." in path}
    return {
        "address": item.address, "mode": "managed", "type": type_, "name": name,
        "change": {
            "actions": list(item.actions),
            "before": item.after if item.actions != ("create",) else None,
            "after": None if gone else item.after | blocks,
            "after_unknown": {"id": True} | _nested(item.refs, lambda _: True),
        },
    }  # fmt: skip


def _block(item: Thing) -> dict[str, Any]:
    references = _nested(item.refs, lambda refs: {"references": [*_with_prefixes(refs)]})
    type_, name = item.address.split(".")
    return {"address": item.address, "type": type_, "name": name, "expressions": references}


def _nested(refs: dict[str, list[str]], leaf: Callable[[list[str]], Any]) -> dict[str, Any]:
    """`a.0.b` → `{"a": [{"b": …}]}`; one block is enough here."""
    found: dict[str, Any] = {}
    for path, references in refs.items():
        head, *rest = path.split(".")
        found[head] = [{rest[1]: leaf(references)}] if rest else leaf(references)
    return found


def _with_prefixes(references: Iterable[str]) -> Iterable[str]:
    """As a plan lists them: `aws_vpc.a.id`, then `aws_vpc.a`."""
    for reference in references:
        yield f"{reference}.id"
        yield reference


NAMES = st.sampled_from(["", "shop", "a-b", "Käse ☕", "<b>&\"'", "x" * 60, "\u202egnp", "a\x00b"])
ZONES = st.sampled_from(["us-east-1a", "us-east-1b", "us-east-1c"])
ACTIONS = st.sampled_from([("create",), ("no-op",), ("update",), ("delete", "create"), ("delete",)])


@st.composite
def networks(draw: st.DrawFn, number: int) -> tuple[list[Thing], list[str]]:
    """A VPC with up to five subnets of any tier; its things and its subnets' addresses."""
    kinds = ("vpc", "internet_gateway", "nat_gateway")
    vpc, gateway, nat = (f"aws_{kind}.v{number}" for kind in kinds)
    things = [thing(vpc, cidr_block=f"10.{number}.0.0/16", tags={"Name": draw(NAMES)})]
    subnets = []
    size = draw(st.sampled_from([4, 6, 2, 0]))
    kind = st.sampled_from(["public", "private", "isolated"])
    tiers = draw(st.lists(kind, min_size=size, max_size=size))
    for index, tier in enumerate(tiers):
        subnet, table = f"aws_subnet.s{number}_{index}", f"aws_route_table.s{number}_{index}"
        subnets.append(subnet)
        way = {"public": {"gateway_id": [gateway]}, "private": {"nat_gateway_id": [nat]}}.get(tier)
        things += [
            thing(
                subnet, {"vpc_id": [vpc]},
                cidr_block=f"10.{number}.{index}.0/24", availability_zone=draw(ZONES),
            ),
            thing(table, {"vpc_id": [vpc]}),
            linked(f"s{number}_{index}", [subnet], table),
        ]  # fmt: skip
        if way:
            route = {"route_table_id": [table], **way}
            things.append(thing(
                f"aws_route.s{number}_{index}", route, destination_cidr_block="0.0.0.0/0"
            ))  # fmt: skip
    if "public" in tiers:
        things.append(thing(gateway, {"vpc_id": [vpc]}))
    if "private" in tiers:
        things.append(thing(nat, {"subnet_id": [draw(st.sampled_from(subnets))]}))
    return things, subnets


@st.composite
def plan_things(draw: st.DrawFn) -> list[Thing]:
    """What a small plan is made of: networks, what stands in them, who lets whom in, the rest."""
    things, subnets = [], []
    for number in range(draw(st.sampled_from([1, 1, 2, 0]))):
        more, places = draw(networks(number))
        things += more
        subnets += places
    groups = [f"aws_security_group.g{n}" for n in range(draw(st.sampled_from([2, 3, 1, 0])))]
    things += [thing(group, name=draw(NAMES)) for group in groups]
    for number in range(draw(st.sampled_from([3, 5, 1, 0])) if groups else 0):
        one = st.sampled_from(groups).map(lambda group: [group])
        refs = {"security_group_id": draw(one)}
        source: dict[str, Any] = draw(st.sampled_from([{"cidr_ipv4": "0.0.0.0/0"}, {}, {}]))
        if not source:
            refs["referenced_security_group_id"] = draw(one)
        port = draw(st.sampled_from([22, 443, 3306]))
        things.append(thing(
            f"aws_vpc_security_group_ingress_rule.r{number}", refs, **source,
            ip_protocol="tcp", from_port=port, to_port=port,
        ))  # fmt: skip
    for number in range(draw(st.sampled_from([5, 8, 2, 0]))):
        things += draw(placed(number, subnets, groups))
    for number in range(draw(st.sampled_from([3, 8, 1, 0]))):
        kind = draw(st.sampled_from(["aws_ecr_repository", "aws_kms_key", "aws_made_up_thing"]))
        things.append(thing(f"{kind}.e{number}", name=draw(NAMES)))
    return [
        Thing(item.address, item.refs, item.after, draw(ACTIONS))
        if item.address.startswith(("aws_instance", "aws_ecr")) else item
        for item in things
    ]  # fmt: skip


def some_of(addresses: list[str], most: int) -> st.SearchStrategy[list[str]]:
    if not addresses:
        return st.just([])
    return st.lists(st.sampled_from(addresses), max_size=most, unique=True)


@st.composite
def placed(draw: st.DrawFn, number: int, subnets: list[str], groups: list[str]) -> list[Thing]:
    """Something in one or more of `subnets`, or nobody knows where, carrying some of `groups`."""
    carried = draw(some_of(groups, 2))
    where = draw(some_of(subnets, 3))
    kind = draw(st.sampled_from(["aws_instance", "aws_lb", "aws_db_instance", "aws_eks_cluster"]))
    address, name = f"{kind}.p{number}", draw(NAMES)
    if kind == "aws_instance":
        refs = {"subnet_id": where[:1] or ["local.subnet"], "vpc_security_group_ids": carried}
        return [thing(address, refs, tags={"Name": name})]
    if kind == "aws_lb":
        return [thing(address, {"subnets": where, "security_groups": carried}, name=name)]
    if kind == "aws_eks_cluster":
        return [thing(address, {"vpc_config.0.subnet_ids": where}, name=name, version="1.33")]
    group = f"aws_db_subnet_group.p{number}"
    refs = {"db_subnet_group_name": [group], "vpc_security_group_ids": carried}
    return [
        thing(group, {"subnet_ids": where}),
        thing(address, refs, engine=draw(st.sampled_from(["mysql", "postgres"]))),
    ]


def torn(whole: dict[str, Any], lost: float, seed: int) -> dict[str, Any]:
    """A plan of which parts are missing: changes, blocks, modules; other actions, too."""
    rolls = random.Random(seed)  # noqa: S311 - it is to be the same again

    def tear(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            named = name in {"module_calls", "expressions", "outputs"}
            kept = (key for key in value if not named or rolls.random() >= lost)
            return {key: tear(value[key], key) for key in kept}
        if not isinstance(value, list):
            return value
        some = name in {"resource_changes", "resources", "references"}
        return [tear(item) for item in value if not some or rolls.random() >= lost]

    found: dict[str, Any] = tear(whole)
    for item in found.get("resource_changes", ()):
        if item["change"]["actions"] == ["create"] and rolls.random() < lost:
            item["change"]["actions"] = rolls.choice([["update"], ["no-op"], ["create", "delete"]])
    return found


def facts_of(*things: Thing) -> Facts:
    return facts.from_plan(plan(*things))


def resource(address: str, **fields: Any) -> Resource:
    """A resource as `facts` has it."""
    type_, name = address.rsplit(".", 2)[-2:]
    return Resource(address, type_, name, **fields)
