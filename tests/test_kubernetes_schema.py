"""The tables of a cloud's database: what the Job runs, and as whom. A cluster runs it for real in
test_kubernetes_cluster.py.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from groundplan import kubernetes
from groundplan.kubernetes import Target, cloud, overlays, schema, validation
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "apps" / "mysql" / "primary"
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@pytest.fixture(scope="module")
def dev() -> Target:
    return kubernetes.find(Workspace(ROOT), "dev")


@pytest.fixture
def of(tmp_path):
    """What is made for a cloud of a Compose file's text, by kind."""

    def made(text: str) -> dict[str, dict]:
        (tmp_path / "compose.yml").write_text(text)
        source = kubernetes.load(tmp_path / "compose.yml", environ={})
        target = Target("dev", cloud.in_cloud(source), region="us-east-1")
        return {item["kind"]: item for item in schema.manifests(target)}

    return made


def container(job: dict) -> dict:
    [only] = job["spec"]["template"]["spec"]["containers"]
    return only


def test_the_job_runs_the_sql_that_composes_own_database_begins_with(dev):
    [found] = schema.schemas(dev)
    assert dict(found.scripts) == {path.name: path.read_text() for path in SCRIPTS.glob("*.sql")}
    assert found.left_out == ("40-replication-user.sh",)
    made = kubernetes.render(kubernetes.read(Workspace(ROOT)), [dev])
    head = made["overlays/dev/kustomization.yaml"].partition("apiVersion")[0]
    assert "Not run in the database, being no SQL: 40-replication-user.sh." in head


def test_it_logs_in_as_the_user_that_rds_made_and_believes_rdss_authorities_only(dev):
    made = {item["kind"]: item for item in schema.manifests(dev)}
    assert container(made["Job"])["args"] == [
        "--host=${mysql_host}", "--ssl-mode=VERIFY_IDENTITY",
        "--ssl-ca=/schema/rds-us-east-1.pem", "shop",
    ]  # fmt: skip
    authorities = (ROOT / "apps" / "common" / "rds-us-east-1.pem").read_text()
    assert made["ConfigMap"]["data"]["rds-us-east-1.pem"] == authorities
    every = {validation.name_of(item): item for item in overlays.whole(dev)}
    secret = every["ExternalSecret/mysql-schema"]["spec"]["data"]
    assert [(item["secretKey"], item["remoteRef"]) for item in secret] == [
        ("username", {"key": "${mysql_secret_arn}", "property": "username"}),
        ("password", {"key": "${mysql_secret_arn}", "property": "password"}),
    ]


def test_it_may_do_nothing_but_reach_the_database(dev):
    every = {validation.name_of(item): item for item in overlays.whole(dev)}
    spec = every["NetworkPolicy/mysql-schema"]["spec"]
    to_database, to_dns = spec["egress"]
    assert "ingress" not in spec
    assert {peer["ipBlock"]["cidr"] for peer in to_database["to"]} == {*dev.store_cidrs}
    assert to_database["ports"] == [{"port": 3306, "protocol": "TCP"}]
    assert {port["port"] for port in to_dns["ports"]} == {53}
    pod = every["Job/mysql-schema"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container(every["Job/mysql-schema"])["securityContext"]["readOnlyRootFilesystem"] is True


def test_the_database_of_a_local_cluster_runs_its_scripts_itself(dev):
    assert list(schema.manifests(replace(dev, region=None))) == []


APPLICATION = """
services:
  web:
    build: app
    image: example/web
    environment: {DB: "mysql://db:3306/shop", CA: /opt/web/tls/ca.pem}
  db:
    image: mysql:8.4
    volumes: ["./init.sql:/docker-entrypoint-initdb.d/1.sql:ro"]
"""


def test_a_file_that_is_mounted_by_itself_is_run_and_without_authorities_tls_is_asked_for(
    of, tmp_path
):
    (tmp_path / "init.sql").write_text("SELECT 1;\n")
    made = of(APPLICATION)
    assert made["ConfigMap"]["data"] == {"1.sql": "SELECT 1;\n"}
    assert container(made["Job"])["args"] == ["--host=${mysql_host}", "--ssl-mode=REQUIRED"]
    assert container(made["Job"])["image"] == "mysql:8.4"


@pytest.mark.parametrize(
    ("text", "taken"),
    [(CERTIFICATE, True), (f"{CERTIFICATE}-----BEGIN PRIVATE KEY-----\n", False), ("no", False)],
)
def test_only_certificates_are_taken_out_of_an_image(of, tmp_path, text, taken):
    (tmp_path / "init.sql").write_text("SELECT 1;\n")
    (tmp_path / "app" / "tls").mkdir(parents=True)
    (tmp_path / "app" / "tls" / "ca.pem").write_text(text)
    assert ("ca.pem" in of(APPLICATION)["ConfigMap"]["data"]) is taken


def test_nothing_outside_the_folder_of_the_image_is_read(of, tmp_path):
    (tmp_path / "init.sql").write_text("SELECT 1;\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "ca.pem").write_text(CERTIFICATE)
    made = of(APPLICATION.replace("/opt/web/tls/ca.pem", "/opt/../ca.pem"))
    assert list(made["ConfigMap"]["data"]) == ["1.sql"]


@pytest.mark.parametrize(
    "database",
    ["{image: 'mysql:8.4'}", "{image: 'postgres:16', volumes: ['./init.sql:/init.sql']}"],
)
def test_without_sql_for_mysql_there_is_no_job(of, tmp_path, database):
    (tmp_path / "init.sql").write_text("SELECT 1;\n")
    assert of(f"services:\n  db: {database}\n") == {}


def test_the_scripts_can_be_run_again():
    for path in SCRIPTS.glob("*.sql"):
        text = path.read_text()
        assert text.count("CREATE TABLE") == text.count("CREATE TABLE IF NOT EXISTS")
        assert text.count("INSERT INTO") == text.count("ON DUPLICATE KEY UPDATE sku = sku;")


def test_the_manifests_hold_no_secret(dev):
    text = json.dumps(list(schema.manifests(dev)))
    assert "PASSWORD" not in text.replace("MYSQL_PWD", "")
