"""Kubernetes from Compose: what a service becomes, and that a cluster would take it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from groundplan import kubernetes
from groundplan.design import Kubernetes
from groundplan.kubernetes import Target, overlays, validation
from groundplan.kubernetes.manifest import to_yaml
from groundplan.kubernetes.probes import readiness, seconds
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
EKS = "1.35"


@pytest.fixture(scope="module")
def shop() -> dict[str, str]:
    return kubernetes.render(kubernetes.read(Workspace(ROOT)))


@pytest.fixture
def of(tmp_path):
    """The manifests of a Compose file's text."""

    def render(text: str) -> dict[str, dict]:
        path = tmp_path / "compose.yml"
        path.write_text(text)
        return parsed(kubernetes.render(kubernetes.load(path, environ={})))

    return render


def parsed(files: dict[str, str]) -> dict[str, dict]:
    """The manifests by kind and name, `Deployment/web`."""
    found: dict[str, dict] = {}
    for name, text in files.items():
        if not name.endswith("kustomization.yaml"):
            for item in yaml.safe_load_all(text):
                key = f"{item['kind']}/{item['metadata']['name']}"
                assert key not in found, "two manifests of one name"
                found[key] = item
    return found


def container(workload: dict) -> dict:
    [only] = workload["spec"]["template"]["spec"]["containers"]
    return only


# The reference engagement


def test_the_base_is_the_five_applications_and_the_database_is_local_only(shop):
    names = ["cart", "catalog", "orders", "payments", "storefront"]
    base = {f"base/{name}.yaml" for name in [*names, "kustomization"]}
    assert set(shop) == base | {
        "overlays/local/kustomization.yaml", "overlays/local/mysql.yaml",
        "overlays/local/namespace.yaml", "overlays/local/network.yaml",
    }  # fmt: skip
    assert yaml.safe_load(shop["base/kustomization.yaml"])["resources"] == [
        f"{name}.yaml" for name in names
    ]
    local = yaml.safe_load(shop["overlays/local/kustomization.yaml"])
    assert local["resources"] == ["../../base", "mysql.yaml", "namespace.yaml", "network.yaml"]


@pytest.mark.parametrize("phase", [None, 3, 4, 10])
def test_a_cluster_of_the_version_we_use_takes_every_manifest(phase):
    source = kubernetes.read(Workspace(ROOT), phase)
    manifests = parsed(kubernetes.render(source))
    assert len(manifests) >= 19
    for manifest in manifests.values():
        kubernetes_validate.validate(manifest, EKS, strict=True)
    assert source.remarks == ()


def test_the_replica_and_the_cache_come_with_their_phases():
    manifests = parsed(kubernetes.render(kubernetes.read(Workspace(ROOT), 4)))
    assert {"StatefulSet/mysql", "StatefulSet/mysql-replica", "Deployment/redis"} <= set(manifests)
    settings = manifests["ConfigMap/catalog"]["data"]
    assert settings["MYSQL_READ_HOST"] == "mysql-replica"
    assert settings["REDIS_URL"] == "redis://redis:6379/0"


