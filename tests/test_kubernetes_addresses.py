"""Hosts: by what name a service is reached from its settings, and what is said where by none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from groundplan import kubernetes
from groundplan.design import Kubernetes
from groundplan.kubernetes import Source, Target, cloud, notes
from groundplan.kubernetes.addresses import addressed, moved
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
HOSTS = {"my": "mysql.example", "r": "redis.example"}


def loaded(folder: Path, text: str) -> Source:
    (folder / "compose.yml").write_text(text)
    return kubernetes.load(folder / "compose.yml", environ={}, strict=False)


def in_cloud(source: Source) -> Target:
    return Target("dev", cloud.in_cloud(source), region="eu-west-1")


def told(target: Target) -> list[str]:
    return [f"{remark.service}: {remark.message}" for remark in notes.of(target)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("my:3306", "mysql.example:3306"),
        ("mysql://u:p@my/shop", "mysql://u:p@mysql.example/shop"),
        ("jdbc:mysql://my:3306/shop", "jdbc:mysql://mysql.example:3306/shop"),
        ("jdbc:mysql://my/shop?x=1", "jdbc:mysql://mysql.example/shop?x=1"),
        ("jdbc:sqlserver://my:1433;database=x", "jdbc:sqlserver://mysql.example:1433;database=x"),
        ("u:p@tcp(my:3306)/shop", "u:p@tcp(mysql.example:3306)/shop"),
        ("u:p@tcp(my)/shop", "u:p@tcp(mysql.example)/shop"),
        ("my:3306,r:6379", "mysql.example:3306,redis.example:6379"),
        ("mongodb://my:1111,r:2222/x", "mongodb://mysql.example:1111,redis.example:2222/x"),
        ("redis://r:6379/0", "rediss://redis.example:6379/0"),
        ("redis://r,redis://x", "rediss://redis.example,redis://x"),
        ("Server=my;Database=x", "Server=mysql.example;Database=x"),
        ("host=my port=3306", "host=mysql.example port=3306"),
    ],
)
def test_a_host_is_found_wherever_one_stands(value, expected):
    assert moved(value, HOSTS, {"redis": "rediss"}) == expected


@pytest.mark.parametrize(
    "value",
    [
        "my",
        "my-db:3306",
        "db.my:3306",
        "http://my-db/",
        "my:3306x",
        "the my is here",
        "a/my",
        "r:6",
    ],
)
def test_what_only_looks_like_one_is_left_alone(value):
    assert moved(value, HOSTS) == value


def test_a_bare_name_is_a_host_where_the_variable_says_so():
    environment = {"DB_HOST": "my", "CACHE_HOSTS": "r, other", "DB_CONNECTION": "my", "PORT": None}
    assert addressed({"environment": environment}, HOSTS)["environment"] == environment | {
        "DB_HOST": "mysql.example", "CACHE_HOSTS": "redis.example, other",
    }  # fmt: skip


def test_commands_and_health_checks_have_hosts_too():
    raw = {
        "entrypoint": ["wait-for", "my:3306", "--", "my"],
        "command": ["client", "-h", "my", "--redis-host=r"],
        "healthcheck": {"test": ["CMD", "nc", "-z", "my", "3306"], "retries": 3},
    }
    found = addressed(raw, HOSTS)
    assert found["entrypoint"] == ["wait-for", "mysql.example:3306", "--", "my"]
    assert found["command"] == ["client", "-h", "mysql.example", "--redis-host=redis.example"]
    test = ["CMD", "nc", "-z", "mysql.example", "3306"]
    assert found["healthcheck"] == {"test": test, "retries": 3}


# Other names of a service


def test_a_service_is_called_by_its_own_name_whatever_else_it_is_called(tmp_path):
    source = loaded(
        tmp_path,
        "services:\n"
        "  web:\n"
        "    image: example/web\n"
        "    links: ['api:backend']\n"
        "    environment: {A: 'http://the_api:80', B: 'http://inner:80', C: 'http://host-api:80',\n"
        "      D: 'http://backend:80', OTEL_SERVICE_NAME: the_api}\n"
        "  api: {image: example/api, container_name: the_api, hostname: host-api, expose: [80],\n"
        "    networks: {default: {aliases: [inner]}}}\n",
    )
    assert {flow.target for flow in source.application.flows} == {"api"}
    web = source.raw(source.application.service("web"))
    assert web["environment"] == {
        "A": "http://api:80", "B": "http://api:80", "C": "http://api:80", "D": "http://api:80",
        "OTEL_SERVICE_NAME": "the_api",
    }  # fmt: skip
    assert told(Target("local", source)) == []


def test_an_alias_of_several_leads_nowhere_and_is_told(tmp_path):
    alias = "networks: {default: {aliases: [pool]}}"
    source = loaded(
        tmp_path,
        "services:\n"
        "  web: {image: example/web, environment: {POOL_URL: 'http://pool:80'}}\n"
        f"  a: {{image: example/a, {alias}}}\n  b: {{image: example/b, {alias}}}\n",
    )
    message = "web: environment POOL_URL names 'pool', and nothing is called so in local"
    assert told(Target("local", source)) == [message]


# Stores


STORES = """
services:
  web:
    image: example/web
    environment: {DATABASE_URL: "postgres://db:5432/x", SEEDS: "r:6379", CACHE: "redis://r/0"}
    command: [serve, "--broker", "redis://r/1"]
    depends_on: [q]
  db: {image: "postgres:16"}
  q: {image: rabbitmq}
  r: {image: "redis:7"}
