"""The application flow view: a pure function from an application to a graph."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from groundplan.catalog import KINDS
from groundplan.compose.model import Application, Flow, Port, Service
from groundplan.graph import Edge
from groundplan.views.flow import flow

SHOP = Application(
    name="shop",
    services=(
        Service("cart", "service", build="apps/cart", replicas=3),
        Service("db", "database", product="mysql", image="mysql:8.4"),
        Service("db-copy", "database", product="mysql", image="mysql:8.4"),
        Service("web", "web", image="acme/web:1", ports=(Port(8000, 8080),)),
    ),
    flows=(
        Flow("cart", "db", 3306, "mysql", ("environment DB_HOST",)),
        Flow("db-copy", "db", 3306, "mysql", ("depends_on",), kind="replicates"),
        Flow("web", "cart", 8000, "http", ("environment CART_URL",)),
        Flow("web", "cart", 9000, "grpc", ("environment CART_RPC",)),
    ),
    entry=("web",),
)


def test_every_service_is_a_node_and_people_come_in_where_a_port_is_published():
    graph = flow(SHOP, title="The shop")
    assert (graph.view, graph.title) == ("flow", "The shop")
    assert [(n.id, n.kind, n.detail) for n in graph.nodes] == [
        ("users", "users", ""),
        ("cart", "service", "built from apps/cart · 3 replicas"),
        ("db", "mysql", "mysql:8.4"),
        ("db-copy", "mysql", "mysql:8.4"),
        ("web", "web", "acme/web:1"),
    ]


def test_edges_tell_protocol_and_port_and_a_replica_is_filled_by_its_primary():
    assert flow(SHOP).edges == (
        Edge("users", "web", "flow", "HTTP 8080"),
        Edge("cart", "db", "flow", "MySQL 3306"),
        Edge("db", "db-copy", "replicates", "replicates"),
        Edge("web", "cart", "flow", "HTTP 8000 · gRPC 9000"),
    )


@pytest.mark.parametrize(
    ("kind", "host_ip", "exposed"),
    [("database", None, True), ("cache", "127.0.0.1", False), ("web", None, False)],
)
def test_a_store_that_is_published_beyond_its_host_is_exposed(kind, host_ip, exposed):
    service = Service("a", kind, image="acme/a", ports=(Port(7000, 7000, host_ip=host_ip),))
    assert flow(Application("a", (service,))).node("a").exposed is exposed


def test_each_node_knows_the_first_phase_that_has_it():
    graph = flow(SHOP, phase=3, since={"cart": 1, "db": 1, "web": 1})
    assert {node.id: node.phase for node in graph.nodes} == {
        "users": 1, "cart": 1, "db": 1, "web": 1, "db-copy": 3,
    }  # fmt: skip


def test_an_unknown_port_is_left_out_and_not_guessed():
    quiet = replace(SHOP, flows=(Flow("web", "cart", None, "tcp", ("depends_on",)),))
    assert flow(quiet).edges[-1].label == ""


def test_a_service_may_be_called_users():
    users = Service("users", "web", image="acme/users", ports=(Port(80, 80),))
    graph = flow(Application("a", (users,), entry=("users",)))
    assert [node.id for node in graph.nodes] == ["users-of-the-application", "users"]
    assert graph.edges == (Edge("users-of-the-application", "users", "flow", "HTTP 80"),)


def test_where_nothing_is_published_nobody_comes_in():
    graph = flow(Application("a", (Service("job", "service", image="acme/job"),)))
    assert [node.id for node in graph.nodes] == ["job"]


@pytest.mark.parametrize(
    ("ports", "label"),
    [
        ((Port(80, 80), Port(443, 443)), "HTTP 80 · HTTPS 443"),
        ((Port(80, 8080), Port(8000, 9000)), "HTTP 8080, 9000"),
        ((Port(7000, 7000), Port(7001, 7001), Port(7002, 7002)), "TCP 7000–7002"),
        ((Port(7000, 7000, published_end=7003),), "TCP 7000–7003"),
        ((Port(80, None),), "HTTP 80"),
        ((Port(53, 53, "udp"), Port(53, 53, "tcp")), "DNS 53"),
        (
            (Port(80, 80), Port(443, 443), Port(22, 22), Port(25, 25), Port(53, 53), Port(21, 21)),
            "HTTP 80 · HTTPS 443 · SSH 22 · SMTP 25 and 2 more",
        ),
    ],
)
def test_published_ports_are_told_in_few_words(ports, label):
    web = Service("web", "web", image="acme/web", ports=ports)
    assert flow(Application("a", (web,), entry=("web",))).edges[0].label == label


@pytest.mark.parametrize(
    ("image", "detail"),
    [
        ("ghcr.io/acme/web:1.2@sha256:abcdef", "acme/web:1.2"),
        ("web@sha256:0123456789abcdef", "web@0123456789ab"),
        ("web", "web"),
    ],
)
def test_an_image_is_shown_without_registry_and_digest(image, detail):
    graph = flow(Application("a", (Service("web", "service", image=image),)))
    assert graph.node("web").detail == detail


def test_every_node_has_a_row_in_the_catalogue():
    products = [Service(p, "service", product=p, image=p) for p in ("mysql", "traefik", "minio")]
    assert all(node.kind in KINDS for node in flow(Application("a", tuple(products))).nodes)


def test_the_published_form_is_plain_and_sorted():
    published = flow(SHOP).as_dict()
    assert json.loads(json.dumps(published)) == published
    assert [node["id"] for node in published["nodes"]] == sorted(
        node["id"] for node in published["nodes"]
    )