def test_an_application_runs_without_any_right_it_does_not_need(shop):
    pod = parsed(shop)["Deployment/catalog"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert "limits" in pod["containers"][0]["resources"]


def test_no_secret_is_in_any_file(shop):
    whole = "".join(shop.values())
    for path in (ROOT / "secrets").glob("*"):
        assert path.read_text() not in whole
    told = "It needs the Secrets mysql-password, mysql-replication-password, mysql-root-password."
    assert told in shop["overlays/local/kustomization.yaml"]


def test_a_dollar_of_the_healthcheck_is_one_again(shop):
    probe = container(parsed(shop)["StatefulSet/mysql"])["readinessProbe"]
    assert probe["exec"]["command"][:2] == ["/bin/sh", "-c"]
    # Kubernetes makes one of two, where a variable could begin.
    assert '"$$(cat /run/secrets/mysql_password)"' in probe["exec"]["command"][2]
    assert '"$MYSQL_USER"' in probe["exec"]["command"][2]


def test_the_database_finds_its_scripts(shop):
    manifests = parsed(shop)
    scripts = manifests["ConfigMap/mysql-docker-entrypoint-initdb-d"]["data"]
    for path in (ROOT / "apps/mysql/primary").iterdir():
        assert scripts[path.name] == path.read_text(encoding="utf-8")
    [volume] = [
        item
        for item in manifests["StatefulSet/mysql"]["spec"]["template"]["spec"]["volumes"]
        if item.get("configMap", {}).get("name") == "mysql-docker-entrypoint-initdb-d"
    ]
    assert volume["configMap"]["defaultMode"] == 0o555


def test_what_is_committed_is_current(shop):
    assert kubernetes.stale(Workspace(ROOT)) == ()


def test_every_file_is_named_by_its_kustomization():
    for folder in ("base", "overlays/local"):
        where = ROOT / "k8s" / folder
        listed = yaml.safe_load((where / "kustomization.yaml").read_text())["resources"]
        files = {path.name for path in where.glob("*.yaml")} - {"kustomization.yaml"}
        assert {name for name in listed if name.endswith(".yaml")} == files
        assert all((where / name).exists() for name in listed)


# Writing


@pytest.fixture
def copy(tmp_path) -> Workspace:
    """The reference engagement, as far as manifests are made from it."""
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "apps" / "mysql", tmp_path / "apps" / "mysql")
    return Workspace(tmp_path)


def test_what_nothing_renders_any_more_is_deleted_and_what_is_not_ours_is_left(copy):
    workspace, base = copy, copy.root / "k8s" / "base"
    assert base / "cart.yaml" in kubernetes.write(workspace)
    assert kubernetes.write(workspace) == ()
    mine, former = base / "mine.yaml", base / "former.yaml"
    mine.write_text("kind: ConfigMap\n")
    former.write_text((base / "cart.yaml").read_text())
    (base / "cart.yaml").write_text("edited by hand")
    assert kubernetes.stale(workspace) == (base / "cart.yaml", former)
    assert kubernetes.write(workspace) == (base / "cart.yaml", former)
    assert mine.exists()
    assert not former.exists()


def test_the_same_file_gives_the_same_bytes_on_every_machine(shop, copy):
    (copy.root / ".env").write_text("REDIS_URL=redis://redis:6379/0\nSTOREFRONT_PORT=9090\n")
    assert kubernetes.render(kubernetes.read(copy)) == shop


# Any Compose file


def test_values_that_yaml_could_take_for_something_else_stay_text(of):
    values = ["1e3", "0o17", "yes", "on", "null", "1_000", "12:30:45", "~", "", "a: b", "#x", "é"]
    lines = "".join(f"      V{n}: '{value}'\n" for n, value in enumerate(values))
    manifests = of(f"services:\n  web:\n    image: nginx\n    environment:\n{lines}")
    assert list(manifests["ConfigMap/web"]["data"].values()) == [
        value for _, value in sorted((f"V{n}", value) for n, value in enumerate(values))
    ]
    assert 'V0: "1e3"' in to_yaml([{"V0": "1e3"}])


def test_a_password_in_the_environment_becomes_a_reference(of):
    manifests = of(
        """
services:
  api:
    image: example/api
    environment:
      DB_PASSWORD: hunter2
      DATABASE_URL: postgres://me:hunter2@db/shop
      PASSWORD_FILE: /run/secrets/db
      COLOUR: blue
  db: {image: postgres}
"""
    )
    assert "hunter2" not in str(manifests)
    data = manifests["ConfigMap/api"]["data"]
    assert data == {"COLOUR": "blue", "PASSWORD_FILE": "/run/secrets/db"}
    [url, password] = container(manifests["Deployment/api"])["env"]
    assert url["valueFrom"]["secretKeyRef"] == {"name": "api-env", "key": "DATABASE_URL"}
    assert password["name"] == "DB_PASSWORD"


