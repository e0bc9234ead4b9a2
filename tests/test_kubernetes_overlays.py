"""Overlays: what phase and place change, and that real kustomize makes of them what is meant."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from groundplan import compose, kubernetes, process
from groundplan.compose import Application, Flow, Port, Service
from groundplan.design import Kubernetes
from groundplan.errors import InputError, RefusedError
from groundplan.kubernetes import (
    Source,
    Target,
    cloud,
    deploy,
    network,
    overlays,
    scaling,
    validation,
)
from groundplan.kubernetes.cluster import Cluster
from groundplan.kubernetes.patch import patch
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
# Which kubectl is there is told by its own kustomize: before version 4 it knows no patches.
KUBECTL = shutil.which("kubectl")
needs_kubectl = pytest.mark.skipif(KUBECTL is None, reason="needs kubectl: see groundplan doctor")


@pytest.fixture(scope="module")
def targets() -> dict[str, Target]:
    return {item.name: item for item in kubernetes.targets(Workspace(ROOT))}


def at(phase: int) -> Target:
    """The local overlay as the shop has it in a phase."""
    workspace = Workspace(ROOT)
    scale = workspace.design.phase(phase).kubernetes
    return Target("local", kubernetes.read(workspace, phase), scale, phase)


def named(manifests) -> dict[str, dict]:
    return {validation.name_of(item): item for item in manifests}


# Network policies


def allowed(manifests, side: str) -> set[tuple[str, str, int]]:
    """Who may call whom on which port, as the callers' or the called ones' policies say it."""
    key, peers = {"egress": ("egress", "to"), "ingress": ("ingress", "from")}[side]
    found = set()
    for item in manifests:
        own = item["metadata"]["name"]
        for rule in item["spec"].get(key, ()):
            for peer in rule[peers]:
                labels = peer.get("podSelector", {}).get("matchLabels", {})
                other = labels.get("app.kubernetes.io/name")
                ports = [port["port"] for port in rule["ports"]]
                pair = (own, other) if side == "egress" else (other, own)
                found |= {(*pair, port) for port in ports if other}
    return found


@pytest.mark.parametrize("phase", [2, 3, 4])
def test_exactly_the_drawn_flow_is_allowed_on_both_sides(phase):
    target = at(phase)
    application = compose.load(
        ROOT / "docker-compose.yml",
        profiles=Workspace(ROOT).design.phase(phase).profiles,
        environ=Workspace(ROOT).design.variables(phase),
    )
    drawn = {(flow.source, flow.target, flow.port) for flow in application.flows}
    policies = list(network.policies(target))
    assert allowed(policies, "egress") == drawn
    assert allowed(policies, "ingress") == drawn


def test_what_has_no_rule_is_closed():
    policies = named(network.policies(at(2)))
    nobody = policies["NetworkPolicy/nobody-else"]["spec"]
    assert nobody == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert "ingress" not in policies["NetworkPolicy/storefront"]["spec"]
    [dns] = policies["NetworkPolicy/mysql"]["spec"]["egress"]
    assert {(port["port"], port["protocol"]) for port in dns["ports"]} == {(53, "UDP"), (53, "TCP")}


def test_in_the_cloud_stores_are_reached_in_their_own_subnets_and_customers_come_by_the_balancer(
    targets,
):
    prod = targets["prod"]
    policies = named(network.policies(prod))
    assert "NetworkPolicy/mysql" not in policies
    rules = policies["NetworkPolicy/payments"]["spec"]["egress"]
    cidrs = [peer["ipBlock"]["cidr"] for peer in rules[0]["to"]]
    # The isolated subnets of terraform/envs/prod, which hold RDS and ElastiCache.
    assert cidrs == ["10.30.8.0/24", "10.30.9.0/24", "10.30.10.0/24"]
    assert rules[0]["ports"] == [{"port": 3306, "protocol": "TCP"}]
    [way_in] = policies["NetworkPolicy/storefront"]["spec"]["ingress"]
    assert {peer["ipBlock"]["cidr"] for peer in way_in["from"]} == {*prod.public_cidrs}
    assert way_in["ports"] == [{"port": 8080, "protocol": "TCP"}]


# Copies


def test_replicas_come_with_their_phase_and_budgets_with_replicas():
    two, three = named(overlays.whole(at(2))), named(overlays.whole(at(3)))
    assert two["Deployment/cart"]["spec"]["replicas"] == 1
    assert three["Deployment/cart"]["spec"]["replicas"] == 2
    assert three["StatefulSet/mysql"]["spec"]["replicas"] == 1
    budgets = {name for name in three if name.startswith("PodDisruptionBudget/")}
    assert len(budgets) == 5
    assert not any(name.startswith("PodDisruptionBudget/") for name in two)
    keys = [
        item["topologyKey"]
        for item in three["Deployment/cart"]["spec"]["template"]["spec"][
            "topologySpreadConstraints"
        ]
    ]
    assert keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]


def test_where_the_load_brings_copies_nobody_else_sets_their_number(targets):
    made = named(overlays.whole(targets["prod"]))
    scaler = made["HorizontalPodAutoscaler/orders"]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (3, 12)
    assert "replicas" not in made["Deployment/orders"]["spec"]


def test_a_compose_file_that_asks_for_more_copies_has_them():
    service = Service("web", "web", image="web", replicas=5)
    target = Target("local", Source(Application("a", (service,)), {"services": {"web": {}}}))
    assert target.copies(service) == 5
    assert target.copies(replace(service, replicas=0)) == 0
    assert list(scaling.scaling(replace(target, scale=Kubernetes(replicas=2))))


def test_customers_come_in_by_name_once_the_phase_has_one(targets):
    made = named(overlays.whole(targets["prod"]))
    [rule] = made["Ingress/storefront"]["spec"]["rules"]
    assert rule["host"] == "shop.harbour-lane.example"
    [path] = rule["http"]["paths"]
    assert path["backend"]["service"] == {"name": "storefront", "port": {"number": 8080}}
    assert not any(name.startswith("Ingress/") for name in named(overlays.whole(at(4))))


# The cloud


def test_stores_are_where_terraform_puts_them_and_are_spoken_to_by_tls(targets):
    made = named(overlays.whole(targets["prod"]))
    catalog = made["ConfigMap/catalog"]["data"]
    assert catalog["MYSQL_HOST"] == "${mysql_host}"
    assert catalog["MYSQL_READ_HOST"] == "${mysql_replica_hosts}"
    assert catalog["MYSQL_TLS"] == "required"
    assert made["ConfigMap/storefront"]["data"]["CART_URL"] == "http://cart:8000"
    assert not any(name.endswith(("/mysql", "/redis")) for name in made)
    assert named(overlays.whole(at(2)))["ConfigMap/catalog"]["data"]["MYSQL_TLS"] == ""


def test_the_authorities_that_the_shop_believes_are_in_its_image(targets):
    catalog = named(overlays.whole(targets["dev"]))["ConfigMap/catalog"]["data"]
    inside = Path(catalog["MYSQL_CA"]).relative_to("/srv")
    assert (ROOT / inside).read_text().count("BEGIN CERTIFICATE") == 3


def test_secrets_are_fetched_by_reference_and_none_is_in_a_file(targets):
    made = named(overlays.whole(targets["dev"]))
    secret = made["ExternalSecret/mysql-password"]["spec"]
    assert secret["data"] == [
        {
            "secretKey": "mysql_password",
            "remoteRef": {"key": "${mysql_secret_arn}", "property": "password"},
        }
    ]
    assert not any(name.startswith("Secret/") for name in made)


def test_the_token_of_the_cache_is_put_into_its_address_by_external_secrets(targets):
    made = named(overlays.whole(targets["prod"]))
    assert "REDIS_URL" not in made["ConfigMap/cart"]["data"]
    [only] = made["Deployment/cart"]["spec"]["template"]["spec"]["containers"]
    [variable] = only["env"]
    assert variable["name"] == "REDIS_URL"
    assert variable["valueFrom"]["secretKeyRef"] == {"name": "cart-env", "key": "REDIS_URL"}
    spec = made["ExternalSecret/cart-env"]["spec"]
    address = "rediss://:{{.redis_auth_token|urlquery}}@${redis_host}:6379/0"
    assert spec["target"]["template"]["data"] == {"REDIS_URL": address}
    key = "harbour-lane-prod/redis_auth_token"
    assert spec["data"] == [{"secretKey": "redis_auth_token", "remoteRef": {"key": key}}]
    local = named(overlays.whole(at(4)))["ConfigMap/cart"]["data"]
    assert local["REDIS_URL"] == "redis://redis:6379/0"


def test_other_secret_settings_stand_beside_the_token():
    application = Application("a", (Service("web", "web"), Service("r", "cache", "redis")))
    environment = {"CACHE": "redis://u:p@r:6379", "API_KEY": "k", "PLAIN": "x"}
    document = {"services": {"web": {"environment": environment}, "r": {}}}
    source = cloud.in_cloud(Source(application, document))
    _, secret = cloud.external_secrets(Target("dev", source, region="us-east-1"))
    assert secret["spec"]["target"]["template"]["data"] == {
        "API_KEY": "{{.API_KEY}}",
        "CACHE": "rediss://:{{.redis_auth_token|urlquery}}@${redis_host}:6379",
    }
    assert {item["secretKey"]: item["remoteRef"] for item in secret["spec"]["data"]} == {
        "API_KEY": {"key": "a-dev/web", "property": "API_KEY"},
        "redis_auth_token": {"key": "a-dev/redis_auth_token"},
    }


def test_outputs_are_filled_in_and_one_that_is_missing_is_named():
    outputs = {"mysql_host": "db.example", "replicas": {"b": "two", "a": "one"}, "none": None}
    text = "${mysql_host} ${replicas} ${replicas.b}"
    assert cloud.filled(text, outputs) == "db.example one two"
    with pytest.raises(InputError, match="no output 'mysql_hose'") as caught:
        cloud.filled("${mysql_hose}", outputs)
    assert caught.value.hint == "did you mean 'mysql_host'?"
    with pytest.raises(InputError, match="no output 'none'"):
        cloud.filled("${none}", outputs)


@pytest.mark.parametrize("env", ["dev", "prod"])
def test_every_output_that_an_overlay_waits_for_is_one_of_its_environment(targets, env):
    text = "".join(kubernetes.render(kubernetes.read(Workspace(ROOT)), [targets[env]]).values())
    outputs = (ROOT / "terraform" / "envs" / env / "outputs.tf").read_text()
    wanted = cloud.places(text)
    assert {"mysql_host", "mysql_secret_arn", "repository_urls"} <= set(wanted)
    assert all(f'output "{name}"' in outputs for name in wanted)


def test_a_setting_that_only_looks_like_a_store_is_left_alone():
    application = Application(
        "a",
        (Service("db", "database", "mysql"), Service("web", "web")),
        (Flow("web", "db", 1, "mysql", ("x",)),),
    )
    environment = {
        "HOST": "db", "WITH_PORT": "db:3306", "URL": "mysql://me@db:3306/x", "NAME": "db-1",
        "OTHER": "http://db-1/", "TEXT": "the db is here",
    }  # fmt: skip
    document = {"services": {"web": {"environment": environment}, "db": {}}}
    moved = cloud.in_cloud(Source(application, document)).document["services"]["web"]["environment"]
    assert moved == environment | {
        "HOST": "${mysql_host}", "WITH_PORT": "${mysql_host}:3306",
        "URL": "mysql://me@${mysql_host}:3306/x",
    }  # fmt: skip


# Patches


def test_a_patch_says_what_differs():
    old = {"a": {"b/c": 1, "gone": 2}, "same": [1], "list": [1, 2]}
    new = {"a": {"b/c": 3}, "same": [1], "list": [2], "more": {"x": 1}}
    assert list(patch(old, new)) == [
        {"op": "replace", "path": "/a/b~1c", "value": 3},
        {"op": "remove", "path": "/a/gone"},
        {"op": "replace", "path": "/list", "value": [2]},
        {"op": "add", "path": "/more", "value": {"x": 1}},
    ]


@needs_kubectl
@pytest.mark.parametrize("name", ["local", "dev", "prod"])
def test_kustomize_makes_of_the_committed_overlay_what_is_meant(targets, name):
    built = process.run([KUBECTL, "kustomize", str(ROOT / "k8s" / "overlays" / name)]).stdout
    images = {item["name"]: item["newName"] for item in cloud.images(targets[name])}
    theirs = named(yaml.safe_load_all(built))
    ours = named(overlays.whole(targets[name]))
    if targets[name].in_cloud:
        for item in ours.values():
            for only in (
                item["spec"]["template"]["spec"]["containers"]
                if "template" in item.get("spec", {})
                else ()
            ):
                image, _, tag = only["image"].partition(":")
                only["image"] = f"{images.get(image, image)}:{tag}"
    assert theirs == ours


@needs_kubectl
def test_what_only_some_phases_have_comes_and_goes_with_them(tmp_path):
    """A service with a profile is in the overlay only; one that a profile replaces is deleted."""
    (tmp_path / "compose.yml").write_text(
        "services:\n"
        "  web: {image: example/web, environment: {MODE: plain}}\n"
        "  worker: {image: example/worker, profiles: [later]}\n"
    )
    plain = kubernetes.load(tmp_path / "compose.yml", environ={})
    later = kubernetes.load(tmp_path / "compose.yml", profiles=["later"], environ={})
    for name, source, of in (("more", plain, later), ("less", later, plain)):
        for path, text in kubernetes.render(source, [Target("local", of)]).items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    kinds = {}
    for name in ("more", "less"):
        folder = tmp_path / name / "overlays" / "local"
        found = named(yaml.safe_load_all(process.run([KUBECTL, "kustomize", str(folder)]).stdout))
        kinds[name] = {key for key in found if key.endswith("/worker")}
    assert kinds["more"] == {"Deployment/worker", "NetworkPolicy/worker", "ServiceAccount/worker"}
    assert kinds["less"] == set()


def published(**kinds: str) -> Source:
    """Services that all publish a port."""
    services = tuple(Service(name, kind, ports=(Port(80, 80),)) for name, kind in kinds.items())
    application = Application("x", services, entry=tuple(kinds))
    return Source(application, {"services": {name: {} for name in kinds}})


def test_the_way_in_is_chosen_where_several_publish_a_port():
    source = published(adminer="web", db="database", shop="web")
    scale = Kubernetes(host="shop.example.com", entry="shop")
    target = Target("dev", source, scale, public_cidrs=("10.0.0.0/24",))
    assert [item["metadata"]["name"] for item in network.ingress(target)] == ["shop"]
    policies = named(network.policies(target))
    assert "ingress" not in policies["NetworkPolicy/adminer"]["spec"]
    assert "ingress" in policies["NetworkPolicy/shop"]["spec"]
    for entry, said in (
        (None, "which one do customers come in by: adminer, shop"),
        ("db", "customers can't come in by 'db'"),
    ):
        unsure = replace(target, scale=replaced(scale, entry))
        with pytest.raises(InputError, match=said):
            list(network.ingress(unsure))
        deployment = deploy.Deployment(Workspace(ROOT), unsure, Cluster("none", "none", "none"))
        with pytest.raises(InputError, match=said), deployment.reached():
            pass


def replaced(scale: Kubernetes, entry: str | None) -> Kubernetes:
    return scale.model_copy(update={"entry": entry})


def test_where_one_application_publishes_a_port_it_is_the_way_in():
    scale = Kubernetes(host="shop.example.com")
    target = Target("dev", published(shop="web", db="database"), scale)
    assert [item["metadata"]["name"] for item in network.ingress(target)] == ["shop"]
    with pytest.raises(InputError, match="publishes no port"):
        list(network.ingress(Target("dev", published(db="database"), scale)))


@needs_kubectl
def test_wrong_manifests_never_reach_a_cluster(tmp_path, targets):
    shutil.copytree(ROOT / "k8s", tmp_path / "k8s")
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    deployment = deploy.Deployment(
        Workspace(tmp_path), targets["local"], Cluster("kubectl", "no-such-context", "shop")
    )
    assert len(deployment.manifests()) > 30
    file = deployment.folder / "network.yaml"
    file.write_text(file.read_text().replace("port: 8000", "port: 800000"))
    with pytest.raises(RefusedError, match="the manifests are wrong") as caught:
        deployment.manifests()
    assert "ports[0].port: 800000 is no port" in str(caught.value)


# What only a phase or a place has


BEHIND_A_PROFILE = """
services:
  shop:
    image: shop:1
    environment: {MODE: plain}
  network:
    image: network:1
  migrate:
    image: migrate:1
    profiles: [later]
  waits:
    image: waits:1
    profiles: [later]
    depends_on: {shop: {condition: service_completed_successfully}}
"""


def test_what_a_phase_adds_to_a_service_of_the_base_is_written(tmp_path):
    file = tmp_path / "compose.yml"
    file.write_text(BEHIND_A_PROFILE)
    base, later = (kubernetes.load(file, profiles=on) for on in ((), ("later",)))
    files = overlays.overlay(base, Target("local", later, Kubernetes(), 2))
    # It is a Job once others wait for its end, and no patch makes a Job of a Deployment.
    assert [item["kind"] for item in yaml.safe_load_all(files["overlays/local/shop.yaml"])] == [
        "Job"
    ]
    listed = yaml.safe_load(files["overlays/local/kustomization.yaml"])["resources"]
    assert "shop.yaml" in listed
    assert "service-network.yaml" in overlays.base(base)["base/kustomization.yaml"]
