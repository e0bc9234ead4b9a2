"""Deploying by hand, with stand-ins for kubectl: what is refused, forwarded, kept and deleted."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from groundplan import cli, kubernetes, process
from groundplan.errors import InputError, RefusedError, ToolError
from groundplan.kubernetes import cluster, deploy, releases
from groundplan.kubernetes.cluster import Cluster
from groundplan.kubernetes.deploy import Deployment
from groundplan.kubernetes.releases import History, Release
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
ARN = "arn:aws:eks:us-east-1:123456789012:cluster"


def quiet(_line: str) -> None:
    """Nobody wants to read it."""


@pytest.fixture
def kubectl(tmp_path, monkeypatch) -> Callable[..., str]:
    """Puts a kubectl on the PATH that knows two contexts, `here` and `dev`, of that cluster."""

    def make(forwards: str = "", name: str = "harbour-lane-dev") -> str:
        path = tmp_path / "bin" / "kubectl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            f"""#!/bin/sh
case "$*" in
  *get-contexts*) echo here; echo dev ;;
  *"config view"*) printf '%s' '{name}' ;;
  *port-forward*) {forwards or "exit 9"} ;;
  *version*) echo '{{}}' ;;
  *) exit 9 ;;
esac
"""
        )
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{path.parent}:{os.environ['PATH']}")
        return str(path)

    return make


@pytest.fixture
def groundplan(monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Run the command in the engagement: exit code, standard output, standard error."""
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["groundplan", *arguments])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), *capsys.readouterr()

    return run