"""


def test_what_has_no_place_in_the_cloud_is_told(tmp_path):
    assert told(in_cloud(loaded(tmp_path, STORES))) == [
        "db: postgres runs nowhere in dev: no pod, and nothing of AWS",
        "q: rabbitmq runs nowhere in dev: no pod, and nothing of AWS",
        "web: environment DATABASE_URL names 'db', and nothing is called so in dev",
        "web: environment SEEDS leads to the cache without its token: name it in a URL",
        "web: command leads to the cache without its token: name it in a URL",
    ]


def test_a_store_that_the_plan_makes_nothing_for_is_told(tmp_path):
    facts = Workspace(ROOT).facts("dev", 2)  # a database, and no cache
    target = in_cloud(loaded(tmp_path, "services: {r: {image: redis}, my: {image: mysql}}\n"))
    [remark] = notes.of(target, facts)
    assert remark.service == "r"
    assert "the plan of dev makes none of aws_elasticache_replication_group" in remark.message


# Volumes


@pytest.mark.parametrize(
    ("more", "told_of"),
    [
        ("", []),
        ("  cron: {image: example/cron, volumes: ['files:/files']}\n", ["cron, web"]),
        ("  web2: {image: example/web, scale: 2, volumes: ['files:/files']}\n", ["web, web2"]),
        ("  db: {image: 'mysql:8.4', volumes: ['data:/var/lib/mysql']}\n", []),
    ],
)
def test_a_volume_that_several_pods_have_is_told(tmp_path, more, told_of):
    web = "  web: {image: example/web, volumes: ['files:/files']}\n"
    source = loaded(tmp_path, f"services:\n{web}{more}volumes: {{files: , data: }}\n")
    assert told(Target("local", source)) == [
        f"{names.partition(',')[0]}: all pods of {names} need one node, which alone mounts the"
        " volume files"
        for names in told_of
    ]


# The load balancer's question


@pytest.mark.parametrize(
    ("test", "path"),
    [
        ('["CMD", "curl", "-f", "http://localhost:8080/up"]', "/up"),
        ('["CMD-SHELL", "my-check http://127.0.0.1:8080/up?x=1 | grep ok"]', "/up?x=1"),
        ('["CMD", "wget", "http://localhost:8080"]', "/"),
        ('["CMD", "curl", "http://localhost:9000/other"]', None),
        ('["CMD", "true"]', None),
    ],
)
def test_the_load_balancer_asks_what_the_health_check_asks(tmp_path, test, path):
    source = loaded(
        tmp_path,
        f"services: {{web: {{image: x, ports: ['80:8080'], healthcheck: {{test: {test}}}}}}}\n",
    )
    target = replace(in_cloud(source), scale=Kubernetes(host="shop.example.com"))
    text = kubernetes.render(source, [target])["overlays/dev/ingress.yaml"]
    asked = f"alb.ingress.kubernetes.io/healthcheck-path: {path}"
    assert (asked.replace(": /up?x=1", ': "/up?x=1"') in text) == (path is not None)
    assert len(told(target)) == (path is None)
