"""The folders that are written: kustomize takes each, and nothing in one is there twice."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from groundplan import kubernetes, process
from groundplan.compose import Application, Service
from groundplan.kubernetes import Source, Target, cloud, naming, overlays, validation
from test_kubernetes_corpus import AWESOME, KOMPOSE, source_of

ROOT = Path(__file__).parents[1]
KUBECTL = shutil.which("kubectl")
needs_kubectl = pytest.mark.skipif(KUBECTL is None, reason="needs kubectl: see groundplan doctor")
CASES = sorted({file.parent for file in (*AWESOME, *KOMPOSE)})
each_case = pytest.mark.parametrize("case", CASES, ids=lambda folder: folder.name)


def loaded(folder: Path, text: str) -> Source:
    folder.mkdir(exist_ok=True)
    (folder / "compose.yml").write_text(text)
    return kubernetes.load(folder / "compose.yml", environ={}, strict=False)


def written(source: Source, folder: Path, *targets: Target) -> Path:
    """The folder of the first overlay that is written."""
    every = targets or (Target("local", source),)
    for path, text in kubernetes.render(source, every).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder / "overlays" / every[0].name


def in_cloud(source: Source) -> Target:
    return Target("dev", cloud.in_cloud(source), region="eu-west-1", store_cidrs=("10.0.0.0/24",))


def listed(folder: Path, of: str) -> list[str]:
    """Every manifest that is reached from a kustomization, by kind and name."""
    file = folder / of / "kustomization.yaml"
    [kustomization] = yaml.safe_load_all(file.read_text())
    assert kustomization.get("resources"), f"{of} is empty"
    found = []
    for name in kustomization["resources"]:
        path = file.parent / name
        if path.is_dir():
            found += listed(folder, str(path.resolve().relative_to(folder.resolve())))
        else:
            found += map(validation.name_of, yaml.safe_load_all(path.read_text()))
    return found


@each_case
def test_no_folder_is_empty_and_nothing_is_in_it_twice(case, tmp_path):
    source = source_of(case, tmp_path / "case")
    targets = [Target("local", source), in_cloud(source)]
    written(source, tmp_path, *targets)
    for target in targets:
        names = listed(tmp_path, f"overlays/{target.name}")
        assert {name: n for name, n in Counter(names).items() if n > 1} == {}


@needs_kubectl
@pytest.mark.slow
@each_case
def test_kustomize_takes_every_case(case, tmp_path):
    source = source_of(case, tmp_path / "case")
    folder = written(source, tmp_path)
    built = process.run([KUBECTL, "kustomize", str(folder)]).stdout
    theirs = sorted(map(validation.name_of, yaml.safe_load_all(built)))
    assert theirs == sorted(map(validation.name_of, overlays.whole(Target("local", source))))


def test_where_all_are_stores_there_is_no_base(tmp_path):
    source = loaded(tmp_path, "name: x\nservices: {db: {image: 'postgres:16'}}\n")
    files = kubernetes.render(source)
    assert not any(path.startswith("base/") for path in files)
    assert "base" not in files["overlays/local/kustomization.yaml"]


# Names


def test_what_has_one_slug_gets_two_names(tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a.conf").write_text("a")
    source = loaded(
        tmp_path,
        "services:\n"
        "  web: {image: example/web, environment: {API_TOKEN: x}, secrets: [web-env, key],\n"
        "    volumes: ['./conf:/a/b', './conf:/a-b', './conf:/env', 'up_loads:/x',\n"
        "      'up-loads:/y']}\n"
        "  web-env: {image: example/env, environment: {A: b}}\n"
        "volumes: {up_loads: , up-loads: }\n"
        "secrets: {web-env: {file: ./conf/a.conf}, key: {file: ./conf/a.conf}}\n",
    )
    made = overlays.whole(Target("local", source))
    names = Counter(map(validation.name_of, made))
    assert names.most_common(1)[0][1] == 1
    assert len([name for name in names if name.startswith("PersistentVolumeClaim/up-loads-")]) == 2
    assert len([name for name in names if name.startswith("ConfigMap/web-a-b-")]) == 2
    needed = kubernetes.needed_secrets(source)
    [other] = set(needed) - {"key", "web-env"}
    assert (needed["web-env"], needed[other]) == (("API_TOKEN",), ("web-env",))
    problems = validation.validate(made, "1.33", given=needed)
    assert [str(problem) for problem in problems] == []


def test_a_name_that_is_too_long_is_cut(tmp_path):
    source = Source(Application("a", (Service("web", "web"),)), {"services": {"web": {}}})
    name = naming.config(source, source.application.services[0], "/long" * 50)
    assert len(name) <= 63
    assert name.startswith("web-long-long")


def test_a_namespace_is_called_as_kubernetes_can(tmp_path):
    source = loaded(tmp_path, "name: my_shop\nservices: {Web_App: {build: .}, x: {image: y}}\n")
    made = {validation.name_of(item): item for item in overlays.whole(Target("local", source))}
    assert "Namespace/my-shop" in made
    assert {item["metadata"].get("namespace", "my-shop") for item in made.values()} == {"my-shop"}
    # The image is called as Compose calls what it builds.
    [only] = made["Deployment/web-app"]["spec"]["template"]["spec"]["containers"]
    assert only["image"] == "my_shop-Web_App"


@pytest.mark.parametrize(
    ("folder", "image", "namespace"),
    [
        ("Shop", "shop-web", "shop"),
        ("_My Shop.v2", "myshopv2-web", "myshopv2"),
        ("my_shop", "my_shop-web", "my-shop"),
        ("--", "application-web", "application"),
    ],
)
def test_a_file_without_a_name_is_called_as_compose_calls_its_folder(
    tmp_path, folder, image, namespace
):
    source = loaded(tmp_path / folder, "services: {web: {build: .}}\n")
    [web] = source.application.services
    assert (web.image, source.application.name) == (image, namespace)
    [renamed] = cloud.images(in_cloud(source))
    assert renamed == {"name": image, "newName": "${repository_urls.web}"}


# What was written before


def test_what_is_rendered_no_more_goes_and_what_others_wrote_stays(tmp_path):
    out = tmp_path / "out"
    two = loaded(tmp_path, "services: {web: {image: x}, old: {image: y}}\n")
    kubernetes.write_any(two, out)
    (out / "base" / "mine.yaml").write_text("kind: Namespace\n")
    other = out / "overlays" / "dev" / "network.yaml"
    other.parent.mkdir()
    shutil.copy(out / "overlays" / "local" / "network.yaml", other)
    files, _ = kubernetes.write_any(loaded(tmp_path, "services: {web: {image: x}}\n"), out)
    assert out / "base" / "old.yaml" in files
    assert sorted(path.name for path in (out / "base").iterdir()) == [
        "kustomization.yaml", "mine.yaml", "web.yaml",
    ]  # fmt: skip
    assert other.is_file()