@pytest.fixture
def stranger() -> Iterator[int]:
    """The port of a server that answers whatever it is asked, as a shop in Compose would."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


# Port-forward


def test_a_port_that_something_else_has_is_refused_before_anything_is_started(
    kubectl, groundplan, stranger, tmp_path
):
    kubectl(f"touch {tmp_path}/started; sleep 0.6; echo 'address already in use' >&2; exit 1")
    words = ("k8s", "port-forward", "--context", "here", "--port", str(stranger), "--journey")
    code, out, err = groundplan(*words)
    assert (code, out) == (1, "")
    assert f"the port {stranger} can't be used: address already in use" in err
    assert "--port NUMBER" in err
    assert not (tmp_path / "started").exists()


def test_whoever_answers_before_kubectl_says_that_it_listens_is_not_shown(
    kubectl, groundplan, stranger, monkeypatch
):
    monkeypatch.setattr(cluster, "_assert_free", quiet)  # it came in between
    kubectl("sleep 0.6; echo 'unable to listen on port: address already in use' >&2; exit 1")
    words = ("k8s", "port-forward", "--context", "here", "--port", str(stranger), "--journey")
    code, out, err = groundplan(*words)
    assert (code, out) == (3, "")
    assert "nothing is forwarded: unable to listen on port: address already in use" in err


def test_it_tells_when_and_why_the_forwarding_ends(kubectl, groundplan):
    connections = "for each in 1 2 3; do echo 'Handling connection for 40000'; done"
    end = "echo 'error: lost connection to pod' >&2; exit 1"
    kubectl(f"echo 'Forwarding from 127.0.0.1:40000 -> 8080'; {connections}; {end}")
    code, out, err = groundplan("k8s", "port-forward", "--context", "here", "--port", "40000")
    assert (code, out) == (3, "http://127.0.0.1:40000\n")
    told = "http://127.0.0.1:40000 leads to the cluster no more: error: lost connection to pod"
    assert told in err


def test_kubectl_chooses_the_port_where_none_is_asked_for_and_ends_with_the_block(kubectl):
    # It must not stop at what nobody reads: the pipe takes some thousand lines.
    much = "for each in $(seq 9000); do echo 'Handling connection for 40000'; done"
    words = "test \"${*##* }\" = :8080 || exit 9; echo 'Forwarding from 127.0.0.1:40000 -> 8080'"
    path = kubectl(f"{words}; {much}; echo done; exec sleep 60")
    with Cluster(path, "here", "shop").forwarded("web", 8080) as forwarding:
        assert forwarding.address == "http://127.0.0.1:40000"
        assert "done" in iter(forwarding.said.get, None)
    with pytest.raises(ToolError, match="leads to the cluster no more: kubectl ended"):
        forwarding.wait()


def test_a_port_of_a_server_that_is_gone_is_free_at_once():
    with socket.socket() as server, socket.socket() as client:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as a server does
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        client.connect(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()  # this end is remembered for a minute
    cluster._assert_free(port)


# Which cluster


@pytest.mark.parametrize("command", ["apply", "port-forward", "rollback"])
def test_without_a_context_the_command_itself_is_hinted(groundplan, command):
    code, _, err = groundplan("k8s", command, "--overlay", "dev")
    assert code == 1
    assert "which cluster?" in err
    assert f"hint: groundplan k8s {command} --overlay dev --context NAME" in err


def test_only_a_context_and_an_overlay_that_are_there_are_taken(kubectl):
    kubectl()
    with pytest.raises(InputError, match="there is no context 'her'"):
        deploy.opened(Workspace(ROOT), "local", "her")
    with pytest.raises(InputError, match="there is no overlay 'staging'"):
        deploy.opened(Workspace(ROOT), "staging", "here")


@pytest.mark.parametrize(
    "name",
    [f"{ARN}/harbour-lane-dev", "harbour-lane-dev", "harbour-lane-dev.us-east-1.eksctl.io"],
)
def test_an_environment_goes_to_the_cluster_that_terraform_makes_for_it(kubectl, name):
    kubectl(name=name)
    deploy.opened(Workspace(ROOT), "dev", "dev")


@pytest.mark.parametrize("name", [f"{ARN}/harbour-lane-prod", "kind-kind", ""])
def test_an_environment_goes_to_no_other_cluster(kubectl, name):
    kubectl(name=name)
    with pytest.raises(RefusedError, match="and not harbour-lane-dev"):
        deploy.opened(Workspace(ROOT), "dev", "dev")
    deploy.opened(Workspace(ROOT), "local", "here")


# What is applied


@pytest.fixture
def copy(tmp_path) -> Path:
    """A copy of the engagement, under git."""
    ignored = shutil.ignore_patterns(".git", ".venv", "build", "site", "node_modules", ".terraform")
    shutil.copytree(ROOT, tmp_path / "shop", ignore=ignored)
    git(tmp_path / "shop", "init", "-q")
    git(tmp_path / "shop", "add", ".")
    return tmp_path / "shop"


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    process.run(["git", *who, *words], cwd=root)


def deployment(root: Path, overlay: str) -> Deployment:
    workspace = Workspace(root)
    target = kubernetes.find(workspace, overlay)
    return Deployment(workspace, target, Cluster("no-kubectl", "here", "shop"))


def test_manifests_that_are_older_than_the_compose_file_are_not_applied(copy):
    file = copy / "docker-compose.yml"
    file.write_text(file.read_text().replace("MYSQL_DATABASE: shop", "MYSQL_DATABASE: till", 1))
    with pytest.raises(RefusedError, match=r"nothing is applied: k8s/base/cart\.yaml") as caught:
        deployment(copy, "local").apply("test", None, on_line=quiet)
    assert str(caught.value.hint).endswith("groundplan k8s render")
    kubernetes.write(Workspace(copy))
    deployment(copy, "local")._assert_current()


def test_a_tag_is_the_commit_and_another_one_after_each_change_of_what_is_built(copy):
    first = deployment(copy, "local").tag()
    assert first.startswith("uncommitted-")
    git(copy, "commit", "-qm", "One")
    head = process.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=copy).stdout.strip()
    assert deployment(copy, "dev").tag() == deployment(copy, "local").tag() == head
    tags = set()
    for text in ("one", "two"):
        (copy / "apps" / "cart" / "new.py").write_text(text)
        tags.add(deployment(copy, "local").tag())
    assert len(tags) == 2
    assert all(tag.startswith(f"{head}-changed-") for tag in tags)


def test_in_a_cloud_only_a_commit_is_deployed(copy):
    with pytest.raises(RefusedError, match="the images in a registry are those of commits"):
        deployment(copy, "dev").tag()
    git(copy, "commit", "-qm", "One")
    (copy / "policy.json").touch()
    with pytest.raises(RefusedError) as caught:
        deployment(copy, "dev").tag()
    assert str(caught.value.hint).startswith("commit first")


# What was applied


def thing(kind: str, name: str, **more: object) -> dict:
    metadata = {"name": name, "namespace": "shop"}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


WEB, NEW_WEB = (thing("ConfigMap", "web", data={"A": value}) for value in ("1", "2"))
REDIS = thing("Service", "redis", spec={})
ONE, TWO, THREE = (
    Release("one", (WEB, REDIS)), Release("two", (NEW_WEB,)), Release("three", (NEW_WEB, WEB)),
)  # fmt: skip


def test_what_the_next_release_has_no_more_is_left_to_be_deleted():
    second = History().then(ONE).done().then(TWO)
    assert second.left == (thing("Service", "redis"),)
    assert second.done().left == ()
    third = second.then(THREE)  # the second one failed before anything was deleted
    assert third.left == (thing("Service", "redis"),)
    assert third.then(ONE).left == ()


def test_the_way_back_leads_to_what_was_ready_last():
    first = History().then(ONE)
    assert first.before is None
    assert first.then(TWO).before is None, "the first one never was"
    second = first.done().then(TWO)
    assert second.before == first.done().now
    assert second.then(THREE).before == first.done().now
    assert second.done().then(TWO).before == first.done().now, "nothing new was deployed"
    assert second.done().then(THREE).before == second.done().now


def test_back_there_is_what_came_since_deleted_and_no_way_further():
    second = History().then(TWO).done().then(ONE).done()
    assert second.before is not None
    back = second.back(second.before)
    assert (back.now, back.before) == (TWO, None)
    assert back.left == (thing("Service", "redis"),)


@pytest.fixture
def kept(monkeypatch) -> tuple[Cluster, list[list[str]]]:
    """A cluster that keeps one ConfigMap, and what it was told."""
    there: dict[str, str] = {}
    told: list[list[str]] = []

    def run(argv: list[str], *, stdin: str | None = None, check: bool = True) -> process.Outcome:
        words = argv[5:]
        told.append([*words, *([stdin] if stdin else [])])
        said = {"get": there.get("map", ""), "api-versions": "v1\napps/v1\n"}.get(words[0], "")
        if words[0] == "apply":
            there["map"] = json.dumps(yaml.safe_load(stdin))
        return process.Outcome(tuple(argv), 0, said, "", 0)

    kubernetes.find(Workspace(ROOT), "local")  # Compose is asked in the same way, and once
    monkeypatch.setattr(process, "run", run)
    return Cluster("kubectl", "here", "shop"), told


def test_the_history_is_kept_in_the_cluster_and_read_from_any_machine(kept):
    cluster_, _ = kept
    assert releases.read(cluster_) == History()
    history = History().then(ONE).done().then(TWO)
    releases.keep(cluster_, history)
    assert releases.read(cluster_) == history


def test_what_holds_data_is_never_deleted_and_named(kept):
    cluster_, told = kept
    lines: list[str] = []
    gone = [thing("PersistentVolumeClaim", "data"), REDIS, {**WEB, "apiVersion": "unknown/v1"}]
    cluster_.delete(gone, on_line=lines.append)
    assert lines == [
        "PersistentVolumeClaim/data is used no more; it stays, as it holds data",
    ]
    [words] = [words for words in told if words[0] == "delete"]
    assert words[:2] == ["delete", "--ignore-not-found"]
    assert "kind: Service" in words[-1]
    assert "PersistentVolumeClaim" not in words[-1]
    assert "unknown/v1" not in words[-1]
    cluster_.delete([thing("PersistentVolumeClaim", "data")], on_line=quiet)
    assert sum(words[0] == "delete" for words in told) == 1


def test_a_rollback_in_a_cloud_asks_first(kubectl, groundplan, monkeypatch):
    kubectl()
    done: list[str] = []
    monkeypatch.setattr(Deployment, "before", lambda _self: ONE)
    monkeypatch.setattr(Deployment, "take_back", lambda _self, **_: done.append("back"))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    words = ("k8s", "rollback", "--overlay", "dev", "--context", "dev")
    code, _, err = groundplan(*words)
    assert (code, done) == (1, [])
    assert "not agreed to; nothing was done" in err
    code, out, _ = groundplan(*words, "--yes")
    assert (code, out, done) == (0, "dev is back at one\n", ["back"])


def test_there_is_no_way_back_from_what_came_first(kept):
    cluster_, _ = kept
    target = kubernetes.find(Workspace(ROOT), "local")
    with pytest.raises(RefusedError, match="nothing to go back to"):
        Deployment(Workspace(ROOT), target, cluster_).take_back(on_line=quiet)


class Recorder:
    """A cluster that notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        def ask(manifests, **_: object) -> None:
            self.asked.append((name, [item["metadata"]["name"] for item in manifests]))

        return ask


def test_stores_are_there_before_jobs_and_jobs_are_done_before_what_waits_for_them(monkeypatch):
    monkeypatch.setattr(releases, "keep", lambda *_: None)
    kinds = {"shop": "Deployment", "db": "StatefulSet", "migrate": "Job", "settings": "ConfigMap"}
    made = tuple({"kind": kind, "metadata": {"name": name}} for name, kind in kinds.items())
    workspace = Workspace(ROOT)
    recorder = Recorder()
    deployment = Deployment(workspace, kubernetes.find(workspace, "local"), recorder)
    release = Release("tag", made)
    deployment._put(release, History().then(release), jobs=True, on_line=quiet)
    done = [(how, names) for how, names in recorder.asked if names]
    assert done == [
        ("apply", ["settings"]),
        ("apply", ["db"]),
        ("await_rollout", ["db"]),
        ("run_jobs", ["migrate"]),
        ("apply", ["shop", "db"]),
        ("await_rollout", ["shop", "db"]),
    ]
