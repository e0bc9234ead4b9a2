"""Pods: what they may do and take, what stands in them, and which of them end by themselves."""

from __future__ import annotations

import pytest

from groundplan import kubernetes
from groundplan.compose import Service
from groundplan.design import Kubernetes
from groundplan.kubernetes import Target, scaling
from groundplan.kubernetes.probes import literal
from groundplan.kubernetes.resources import resources
from manifests import container, made_of, remarks, source_of

KEY = "-----BEGIN PRIVATE KEY-----\nMIIE\n"  # gitleaks:allow
IMAGE = "its pod starts only if its image, or user here, names a user by number, not root's"


def web(setting: str, folder, rest: str = "") -> kubernetes.Source:
    """A service with that setting."""
    return source_of(f"services:\n  web:\n    image: example/web\n    {setting}\n{rest}", folder)


# Secrets


def test_no_secret_of_a_setting_is_in_any_file(tmp_path):
    source = web(
        "environment: {SMTP_PASS: hunter2, DSN: 'me:hunter2@tcp(db)/x', COLOUR: blue,"
        " SQL: 'Server=db;Password=hunter2', APP_KEY: 'base64:hunter2'}",
        tmp_path,
    )
    assert "hunter2" not in "".join(kubernetes.render(source).values())
    assert made_of(source)["ConfigMap/web"]["data"] == {"COLOUR": "blue"}
    assert kubernetes.needed_secrets(source) == {"web-env": ("APP_KEY", "DSN", "SMTP_PASS", "SQL")}


