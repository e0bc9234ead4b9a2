"""The client's application as its Compose file runs it, on a real MySQL, replica and Redis.

The services' own tests, which need no Docker, are in apps/tests.
"""

from __future__ import annotations

import http.cookiejar
import importlib
import json
import os
import re
import secrets
import shutil
import socket
import stat
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pymysql
import pytest

import certificates
from groundplan import compose, process
from groundplan.errors import ToolError

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docker-compose.yml"
SERVICES = ("cart", "catalog", "orders", "payments", "storefront")
REPLICA = {"MYSQL_READ_HOST": "mysql-replica"}
CACHE = {"REDIS_URL": "redis://redis:6379/0"}
TOKEN = "salt!&#$^<>-pepper"
PHASES = {
    2: ((), {}),
    3: (("replica",), REPLICA),
    4: (("replica", "cache"), REPLICA | CACHE),
}
PLAIN = {
    ("storefront", "catalog"), ("storefront", "cart"), ("storefront", "orders"),
    ("orders", "cart"), ("orders", "catalog"), ("orders", "payments"),
    ("catalog", "mysql"), ("cart", "mysql"), ("orders", "mysql"), ("payments", "mysql"),
}  # fmt: skip


class Browser:
    """A visitor with a cookie jar; redirects are followed, and ``url`` is where they led."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        self.url = ""
        self.status = 0

    def get(self, path: str, form: dict[str, str] | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        try:
            answer = self._opener.open(self.base + path, data, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.url, self.status = answer.url, answer.status
            return answer.read().decode()

    def add(self, sku: str, quantity: int = 1) -> str:
        return self.get("/basket", {"sku": sku, "quantity": str(quantity)})

    def order(self, card: str = "4242 4242 4242 4242", key: str | None = None) -> str:
        form = {
            "key": key or re.findall(r'name="key" value="(\w+)"', self.get("/checkout"))[0],
            "name": "Ada Lovelace",
            "email": "ada@example.org",
            "address": "12 Quay Street, Whitby",
            "card": card,
            "expiry": "12/30",
            "cvc": "123",
        }
        return self.get("/checkout", form)


def strip_of(page: str) -> str:
    """The text of the strip that says what served a page."""
    text = re.sub(r"<[^>]+>", " ", page.split('class="strip"')[1])
    return re.sub(r"\s+", " ", text)


@dataclass
class Shop:
    """The application under a project name and a port of its own."""

    project: str
    port: int
    environment: dict[str, str] = field(default_factory=dict)

    def compose(self, *argv: str, timeout: float = 300) -> str:
        # No .env of this working copy: it may switch profiles on.
        fixed = ("docker", "compose", "--env-file", os.devnull, "-p", self.project)
        env = process.clean_environment({"STOREFRONT_PORT": str(self.port)} | self.environment)
        return process.run((*fixed, *argv), cwd=ROOT, env=env, timeout=timeout).stdout

    def up(self, phase: int) -> Browser:
        profiles, variables = PHASES[phase]
        self.environment = {"COMPOSE_PROFILES": ",".join(profiles), **variables}
        images = self.compose("images", "--quiet")
        self.compose("up", "--detach", "--wait", *(() if images else ("--build",)))
        return Browser(f"http://127.0.0.1:{self.port}")

    def down(self) -> None:
        self.environment = {"COMPOSE_PROFILES": "*"}
        self.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")

    def sql(self, service: str, query: str) -> str:
        script = (
            'export MYSQL_PWD="$(cat /run/secrets/mysql_root_password)";'
            ' exec mysql -h 127.0.0.1 -u root -N -e "$0"'
        )
        return self.compose("exec", "-T", service, "sh", "-c", script, query).strip()

    def log(self, *services: str) -> list[dict[str, object]]:
        lines = self.compose("logs", "--no-log-prefix", *services).splitlines()
        return [json.loads(line) for line in lines]


def free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def shop():
    process.run([str(ROOT / "scripts" / "secrets")])
    shop = Shop(f"harbour-lane-test-{secrets.token_hex(4)}", free_port())
    yield shop
    shop.down()


def soon(check, seconds: float = 15) -> bool:
    """Whether ``check`` comes true within ``seconds``."""
    end = time.monotonic() + seconds
    while not (true := check()) and time.monotonic() < end:
        time.sleep(0.3)
    return bool(true)


@pytest.mark.docker
@pytest.mark.slow
def test_a_customer_buys_and_every_service_does_its_part(shop):
    visitor = shop.up(phase=2)
    home = visitor.get("/")
    assert home.count('<li class="card">') == 12
    assert "MySQL primary" in strip_of(home)

    visitor.add("ferryman-dripper", 2)
    assert "$79.50" in visitor.add("quayside-espresso")
    declined = visitor.order(card="4000 0000 0000 0002")
    assert (visitor.status, "The bank declined this card." in declined) == (422, True)
    assert shop.sql("mysql", "SELECT stock FROM shop.products WHERE position = 2") == "32"

    key = secrets.token_hex(16)
    page = visitor.order(key=key)
    receipt = visitor.url
    assert "Thank you, Ada." in page
    visitor.add("tide-mug")
    visitor.order(key=key)  # the same form, sent again
    assert visitor.url == receipt
    assert shop.sql("mysql", "SELECT stock FROM shop.products WHERE position = 2") == "30"
    assert shop.sql("mysql", "SELECT state FROM shop.payments ORDER BY state") == (
        "approved\ndeclined"
    )
    assert_calls_are_those_that_were_told(shop)


def assert_calls_are_those_that_were_told(shop: Shop) -> None:
    """The logs are JSON, one request id leads through them, and they name each caller."""
    requests = [line for line in shop.log(*SERVICES) if "path" in line]
    placed = next(line for line in requests if line["path"] == "/orders")
    passed = {line["service"] for line in requests if line["request_id"] == placed["request_id"]}
    assert passed == set(SERVICES)
    calls = {(str(line["caller"]).split("/")[0], line["service"]) for line in requests}
    between = {call for call in calls if call[0] in SERVICES}
    assert between == {flow for flow in PLAIN if flow[1] != "mysql"}


@pytest.mark.docker
@pytest.mark.slow
def test_in_phase_3_the_catalog_reads_what_the_replica_has(shop):
    visitor = shop.up(phase=3)
    assert "MySQL replica" in strip_of(visitor.get("/"))
    with pytest.raises(ToolError, match="super-read-only"):
        shop.sql("mysql-replica", "DELETE FROM shop.cart_lines")

    # A replica that stands still shows that it is the one that is read.
    shop.sql("mysql-replica", "STOP REPLICA SQL_THREAD")
    shop.sql("mysql", "UPDATE shop.products SET price_cents = 2050 WHERE sku = 'tide-mug'")
    assert "$20.50" not in visitor.get("/products/tide-mug")
    shop.sql("mysql-replica", "START REPLICA SQL_THREAD")
    assert soon(lambda: "$20.50" in visitor.get("/products/tide-mug"))

    shop.compose("stop", "mysql-replica")
    assert "MySQL primary" in strip_of(visitor.get("/"))
    visitor.add("tide-mug")
    assert "Thank you, Ada." in visitor.order()


@pytest.mark.docker
@pytest.mark.slow
def test_in_phase_4_catalog_and_cart_are_served_from_redis(shop):
    visitor = shop.up(phase=4)
    visitor.add("tide-mug")
    visitor.get("/basket")
    strip = strip_of(visitor.get("/basket"))
    assert re.search(r"cart \S+ \S+ Redis cache", strip)
    assert re.search(r"catalog \S+ \S+ Redis cache", strip)
    keys = shop.compose("exec", "-T", "redis", "redis-cli", "keys", "*").split()
    assert sorted(re.sub(r"cart:\w+", "cart:id", key) for key in keys) == [
        "cart:id",
        "catalog:products",
    ]
    assert "Thank you, Ada." in visitor.order()

    shop.compose("stop", "redis")
    assert "MySQL replica" in strip_of(visitor.get("/"))
    visitor.add("tide-mug")
    assert "Thank you, Ada." in visitor.order()
    shop.compose("stop", "mysql-replica")
    assert "MySQL primary" in strip_of(visitor.get("/"))
    visitor.add("tide-mug")
    assert "Thank you, Ada." in visitor.order()


@pytest.mark.docker
@pytest.mark.slow
def test_the_services_run_without_privileges_and_stop_when_told(shop):
    shop.up(phase=4)
    for service in SERVICES:
        said = shop.compose("exec", "-T", service, "sh", "-c", "id -u; touch /srv/x 2>&1 || true")
        assert said.startswith("10001\n")
        assert "Read-only file system" in said
    published = shop.compose("ps", "--format", "{{.Service}} {{.Ports}}")
    assert re.findall(r"(\S+) .*->", published) == ["storefront"]
    assert f"127.0.0.1:{shop.port}->8080/tcp" in published

    shop.compose("stop")
    states = shop.compose("ps", "--all", "--format", "{{.Service}} {{.ExitCode}}").splitlines()
    everything = (*SERVICES, "mysql", "mysql-replica", "redis")
    assert sorted(states) == sorted(f"{name} 0" for name in everything)


@pytest.fixture
def secured(tmp_path, monkeypatch):
    """A MySQL and a Redis that take nothing but TLS; their authority is in `ca.pem`."""
    certificates.make(tmp_path, "IP:127.0.0.1")
    name, inside = f"groundplan-tls-{secrets.token_hex(4)}", "/certificates"
    mount = ("--volume", f"{tmp_path}:{inside}:ro", "--publish")
    key = (f"{inside}/key.pem", f"{inside}/cert.pem", f"{inside}/ca.pem")
    servers = {
        "mysql": [
            *mount, "127.0.0.1::3306", "--env", "MYSQL_ROOT_PASSWORD=salt",
            "--env", "MYSQL_DATABASE=shop", "--env", "MYSQL_USER=shop",
            "--env", "MYSQL_PASSWORD=salt", "mysql:8.4", "mysqld", f"--ssl-key={key[0]}",
            f"--ssl-cert={key[1]}", f"--ssl-ca={key[2]}", "--require-secure-transport=ON",
        ],
        "redis": [
            *mount, "127.0.0.1::6379", "redis:7", "redis-server", "--port", "0", "--tls-port",
            "6379", "--tls-key-file", key[0], "--tls-cert-file", key[1], "--tls-ca-cert-file",
            key[2], "--tls-auth-clients", "no", "--requirepass", TOKEN,
        ],
    }  # fmt: skip
    try:
        for server, words in servers.items():
            process.run(["docker", "run", "--detach", "--name", f"{name}-{server}", *words])
        ports = {
            server: process.run(["docker", "port", f"{name}-{server}"]).stdout.rpartition(":")[2]
            for server in servers
        }
        (tmp_path / "password").write_text("salt")
        (tmp_path / "token").write_text(TOKEN)
        for variable, value in {
            "MYSQL_HOST": "127.0.0.1", "MYSQL_PORT": ports["mysql"].strip(), "MYSQL_USER": "shop",
            "MYSQL_DATABASE": "shop", "MYSQL_PASSWORD_FILE": str(tmp_path / "password"),
            "REDIS_PASSWORD_FILE": str(tmp_path / "token"),
            "REDIS_URL": f"rediss://127.0.0.1:{ports['redis'].strip()}/0",
        }.items():  # fmt: skip
            monkeypatch.setenv(variable, value)
        yield tmp_path / "ca.pem"
    finally:
        process.run(["docker", "rm", "--force", "--volumes", *(f"{name}-{s}" for s in servers)])


@pytest.mark.docker
@pytest.mark.slow
def test_mysql_and_redis_are_spoken_to_by_tls_where_they_ask_for_it(secured, monkeypatch):
    monkeypatch.syspath_prepend(ROOT)
    cache, database = (importlib.import_module(f"apps.common.{n}") for n in ("cache", "database"))

    def refused() -> str:
        try:
            database.primary().alive()
        except pymysql.err.OperationalError as error:
            return str(error)
        return ""

    # Without the setting TLS is spoken too, to anyone.
    assert soon(lambda: not refused(), 60), refused()
    monkeypatch.setenv("MYSQL_TLS", "required")
    assert "certificate verify failed" in refused()
    monkeypatch.setenv("MYSQL_CA", str(secured))
    [row] = database.primary().rows("SHOW STATUS LIKE 'Ssl_version'")
    assert row["Value"].startswith("TLSv1.")

    strange = cache.cache(10)
    strange.put("key", 1)
    assert strange.get("key") is None  # it can't prove its name
    monkeypatch.setenv("REDIS_URL", os.environ["REDIS_URL"] + f"?ssl_ca_certs={secured}")
    known = cache.cache(10)
    known.put("key", 1)
    assert known.get("key") == 1

    # As Kubernetes is given it: the token in the address.
    monkeypatch.delenv("REDIS_PASSWORD_FILE")
    address = os.environ["REDIS_URL"]
    assert cache.cache(10).get("key") is None
    login = f"rediss://:{urllib.parse.quote(TOKEN, safe='')}@"
    monkeypatch.setenv("REDIS_URL", address.replace("rediss://", login))
    assert cache.cache(10).get("key") == 1


@pytest.mark.parametrize(
    ("phase", "more"),
    [
        (2, set()),
        (3, {("catalog", "mysql-replica")}),
        (4, {("catalog", "mysql-replica"), ("catalog", "redis"), ("cart", "redis")}),
    ],
)
def test_the_compose_file_tells_the_flow(phase, more):
    profiles, variables = PHASES[phase]
    application = compose.load(FILE, profiles=profiles, environ=variables)
    flows = {(each.source, each.target) for each in application.flows if each.kind == "flow"}
    assert flows == PLAIN | more
    assert application.entry == ("storefront",)


def test_passwords_are_made_once_and_kept_from_other_users(tmp_path):
    (tmp_path / "scripts").mkdir()
    script = shutil.copy(ROOT / "scripts" / "secrets", tmp_path / "scripts")
    process.run([script])
    folder = tmp_path / "secrets"
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert sorted(made) == ["mysql_password", "mysql_replication_password", "mysql_root_password"]
    assert len(set(made.values())) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", password) for password in made.values())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    process.run([script])
    assert {path.name: path.read_text() for path in folder.iterdir()} == made


def test_no_password_is_in_the_compose_file():
    text = FILE.read_text(encoding="utf-8")
    assert not re.findall(r"PASSWORD:", text)
    assert set(re.findall(r"PASSWORD_FILE: (\S+)/", text)) == {"/run/secrets"}
