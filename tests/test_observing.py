"""Who really talks to whom: read from the kernel's tables, held against the Compose file."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from groundplan import compose, journey, observing, process, running
from groundplan.compose import Application, Flow, Port, Service
from groundplan.design.steps import Step
from groundplan.errors import InputError
from groundplan.observing import record
from groundplan.observing.calls import Call, Seen, seen
from groundplan.observing.containers import HOST, Container, Network
from groundplan.observing.tables import Connection, End, Table, parse
from groundplan.observing.verdict import Line, Verdict, judge
from groundplan.views.flow import flow, observed
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
DESIGN = Path(__file__).parent / "fixtures" / "design" / "small.yaml"

# What Linux 6.1 said in a container: it listens on 8080, has one connection to 172.29.0.4:8000,
# one more that is over, one that is being asked for, and one of its own health check.
PROC = """\
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets
Tcp: 1 200 120000 -1 17 9 2 0
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 10001        0 116 1
   1: 06001DAC:B752 04001DAC:1F40 01 00000000:00000000 00:00000000 00000000 10001        0 117 2
   2: 06001DAC:B75C 04001DAC:1F40 06 00000000:00000000 03:000010F6 00000000     0        0 0 3
   3: 06001DAC:B75E 04001DAC:1F40 02 00000000:00000000 03:000010F6 00000000     0        0 0 3
   4: 0100007F:1F90 0100007F:BC62 06 00000000:00000000 03:000010F8 00000000     0        0 0 3
  sl  local_address                         remote_address                        st tx_queue
   0: 0000000000000000FFFF000006001DAC:0050 0000000000000000FFFF000001001DAC:C001 01 00000000:0
   1: B80D01200000000000000000010000000:0050 00000000000000000000000000000000:0000 0A 00000000:0
   2: B80D0120000000000000000001000000:0051 00000000000000000000000000000000:0000 0A 00000000:0
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets
Tcp: 1 200 120000 -1 18 9 2 0
"""


# The kernel's tables


def test_a_table_says_who_listens_and_who_is_connected():
    table = parse(PROC)
    assert table.listens == {8080, 0x51}
    assert table.connections == {
        Connection(End("172.29.0.6", 46930), End("172.29.0.4", 8000), over=False),
        Connection(End("172.29.0.6", 46940), End("172.29.0.4", 8000), over=True),
        Connection(End("127.0.0.1", 8080), End("127.0.0.1", 48226), over=True),
        Connection(End("172.29.0.6", 80), End("172.29.0.1", 49153), over=False),
    }
    assert (table.least, table.most, table.accepted) == (15, 16, 9)


# From tables to calls

WEB = Container("w", "web", "", frozenset({"10.0.0.2"}), frozenset({"10.0.0.1"}))
API = Container("a", "api", "", frozenset({"10.0.0.3"}), frozenset({"10.0.0.1"}))
ENGINE = Container(HOST, HOST, "", frozenset({"10.0.0.1"}), frozenset())
ALL = (WEB, API, ENGINE)


def row(local: str, remote: str, *, over: bool = False) -> Connection:
    ends = (text.rpartition(":") for text in (local, remote))
    return Connection(*(End(address, int(port)) for address, _, port in ends), over=over)


def table(*rows: Connection, listens: tuple[int, ...] = (), made: int = 0) -> Table:
    return Table(frozenset(listens), frozenset(rows), made, made)


def test_a_connection_that_is_over_is_known_by_the_end_that_closed_it():
    before = {"w": table(), "a": table(listens=(8000,)), HOST: table()}
    over = row("10.0.0.3:8000", "10.0.0.2:40000", over=True)
    after = {"w": table(made=1), "a": table(over, listens=(8000,)), HOST: table()}
    assert seen(ALL, [before, after]) == Seen({Call("web", "api", 8000): 1})


def test_both_ends_show_one_connection():
    ours = row("10.0.0.2:40000", "10.0.0.3:8000")
    theirs = row("10.0.0.3:8000", "10.0.0.2:40000")
    reading = {"w": table(ours, made=1), "a": table(theirs, listens=(8000,))}
    assert seen(ALL, [reading]).calls == {Call("web", "api", 8000): 1}


def test_what_was_over_before_it_began_does_not_count():
    old = row("10.0.0.2:40000", "10.0.0.3:8000", over=True)
    reading = {"w": table(old, made=1), "a": table(listens=(8000,))}
    assert seen(ALL, [reading, reading]) == Seen()


def test_what_is_left_of_a_call_to_a_container_that_is_gone_does_not_count():
    others = frozenset({"10.0.0.2", "10.0.0.3", "10.0.0.8"})
    web = replace(WEB, networks=(Network(frozenset({"10.0.0.0/24"}), others),))
    gone, a_strangers, elsewhere = "10.0.0.9", "10.0.0.8", "198.51.100.7"
    rows = [row("10.0.0.2:40000", f"{to}:8000") for to in (gone, a_strangers, elsewhere)]
    reading = {"w": table(*rows, made=3), "a": table(), HOST: table()}
    found = seen((web, API, ENGINE), [reading, reading])
    assert found.outside == {Call("web", to, 8000): 1 for to in (a_strangers, elsewhere)}
    later = seen((web, API, ENGINE), [{"w": table()}, reading])
    assert later.outside[Call("web", gone, 8000)] == 1, "of one that came meanwhile"


def test_who_comes_in_by_a_published_port_is_a_user():
    came = row("10.0.0.1:50000", "10.0.0.2:80", over=True)
    reading = {"w": table(listens=(80,)), "a": table(), HOST: table(came)}
    assert seen(ALL, [{}, reading]).calls == {Call("users", "web", 80): 1}


def test_a_call_to_elsewhere_is_told_apart():
    out = row("10.0.0.2:40000", "198.51.100.7:443")
    to_host = row("10.0.0.2:40001", "10.0.0.1:9000")
    reading = {"w": table(out, to_host, made=2), "a": table(), HOST: table(listens=(9000,))}
    found = seen(ALL, [reading])
    assert found.calls == {}
    assert found.outside == {Call("web", "198.51.100.7", 443): 1, Call("web", HOST, 9000): 1}


def test_a_service_that_asks_itself_calls_nobody():
    probe = row("127.0.0.1:40000", "127.0.0.1:80", over=True)
    before = {"w": table(listens=(80,))}
    assert seen(ALL, [before, {"w": table(probe, listens=(80,), made=1)}]) == Seen()


def test_what_the_kernel_counted_and_nobody_remembers_is_told():
    before, after = {"w": table(made=4)}, {"w": table(made=6)}
    assert seen(ALL, [before, after]).lost == {"web": 2}
    itself = {"w": replace(after["w"], accepted=2)}  # its health check's, reset as they end
    assert seen(ALL, [before, itself]).lost == {}


# The verdict

APPLICATION = Application(
    "shop",
    (
        Service("web", "web", ports=(Port(80, 8080),)),
        Service("api", "service", exposes=(8000,)),
        Service("db", "database", "mysql", exposes=(3306,)),
    ),
    (
        Flow("api", "db", 3306, "mysql", ("environment DB_HOST",)),
        Flow("web", "api", 8000, "http", ("environment API_URL",)),
    ),
    ("web",),
)
TOLD = {
    Call("users", "web", 80): 3,
    Call("web", "api", 8000): 2,
    Call("api", "db", 3306): 1,
}


def statuses(verdict: Verdict) -> dict[tuple[str, str, int | None], str]:
    return {(line.source, line.target, line.port): line.status for line in verdict.lines}


def test_what_is_told_and_seen_agrees():
    verdict = judge(APPLICATION, Seen(TOLD))
    assert verdict.agrees
    assert verdict.as_text().splitlines()[1:] == [
        "✓  api   → db   MySQL 3306  told and seen (1 connection)",
        "✓  web   → api  HTTP 8000   told and seen (2 connections)",
    ]


def test_a_dependency_that_is_told_and_never_used_is_caught():
    calls = {call: number for call, number in TOLD.items() if call.target != "db"}
    verdict = judge(APPLICATION, Seen(calls))
    assert not verdict.agrees
    assert statuses(verdict)["api", "db", 3306] == "unseen"
    assert "told, not seen (told by environment DB_HOST)" in verdict.as_text()


def test_a_connection_that_nobody_told_of_is_caught():
    verdict = judge(APPLICATION, Seen({**TOLD, Call("web", "db", 3306): 1}))
    assert not verdict.agrees
    [line] = [line for line in verdict.lines if line.status == "untold"]
    assert line == Line("web", "db", 3306, "mysql", "untold", 1)


def test_another_port_than_the_one_told_is_both():
    calls = {call: number for call, number in TOLD.items() if call.target != "api"}
    verdict = judge(APPLICATION, Seen({**calls, Call("web", "api", 9000): 1}))
    found = statuses(verdict)
    assert (found["web", "api", 8000], found["web", "api", 9000]) == ("unseen", "untold")


def test_a_flow_without_a_port_is_seen_on_any():
    told = replace(APPLICATION, flows=(Flow("web", "api", None, "tcp", ("depends_on",)),))
    calls = {Call("users", "web", 80): 1, Call("web", "api", 9000): 1}
    assert judge(told, Seen(calls)).agrees


def test_what_can_not_be_watched_is_no_difference_and_is_said():
    blind = judge(APPLICATION, Seen({Call("users", "web", 80): 1}), unwatched=["api"])
    assert blind.agrees
    assert "not watched, having no network of their own: api" in blind.notes
    udp = replace(APPLICATION, flows=(Flow("web", "api", 53, "udp", ("depends_on",)),))
    assert statuses(judge(udp, Seen(TOLD)))["web", "api", 53] == "unwatched"


OUT = Call("api", "198.51.100.7", 443)


def test_a_call_to_elsewhere_that_nobody_told_of_is_a_difference():
    verdict = judge(APPLICATION, Seen(TOLD, outside={OUT: 2}))
    assert not verdict.agrees
    assert Line("api", "198.51.100.7", 443, "https", "untold", 2) in verdict.lines
    assert verdict.notes == ()
    came = judge(APPLICATION, Seen(TOLD, outside={Call("198.51.100.7", "web", 80): 1}))
    assert came.agrees, "whoever comes from elsewhere is no call of ours"
    assert len(came.notes) == 1


def test_a_call_to_elsewhere_is_told_by_a_setting_that_names_a_host_and_its_port():
    pays = Flow("api", "pay.example.com", 443, "https", ("environment PAY_URL",))
    told = replace(APPLICATION, outside=(pays,))
    other = Call("api", "203.0.113.9", 443)
    verdict = judge(told, Seen(TOLD, outside={OUT: 2, other: 1}))
    assert verdict.agrees
    line = Line("api", "pay.example.com", 443, "https", "seen", 3, told_by=("environment PAY_URL",))
    assert line in verdict.lines
    assert judge(told, Seen(TOLD)).agrees, "a setting may name a host for a link in a page"
    assert not judge(told, Seen(TOLD, outside={Call("web", "198.51.100.7", 443): 1})).agrees
    assert not judge(told, Seen(TOLD, outside={replace(OUT, port=5432): 1})).agrees


def test_on_the_picture_only_what_is_not_as_told_is_marked():
    calls = {call: number for call, number in TOLD.items() if call.target != "db"}
    verdict = judge(APPLICATION, Seen({**calls, Call("web", "db", 3306): 1}))
    graph = observed(flow(APPLICATION), verdict)
    edges = {(edge.source, edge.target): (edge.label, edge.change) for edge in graph.edges}
    assert edges == {
        ("users", "web"): ("HTTP 8080", "none"),
        ("web", "api"): ("HTTP 8000", "none"),
        ("api", "db"): ("MySQL 3306 · not seen", "delete"),
        ("web", "db"): ("MySQL 3306 · not told", "create"),
    }


# The record


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    shutil.copy(DESIGN, tmp_path / "design.yaml")
    (tmp_path / "docker-compose.yml").write_text("services: {web: {image: nginx}}\n")
    return Workspace(tmp_path)


def test_an_observation_is_kept_with_its_day_commit_and_compose_file(workspace):
    for argv in (["init", "-q"], ["add", "."]):
        process.run(["git", *argv], cwd=workspace.root)
    process.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "One"],
        cwd=workspace.root,
    )
    first = record.now(workspace, 1, judge(APPLICATION, Seen(TOLD)))
    head = process.run(["git", "rev-parse", "HEAD"], cwd=workspace.root).stdout.strip()
    assert (first.commit, first.changed, first.code) == (head, False, head[:10])
    path = record.save(workspace, first)
    assert not record.now(workspace, 3, judge(APPLICATION, Seen(TOLD))).changed
    (workspace.root / "new.py").touch()
    later = record.now(workspace, 3, judge(APPLICATION, Seen({**TOLD, Call("web", "db", 1): 1})))
    assert later.code == f"{head[:10]}, with changes"
    record.save(workspace, later)
    assert record.load(workspace) == {1: first, 3: later}
    assert json.loads(path.read_text())["phases"]["3"]["agrees"] is False

    assert record.outdated(workspace, first) == ""
    workspace.compose_file.write_text("services: {web: {image: nginx:2}}\n")
    assert record.outdated(workspace, first) == "The Compose file"


def test_an_observation_is_outdated_once_what_is_built_is_another(workspace):
    workspace.compose_file.write_text("services: {web: {build: web}, api: {build: git://x/y}}\n")
    (workspace.root / "web").mkdir()
    code = workspace.root / "web" / "app.py"
    code.write_text("one")
    for argv in (["init", "-q"], ["add", "."]):
        process.run(["git", *argv], cwd=workspace.root)
    (workspace.root / ".gitignore").write_text("*.log\n")
    seen_then = record.now(workspace, 1, judge(APPLICATION, Seen(TOLD)))
    (workspace.root / "web" / "app.log").touch()
    (workspace.root / "README.md").touch()
    assert record.outdated(workspace, seen_then) == ""
    shutil.rmtree(workspace.root / ".git")
    (workspace.root / "web" / "app.log").unlink()
    assert record.outdated(workspace, seen_then) == "", "the same files, without their history"
    code.write_text("two")
    assert record.outdated(workspace, seen_then) == "What the services are built from"


def test_without_a_record_there_is_none_and_a_broken_one_is_told(workspace):
    assert record.load(workspace) == {}
    (workspace.root / "facts").mkdir()
    (workspace.root / "facts" / "observed.json").write_text("{}")
    with pytest.raises(InputError, match="no record of observed flows"):
        record.load(workspace)


# For real: an application whose code is not what its Compose file says

APP = """
name: mill
x-python: &python
  image: python:3.12-slim
  init: true
  volumes: ["./serve.py:/serve.py:ro"]
  healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, retries: 20}