def test_commands_users_sizes_and_volumes(of):
    manifests = of(
        """
services:
  api:
    build: .
    entrypoint: [/bin/run]
    command: ["--say", "$$(date)"]
    user: "1000:2000"
    working_dir: /srv
    stop_grace_period: 1m30s
    dns_opt: ["timeout:1", rotate]
    scale: 3
    ports: ["8080:80", "53:53/udp"]
    volumes: [uploads:/data, /cache]
    deploy: {resources: {limits: {cpus: "0.5", memory: 64M}}}
  worker: {image: example/worker, volumes: ["uploads:/data:ro"]}
volumes: {uploads: }
"""
    )
    workload = manifests["Deployment/api"]
    assert workload["spec"]["replicas"] == 3
    pod, only = workload["spec"]["template"]["spec"], container(workload)
    # Five seconds more: for so long it still serves those who take it to be there.
    assert pod["terminationGracePeriodSeconds"] == 95
    assert only["lifecycle"]["preStop"]["exec"]["command"] == ["sleep", "5"]
    assert pod["dnsConfig"]["options"] == [{"name": "timeout", "value": "1"}, {"name": "rotate"}]
    assert (pod["securityContext"]["runAsUser"], pod["securityContext"]["runAsGroup"]) == (
        1000, 2000,
    )  # fmt: skip
    assert (only["image"].endswith("-api"), only["workingDir"]) == (True, "/srv")
    assert (only["command"], only["args"]) == (["/bin/run"], ["--say", "$$(date)"])
    assert only["resources"]["limits"] == {"cpu": "500m", "memory": "64Mi"}
    assert only["resources"]["requests"]["memory"] == "64Mi"
    ports = manifests["Service/api"]["spec"]["ports"]
    assert {(port["port"], port["protocol"]) for port in ports} == {(80, "TCP"), (53, "UDP")}
    assert pod["volumes"][0]["persistentVolumeClaim"] == {"claimName": "uploads"}
    assert pod["volumes"][1]["emptyDir"] == {}
    assert "PersistentVolumeClaim/uploads" in manifests
    for manifest in manifests.values():
        kubernetes_validate.validate(manifest, EKS, strict=True)


def test_what_has_no_equivalent_is_told(tmp_path):
    (tmp_path / "code" / "deep").mkdir(parents=True)
    path = tmp_path / "compose.yml"
    path.write_text(
        """
services:
  web:
    image: example/web
    user: "1000"
    privileged: true
    volumes: [./code:/srv, ./missing:/opt]
"""
    )
    source = kubernetes.load(path, environ={})
    unfit = "it is no small folder of text files with plain names"
    assert {(remark.service, remark.message) for remark in source.remarks} == {
        ("web", "privileged is left out"),
        ("web", f"the mount at /srv is left out: {unfit}"),
        ("web", f"the mount at /opt is left out: {unfit}"),
    }
    assert kubernetes.needed_secrets(source) == {}


def test_a_name_that_kubernetes_refuses_is_changed_for_everybody(tmp_path):
    path = tmp_path / "compose.yml"
    path.write_text(
        "services:\n"
        "  My_Api: {image: example/api, user: '1000', expose: [80]}\n"
        "  web: {image: nginx, user: '1000',\n"
        "        environment: {API: 'http://My_Api:80/v1', NAME: My_Api_2}}\n"
    )
    source = kubernetes.load(path, environ={})
    manifests = parsed(kubernetes.render(source))
    assert manifests["ConfigMap/web"]["data"] == {"API": "http://my-api:80/v1", "NAME": "My_Api_2"}
    assert manifests["Service/my-api"]["spec"]["ports"][0]["port"] == 80
    assert [str(remark.message) for remark in source.remarks] == [
        "My_Api is called my-api here, also in the settings of others"
    ]


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (["a_b", "web"], ["a-b", "web"]),
        (["1web", "_"], ["service-1web", "service"]),
        (["a_b", "a.b"], [r"a-b-[0-9a-f]{8}", r"a-b-[0-9a-f]{8}"]),
        (["a" * 70], ["a{54}-[0-9a-f]{8}"]),
        (["nobody-else", "namespace"], ["nobody-else", "namespace"]),
    ],
)
def test_whatever_a_service_is_called_it_gets_a_name_of_its_own(tmp_path, names, called):
    path = tmp_path / "compose.yml"
    services = "".join(f"  {name}: {{image: x, expose: [80]}}\n" for name in names)
    path.write_text(f"services:\n{services}")
    source = kubernetes.load(path, environ={}, strict=False)
    found = [service.name for service in source.application.services]
    assert len({*found}) == len(names)
    for name, pattern in zip(sorted(found), sorted(called), strict=True):
        assert re.fullmatch(pattern, name)
    made = overlays.whole(Target("local", source))
    assert validation.validate(made, "1.33") == ()


