from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import pymysql
import pytest
import redis

from apps.common import database, environment, web
from apps.common.cache import Cache
from apps.common.logs import JsonFormatter, request_id
from apps.common.patience import Patience
from apps.common.peers import Peer, PeerError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_setting_that_is_missing_stops_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALOG_URL", "")
    with pytest.raises(SystemExit, match="CATALOG_URL is not set"):
        environment.setting("CATALOG_URL")


def test_a_secret_is_read_from_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("salt\n")
    monkeypatch.setenv("MYSQL_PASSWORD_FILE", str(tmp_path / "password"))
    assert environment.secret("MYSQL_PASSWORD") == "salt"
    monkeypatch.setenv("MYSQL_PASSWORD_FILE", str(tmp_path / "gone"))
    with pytest.raises(SystemExit, match=r"MYSQL_PASSWORD_FILE: .*No such file"):
        environment.secret("MYSQL_PASSWORD")


def test_a_log_line_is_one_json_object_with_the_request_id() -> None:
    request_id.set("abc-12345")
    record = logging.makeLogRecord({"msg": "GET %s", "args": ("/",), "levelname": "INFO"})
    record.status = 200
    line = json.loads(JsonFormatter("cart").format(record))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "service": "cart",
        "request_id": "abc-12345",
        "message": "GET /",
        "status": 200,
    }


def test_a_request_id_is_kept_and_a_forged_one_is_replaced() -> None:
    client = web.service("test", needs={}).test_client()
    kept = client.get("/healthz", headers={"X-Request-ID": "0123456789abcdef"})
    assert kept.headers["X-Request-ID"] == "0123456789abcdef"
    replaced = client.get("/healthz", headers={"X-Request-ID": 'a" b'})
    assert len(replaced.headers["X-Request-ID"]) == 32


def test_ready_names_what_is_missing_while_alive_stays_true() -> None:
    def gone() -> None:
        raise PeerError("cart", "ConnectError")

    client = web.service("test", needs={"mysql": lambda: None, "cart": gone}).test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"mysql": "ok", "cart": "PeerError"})
    assert client.get("/healthz").status_code == 200


def test_a_peer_passes_the_request_id_on_and_says_who_calls() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={})

    request_id.set("0123456789abcdef")
    transport = httpx.MockTransport(answer)
    Peer("cart", "http://cart:8000", caller="orders", transport=transport).get("/carts/1")
    assert seen[0].headers["X-Request-ID"] == "0123456789abcdef"
    assert seen[0].headers["User-Agent"] == "orders/1.0.0"


@pytest.mark.parametrize("status", [400, 409, 500, 503])
def test_an_answer_that_nobody_expects_is_an_error(status: int) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status))
    peer = Peer("cart", "http://cart:8000", caller="orders", transport=transport)
    with pytest.raises(PeerError, match=f"cart: GET / answered {status}"):
        peer.get("/")


@pytest.mark.parametrize(
    ("method", "headers", "calls"),
    [
        ("GET", {}, 2),
        ("PUT", {}, 2),
        ("POST", {"Idempotency-Key": "k"}, 2),
        ("POST", {}, 1),  # said twice, it would be done twice
    ],
)
def test_a_connection_that_a_stopping_peer_closed_is_made_anew(
    method: str, headers: dict[str, str], calls: int
) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.method)
        if len(seen) == 1:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        return httpx.Response(200, json={})

    peer = Peer("cart", "http://cart:8000", caller="orders", transport=httpx.MockTransport(answer))
    with suppress(PeerError):
        peer.call(method, "/", headers=headers)
    assert len(seen) == calls


def test_a_mysql_without_tls_is_not_told_anything_where_tls_is_required(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("salt")
    heard: list[bytes] = []
    greeting = (
        b"\x0a9.7.0\x00" + b"\x01\0\0\0" + b"12345678\x00"
        # Everything but CLIENT_SSL (0x0800).
        + b"\xff\xf7" + b"\xff" + b"\x02\x00" + b"\xff\xc7" + b"\x15" + b"\0" * 10
        + b"123456789012\x00" + b"caching_sha2_password\x00"
    )  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            client, _ = server.accept()
            with client:
                client.sendall(len(greeting).to_bytes(3, "little") + b"\0" + greeting)
                heard.append(client.recv(100))

        thread = threading.Thread(target=serve)
        thread.start()
        for name, value in {
            "MYSQL_HOST": "127.0.0.1", "MYSQL_PORT": str(server.getsockname()[1]),
            "MYSQL_USER": "shop", "MYSQL_DATABASE": "shop", "MYSQL_TLS": "required",
            "MYSQL_PASSWORD_FILE": str(tmp_path / "password"),
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        with pytest.raises(pymysql.err.OperationalError, match="SSL is required"):
            database.primary().alive()
        thread.join(5)
    assert heard == [b""]


def test_a_setting_of_tls_that_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MYSQL_HOST", "MYSQL_USER", "MYSQL_DATABASE"):
        monkeypatch.setenv(name, "shop")
    monkeypatch.setenv("MYSQL_TLS", "yes")
    with pytest.raises(SystemExit, match="MYSQL_TLS is 'yes', not 'required'"):
        database.primary().alive()


def test_the_shop_does_without_a_redis_that_is_down() -> None:
    cache = Cache(redis.Redis(host="127.0.0.1", port=9, socket_connect_timeout=0.2), 10)
    cache.put("key", 1)
    assert cache.get("key") is None


def test_what_failed_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    patience = Patience(seconds=10)
    assert patience.worth_trying()
    patience.failed()
    clock[0] += 9.9
    assert not patience.worth_trying()
    clock[0] += 0.1
    assert patience.worth_trying()
