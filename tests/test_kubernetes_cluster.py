"""For real: the local overlay on a cluster, the shop through port-forward, pods killed under load.

GROUNDPLAN_KUBE names a folder with the commands `up`, `down`, `load` of a cluster for tests.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from collections import Counter
from pathlib import Path

import pytest

from groundplan import journey, kubernetes, process
from groundplan.errors import InputError, RefusedError
from groundplan.kubernetes import cluster, deploy
from groundplan.steps import Step
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
BESIDE = ROOT.parent / "shared" / "tools" / "kube"
KUBE = Path(os.environ.get("GROUNDPLAN_KUBE", BESIDE))

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.xdist_group("kube")]


@pytest.fixture(scope="module")
def context():
    """A cluster of its own: `kube` in a kubeconfig of its own."""
    if not (KUBE / "up").is_file():
        pytest.skip("needs a cluster for tests: GROUNDPLAN_KUBE names the folder of its commands")
    with pytest.MonkeyPatch.context() as patch:
        home = os.environ.get("KUBE_HOME") or str(Path(tempfile.gettempdir()) / "groundplan-kube")
        patch.setenv("KUBE_HOME", home)
        process.run([str(KUBE / "up")])
        patch.setenv("KUBECONFIG", f"{home}/kubeconfig")
        patch.setenv(deploy.LOADER, str(KUBE / "load"))
        yield "kube"
        process.run([str(KUBE / "down")])


@pytest.fixture(scope="module")
def shop(context, tmp_path_factory) -> deploy.Deployment:
    """The shop as phase 3 has it: every application twice, and a replica of MySQL."""
    root = tmp_path_factory.mktemp("shop") / "workspace"
    ignored = shutil.ignore_patterns(".git", ".venv", "build", "site", "node_modules", ".terraform")
    shutil.copytree(ROOT, root, ignore=ignored)
    design = root / "design.yaml"
    text = design.read_text().replace("state: current", "state: done", 1)
    assert text.count("state: planned") > 1
    design.write_text(text.replace("state: planned", "state: current", 1))
    workspace = Workspace(root)
    assert workspace.design.current.number == 3
    kubernetes.write(workspace)
    deployment = deploy.opened(workspace, "local", context)
    deployment.apply("test", None, on_line=lambda _line: None)
    # So many customers as come here would soon have bought it all.
    ask = 'MYSQL_PWD="$(cat /run/secrets/mysql_root_password)" exec mysql -h 127.0.0.1 -e "$0"'
    more = "UPDATE shop.products SET stock = 1000000"
    deployment.cluster.run("exec", "mysql-0", "--", "sh", "-c", ask, more)
    return deployment


def pods(shop: deploy.Deployment, name: str) -> dict[str, str]:
    """The running pods of a service with their images."""
    selector = f"app.kubernetes.io/name={name}"
    found = json.loads(shop.cluster.run("get", "pods", "-l", selector, "-o", "json").stdout)
    return {
        item["metadata"]["name"]: item["spec"]["containers"][0]["image"]
        for item in found["items"]
        if "deletionTimestamp" not in item["metadata"]
    }


def test_every_copy_runs_and_its_image_tells_the_commit(shop):
    for name in ("cart", "catalog", "orders", "payments", "storefront"):
        images = pods(shop, name)
        assert len(images) == 2
        assert set(images.values()) == {f"harbour-lane/{name}:test"}
    assert len(pods(shop, "mysql-replica")) == 1


def test_the_journey_is_green_through_port_forward(shop):
    steps = shop.workspace.design.journey
    with shop.reached() as address:
        assert address.startswith("http://127.0.0.1:")
        results = journey.walk(steps, address)
        page = journey.walk([Step(name="Look", get="/", expect="MySQL replica")], address)
    assert journey.complete(results, steps), journey.as_text(results, steps)
    assert page[0].problem is None


@pytest.mark.parametrize("name", ["catalog", "orders", "payments", "cart"])
def test_a_pod_is_killed_under_load_and_no_order_fails(shop, name):
    steps = shop.workspace.design.journey
    over, failed, done = threading.Event(), [], Counter()

    def shop_on(address: str) -> None:
        while not over.is_set():
            results = journey.walk(steps, address)
            done["journeys"] += 1
            if not journey.complete(results, steps):
                failed.append(journey.as_text(results, steps))

    with shop.reached() as address:
        customers = [threading.Thread(target=shop_on, args=(address,)) for _ in range(3)]
        for customer in customers:
            customer.start()
        victim = min(pods(shop, name))
        shop.cluster.run("delete", "pod", victim)  # returns when it is gone
        shop.cluster.run("rollout", "status", f"deployment/{name}", "--timeout=120s")
        over.set()
        for customer in customers:
            customer.join()
    assert done["journeys"] > 3
    assert failed == []
    assert victim not in pods(shop, name)


def test_without_its_replica_the_catalog_reads_from_the_primary(shop):
    shop.cluster.run("scale", "statefulset/mysql-replica", "--replicas=0")
    shop.cluster.run("wait", "--for=delete", "pod/mysql-replica-0", "--timeout=60s")
    steps = shop.workspace.design.journey
    with shop.reached() as address:
        results = journey.walk(steps, address)
        page = journey.walk([Step(name="Look", get="/", expect="MySQL primary")], address)
    assert journey.complete(results, steps), journey.as_text(results, steps)
    assert page[0].problem is None
    shop.cluster.run("scale", "statefulset/mysql-replica", "--replicas=1")


def test_a_release_is_taken_back(shop):
    shop.cluster.run("set", "image", "deployment/cart", "cart=harbour-lane/cart:broken")
    shop.cluster.undo(on_line=lambda _line: None)
    assert set(pods(shop, "cart").values()) == {"harbour-lane/cart:test"}


def test_only_a_context_that_is_named_is_touched(shop, context):
    with pytest.raises(RefusedError, match="which cluster"):
        deploy.opened(shop.workspace, "local", None)
    with pytest.raises(InputError, match="there is no context 'kub'"):
        deploy.opened(shop.workspace, "local", "kub")
    with pytest.raises(InputError, match="there is no overlay 'staging'"):
        deploy.opened(shop.workspace, "staging", context)


def test_a_cluster_that_does_not_answer_is_told(context, tmp_path, monkeypatch):
    config = Path(os.environ["KUBECONFIG"]).read_text().replace("10.99.0.2:6443", "127.0.0.1:1")
    (tmp_path / "config").write_text(config)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    with pytest.raises(cluster.ToolError, match="the cluster of 'kube' does not answer"):
        cluster.connect("kube", "shop")
