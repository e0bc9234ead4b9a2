"""Plans of the real Terraform, each against the truth that stands beside it, written by hand."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

import truths
from groundplan.facts.addresses import split
from truths import Truth, told

if TYPE_CHECKING:
    from groundplan.graph import Graph

# Fixtures, and for a document other than plan.json its name.
CASES = (
    "aurora", "borrowed", "dual", "evolve", "evolve destroy", "evolve state", "fargate", "hub",
    "idioms", "nested", "peered", "scaling", "serverless", "stores", "tiers",
)  # fmt: skip

of_each = pytest.mark.parametrize("case", CASES)


@cache
def truth(case: str) -> Truth:
    name, _, document = case.partition(" ")
    return told(name, f"{document or 'truth'}.yaml")


@cache
def drawn(case: str) -> dict[str, Graph]:
    name, _, document = case.partition(" ")
    return truths.drawn(name, f"{document or 'plan'}.json")


def somewhere(case: str) -> set[str]:
    """The addresses that one of the views draws."""
    return set().union(*(truths.by_address(graph) for graph in drawn(case).values()))


@of_each
def test_every_subnet_has_its_tier_range_zone_and_vpc(case):
    for graph in drawn(case).values():
        homes = {frame.id: frame.parent for frame in graph.clusters if frame.kind == "zone"}
        found = {
            frame.address: (frame.tier, frame.cidr, frame.zone, homes[frame.parent])
            for frame in graph.clusters if frame.kind == "subnet"
        }  # fmt: skip
        assert found == truth(case).subnets


@of_each
def test_every_thing_stands_in_exactly_its_subnets_and_groups(case):
    for graph in drawn(case).values():
        there = {at: truths.place(node) for at, node in truths.by_address(graph).items()}
        inside = {
            at: place for at, place in there.items()
            if (place.subnets or place.groups) and at not in truth(case).limits
        }  # fmt: skip
        expected = truth(case).nodes
        assert inside == {at: place for at, place in expected.items() if at in there}
    assert set(truth(case).nodes) <= somewhere(case)


@of_each
def test_nothing_outside_is_missing(case):
    inside = {*truth(case).nodes, *truth(case).limits}
    types = [split(address)[-2] for address in somewhere(case) - inside]
    expected = truth(case).elsewhere
    assert {type_: types.count(type_) for type_ in expected} == expected


@of_each
def test_who_lets_whom_in(case):
    graph = drawn(case)["network"]
    edges = [edge for edge in graph.edges if edge.kind == "rule"]
    rules = truth(case).rules
    missing = {rule for rule in rules if not any(truths.means(graph, e, rule) for e in edges)}
    wrong = [edge for edge in edges if not any(truths.means(graph, edge, r) for r in rules)]
    assert (missing, wrong) == (set(), [])


@of_each
def test_which_way_each_subnet_leaves(case):
    graph = drawn(case)["network"]
    subnets = {frame.id for frame in graph.clusters if frame.kind == "subnet"}
    found = {(e.source, e.target, e.label) for e in graph.edges if e.kind == "route"}
    assert {route for route in found if route[0] in subnets} == truth(case).routes


@of_each
@pytest.mark.parametrize("view", ["network", "infrastructure"])
def test_what_is_a_copy_of_what(case, view):
    graph = drawn(case)[view]
    assert truths.pairs(graph, "replicates") == truths.joined(graph, truth(case).replicates)


@of_each
def test_who_uses_whom(case):
    graph = drawn(case)["infrastructure"]
    assert truths.pairs(graph, "uses") == truths.joined(graph, truth(case).uses)


@pytest.mark.xfail(reason="the references of an expression don't say what is done with them")
@pytest.mark.parametrize("case", ["idioms", "scaling"])
def test_what_is_picked_out_of_lists_is_not_the_whole_of_them(case):
    for graph in drawn(case).values():
        there = truths.by_address(graph)
        for address, place in truth(case).limits.items():
            assert truths.place(there[address]) == place