def test_what_is_called_something_else_is_called_so_in_mounted_files_too(tmp_path):
    (tmp_path / "nginx.conf").write_text(
        "upstream my_app { server my_app:3000; }\nproxy_pass http://my_api:8080/;\n"
    )
    path = tmp_path / "compose.yml"
    path.write_text(
        "services:\n"
        "  web: {image: nginx, volumes: ['./nginx.conf:/etc/nginx/nginx.conf'],\n"
        "        configs: [more]}\n"
        "  my_app: {image: example/app}\n"
        "  my_api: {image: example/api}\n"
        "configs: {more: {content: 'api=http://my_api:8080'}}\n"
    )
    manifests = parsed(kubernetes.render(kubernetes.load(path, environ={})))
    assert manifests["ConfigMap/web-etc-nginx-nginx-conf"]["data"]["nginx.conf"] == (
        "upstream my_app { server my-app:3000; }\nproxy_pass http://my-api:8080/;\n"
    )
    assert manifests["ConfigMap/web-more"]["data"] == {"more": "api=http://my-api:8080"}


def test_a_host_that_is_named_in_full_is_left_as_it_is(tmp_path):
    path = tmp_path / "compose.yml"
    path.write_text(
        "services: {git: {image: example/git, hostname: git.example.com,"
        " environment: {EXTERNAL_URL: 'https://git.example.com'}}}\n"
    )
    source = kubernetes.load(path, environ={})
    manifests = parsed(kubernetes.render(source))
    assert manifests["ConfigMap/git"]["data"] == {"EXTERNAL_URL": "https://git.example.com"}


def test_the_folder_of_the_compose_file_is_not_mounted_nor_what_tells_a_secret(tmp_path):
    (tmp_path / "app.toml").write_text("[db]\npassword = 'hunter2'\n")
    path = tmp_path / "compose.yml"
    path.write_text(
        "services: {web: {image: nginx, environment: {API_TOKEN: hunter2},"
        " volumes: ['.:/srv', './app.toml:/app.toml']}}\n"
    )
    source = kubernetes.load(path, environ={})
    assert "hunter2" not in str(kubernetes.render(source))
    told = [remark.message for remark in source.remarks]
    assert any(text.startswith("the mount at /srv is left out") for text in told)
    assert any(text.startswith("/app.toml looks like a secret") for text in told)


def test_who_calls_hosts_elsewhere_may_do_so_by_their_ports(tmp_path):
    path = tmp_path / "compose.yml"
    path.write_text(
        "services:\n"
        "  My_Shop: {image: example/shop, environment: {MAIL: 'smtp://mail.example.com:587',\n"
        "    PAY_URL: 'https://pay.example.com/v1'}}\n"
        "  crm: {image: example/crm, environment: {LDAP_HOST: ldap.example.com}}\n"
        "  site: {build: {context: ., args: {INDEX_URL: 'https://pypi.example.com'}}}\n"
    )
    source = kubernetes.load(path, environ={}, strict=False)
    made = overlays.whole(Target("local", source))
    out = {
        item["metadata"]["name"]: item["spec"]["egress"][:-1]
        for item in made
        if item["kind"] == "NetworkPolicy" and "egress" in item["spec"]
    }
    anywhere = [{"ipBlock": {"cidr": "0.0.0.0/0"}}, {"ipBlock": {"cidr": "::/0"}}]
    ports = [{"port": 443, "protocol": "TCP"}, {"port": 587, "protocol": "TCP"}]
    assert out == {
        "crm": [{"to": anywhere}],
        "my-shop": [{"to": anywhere, "ports": ports}],
        "site": [],
    }
    assert validation.validate(made, "1.33") == ()


# What runs, and how often


JOBS = Path(__file__).parent / "fixtures" / "compose" / "jobs" / "compose.yml"