def test_a_file_with_a_secret_is_in_no_config_map(tmp_path):
    for name, text in {
        "app/.env": "A=hunter2", "app/prod.env": "A=hunter2", "app/main.py": "print(1)",
        "app/tls.pem": KEY, "app/ca.pem": "-----BEGIN CERTIFICATE-----", "tls.key": "hunter2",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    source = web("volumes: [./app:/srv, ./tls.key:/etc/tls.key]", tmp_path)
    manifests = made_of(source)
    assert sorted(manifests["ConfigMap/web-srv"]["data"]) == ["ca.pem", "main.py"]
    assert [item["mountPath"] for item in container(manifests["Deployment/web"])["volumeMounts"]] \
        == ["/srv"]  # fmt: skip
    assert remarks(source) == [
        f"{file} looks like a secret, so it is left out: give it as one of Compose's secrets"
        for file in ("/srv/.env", "/srv/prod.env", "/srv/tls.pem", "/etc/tls.key")
    ]


def test_a_secret_stands_at_each_of_its_places(tmp_path):
    source = web(
        "secrets: [key, {source: key, target: other}, {source: key, target: /etc/tls/key}]",
        tmp_path, "secrets: {key: {file: ./key}}\n",
    )  # fmt: skip
    workload = made_of(source)["Deployment/web"]
    together, apart = workload["spec"]["template"]["spec"]["volumes"]
    [read] = together["projected"]["sources"]
    assert [item["path"] for item in read["secret"]["items"]] == ["key", "other"]
    assert apart["secret"] == {"secretName": "key"}
    places = [
        (item["mountPath"], item.get("subPath")) for item in container(workload)["volumeMounts"]
    ]
    assert places == [("/run/secrets", None), ("/etc/tls/key", "key")]
    assert remarks(source) == []


# Files


def test_a_config_of_compose_is_a_config_map(tmp_path):
    (tmp_path / "site.conf").write_text("listen 80;\n")
    source = web(
        "configs: [{source: site, target: /etc/nginx/site.conf}, hello, gone]", tmp_path,
        "configs: {site: {file: ./site.conf}, hello: {content: 'a $$b'}, gone: {external: true}}\n",
    )  # fmt: skip
    manifests = made_of(source)
    assert manifests["ConfigMap/web-etc-nginx-site-conf"]["data"] == {"site.conf": "listen 80;\n"}
    assert manifests["ConfigMap/web-hello"]["data"] == {"hello": "a $b"}
    places = container(manifests["Deployment/web"])["volumeMounts"]
    assert [(item["mountPath"], item["subPath"]) for item in places] == [
        ("/etc/nginx/site.conf", "site.conf"), ("/hello", "hello"),
    ]  # fmt: skip
    assert remarks(source) == [
        "the config gone is left out: it is no small folder of text files with plain names"
    ]


def test_a_file_whose_name_is_no_key_of_a_config_map_is_not_written(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "my file.txt").write_text("x")
    assert "ConfigMap/web-conf" not in made_of(web("volumes: [./conf:/conf]", tmp_path))


def test_what_lives_in_memory_has_the_size_that_is_told(tmp_path):
    source = web(
        "tmpfs: ['/run:size=64m,mode=1777', /any]\n    shm_size: 2m\n"
        "    volumes: [{type: tmpfs, target: /cache, tmpfs: {size: 1000}},"
        " {type: volume, source: d, target: /d, volume: {subpath: a/b}}]",
        tmp_path, "volumes: {d: }\n",
    )  # fmt: skip
    workload = made_of(source)["Deployment/web"]
    places = {item["name"]: item for item in container(workload)["volumeMounts"]}
    sizes = {
        places[item["name"]]["mountPath"]: item["emptyDir"].get("sizeLimit")
        for item in workload["spec"]["template"]["spec"]["volumes"]
        if "emptyDir" in item
    }
    assert sizes.pop("/dev/shm") == "2097152"  # noqa: S108 - it is no file of ours
    assert sizes == {"/run": "64Mi", "/any": None, "/cache": "1000"}
    assert places["data-0"]["subPath"] == "a/b"
    assert remarks(source) == []


# Rights


@pytest.mark.parametrize(
    ("user", "context", "told"),
    [
        ("", {"runAsNonRoot": True}, [IMAGE]),
        ("user: '1000'", {"runAsUser": 1000, "runAsNonRoot": True}, []),
        ("user: '1000:app'", {"runAsUser": 1000, "runAsNonRoot": True},
         ["the group app is left out, being no number"]),
        ("user: node", {"runAsNonRoot": True},
         ["the user node is left out, being no number", IMAGE]),
        ("user: '0:0'", {"runAsUser": 0, "runAsGroup": 0}, ["runs as root, as the file says"]),
        ("user: root", {"runAsUser": 0}, ["runs as root, as the file says"]),
        ("user: '5'\n    group_add: ['7', audio]",
         {"runAsUser": 5, "supplementalGroups": [7], "runAsNonRoot": True},
         ["the group audio is left out, being no number"]),
    ],
)  # fmt: skip
def test_a_pod_is_not_root_unless_the_file_says_so(tmp_path, user, context, told):
    source = web(user, tmp_path)
    pod = made_of(source)["Deployment/web"]["spec"]["template"]["spec"]
    assert pod["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}, **context}
    assert [remark.message for remark in source.remarks] == told


@pytest.mark.parametrize(
    ("dockerfile", "told"),
    [
        ("FROM python\nUSER 10001:10001\n", []),
        ("FROM python AS base\nUSER 7\nFROM --platform=linux/amd64 base AS last\nRUN x\n", []),
        ("FROM python\nUSER node\n", [IMAGE]),
        ("FROM python AS build\nUSER 7\nFROM nginx\n", [IMAGE]),
        ("FROM python\nUSER 7\nUSER root\n", [IMAGE]),
    ],
)
def test_an_image_that_is_built_here_tells_its_user(tmp_path, dockerfile, told):
    (tmp_path / "Dockerfile").write_text(dockerfile)
    source = source_of("services: {web: {build: .}}", tmp_path)
    assert [remark.message for remark in source.remarks] == told


def test_only_capabilities_that_the_namespace_allows_are_added(tmp_path):
    source = web("cap_add: [CAP_NET_BIND_SERVICE, NET_ADMIN]\n    user: '5'", tmp_path)
    found = container(made_of(source)["Deployment/web"])["securityContext"]["capabilities"]
    assert found == {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}
    assert remarks(source) == ["cap_add NET_ADMIN is left out: no pod gets it in this namespace"]


def test_root_keeps_the_capabilities_with_which_it_steps_down(tmp_path):
    source = web("user: root\n    cap_drop: [CAP_MKNOD]", tmp_path)
    found = container(made_of(source)["Deployment/web"])["securityContext"]
    assert found == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["MKNOD"]}}


