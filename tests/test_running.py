"""up and down: a small application of two phases, run by the real Docker Compose."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import threading
import urllib.request
from pathlib import Path

import pytest

from groundplan import design as designs
from groundplan import process, running
from groundplan.compose import Application, Port, Service
from groundplan.design import Kubernetes
from groundplan.design.steps import Step
from groundplan.errors import InputError, ToolError
from groundplan.workspace import Workspace

DESIGN = Path(__file__).parent / "fixtures" / "design" / "small.yaml"
# Phase 1 has no profile, phase 3 has `cache` and sets REDIS_URL.
COMPOSE = """
name: beehive
x-python: &python
  image: python:3.12-slim
  init: true
  healthcheck: {test: [CMD, test, -e, /tmp/ready], interval: 1s, retries: 20}
services:
  web:
    <<: *python
    command: [sh, -c, "echo cache=$REDIS_URL > /srv/index.html; touch /tmp/ready;
      python -m http.server 8000 --directory /srv"]
    environment: {REDIS_URL: "${REDIS_URL:-}"}
    ports: ["127.0.0.1:${WEB_PORT:-8000}:8000"]
    secrets: [key]
    volumes: ["data:/data"]
  redis:
    <<: *python
    command: [sh, -c, "touch /tmp/ready; sleep 600"]
    profiles: [cache]
volumes: {data: }
secrets: {key: {file: ./secrets/key}}
"""
SECRETS = '#!/bin/sh\ncd "$(dirname "$0")/.."\nmkdir -p secrets\necho s3cret > secrets/key\n'


def test_a_journey_begins_at_the_way_in(tmp_path):
    ports = (Port(80, 8080),)
    services = tuple(Service(name, "web", ports=ports) for name in ("adminer", "shop"))
    application = Application("x", services, entry=("adminer", "shop"))
    design = designs.load(DESIGN)
    [phase, *others] = design.phases
    chosen = phase.model_copy(update={"kubernetes": Kubernetes(entry="shop")})
    design = design.model_copy(update={"phases": (chosen, *others), "journey": ()})
    assert running.entrances(design, application, None) == [("adminer", 80), ("shop", 80)]
    design = design.model_copy(update={"journey": (Step(name="look", get="/"),)})
    first = phase.number
    assert running.entrances(design, application, first) == [("shop", 80), ("adminer", 80)]
    with pytest.raises(InputError, match="which one do customers come in by: adminer, shop"):
        running.entrances(design, application, None)


@pytest.fixture
def port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


@pytest.fixture
def workspace(tmp_path, monkeypatch, port) -> Workspace:
    shutil.copy(DESIGN, tmp_path / "design.yaml")
    (tmp_path / "docker-compose.yml").write_text(COMPOSE.replace("$REDIS_URL >", "$$REDIS_URL >"))
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "secrets").write_text(SECRETS)
    (tmp_path / "scripts" / "secrets").chmod(0o755)
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", f"groundplan-test-{secrets.token_hex(4)}")
    monkeypatch.setenv("WEB_PORT", str(port))
    return Workspace(tmp_path)


@pytest.fixture
def clean(workspace):
    """Whatever a test does, nothing of it stays."""
    yield
    running.down(workspace)


def left() -> str:
    """The containers, volumes and networks of this test's project."""
    label = f"label=com.docker.compose.project={os.environ['COMPOSE_PROJECT_NAME']}"
    ask = (["ps", "--all"], ["volume", "ls"], ["network", "ls"])
    return "".join(
        process.run(["docker", *words, "--quiet", "--filter", label]).stdout for words in ask
    )


def services() -> set[str]:
    label = f"label=com.docker.compose.project={os.environ['COMPOSE_PROJECT_NAME']}"
    name = '{{.Label "com.docker.compose.service"}}'
    return set(process.run(["docker", "ps", "--filter", label, "--format", name]).stdout.split())


def page(address: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=10) as answer:
        return answer.read().decode().strip()


@pytest.mark.docker
def test_each_phase_runs_what_it_has_and_down_leaves_nothing(workspace, clean, port):
    # What is set for one phase by hand must not reach another.
    (workspace.root / ".env").write_text("REDIS_URL=redis://old\nCOMPOSE_PROFILES=cache\n")
    lines: list[str] = []
    [address] = running.up(workspace, 3, on_line=lines.append).addresses
    assert address == f"http://127.0.0.1:{port}"
    assert page(address) == "cache=redis://redis:6379"
    assert services() == {"web", "redis"}
    assert any(re.fullmatch(r"Container \S+-web-1\s+Healthy", line) for line in lines)
    assert (workspace.root / "secrets" / "key").read_text() == "s3cret\n"

    assert page(running.up(workspace, 1, build=False).addresses[0]) == "cache="
    assert services() == {"web"}

    running.down(workspace)
    assert left() == ""


@pytest.mark.docker
def test_ctrl_c_takes_down_what_was_started_and_keeps_older_data(workspace, clean):
    # Where tests run in the background of a shell, it has interrupts ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    web = workspace.root / "docker-compose.yml"
    web.write_text(web.read_text().replace("touch /tmp/ready;\n", "sleep 600;\n"))
    running_lines: list[str] = []

    def interrupt(line: str) -> None:
        running_lines.append(line)
        if re.fullmatch(r"Container \S+-web-1\s+Started", line):
            threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        running.up(workspace, on_line=interrupt)
    assert left() == ""
    assert "interrupted: taking down what was started" in running_lines

    volume = f"{os.environ['COMPOSE_PROJECT_NAME']}_data"
    label = f"com.docker.compose.project={os.environ['COMPOSE_PROJECT_NAME']}"
    process.run(["docker", "volume", "create", "--label", label, volume])
    with pytest.raises(KeyboardInterrupt):
        running.up(workspace, on_line=interrupt)
    assert left() == f"{volume}\n"
    process.run(["docker", "volume", "rm", volume])


@pytest.mark.docker
def test_a_port_that_is_taken_is_named(workspace, clean, port):
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen()
        with pytest.raises(ToolError, match=f"the port 127.0.0.1:{port} is taken"):
            running.up(workspace)
    assert running.up(workspace).addresses[0] == f"http://127.0.0.1:{port}"


@pytest.mark.docker
def test_a_container_that_ends_is_named_with_its_last_words(workspace, clean):
    web = workspace.root / "docker-compose.yml"
    broken = web.read_text().replace("touch /tmp/ready;\n", "echo no such hive; exit 7;\n")
    web.write_text(broken)
    with pytest.raises(ToolError, match=r"(?s)-web-1 exited \(7\).*no such hive"):
        running.up(workspace)


@pytest.mark.docker
def test_a_secret_that_nobody_creates_is_asked_for(workspace):
    (workspace.root / "scripts" / "secrets").unlink()
    with pytest.raises(InputError, match="this secret is missing") as caught:
        running.up(workspace)
    assert caught.value.file == workspace.root / "secrets" / "key"
    assert left() == ""


@pytest.mark.docker
def test_an_engine_that_does_not_answer_is_told(workspace, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    with pytest.raises(ToolError, match="no Docker engine answers") as caught:
        running.up(workspace)
    assert "start Docker Desktop" in str(caught.value.hint)
    with pytest.raises(ToolError, match="no Docker engine answers"):
        running.down(workspace)


def test_of_composes_output_the_events_are_told_and_the_steps_that_really_run():
    said = """\
time="2026-11-23T03:56:02Z" level=warning msg="buildx isn't installed"
#7 [web internal] load metadata for docker.io/library/python:3.12-slim
#11 [web 2/3] RUN pip install flask
#12 [web 3/3] RUN pip install gunicorn
#11 CACHED
#12 0.512 Collecting gunicorn
#12 0.900 Installing
#12 DONE 1.1s
 web  Built
 Container shop-web-1  Creating
 Container shop-web-1  Started
 Container shop-web-1  Healthy
 Container shop-web-1  Healthy"""
    told: list[str] = []
    progress = running.Progress(told.append)
    for line in said.splitlines():
        progress.hear(line)
    assert told == [
        "[web 3/3] RUN pip install gunicorn",
        "web  Built",
        "Container shop-web-1  Started",
        "Container shop-web-1  Healthy",
    ]


def test_without_docker_it_says_how_to_get_it(workspace, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="docker is not installed") as caught:
        running.up(workspace)
    assert "docs.docker.com" in str(caught.value.hint)


def test_an_unknown_phase_is_refused_before_anything_is_started(workspace):
    with pytest.raises(InputError, match="no phase 9"):
        running.up(workspace, 9)
