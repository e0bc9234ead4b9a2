"""Rules about what services are given in the Compose file."""

from __future__ import annotations

import pytest

from beehive import found, only

MYSQL = "image: mysql:8.4"


def test_a_database_that_keeps_nothing(example):
    assert found(example, "data-kept") == []
    more = "  logs:\n    image: postgres:17\n    volumes: ['logs:/var/lib/postgresql']\n"
    example.edit("docker-compose.yml", "  redis:\n", f"{more}  redis:\n")
    example.edit("docker-compose.yml", "services:\n", "volumes: {logs: {}, db: {}}\nservices:\n")
    finding = only(example, "data-kept")
    assert (finding.severity, finding.line) == ("error", 10)
    assert finding.message == (
        "what 'db' keeps is gone with its container: nothing holds /var/lib/mysql"
    )
    example.edit("docker-compose.yml", MYSQL, f"{MYSQL}\n    volumes: ['db:/data']")
    assert only(example, "data-kept").line == 12
    example.edit("docker-compose.yml", "db:/data", "db:/var/lib/mysql/")
    assert found(example, "data-kept") == []


@pytest.fixture
def secretive(example):
    secret = "secrets: {root: {file: ./root}}\n"
    example.edit("docker-compose.yml", "services:\n", f"{secret}services:\n")
    example.edit("docker-compose.yml", "build: shop", "build: shop\n    secrets: [root]")
    return example


def test_a_secret_that_nothing_of_a_service_reads(secretive):
    secretive.write("shop/main.py", "print('hello')\n")
    finding = only(secretive, "secret-used")
    assert finding.message == "'shop' is given the secret 'root', of which nothing of it tells"
    assert finding.line == 6
    secretive.write("shop/main.py", "open('/run/secrets/root')\n")
    assert found(secretive, "secret-used") == []


def test_files_that_are_not_ours_are_not_read_for_a_secret(secretive, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "notes").write_text("/run/secrets/root\n")
    secretive.write("shop/main.py", "print('hello')\n")
    mount = f"secrets: [root]\n    volumes: ['{elsewhere}:/notes']"
    secretive.edit("docker-compose.yml", "secrets: [root]", mount)
    assert only(secretive, "secret-used").line == 6
    secretive.edit("docker-compose.yml", "build: shop", "build: https://git.example/shop.git")
    assert found(secretive, "secret-used") == [], "nobody here can tell"


def test_a_secret_that_a_setting_tells_of(secretive):
    secretive.edit("docker-compose.yml", "MYSQL_HOST: db", "PASSWORD_FILE: /run/secrets/root")
    assert found(secretive, "secret-used") == []


def test_a_port_that_nobody_reaches(example):
    networks = "networks: {in: {internal: true}, out: {}}\n"
    example.edit("docker-compose.yml", "services:\n", f"{networks}services:\n")
    assert found(example, "port-reached") == []
    example.edit("docker-compose.yml", "build: shop", "build: shop\n    networks: [in]")
    finding = only(example, "port-reached")
    assert finding.message == "'shop' publishes a port, and stands in internal networks only"
    assert finding.line == 6
    example.edit("docker-compose.yml", "networks: [in]", "networks: [in, out]")
    assert found(example, "port-reached") == []


def test_the_name_of_a_service_that_leads_elsewhere(example):
    example.edit(
        "docker-compose.yml", "build: shop", "build: shop\n    extra_hosts: ['db:203.0.113.9']"
    )
    finding = only(example, "host-overruled")
    assert finding.message == "'db' is another one for 'shop': db=203.0.113.9"
    assert finding.line == 5
    example.edit("docker-compose.yml", "db:203.0.113.9", "bank.example:203.0.113.9")
    assert found(example, "host-overruled") == []