def test_what_ends_is_a_job_and_what_runs_everywhere_a_daemon_set():
    source = kubernetes.load(JOBS, environ={})
    made = overlays.whole(Target("local", source, Kubernetes(replicas=2, most=4)))
    running = [item for item in made if "template" in item.get("spec", {})]
    kinds = {item["metadata"]["name"]: item["kind"] for item in running}
    assert kinds == {
        "agent": "DaemonSet", "api": "Deployment", "db": "Deployment", "importer": "Job",
        "mailer": "Deployment", "nightly": "Job", "quotes": "Deployment", "seed": "Job",
    }  # fmt: skip
    scaled = [
        item["metadata"]["name"] for item in made if item["kind"] == "HorizontalPodAutoscaler"
    ]
    assert scaled == ["api", "mailer", "quotes"]
    assert validation.validate(made, "1.33", given=kubernetes.needed_secrets(source)) == ()
    told = {(item.service, item.message) for item in source.remarks}
    assert ("api", "restart: no is left out") in told
    assert not any(name in ("agent", "nightly") and "left out" in text for name, text in told)
    assert not any(name == "importer" and "left out" in text for name, text in told)


# Probes


@pytest.mark.parametrize(
    ("line", "host", "path", "port"),
    [
        ("curl -f http://localhost:8080/healthz", "localhost:8080", "/healthz", 8080),
        ("curl -fsS http://127.0.0.1/ || exit 1", "127.0.0.1", "/", 80),
        ("curl -sSfo /dev/null http://localhost/", "localhost", "/", 80),
        ("curl http://localhost/ --silent --fail", "localhost", "/", 80),
        ("wget -q --spider http://localhost:3000", "localhost:3000", "/", 3000),
        ("wget -qO- 'http://localhost:80/up?a=1' || false", "localhost:80", "/up?a=1", 80),
        ("wget -nv -t1 --tries=1 -O /dev/null http://localhost/", "localhost", "/", 80),
        ("/usr/bin/curl --fail --max-time 3 http://localhost/a", "localhost", "/a", 80),
    ],
)
def test_a_request_to_itself_becomes_http(line, host, path, port):
    for test in (["CMD-SHELL", line], ["CMD", *line.split()]):
        probe = readiness({"healthcheck": {"test": test}})
        assert probe is not None
        assert probe["httpGet"] == {
            "path": path, "port": port, "httpHeaders": [{"name": "Host", "value": host}],
        }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "curl -f http://other:8080/",
        "curl -f http://localhost:8080/ | grep ok",
        "curl -H 'Host: shop' http://localhost/",
        "curl -f https://localhost/",
        "curl http://localhost/",  # content with whatever is answered
        "curl -f -XPOST http://localhost/",
        "curl -fI http://localhost/",
        "wget --post-data=a http://localhost/",
        "pg_isready",
    ],
)
def test_everything_else_is_run_in_the_container(line):
    probe = readiness({"healthcheck": {"test": ["CMD-SHELL", line]}})
    assert probe is not None
    assert probe["exec"] == {"command": ["/bin/sh", "-c", line]}


def test_times_are_those_of_compose_or_its_defaults():
    check = {"test": ["CMD", "true"], "interval": "1m30s", "timeout": "500ms", "retries": 2}
    probe = readiness({"healthcheck": check})
    assert probe == {
        "exec": {"command": ["true"]},
        "periodSeconds": 90,
        "timeoutSeconds": 1,
        "failureThreshold": 2,
    }
    assert readiness({"healthcheck": {"test": ["CMD", "true"]}}) == {
        **probe, "periodSeconds": 30, "timeoutSeconds": 30, "failureThreshold": 3,
    }  # fmt: skip
    assert seconds("2h") == 7200


def test_a_program_is_not_started_in_a_pod_as_often_as_compose_does_while_it_waits():
    often = {"interval": "1s", "retries": 30}
    program = readiness({"healthcheck": {"test": ["CMD", "true"], **often}})
    asked = ["CMD", "curl", "-f", "http://localhost/"]
    request = readiness({"healthcheck": {"test": asked, **often}})
    assert program is not None
    assert request is not None
    assert (program["periodSeconds"], request["periodSeconds"]) == (5, 1)
    assert program["failureThreshold"] == 3


@pytest.mark.parametrize("raw", [{}, {"healthcheck": {"disable": True}}, {"test": ["NONE"]}])
def test_no_healthcheck_is_no_probe(raw):
    assert readiness(raw) is None
