"""Rules that find what is older than what it is made from, or missing."""

from __future__ import annotations

import shutil

import pytest

from beehive import ROOT, found, only
from groundplan import check, drawing, kubernetes
from groundplan.rules import generated
from groundplan.workspace import Workspace


def test_work_that_is_done_without_its_evidence(example):
    example.edit("design.yaml", "evidence: [docker-compose.yml]", "evidence: [docs/flow.md]")
    finding = only(example, "evidence")
    assert finding.message.endswith("is done, but there is no docs/flow.md")
    example.write("docs/flow.md")
    assert found(example, "evidence") == []
    example.edit("design.yaml", "evidence: [docs/flow.md]", "evidence: [.]")
    assert only(example, "evidence").message == "'Talk' is done, but . shows nothing"
    example.edit("design.yaml", "evidence: [.]", "evidence: [docs/flow.md]")
    example.edit("design.yaml", "        evidence: [docs/flow.md]\n", "")
    assert only(example, "evidence").message == "'Talk' is done, and nothing is named that shows it"


def test_manifests_that_are_older_than_the_compose_file_are_made_anew(example):
    for path in kubernetes.write(example):
        assert path.is_file()
    assert found(example, "kubernetes-current") == []
    example.edit("docker-compose.yml", '"8080:8080"', '"9090:9090"')
    (example.root / "k8s/base/shop.yaml").write_text("kind: Nothing\n")
    findings = check.run(Workspace(example.root))
    assert "kubernetes-current" in {finding.id for finding in findings}
    written = check.fix(Workspace(example.root), findings)
    assert example.root / "k8s/base/shop.yaml" in written
    assert found(example, "kubernetes-current") == []


def test_manifests_that_are_older_than_what_a_service_mounts(example):
    mount = "image: mysql:8.4\n    volumes: [./sql:/docker-entrypoint-initdb.d:ro]"
    example.edit("docker-compose.yml", "image: mysql:8.4", mount)
    example.write("sql/tables.sql", "CREATE TABLE a (b INT);\n")
    kubernetes.write(Workspace(example.root))
    assert found(example, "kubernetes-current") == []
    example.edit("sql/tables.sql", "INT", "BIGINT")
    assert {item.id for item in found(example, "kubernetes-current")} == {"kubernetes-current"}


def test_a_comment_in_a_manifest_is_no_finding(example):
    kubernetes.write(example)
    example.edit("k8s/base/shop.yaml", "kind: Service\n", "kind:   Service # for all\n")
    assert found(example, "kubernetes-current") == []
    example.edit("k8s/base/shop.yaml", "kind:   Service #", "kind:   Secret #")
    assert only(example, "kubernetes-current").file == example.root / "k8s/base/shop.yaml"


def test_a_readme_that_is_older_than_its_module_is_made_anew(example):
    example.write("terraform/modules/disk/main.tf", 'variable "size" {\n  type = number\n}\n')
    readme = "# Disk\n\n<!-- BEGIN_TF_DOCS -->\n<!-- END_TF_DOCS -->\n"
    example.write("terraform/modules/disk/README.md", readme)
    finding = only(example, "module-readme")
    assert finding.file == example.root / "terraform/modules/disk/README.md"
    assert finding.hint == "write it anew: groundplan docs terraform/modules/disk"
    check.fix(example, [finding])
    assert "size" in finding.file.read_text()
    assert found(example, "module-readme") == []


@pytest.mark.slow
def test_a_picture_in_the_prose_that_is_not_todays_is_made_anew(tmp_path):
    for name in ("design.yaml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("facts", "diagrams", "terraform"):
        shutil.copytree(ROOT / name, tmp_path / name)
    [picture] = drawing.draw(Workspace(tmp_path), only=["infrastructure"], phase=4, png=False)
    shown = tmp_path / "docs" / "infrastructure.svg"
    shown.parent.mkdir()
    shutil.copy(picture.svg, shown)
    assert found(Workspace(tmp_path), "pictures-current") == []
    module = tmp_path / "terraform/modules/mysql/main.tf"
    module.write_text(f"# All lines below are others now.\n{module.read_text()}")
    assert found(Workspace(tmp_path), "pictures-current") == []
    drawn = shown.read_text()
    shown.write_text(drawn.replace("infrastructure-dev-4--", "infrastructure-dev-9--"))
    message = "this is a picture of no phase of the design"
    assert only(Workspace(tmp_path), "pictures-current").message == message
    shown.write_text(drawn.replace("NAT gateway", "Nothing"))
    finding = only(Workspace(tmp_path), "pictures-current")
    assert finding.file == shown
    check.fix(Workspace(tmp_path), [finding])
    assert found(Workspace(tmp_path), "pictures-current") == []


def test_a_picture_in_the_prose_that_is_torn(example):
    example.write("docs/assets/it.svg", "<svg>\n<g>\n<path d='M0,0")
    finding = only(example, "pictures-current")
    assert finding.message == "this is no picture that can be shown"
    assert (finding.file, finding.line) == (example.root / "docs/assets/it.svg", 3)


def test_what_the_last_policy_run_said_makes_no_picture_old():
    cards = '<svg><metadata class="gp-cards">{"a":{"sections":%s}}</metadata><g/></svg>'
    here = cards % '{"Policy":[["CKV_1","no"]],"In Terraform":[["main.tf:28","aws_x.a"]]}'
    there = cards % '{"In Terraform":[["main.tf:30","aws_x.a"]]}'
    other = cards % '{"In Terraform":[["other.tf:30","aws_x.a"]]}'
    assert generated.meaning(here) == generated.meaning(there)
    assert generated.meaning(there) != generated.meaning(other)
    assert generated.meaning(there) != generated.meaning(there.replace("<g/>", "<path/>"))
