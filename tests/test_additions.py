"""What a script adds to a computed graph, and where it stands on the picture."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from groundplan import additions
from groundplan.canvas import overlay, render
from groundplan.errors import InputError
from groundplan.graph import Boundary, Cluster, Graph, Node, Note
from groundplan.views.infrastructure import infrastructure
from groundplan.views.network import network
from plans import recorded

if TYPE_CHECKING:
    from groundplan.canvas.boxes import Box

MYSQL = "module.stores.aws_db_instance.primary"
REPLICA = "module.stores.aws_db_instance.replica"


@pytest.fixture(scope="module")
def shop() -> Graph:
    return network(recorded("shop"))


@pytest.fixture(scope="module")
def services() -> Graph:
    return infrastructure(recorded("shop"))


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.right
        and other.x < one.right
        and one.y < other.bottom
        and other.y < one.bottom
    )


def test_a_node_a_line_a_note_and_a_boundary_are_one_line_each(shop):
    graph = (
        shop.add_node("partner", kind="users", label="Payment partner")
        .add_edge("partner", "internet", "HTTPS 443")
        .add_note("Restored every quarter", beside=MYSQL)
        .add_boundary("PCI scope", around=[MYSQL, REPLICA])
    )
    assert graph.node("partner").label == "Payment partner"
    assert graph.node("partner").detail == "drawn by hand"
    assert graph.edges[-1].label == "HTTPS 443, by hand"
    picture = render.draw(graph)
    for word in ("Payment partner", "HTTPS 443, by hand", "Restored every quarter", "PCI scope"):
        assert f">{word}<" in picture
    assert graph.as_dict()["notes"] == [{"text": "Restored every quarter", "beside": MYSQL}]
    assert "notes" not in shop.as_dict()


def test_things_are_named_by_id_by_address_or_by_label(shop):
    for name in (MYSQL, "MySQL primary"):
        assert shop.add_note("x", beside=name).notes == (Note("x", MYSQL),)
    by_label = shop.add_boundary("b", around=["Redis"]).boundaries
    assert by_label == (Boundary("b", ("module.stores.aws_elasticache_replication_group.this",)),)


def test_a_label_that_several_things_have_is_no_name():
    graph = Graph("v", "T", (), (Node("a", "kms", "Key"), Node("b", "kms", "Key")))
    with pytest.raises(InputError, match="2 things are called 'Key'") as caught:
        graph.add_note("x", beside="Key")
    assert caught.value.hint == "name one: a, b"


def test_what_a_phase_lacks_is_left_out_and_what_none_has_is_an_error():
    first = Graph("v", "T", (), (Node("app", "eks", "App"),))
    later = Graph("v", "T", (), (Node("app", "eks", "App"), Node("redis", "redis", "Redis")))
    graphs = [graph.add_note("x", beside="redis") for graph in (first, later)]
    assert [len(graph.notes) for graph in graphs] == [0, 1]
    additions.assert_known(graphs)
    with pytest.raises(InputError, match="nothing in the picture is called 'redsi'") as caught:
        additions.assert_known([later.add_edge("app", "redsi")])
    assert caught.value.hint == "did you mean 'redis'?"
    assert caught.value.file == __file__
    assert "redsi" in Path(__file__).read_text().splitlines()[caught.value.line - 1]


def test_an_id_is_given_once(shop):
    with pytest.raises(InputError, match="'internet' is there twice"):
        shop.add_node("internet", kind="users")


def test_a_group_is_a_frame_in_which_its_nodes_stand_together(services):
    regional = [node.id for node in services.nodes if node.cluster == "region"][:2]
    graph = services.add_group("Images and keys", around=regional)
    plan = render.plan(graph)
    frame = plan.layout.frames["Images and keys"]
    for node in graph.nodes:
        inside = node.id in regional
        assert overlap(frame, overlay.cell_of(node, plan.layout)) == inside, node.id
    assert ">Images and keys<" in render.draw(graph, plan)


def test_what_stands_in_several_frames_can_not_be_one_group(services):
    with pytest.raises(InputError, match="the group 'All' can't frame what stands in") as caught:
        services.add_group("All", around=[node.id for node in services.nodes])
    assert caught.value.hint == "outline it instead: add_boundary(…)"


def test_a_boundary_holds_all_that_is_meant_and_no_stranger(shop):
    meant = {MYSQL, REPLICA, "internet", "aws_eks_node_group.general"}
    graph = shop.add_boundary("Scope", around=sorted(meant))
    plan = render.plan(graph)
    outlines = plan.over.outlines
    assert len(outlines) > 1
    for node in graph.nodes:
        cell = overlay.cell_of(node, plan.layout)
        assert any(overlap(item.box, cell) for item in outlines) == (node.id in meant), node.id
    assert not [pair for pair in combinations(outlines, 2) if overlap(pair[0].box, pair[1].box)]


def test_neighbours_have_one_outline():
    frame = Cluster("region", "region", "Region")
    nodes = tuple(Node(id_, "kms", id_, cluster="region") for id_ in ("a", "b", "c"))
    graph = Graph("v", "T", (frame,), nodes)
    assert len(render.plan(graph.add_boundary("x", around=["a", "b"])).over.outlines) == 1
    assert len(render.plan(graph.add_boundary("x", around=["a", "c"])).over.outlines) == 2


def test_notes_are_numbered_at_their_things_and_told_below_the_picture(shop):
    graph = shop.add_note("First " * 80, beside=MYSQL).add_note("Second", beside=MYSQL)
    graph = graph.add_note("Third", beside="module.network.aws_vpc.this")
    before, plan = render.plan(shop), render.plan(graph)
    assert [badge.number for badge in plan.over.badges] == [1, 2, 3]
    one, two, _ = plan.over.badges
    assert abs(one.x - two.x) >= 2 * overlay.BADGE
    assert all(told.y > before.layout.height - 1 for told in plan.over.legend)
    assert plan.over.legend[-1].y < plan.layout.height
    assert len(plan.over.legend[0].lines) > 1
    assert plan.layout.icons == before.layout.icons


def test_notes_keep_their_numbers_from_phase_to_phase(shop):
    graph = shop.add_note("First", beside=MYSQL).add_note("Second", beside="internet")
    plan = render.plan(graph)
    second = shop.add_note("Second", beside="internet")
    picture = render.draw(second, plan)
    assert ">2<" in picture
    assert ">First<" not in picture


def test_what_is_folded_takes_its_notes_along():
    nodes = tuple(
        Node(f"k{n}", "kms", f"Key {n}", cluster=None, addresses=(f"k{n}",)) for n in range(2)
    )
    graph = Graph("v", "T", (), nodes).add_note("x", beside="k1").add_boundary("b", around=["k0"])
    left = additions.settled(Graph("v", "T", (), nodes[:1], (), {}, graph.notes, graph.boundaries))
    assert (left.notes, left.boundaries) == ((), graph.boundaries)
