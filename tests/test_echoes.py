"""Where something may run that is drawn elsewhere: it is said."""

from __future__ import annotations

from groundplan.canvas.echoes import FOLDED, echoes, said, with_words
from groundplan.canvas.layout import arrange
from groundplan.graph import Cluster, Graph, Node
from groundplan.views.network import network
from plans import recorded

FRAMES = (
    Cluster("region", "region", "Region"), Cluster("v", "vpc", "VPC", "region"),
    Cluster("z", "zone", "z", "v", zone="z"),
    Cluster("app", "subnet", "Private", "z", "app", "10.0.0.0/24", "private", "z"),
    Cluster("data", "subnet", "Isolated", "z", "data", "10.0.1.0/24", "isolated", "z"),
)  # fmt: skip
CLUSTER = Node("eks", "eks", "EKS cluster", cluster="v", subnets=("app", "data"))


def notes(*nodes: Node) -> dict[str, str | None]:
    graph = with_words(Graph("infrastructure", "I", FRAMES, nodes))
    return {frame.id: frame.note for frame in graph.clusters if frame.kind == "subnet"}


def test_a_subnet_says_what_runs_in_it_and_in_others_too():
    assert notes(CLUSTER) == dict.fromkeys(("app", "data"), "here too: EKS cluster")


def test_it_says_nothing_where_something_is_seen_in_it():
    app = Node("app", "instance", "App", cluster="app", subnets=("app",))
    assert notes(CLUSTER, app) == {"app": None, "data": "here too: EKS cluster"}


def test_it_says_that_things_were_folded_where_nobody_knows_what_stands_where():
    module = Node("module.a", "module", "module.a", cluster="v", subnets="unknown")
    assert notes(module) == {"app": FOLDED, "data": FOLDED}
    empty = (*FRAMES[:3], Cluster("s", "subnet", "S", "z", note="empty: nothing runs here"))
    assert with_words(Graph("i", "I", empty, (module,))).clusters == empty


def test_of_many_it_says_how_many_they_are():
    assert said(["A", "B", "A"]) == "here too: A, B"
    assert said(["A", "B", "C"]) == "here too: 3 things beside or below"


def test_a_frame_that_is_drawn_again_says_whose_it_is():
    graph = network(recorded("aurora"))
    layout = arrange(graph)
    (again,) = layout.again["aws_security_group.proxy"]
    (echo,) = [item for item in echoes(graph, layout) if again.overlaps(item.box)]
    assert echo.text == "here too: RDS Proxy"
    assert again.x < echo.box.x < echo.box.right < again.right
    assert again.y < echo.box.y < echo.box.bottom < again.bottom


def test_one_that_holds_something_else_says_nothing():
    graph = network(recorded("evolve"))
    layout = arrange(graph)
    assert layout.again, "a group has members in several subnets"
    assert not [*echoes(graph, layout)]
