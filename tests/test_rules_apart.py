"""Rules about what services share in the Compose file, and should have apart."""

from __future__ import annotations

import pytest

from beehive import found, only

COPY = """\
  copy:
    image: mysql:8.4
    environment: {MYSQL_SOURCE_HOST: db}
    volumes: ['{volume}']
"""


def with_copy(example, volume, of_db="data:/var/lib/mysql"):
    example.edit(
        "docker-compose.yml", "  redis:\n", COPY.replace("{volume}", volume) + "  redis:\n"
    )
    example.edit("docker-compose.yml", "mysql:8.4\n    expose",
                 f"mysql:8.4\n    volumes: ['{of_db}']\n    expose")  # fmt: skip
    example.edit("docker-compose.yml", "services:\n", "volumes: {data: {}, more: {}}\nservices:\n")


@pytest.mark.parametrize(
    ("volume", "of_db", "source"),
    [
        ("data:/var/lib/mysql", "data:/var/lib/mysql", "data"),
        ("./data:/var/lib/mysql", "./data:/var/lib/mysql", "data"),
        ("more:/var/lib/mysql", "data:/var/lib/mysql", None),
        ("data:/var/lib/mysql:ro", "data:/var/lib/mysql", None),
        ("./sql:/docker-entrypoint-initdb.d", "./sql:/docker-entrypoint-initdb.d", None),
    ],
)
def test_stores_that_write_one_volume(example, volume, of_db, source):
    with_copy(example, volume, of_db)
    messages = [finding.message for finding in found(example, "volume-apart")]
    assert messages == ([f"'copy' and 'db' write one volume: {source}"] if source else [])


def test_stores_that_never_run_together_may_have_one_volume(example):
    with_copy(example, "data:/var/lib/mysql")
    example.edit("docker-compose.yml", "  copy:\n", "  copy:\n    profiles: [other]\n")
    assert found(example, "volume-apart") == []


@pytest.mark.parametrize(("file", "is_one"), [("./secrets/user", True), ("./secrets/root", False)])
def test_a_secret_under_two_names(example, file, is_one):
    secrets = f"secrets:\n  user: {{file: ./secrets/user}}\n  root:\n    file: {file}\n"
    example.edit("docker-compose.yml", "services:\n", f"{secrets}services:\n")
    example.edit("docker-compose.yml", "build: shop", "build: shop\n    secrets: [user, root]")
    findings = found(example, "secret-apart")
    assert [(item.message, item.line) for item in findings] == (
        [("the secrets 'root' and 'user' are one: they have the same file", 3)] if is_one else []
    )


@pytest.mark.parametrize(
    ("shop", "mail", "message"),
    [
        ("[data]", "[mails]", None),
        ("[mails, data]", "[mails, data]",
         "'mail' stands in the network 'data', and calls no store there"),
        ("[data]", "[data]", None),  # there it calls the shop
    ],
)  # fmt: skip
def test_who_stands_among_stores_without_need(example, shop, mail, message):
    networks = "networks: {data: {internal: true}, mails: {}}\n"
    example.edit("docker-compose.yml", "services:\n", f"{networks}services:\n")
    example.edit("docker-compose.yml", "build: shop", f"build: shop\n    networks: {shop}")
    example.edit("docker-compose.yml", "mysql:8.4", "mysql:8.4\n    networks: [data]")
    caller = "  mail:\n    build: mail\n    environment: {SHOP_URL: 'http://shop:8080'}\n"
    caller += f"    networks: {mail}\n"
    example.edit("docker-compose.yml", "  redis:\n", f"{caller}  redis:\n")
    messages = [finding.message for finding in found(example, "network-used")]
    assert messages == ([message] if message else [])


def test_a_port_that_is_open_to_others_than_the_file_says(example):
    assert found(example, "port-published") == []
    example.edit("docker-compose.yml", "name: b", "# Then http://127.0.0.1:8080\nname: b")
    finding = only(example, "port-published")
    assert (finding.message, finding.severity, finding.line) == (
        "the port 8080 of 'shop' is open to everyone", "warning", 9,
    )  # fmt: skip
    example.edit("docker-compose.yml", '"8080:8080"', '"127.0.0.1:8080:8080"')
    assert found(example, "port-published") == []


def test_a_replica_that_follows_itself(example):
    with_copy(example, "more:/var/lib/mysql")
    assert found(example, "store-follows") == []
    example.edit("docker-compose.yml", "MYSQL_SOURCE_HOST: db", "MYSQL_SOURCE_HOST: copy")
    message = "MYSQL_SOURCE_HOST of 'copy' leads to 'copy' itself"
    assert only(example, "store-follows").message == message