services:
  web:
    <<: *python
    command: [python, /serve.py, CALLS]
    environment: {API_URL: "http://api:8000", STORE_URL: "http://store:8000"}
    ports: ["127.0.0.1:${WEB_PORT:-8000}:8000"]
  api:
    <<: *python
    command: [python, /serve.py]
    expose: [8000]
  store:
    <<: *python
    command: [python, /serve.py]
    expose: [8000]
  secret:
    <<: *python
    command: [python, /serve.py]
"""
# Calls each host once a request, for as long as a connection takes; `reset` ends it at once.
SERVE = """
import socket, struct, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        for host in sys.argv[1:]:
            peer = socket.create_connection((host.removesuffix(":reset"), 8000))
            if host.endswith(":reset"):
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"done")

server = ThreadingHTTPServer(("", 8000), Page)
open("/tmp/ready", "w").close()
server.serve_forever()
"""


@pytest.fixture
def mill(workspace, monkeypatch):
    """Starts the application with the calls that its code makes."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        monkeypatch.setenv("WEB_PORT", str(server.getsockname()[1]))
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", f"groundplan-test-{secrets.token_hex(4)}")
    (workspace.root / "serve.py").write_text(SERVE)

    def start(*calls: str) -> tuple[Workspace, running.Running]:
        text = APP.replace("CALLS", ", ".join(f'"{call}"' for call in calls))
        workspace.compose_file.write_text(text)
        fresh = Workspace(workspace.root)
        return fresh, running.up(fresh, 1)

    yield start
    running.down(Workspace(workspace.root))


