"""A picture drawn with the diagrams library becomes a graph like any other."""

from __future__ import annotations

import pytest
from diagrams import Cluster, Edge
from diagrams.aws.compute import ECR, EKS
from diagrams.onprem.client import User

from groundplan.canvas.render import draw
from groundplan.errors import InputError
from groundplan.handmade import by_hand


def _release() -> None:
    team = User("The team")
    with Cluster("AWS"):
        images = ECR("Images\nfive repositories")
        with Cluster("Cluster"):
            cluster = EKS("EKS")
    team >> Edge(label="push") >> images >> cluster


def test_nodes_groups_and_edges_are_taken_over():
    graph = by_hand(_release, view="release", title="Release")

    assert [(node.id, node.detail, node.cluster) for node in graph.nodes] == [
        ("The team", "", None),
        ("Images", "five repositories", "AWS"),
        ("EKS", "", "AWS/Cluster"),
    ]
    assert [(item.id, item.parent) for item in graph.clusters] == [
        ("AWS", None),
        ("AWS/Cluster", "AWS"),
    ]
    assert [(edge.source, edge.target, edge.label) for edge in graph.edges] == [
        ("The team", "Images", "push"),
        ("Images", "EKS", ""),
    ]
    assert graph.node("Images").kind == "aws/compute/ec2-container-registry.png"


def test_drawn_twice_it_is_the_same_picture():
    pictures = {draw(by_hand(_release, view="release", title="Release")) for _ in range(2)}

    assert len(pictures) == 1
    assert "five repositories" in pictures.pop()


def test_two_nodes_of_one_name_stay_two():
    def twins() -> None:
        User("Someone") >> User("Someone")

    assert [node.id for node in by_hand(twins, view="v", title="T").nodes] == [
        "Someone",
        "Someone 2",
    ]


def test_an_arrow_may_point_back():
    def back() -> None:
        User("A") << User("B")

    [edge] = by_hand(back, view="v", title="T").edges
    assert (edge.source, edge.target) == ("B", "A")


def test_an_empty_picture_is_an_error():
    with pytest.raises(InputError, match="nothing is drawn"):
        by_hand(lambda: None, view="v", title="Nothing")


def test_two_groups_of_one_name_are_an_error():
    def twice() -> None:
        for _ in range(2):
            with Cluster("AWS"):
                User("Someone")

    with pytest.raises(InputError, match="2 groups are called 'AWS'"):
        by_hand(twice, view="v", title="T")