# Sizes


@pytest.mark.parametrize(
    ("raw", "requests", "limits"),
    [
        ({}, ("50m", "128Mi"), {"memory": "256Mi"}),
        ({"mem_limit": "67108864", "cpus": 0.5}, ("50m", "64Mi"),
         {"cpu": "500m", "memory": "64Mi"}),
        ({"mem_reservation": "33554432"}, ("50m", "32Mi"), {"memory": "256Mi"}),
        ({"deploy": {"resources": {"reservations": {"memory": "2147483648"}}}},
         ("50m", "2Gi"), {"memory": "2Gi"}),
        ({"deploy": {"resources": {"limits": {"cpus": 0.02, "memory": "6291457"}}}},
         ("20m", "6291457"), {"cpu": "20m", "memory": "6291457"}),
        ({"deploy": {"resources": {"reservations": {"cpus": 0.0001, "memory": "20971520"},
                                   "limits": {"memory": "10485760"}}}},
         ("1m", "10Mi"), {"memory": "10Mi"}),
    ],
)  # fmt: skip
def test_no_request_is_above_its_limit(raw, requests, limits):
    cpu, memory = requests
    assert resources(Service("web", "web"), raw) == {
        "requests": {"cpu": cpu, "memory": memory}, "limits": limits,
    }  # fmt: skip


# Ports and commands


def test_every_port_of_a_range_is_open(tmp_path):
    source = web("expose: ['3000-3005', '4000-4001/udp']", tmp_path)
    ports = made_of(source)["Service/web"]["spec"]["ports"]
    assert [(item["port"], item["protocol"]) for item in ports] == [
        *((port, "TCP") for port in range(3000, 3006)), (4000, "UDP"), (4001, "UDP"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("$HOME", "$HOME"), ("$", "$"), ("a$", "a$"), ("$(date)", "$$(date)"),
        ("$$", "$$$"), ("$$x", "$$$x"), ("$$(x)", "$$$$(x)"),
    ],
)  # fmt: skip
def test_a_dollar_stands_for_itself(word, written):
    """A node makes `$` of each `$$`, from left to right, and takes `$(x)` for a variable."""
    assert literal(word) == written
    assert written.replace("$$", "\0").replace("\0", "$") == word


# What ends by itself


MIGRATED = """
services:
  web: {image: example/web, depends_on: {migrate: {condition: service_completed_successfully}}}
  migrate:
    image: mysql:8.4
    command: [mysql, --host, db]
    restart: on-failure
    user: "5"
    healthcheck: {test: [CMD, "true"]}
  db: {image: mysql:8.4}
"""


def test_what_others_wait_for_to_end_is_a_job(tmp_path):
    source = source_of(MIGRATED, tmp_path)
    manifests = made_of(source)
    assert "Deployment/migrate" not in manifests
    job = manifests["Job/migrate"]["spec"]
    assert job["template"]["spec"]["restartPolicy"] == "Never"
    assert not {"readinessProbe", "lifecycle"} & container(manifests["Job/migrate"]).keys()
    assert {"Deployment/web", "Deployment/db"} <= manifests.keys()
    assert remarks(source) == []


def test_a_job_has_no_copies(tmp_path):
    target = Target("local", source_of(MIGRATED, tmp_path), Kubernetes(replicas=2, most=4))
    named = {item["metadata"]["name"] for item in scaling.scaling(target)}
    assert named == {"web"}
