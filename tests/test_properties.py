"""What holds for every plan: recorded, made up at random, or with parts of it missing."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from groundplan import facts
from groundplan.canvas import render
from groundplan.folding import fold
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from plans import PLANS, document, permuted, plan, plan_things, thing, torn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Facts
    from groundplan.graph import Graph

VIEWS = {"network": network, "infrastructure": infrastructure}
FILES = tuple(sorted(
    str(path.relative_to(PLANS)) for path in PLANS.glob("*/*.json") if path.name != "before.json"
))  # fmt: skip
BASIS = thing("aws_ecr_repository.always", name="always")  # so that there is something to draw


@cache
def recorded(file: str) -> Facts:
    return facts.from_plan(document(file))


def holds(graph: Graph, of: Facts) -> None:
    """What is true of every view of every plan."""
    frames = {frame.id: frame for frame in graph.clusters}
    ids = {*frames, *(node.id for node in graph.nodes)}
    assert len(ids) == len(graph.clusters) + len(graph.nodes), "an id stands for one thing"
    assert {end for edge in graph.edges for end in (edge.source, edge.target)} <= ids
    _ledger_is_whole(graph, of, ids)
    for frame in graph.clusters:
        assert frame.id not in _around(frame.parent, graph), "a frame is not inside itself"
    for node in graph.nodes:
        assert node.cluster is None or node.cluster in frames
        if node.subnets == "unknown":
            continue
        assert all(frames[address].kind == "subnet" for address in node.subnets)
        drawn_in = {id_ for id_ in _around(node.cluster, graph) if frames[id_].kind == "subnet"}
        assert drawn_in <= set(node.subnets), "nothing is drawn where it does not run"


def _ledger_is_whole(graph: Graph, of: Facts, ids: set[str]) -> None:
    assert set(graph.ledger) == {item.address for item in of}
    for address, entry in graph.ledger.items():
        assert entry.reason if entry.status == "omitted" else entry.node in ids, address
    held = [address for node in graph.nodes for address in node.addresses]
    assert len(held) == len(set(held)), "each is drawn once"
    for node in graph.nodes:
        assert {graph.ledger[address].node for address in node.addresses} <= {node.id}


def _around(id_: str | None, graph: Graph) -> list[str]:
    """A frame and those around it. Fails where one of them is not there."""
    parents = {frame.id: frame.parent for frame in graph.clusters}
    found: list[str] = []
    while id_ is not None:
        assert id_ not in found, "frames stand in a circle"
        found.append(id_)
        id_ = parents[id_]
    return found


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("file", FILES)
def test_a_recorded_plan_is_whole_folded_or_not(file, view):
    graph = VIEWS[view](recorded(file))
    for one in (graph, fold(graph)):
        holds(one, recorded(file))


@pytest.mark.parametrize("view", VIEWS)
@given(things=plan_things())
def test_a_made_up_plan_is_whole_folded_or_not(view, things):
    found = facts.from_plan(plan(BASIS, *things))
    graph = VIEWS[view](found)
    for one in (graph, fold(graph)):
        holds(one, found)


@given(file=st.sampled_from(FILES), lost=st.sampled_from([0.1, 0.4, 0.8]), seed=st.integers(0, 999))
def test_a_plan_with_parts_missing_is_whole_all_the_same(file, lost, seed):
    found = facts.from_plan(torn(document(file), lost, seed))
    assume(found.resources)
    for view in VIEWS.values():
        holds(view(found), found)


@given(data=st.data())
def test_what_is_near_something_is_whole(data):
    found = recorded(data.draw(st.sampled_from(FILES)))
    graph = data.draw(st.sampled_from(list(VIEWS.values())))(found)
    address = data.draw(st.sampled_from(sorted(graph.ledger)))
    near = fold(graph, focus=address, depth=data.draw(st.integers(0, 2)))
    assert set(near.ledger) == set(graph.ledger)
    if near.nodes:
        holds(near, found)


@pytest.mark.parametrize("file", FILES)
def test_a_plan_in_another_order_is_the_same_graph(file):
    told = facts.from_plan(document(file))
    again = facts.from_plan(permuted(document(file), seed=7))
    for view in VIEWS.values():
        one, other = fold(view(told)), fold(view(again))
        assert other.as_dict() == one.as_dict()
        assert other.ledger == one.ledger


@pytest.mark.parametrize("file", ["shop/plan.json", "peered/plan.json", "nested/plan.json"])
def test_a_plan_in_another_order_is_the_same_picture(file):
    told = facts.from_plan(permuted(document(file), seed=1))
    again = facts.from_plan(permuted(document(file), seed=2))
    for view in VIEWS.values():
        assert render.draw(fold(view(told))) == render.draw(fold(view(again)))


@settings(max_examples=10)
@given(things=plan_things(), seed=st.integers(0, 99))
def test_a_made_up_plan_in_another_order_is_the_same_picture(things, seed):
    whole = plan(BASIS, *things)
    told, again = facts.from_plan(whole), facts.from_plan(permuted(whole, seed))
    for view in VIEWS.values():
        assert render.draw(fold(view(told))) == render.draw(fold(view(again)))


def test_the_same_plan_is_the_same_bytes_in_another_process(tmp_path):
    """Python orders sets of text differently in each process."""
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", "from groundplan.cli import main; main()",
             "draw", str(PLANS / "tiers" / "plan.json"), "--out", str(tmp_path / seed)],
            env=os.environ | {"PYTHONHASHSEED": seed}, check=True, capture_output=True,
        )  # fmt: skip
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / seed).iterdir()} for seed in "12"
    )
    assert first == second


SECRET = "plain-as-day"


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the parts of a value stand that have none of their own."""
    if isinstance(value, dict | list) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(item, (*path, key))
    elif path:
        yield path


def _hidden(value: Any, path: tuple[str | int, ...]) -> tuple[Any, Any]:
    """The value with a secret at `path`, and Terraform's mark of what is sensitive in it."""
    if not path:
        return SECRET, True
    first, *rest = path
    inner, mark = _hidden(value[first], tuple(rest))
    if isinstance(value, dict):
        return value | {first: inner}, {first: mark}
    items = list(enumerate(value))
    return (
        [inner if number == first else item for number, item in items],
        [mark if number == first else False for number, _item in items],
    )


@settings(max_examples=60)
@given(data=st.data())
def test_what_is_sensitive_is_in_no_picture_wherever_it_stands(data):
    whole = document(data.draw(st.sampled_from([file for file in FILES if "plan.json" in file])))
    number = data.draw(st.integers(0, len(whole["resource_changes"]) - 1))
    item = whole["resource_changes"][number]
    paths = list(_leaves(item["change"]["after"]))
    assume(paths)
    after, marks = _hidden(item["change"]["after"], data.draw(st.sampled_from(paths)))
    change = item["change"] | {"after": after, "after_sensitive": marks}
    changes = list(whole["resource_changes"])
    changes[number] = item | {"change": change}
    found = facts.from_plan(whole | {"resource_changes": changes})
    assert SECRET not in facts.to_json(found)
    for view in VIEWS.values():
        graph = view(found)
        holds(graph, found)
        assert SECRET not in str(graph)
