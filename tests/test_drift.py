"""Drift: what differs between the recorded plan, the state and the cloud."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

import roots
from groundplan import drift, facts, recording, terraform
from groundplan.cli import app
from groundplan.drift import Drift, Drifted, Seen, Setting
from groundplan.facts import SENSITIVE, Facts, Resource
from groundplan.workspace import Workspace


def thing(name="a", **values: object) -> Resource:
    return Resource(f"aws_sqs_queue.{name}", "aws_sqs_queue", name, values=values)


def seen(recorded=(), state=None, cloud=None, pending=None) -> Seen:
    """What was seen; the state is as recorded, and the cloud as the state, unless given."""
    state = recorded if state is None else state
    cloud = state if cloud is None else cloud
    pending = {address: frozenset(names) for address, names in (pending or {}).items()}
    known = None if recorded is None else Facts(tuple(recorded))
    return Seen(known, Facts(tuple(state)), Facts(tuple(cloud)), pending)


def differs(**given: object) -> list[tuple[str, str]]:
    return [(item.address[-1], item.what) for item in drift.compare(seen(**given))]


# What is compared


def test_nothing_differs():
    assert differs(recorded=[thing(delay=1)]) == []


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"recorded": [thing()], "cloud": []}, "gone"),
        ({"recorded": [thing()], "state": []}, "unapplied"),
        ({"recorded": [], "state": [thing()]}, "unplanned"),
        ({"recorded": [thing(delay=1)], "cloud": [thing(delay=2)]}, "changed"),
        ({"recorded": [thing(delay=1)], "state": [thing(delay=2)]}, "changed"),
        ({"recorded": [thing(delay=1)], "pending": {"aws_sqs_queue.a": ["delay"]}}, "pending"),
        ({"recorded": None, "state": [], "pending": {"aws_sqs_queue.a": []}}, "pending"),
    ],
)
def test_each_way_in_which_a_resource_differs(given, what):
    assert differs(**given) == [("a", what)]


def test_a_setting_is_told_as_all_three_have_it():
    [found] = drift.compare(
        seen(
            recorded=[thing(tags_all={"Owner": "platform"})],
            cloud=[thing(tags_all={"Owner": "ann", "Team": "x"})],
        )
    )
    assert found.settings == (
        Setting("tags_all.Owner", "platform", "platform", "ann"),
        Setting("tags_all.Team", None, None, "x"),
    )


@pytest.mark.parametrize(
    ("recorded", "found"),
    [
        ({}, {"restorable_until": "now"}),  # nobody set it
        ({"password": SENSITIVE}, {"password": SENSITIVE}),
        ({"rule": [{"port": 1}, {"port": 2}]}, {"rule": [{"port": 2, "id": 7}, {"port": 1}]}),
        ({"template": [{}]}, {"template": [{"id": "lt-1"}]}),  # known only after apply
    ],
)
def test_what_is_no_drift(recorded, found):
    assert differs(recorded=[thing(**recorded)], state=[thing(**found)]) == []


def test_what_the_cloud_chose_itself_may_change():
    assert differs(recorded=[thing()], state=[thing(until=1)], cloud=[thing(until=2)]) == []


def test_a_secret_is_never_told():
    document = {
        "format_version": "1.0",
        "variables": {"token": {"value": "hunter2-marker"}},
        "configuration": {"root_module": {"variables": {"token": {"sensitive": True}}}},
        "values": {"root_module": {"resources": [{
            "address": "aws_sqs_queue.a", "mode": "managed", "type": "aws_sqs_queue", "name": "a",
            "values": {"name": "hunter2-marker", "password": "s3cret-marker"},
            "sensitive_values": {"password": True},
        }]}},
    }  # fmt: skip
    state = facts.from_plan(document)
    changed = [replace(item, values={**item.values, "password": "x"}) for item in state]
    found = Drift("dev", "local", 1, tuple(drift.compare(seen(recorded=changed, state=state))))
    assert found
    assert "marker" not in json.dumps(drift.as_dict(found)) + drift.as_text(found)


# How it is told


def test_as_text():
    item = Drifted("a.b", "changed", (Setting("delay", "1", "1", None),))
    assert drift.as_text(Drift("dev", "local", 2, (item, Drifted("c.d", "gone")))) == (
        "dev, phase 2, on local: 2 resources differ\n"
        "  changed   a.b  (not in the cloud as it was applied)\n"
        "            setting  recorded  state  cloud\n"
        "            delay    1         1      not set\n"
        "  gone      c.d  (in the state, and gone from the cloud)\n"
    )
    assert drift.as_text(Drift("dev", "local", 2, ())) == "dev, phase 2, on local: no drift\n"


def test_the_picture_marks_what_differs():
    found = Drift("dev", "local", 1, (Drifted("aws_sqs_queue.a", "gone"),))
    marked = drift.picture(found, seen(recorded=[thing("a"), thing("b")]))
    assert {item.name: item.change for item in marked} == {"a": "delete", "b": "none"}


# For real


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("GROUNDPLAN_CLOUD_PORT", "0")
    roots.write(tmp_path, roots.AWS)
    monkeypatch.chdir(tmp_path)
    yield Workspace(tmp_path)
    terraform.cloud(Workspace(tmp_path)).down()


def drifted():
    """Run the command: its exit code, and what it found by address."""
    result = CliRunner().invoke(app, ["drift", "dev", "--json"])
    found = json.loads(result.stdout)["resources"] if result.exit_code in {0, 1} else None
    return result.exit_code, {item["address"]: item for item in found or ()}


@pytest.mark.terraform
@pytest.mark.slow
def test_what_is_changed_behind_terraforms_back_is_found(workspace):
    recording.record(workspace, [("dev", 2)])
    endpoint = terraform.cloud(workspace).up()
    with terraform.opened(workspace, "dev") as dev:
        plan = dev.plan(2)
        dev.apply(plan, terraform.Permit(plan.digest))
    assert drifted() == (0, {})

    def client(service: str) -> Any:
        return boto3.client(
            service, endpoint_url=endpoint.url, region_name="us-east-1",
            aws_access_key_id="000000000000", aws_secret_access_key="embedded",
        )  # fmt: skip

    client("ecr").put_image_tag_mutability(repositoryName="cart", imageTagMutability="IMMUTABLE")
    client("ecr").delete_repository(repositoryName="orders", force=True)

    code, found = drifted()

    assert code == 1
    assert found['aws_ecr_repository.this["orders"]']["what"] == "gone"
    [setting] = found['aws_ecr_repository.this["cart"]']["settings"]
    assert setting == {
        "path": "image_tag_mutability", "recorded": "MUTABLE", "state": "MUTABLE",
        "cloud": "IMMUTABLE",
    }  # fmt: skip
    assert len(found) == 2
    picture = (workspace.build_dir / "drift/dev/local/infrastructure.svg").read_text()
    assert 'data-change="update"' in picture