def visit(started: running.Running) -> None:
    step = Step(name="Look", get="/", expect="done")
    results = journey.walk([step], started.addresses[0])
    assert journey.complete(results, [step]), results


@pytest.mark.docker
@pytest.mark.slow
def test_the_code_of_a_service_is_seen_through_whatever_the_file_says(mill):
    workspace, started = mill("api", "store")
    verdict = observing.observe(workspace, started, 1, lambda: visit(started))
    assert verdict.agrees, verdict.as_text()
    assert {(line.source, line.target) for line in verdict.lines} == {
        ("users", "web"), ("web", "api"), ("web", "store"),
    }  # fmt: skip

    workspace, started = mill("api", "secret")
    verdict = observing.observe(workspace, started, 1, lambda: visit(started))
    found = statuses(verdict)
    assert found["web", "secret", 8000] == "untold"
    assert found["web", "store", 8000] == "unseen"
    assert found["web", "api", 8000] == "seen"

    workspace, started = mill("api", "store", "api:reset")
    verdict = observing.observe(workspace, started, 1, lambda: visit(started))
    assert verdict.agrees
    assert [note for note in verdict.notes if note.startswith("web made 1 connection")]


# For real: the reference engagement


@pytest.fixture(scope="module")
def shop():
    with pytest.MonkeyPatch.context() as patch, socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        patch.setenv("STOREFRONT_PORT", str(server.getsockname()[1]))
        server.close()
        patch.setenv("COMPOSE_PROJECT_NAME", f"groundplan-test-{secrets.token_hex(4)}")
        yield Workspace(ROOT)
        running.down(Workspace(ROOT))


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.parametrize("phase", [4, 3, 2])
def test_the_shop_talks_to_whom_its_compose_file_says(shop, phase):
    started = running.up(shop, phase)
    steps = shop.design.journey
    results: list[journey.Result] = []
    verdict = observing.observe(
        shop, started, phase, lambda: results.extend(journey.walk(steps, started.addresses[0]))
    )
    assert journey.complete(results, steps), journey.as_text(results, steps)
    assert verdict.agrees, verdict.as_text()
    application = compose.load(
        shop.compose_file,
        profiles=shop.design.phase(phase).profiles,
        environ=shop.design.variables(phase),
    )
    told = {(item.source, item.target) for item in application.flows} | {("users", "storefront")}
    assert {(line.source, line.target) for line in verdict.lines} == told
