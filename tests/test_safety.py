"""What is secret is planted in every place it may come from, and looked for in every output."""

from __future__ import annotations

import json
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from groundplan import facts
from groundplan.cli import app
from plans import PLANS, thing
from plans import plan as planned

ROOT = Path(__file__).parents[1]
MARKER = re.compile(rb"canary-[a-z]+|444455556666|plain-\w+-of-the-\w+")
COMPOSE = """\
name: shop
services:
  web:
    image: web:1
    build: .
    environment:
      DATABASE_URL: mysql://shop:canary-url@db:3306/shop
      MYSQL_PASSWORD: canary-password
      API_TOKEN: ${API_TOKEN:-canary-default}
    secrets: [key]
  db:
    image: mysql:8.4
    environment: { MYSQL_ROOT_PASSWORD: canary-root }
secrets:
  key: { file: ./key }
"""


@pytest.fixture
def plan(tmp_path) -> Path:
    """A real plan with secrets, and an account's id in the places where a state has it."""
    document = json.loads((PLANS / "secrets" / "plan.json").read_text())
    for item in document["resource_changes"]:
        if item["type"] == "aws_ecr_repository":
            item["change"]["after"] |= {
                "registry_id": "444455556666",
                "arn": "arn:aws:ecr:us-east-1:444455556666:repository/shop",
                "repository_url": "444455556666.dkr.ecr.us-east-1.amazonaws.com/shop",
            }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    assert MARKER.search(path.read_bytes())
    return path


def run(*words: str | Path) -> bytes:
    """Run the command line: all it says."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code in {0, 1}, result.exception
    return result.output.encode()


def leaks(folder: Path) -> dict[str, set[bytes]]:
    found = {path: set(MARKER.findall(path.read_bytes())) for path in folder.rglob("*")
             if path.is_file()}  # fmt: skip
    return {str(path.relative_to(folder)): marks for path, marks in found.items() if marks}


def test_facts_and_pictures_of_a_plan(plan, tmp_path):
    assert not MARKER.search(facts.to_json(facts.read(plan)).encode())
    out = tmp_path / "out"
    said = run("draw", plan, "--out", out, "--format", "svg", "--format", "mermaid",
               "--format", "drawio")  # fmt: skip
    assert len([*out.iterdir()]) > 4
    assert (leaks(out), MARKER.findall(said)) == ({}, [])


def test_the_difference_of_two_plans(plan, tmp_path):
    before = tmp_path / "before.json"
    document = json.loads(plan.read_text())
    for item in document["resource_changes"]:
        for name in ("password", "auth_token", "value"):
            if item["change"]["after"].get(name):
                item["change"]["after"][name] = "canary-before"
    before.write_text(json.dumps(document))
    out = tmp_path / "out"
    said = run("draw", plan, "--against", before, "--out", out)
    assert (leaks(out), MARKER.findall(said)) == ({}, [])


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "markdown"])
def test_policy(plan, form):
    assert MARKER.findall(run("policy", plan, "--format", form)) == []


def test_the_flow_of_a_compose_file(tmp_path):
    compose = tmp_path / "compose.yml"
    compose.write_text(COMPOSE)
    (tmp_path / "key").write_text("canary-key")
    out = tmp_path / "out"
    said = run("flow", compose, "--out", out)
    assert (out / "flow.svg").is_file()
    assert (leaks(out), MARKER.findall(said)) == ({}, [])


def test_kubernetes_and_pictures_of_a_workspace(tmp_path, monkeypatch):
    shutil.copy(ROOT / "tests/fixtures/design/small.yaml", tmp_path / "design.yaml")
    (tmp_path / "docker-compose.yml").write_text(COMPOSE)
    (tmp_path / "key").write_text("canary-key")
    (tmp_path / ".env").write_text("API_TOKEN=canary-dotenv\n")
    monkeypatch.chdir(tmp_path)
    said = run("k8s", "render") + run("check")
    assert (tmp_path / "k8s/base/web.yaml").is_file()
    assert (leaks(tmp_path / "k8s"), MARKER.findall(said)) == ({}, [])


HOSTILE = (
    "<script>alert(1)</script>", "\"'><img src=x onerror=alert(1)>", "a\nb\x1b[2Jc", "x" * 10_000,
    "../../etc/passwd", "\u202egnp.exe", "\x00\x07\x08", "]]>--><!--", "{{ 7 * 7 }}",
)  # fmt: skip
# An element or a handler of the name's own, a cursor that moves, text that is turned around.
ACTS = re.compile("<script>alert|<img src=x|[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_harmless_wherever_they_are_drawn(name, tmp_path):
    document = planned(
        thing("aws_vpc.a", cidr_block="10.0.0.0/16", tags_all={"Name": name, name: name}),
        thing("aws_ecr_repository.b", name=name),
        thing("aws_instance.c", tags_all={"Name": name}),
    )
    document["resource_changes"][1] |= {
        "address": f"aws_ecr_repository.b[{json.dumps(name)}]", "index": name,
    }  # fmt: skip
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    out = tmp_path / "out"
    said = run("draw", path, "--out", out, "--format", "svg", "--format", "mermaid",
               "--format", "drawio")  # fmt: skip
    assert not ACTS.search(said.decode())
    assert {item.name for item in tmp_path.iterdir()} == {"plan.json", "out"}
    for file in out.iterdir():
        text = file.read_text()
        if file.suffix == ".json":
            json.loads(text)  # data, in which names stand as they are
            continue
        assert not ACTS.search(text), file.name
        if file.suffix in {".svg", ".drawio"}:
            ET.fromstring(text)  # noqa: S314 - written a moment ago by the code under test
