"""For real: overlays on a cluster, the shop through port-forward, and what is killed under load.

GROUNDPLAN_KUBE names a folder with the commands `up`, `down`, `load` of a cluster for tests. What
AWS has is stood in for by pods, and External Secrets by the test itself.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

import certificates
from groundplan import journey, kubernetes, process, running
from groundplan.design.steps import Step
from groundplan.errors import RefusedError, ToolError
from groundplan.kubernetes import cluster, deploy
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
BESIDE = ROOT.parent / "shared" / "tools" / "kube"
KUBE = Path(os.environ.get("GROUNDPLAN_KUBE", BESIDE))
APPS = ("cart", "catalog", "orders", "payments", "storefront")
STORES = ("mysql-replica", "redis")
# Without the storefront: port-forward leads to one of its pods, and ends with it; and a browser
# whose page is being sent would see the connection break, whoever it is that sends it.
CALLED = ("cart", "catalog", "orders", "payments")
AT_ONCE = ("--force", "--grace-period=0")
EKS = "arn:aws:eks:us-east-1:000000000000:cluster/harbour-lane-dev"

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.xdist_group("kube")]


def quiet(_line: str) -> None:
    """Nobody wants to read it."""


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """A cluster of its own: `kube` in a kubeconfig of its own, and `dev`, as if it were in EKS."""
    if not (KUBE / "up").is_file():
        pytest.skip("needs a cluster for tests: GROUNDPLAN_KUBE names the folder of its commands")
    with pytest.MonkeyPatch.context() as patch:
        home = os.environ.get("KUBE_HOME") or str(Path(tempfile.gettempdir()) / "groundplan-kube")
        patch.setenv("KUBE_HOME", home)
        process.run([str(KUBE / "up")])
        config = yaml.safe_load(Path(home, "kubeconfig").read_text())
        [here], [way] = config["clusters"], config["contexts"]
        config["clusters"].append({**here, "name": EKS})
        config["contexts"].append({"name": "dev", "context": {**way["context"], "cluster": EKS}})
        file = tmp_path_factory.mktemp("kube") / "config"
        file.write_text(yaml.safe_dump(config))
        patch.setenv("KUBECONFIG", str(file))
        patch.setenv(deploy.LOADER, str(KUBE / "load"))
        yield "kube"
        process.run([str(KUBE / "down")])


def in_phase_2(root: Path) -> Workspace:
    """A copy of the engagement as it stands."""
    ignored = shutil.ignore_patterns(".git", ".venv", "build", "site", "node_modules", ".terraform")
    shutil.copytree(ROOT, root, ignore=ignored)
    assert Workspace(root).design.current.number == 2
    return Workspace(root)


def in_phase_4(root: Path) -> Workspace:
    """A copy that stands in phase 4: a replica, Redis, everything twice."""
    in_phase_2(root)
    design = root / "design.yaml"
    text = design.read_text().replace("state: current", "state: done", 1)
    text = text.replace("state: planned", "state: done", 1)
    design.write_text(text.replace("state: planned", "state: current", 1))
    assert Workspace(root).design.current.number == 4
    return Workspace(root)


@pytest.fixture(scope="module")
def shop(context, tmp_path_factory) -> deploy.Deployment:
    """The shop in the cluster, stores and all."""
    workspace = in_phase_4(tmp_path_factory.mktemp("shop") / "workspace")
    kubernetes.write(workspace)
    deployment = deploy.opened(workspace, "local", context)
    deployment.apply("test", None, on_line=quiet)
    # So many customers as come here would soon have bought it all.
    ask = 'MYSQL_PWD="$(cat /run/secrets/mysql_root_password)" exec mysql -h 127.0.0.1 -e "$0"'
    more = "UPDATE shop.products SET stock = 1000000"
    deployment.cluster.run("exec", "mysql-0", "--", "sh", "-c", ask, more)
    return deployment


def pods(shop: deploy.Deployment, name: str) -> dict[str, str]:
    """The running pods of a service, by their ids, with their images."""
    selector = f"app.kubernetes.io/name={name}"
    found = json.loads(shop.cluster.run("get", "pods", "-l", selector, "-o", "json").stdout)
    return {
        item["metadata"]["uid"]: item["spec"]["containers"][0]["image"]
        for item in found["items"]
        if "deletionTimestamp" not in item["metadata"]
    }


def victim(shop: deploy.Deployment, name: str) -> str:
    """One of the pods of a service: `pod/cart-1`."""
    selector = f"app.kubernetes.io/name={name}"
    return shop.cluster.run("get", "pods", "-l", selector, "-o", "name").stdout.split()[0]


def says(shop: deploy.Deployment, words: str) -> None:
    """A customer buys something, and the page says `words` of where it came from.

    Soon, and not at once: who found a store gone looks for it again after a while.
    """
    steps = shop.workspace.design.journey
    with shop.reached() as forwarding:
        results = journey.walk(steps, forwarding.address)
        # An order makes the catalog forget what it had of the products, and read them anew.
        pages = [Step(name="Look", get="/"), Step(name="Look again", get="/", expect=words)]
        over = time.monotonic() + 30
        while not journey.complete(seen := journey.walk(pages, forwarding.address), pages):
            if time.monotonic() > over:
                break
            time.sleep(1)
    assert journey.complete(results, steps), journey.as_text(results, steps)
    assert journey.complete(seen, pages), journey.as_text(seen, pages)


def test_every_copy_runs_and_its_image_tells_the_commit(shop):
    for name in APPS:
        images = pods(shop, name)
        assert len(images) == 2
        assert set(images.values()) == {f"harbour-lane/{name}:test"}
    assert len(pods(shop, "mysql-replica")) == 1


def test_the_journey_is_green_through_port_forward(shop):
    with shop.reached() as forwarding:
        assert forwarding.address.startswith("http://127.0.0.1:")
    says(shop, "Redis cache")


@pytest.mark.parametrize(
    ("names", "how"),
    [(CALLED, ()), (STORES, ()), (CALLED, AT_ONCE)],
    ids=["applications", "stores", "applications-without-a-word"],
)
def test_pods_are_killed_together_under_load_and_no_order_fails(shop, names, how):
    steps = shop.workspace.design.journey
    over, failed, done = threading.Event(), [], Counter()

    def shop_on(address: str) -> None:
        while not over.wait(0.2):
            results = journey.walk(steps, address)
            done["journeys"] += 1
            if not journey.complete(results, steps):
                failed.append(journey.as_text(results, steps))

    before = {name: pods(shop, name) for name in names}
    with shop.reached() as forwarding:
        where = (forwarding.address,)
        customers = [threading.Thread(target=shop_on, args=where) for _ in range(3)]
        for customer in customers:
            customer.start()
        shop.cluster.run("delete", *how, *(victim(shop, name) for name in names))
        for name in names:
            kind = "statefulset" if name.startswith("mysql") else "deployment"
            shop.cluster.run("rollout", "status", f"{kind}/{name}", "--timeout=120s")
        over.set()
        for customer in customers:
            customer.join()
    assert done["journeys"] > 3
    assert failed == []
    for name in names:
        assert len(before[name].keys() - pods(shop, name).keys()) == 1


def test_without_redis_and_then_without_the_replica_the_shop_stays_open(shop):
    gone = ("wait", "--for=delete", "--timeout=180s", "pod", "-l")
    shop.cluster.run("scale", "deployment/redis", "--replicas=0")
    shop.cluster.run(*gone, "app.kubernetes.io/name=redis")
    says(shop, "MySQL replica")
    shop.cluster.run("scale", "statefulset/mysql-replica", "--replicas=0")
    shop.cluster.run(*gone, "app.kubernetes.io/name=mysql-replica")
    says(shop, "MySQL primary")
    shop.cluster.run("scale", "statefulset/mysql-replica", "deployment/redis", "--replicas=1")


def there(shop: deploy.Deployment) -> set[str]:
    """What runs, or tells what runs: `deployment.apps/redis`, `poddisruptionbudget.policy/cart`."""
    kinds = "deployments,statefulsets,services,configmaps,poddisruptionbudgets,networkpolicies"
    return set(shop.cluster.run("get", kinds, "--output", "name").stdout.split())


def test_what_an_overlay_has_no_more_is_deleted_and_all_of_it_is_taken_back(
    shop, context, tmp_path
):
    def redis_url() -> str:
        path = "jsonpath={.data.REDIS_URL}"
        return shop.cluster.run("get", "configmap", "cart", "--output", path).stdout

    with pytest.raises(RefusedError, match="nothing to go back to"):
        shop.take_back(on_line=quiet)
    whole = there(shop)
    before = in_phase_2(tmp_path / "workspace")
    known = shop.workspace.root / "secrets"  # the database knows these passwords
    shutil.copytree(known, before.root / "secrets", dirs_exist_ok=True)
    less = deploy.opened(before, "local", context)
    less.apply("less", None, on_line=quiet)
    gone = {name.partition("/")[2] for name in whole - there(shop)}
    assert {"redis", "mysql-replica", "cart"} <= gone, "the last for its budget of disruptions"
    assert (redis_url(), len(pods(shop, "cart"))) == ("", 1)
    says(less, "MySQL primary")

    lines: list[str] = []
    less.take_back(on_line=lines.append)
    assert there(shop) == whole
    assert redis_url() == "redis://redis:6379/0"
    assert set(pods(shop, "cart").values()) == {"harbour-lane/cart:test"}
    assert lines[-1] == "data, tables and Secrets stay as they are"
    says(shop, "Redis cache")


def test_a_cluster_that_does_not_answer_is_told(context, tmp_path, monkeypatch):
    config = Path(os.environ["KUBECONFIG"]).read_text().replace("10.99.0.2:6443", "127.0.0.1:1")
    (tmp_path / "config").write_text(config)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
    with pytest.raises(cluster.ToolError, match="the cluster of 'kube' does not answer"):
        cluster.connect("kube", "shop")


# The overlay of dev, with pods in place of RDS, ElastiCache and ECR

TOKEN = "salt!&#$^<>-pepper"
PASSWORD = "{salt}:$pepper&#!"
SECRET = "arn:aws:secretsmanager:us-east-1:000000000000:secret:rds!db-1"
OUTPUTS = {
    "mysql_host": "mysql.aws.svc.cluster.local",
    "mysql_replica_hosts": {"read-1": "mysql.aws.svc.cluster.local"},
    "mysql_secret_arn": SECRET,
    "redis_host": "redis.aws.svc.cluster.local",
    "repository_urls": {name: f"registry.example/{name}" for name in APPS},
}
SECRETS_MANAGER = {
    SECRET: json.dumps({"username": "dbadmin", "password": PASSWORD}),
    "harbour-cloud-dev/redis_auth_token": TOKEN,
}


@pytest.fixture(scope="module")
def dev(context, tmp_path_factory) -> deploy.Deployment:
    """The overlay of dev, not applied yet, in a namespace of its own.

    Its images believe the test's own authority, which also Redis' client does here.
    """
    root = tmp_path_factory.mktemp("dev") / "workspace"
    in_phase_4(root)
    file = root / "docker-compose.yml"
    believed = "  MYSQL_CA: ${MYSQL_CA:-}\n"
    text = file.read_text().replace("harbour-lane", "harbour-cloud")
    file.write_text(text.replace(believed, f"{believed}  SSL_CERT_FILE: ${{MYSQL_CA:-}}\n"))
    folder = tmp_path_factory.mktemp("certificates")
    certificates.make(folder, f"DNS:{OUTPUTS['mysql_host']},DNS:{OUTPUTS['redis_host']}")
    shutil.copy(folder / "ca.pem", root / "apps" / "common" / "rds-us-east-1.pem")
    shutil.copytree(folder, root / "certificates")
    kubernetes.write(Workspace(root))
    return deploy.opened(Workspace(root), "dev", "dev")


def test_without_external_secrets_nothing_of_dev_is_applied(dev):
    with pytest.raises(RefusedError, match="has no External Secrets, so nothing is applied"):
        dev.apply("test", OUTPUTS, on_line=quiet)
    assert dev.cluster.run("get", "namespace", "harbour-cloud", check=False).returncode == 1


@pytest.fixture(scope="module")
def cloud(dev) -> deploy.Deployment:
    """The overlay of dev, applied."""
    dev.cluster.run("delete", "namespace", "harbour-lane", "--ignore-not-found")
    aws = cluster.connect(dev.cluster.context, "aws")
    aws.apply([*of_external_secrets(), *in_place_of_aws(dev.workspace.root)], on_line=quiet)
    running.build(dev.workspace, 4)
    images = {f"harbour-cloud/{name}:1.0.0": f"registry.example/{name}:test" for name in APPS}
    for ours, theirs in images.items():
        process.run(["docker", "tag", ours, theirs])
    process.run([str(KUBE / "load"), *images.values(), "mysql:8.4", "redis:7"])
    aws.run("rollout", "status", "deployment/mysql", "--timeout=180s")
    made = dev.manifests(OUTPUTS)
    [namespace] = [item for item in made if item["kind"] == "Namespace"]
    secrets = [fetched(dev, item) for item in made if item["kind"] == "ExternalSecret"]
    dev.cluster.apply([namespace, *secrets], on_line=quiet)
    dev.apply("test", OUTPUTS, on_line=quiet)
    yield dev
    process.run(["docker", "rmi", *images, *images.values()])


def of_external_secrets() -> list[dict]:
    """What a cluster knows of External Secrets once it is installed."""
    group, kept = "external-secrets.io", {"x-kubernetes-preserve-unknown-fields": True}
    schema = {"openAPIV3Schema": {"type": "object", **kept}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    return [
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{kind.lower()}s.{group}"},
            "spec": {
                "group": group,
                "scope": "Namespaced",
                "names": {"kind": kind, "plural": f"{kind.lower()}s"},
                "versions": [version],
            },
        }
        for kind in ("ExternalSecret", "SecretStore")
    ]


def fetched(dev: deploy.Deployment, external: dict) -> dict:
    """What External Secrets makes of an ExternalSecret."""
    spec, values = external["spec"], {}
    for entry in spec["data"]:
        ref = entry["remoteRef"]
        found = SECRETS_MANAGER[ref["key"]]
        one = json.loads(found)[ref["property"]] if "property" in ref else found
        values[entry["secretKey"]] = one
    texts = spec["target"].get("template", {}).get("data")
    if texts is not None:
        fill = re.compile(r"\{\{\.(\w+)\|urlquery\}\}")
        values = {
            key: fill.sub(lambda place: quote(values[place[1]], safe=""), text)
            for key, text in texts.items()
        }
    return dev.cluster.secret(spec["target"]["name"], values, {})


def in_place_of_aws(root: Path) -> list[dict]:
    """A MySQL and a Redis that take nothing but TLS, with a password."""
    files = {path.name: path.read_text() for path in (root / "certificates").iterdir()}
    settings = {"MYSQL_DATABASE": "shop", "MYSQL_USER": "dbadmin", "MYSQL_PASSWORD": PASSWORD}
    commands = {
        "mysql": (
            "mysql:8.4", 3306, settings | {"MYSQL_ROOT_PASSWORD": PASSWORD},
            ["mysqld", "--ssl-cert=/tls/cert.pem", "--ssl-key=/tls/key.pem",
             "--ssl-ca=/tls/ca.pem", "--require-secure-transport=ON"],
        ),
        "redis": (
            "redis:7", 6379, {},
            ["redis-server", "--port", "0", "--tls-port", "6379", "--tls-auth-clients", "no",
             "--tls-cert-file", "/tls/cert.pem", "--tls-key-file", "/tls/key.pem",
             "--tls-ca-cert-file", "/tls/ca.pem", "--requirepass", TOKEN],
        ),
    }  # fmt: skip
    found: list[dict] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "aws"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "tls"}, "stringData": files},
    ]
    for name, (image, port, environment, command) in commands.items():
        found += stand_in(name, image, port, environment, command)
    return found


def stand_in(name: str, image: str, port: int, environment: dict, command: list) -> list[dict]:
    labels, ports = {"app": name}, [{"port": port}]
    only = {
        "name": name, "image": image, "args": command,
        "env": [{"name": key, "value": value} for key, value in environment.items()],
        "volumeMounts": [{"name": "tls", "mountPath": "/tls"}],
        "readinessProbe": {"tcpSocket": {"port": port}, "periodSeconds": 2},
    }  # fmt: skip
    pod = {"containers": [only], "volumes": [{"name": "tls", "secret": {"secretName": "tls"}}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return [
        {
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": labels, "ports": ports},
        },
        {
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"selector": {"matchLabels": labels}, "template": template},
        },
    ]  # fmt: skip


def asked(query: str) -> str:
    """What the database that stands for RDS answers its master user."""
    aws = cluster.connect("kube", "aws")
    words = 'MYSQL_PWD="$MYSQL_PASSWORD" exec mysql -h 127.0.0.1 -u dbadmin -N -e "$0" shop'
    return aws.run("exec", "deployment/mysql", "--", "sh", "-c", words, query).stdout.strip()


def test_dev_sells_with_tables_that_its_job_made_and_a_cache_that_asks_for_a_token(cloud):
    assert asked("SELECT COUNT(*) FROM products") == "12"
    says(cloud, "Redis cache")
    assert asked("SELECT DISTINCT state FROM payments") == "approved"


def test_what_is_applied_again_leaves_the_data_alone(cloud):
    asked("UPDATE products SET stock = 77 WHERE sku = 'tide-mug'")
    orders = asked("SELECT COUNT(*) FROM orders")
    lines: list[str] = []
    cloud.apply("test", OUTPUTS, on_line=lines.append)
    assert "job/mysql-schema is done" in lines
    assert asked("SELECT stock FROM products WHERE sku = 'tide-mug'") == "77"
    assert asked("SELECT COUNT(*) FROM orders") == orders


def test_tables_that_can_not_be_made_stop_the_deployment_with_what_mysql_said(cloud):
    [job] = [item for item in cloud.manifests(OUTPUTS) if item["kind"] == "Job"]
    job["spec"]["backoffLimit"] = 0
    job["spec"]["template"]["spec"]["containers"][0]["args"][-1] = "elsewhere"
    with pytest.raises(ToolError, match=r"(?s)job/mysql-schema failed.*elsewhere"):
        cloud.cluster.run_jobs([job], on_line=quiet)
