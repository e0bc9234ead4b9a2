"""The workspace's pictures: drawn when stale, and only then; a script's mistakes for people."""

from __future__ import annotations

import json
import re
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from groundplan import drawing
from groundplan.drawing import draw
from groundplan.errors import InputError
from groundplan.ledger import combined
from groundplan.scripts import run, views
from groundplan.workspace import Workspace
from pictured import WORKSPACE, without_pictures

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("design.yaml", "docker-compose.yml", "facts", "diagrams")


def made(root: Path) -> Workspace:
    """A copy of the workspace, as far as pictures need it."""
    root.mkdir(exist_ok=True)
    for part in PARTS:
        source = WORKSPACE.root / part
        if source.is_dir():
            shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, root / part)
    return Workspace(root)


@pytest.fixture(scope="session")
def whole(tmp_path_factory) -> Workspace:
    """A workspace whose network pictures are drawn; not to be changed."""
    workspace = made(tmp_path_factory.mktemp("whole"))
    draw(workspace, only=["network"], png=False)
    return workspace


@pytest.fixture
def workspace(whole, tmp_path) -> Workspace:
    """A copy of it that may be changed."""
    shutil.copytree(whole.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def script(workspace: Workspace, body: str, name: str = "network.py") -> Path:
    path = workspace.diagrams_dir / name
    head = "from groundplan.scripts import view\nfrom groundplan.graph import Edge, Graph, Node\n"
    path.write_text(head + body)
    return path


def stamps(workspace: Workspace) -> dict[str, int]:
    """When each file of the pictures was written, in nanoseconds."""
    folder = workspace.build_dir / "pictures"
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in files}


def redrawn(workspace: Workspace, **options: object) -> set[str]:
    """The SVGs that a further draw writes."""
    before = stamps(workspace)
    draw(Workspace(workspace.root), only=["network"], png=False, **options)
    changed = {path for path, at in stamps(workspace).items() if before.get(path) != at}
    return {path for path in changed if path.endswith(".svg")}


def test_each_script_is_a_view(whole):
    assert [(view.name, view.source) for view in views(whole)] == [
        ("application_flow", "compose"), ("delivery", "hand"),
        ("infrastructure", "terraform"), ("network", "terraform"),
    ]  # fmt: skip


def test_a_view_is_drawn_for_each_environment_and_phase(whole):
    pictures = draw(whole, only=["network"], png=False)
    assert [(picture.env, picture.phase) for picture in pictures] == [
        *(("dev", phase) for phase in (1, 2, 3, 4, 5, 6)), ("prod", 10),
    ]  # fmt: skip
    for picture in pictures:
        folder = whole.build_dir / "pictures" / picture.env / f"phase-{picture.phase}"
        assert picture.svg == folder / "network.svg"
        assert picture.svg.read_text().startswith("<svg")
        assert picture.graph == json.loads((folder / "graph.json").read_text())["views"]["network"]


def test_the_graph_tells_when_each_thing_came_and_what_is_new(whole):
    graphs = {p.phase: p.graph for p in draw(whole, only=["network"], png=False)}
    news = {
        phase: {n["id"] for n in graph["nodes"] if n["change"] == "create"}
        for phase, graph in graphs.items()
    }
    assert news == {
        1: set(),
        2: {"module.network.aws_vpc_endpoint.s3[0]", "all:aws_flow_log"},
        3: {'module.mysql.aws_db_instance.replica["read-1"]'},
        4: {"module.redis[0].aws_elasticache_replication_group.this"},
        5: {"ingress"},
        6: set(),
        10: set(),
    }
    since = {node["id"]: node["phase"] for node in graphs[4]["nodes"]}
    assert since["module.eks.aws_eks_cluster.this"] == 1
    assert since['module.mysql.aws_db_instance.replica["read-1"]'] == 3


def test_the_ledger_has_every_address_of_the_plan(whole):
    for env, phase in (("dev", 4), ("prod", 10)):
        path = whole.build_dir / "pictures" / env / f"phase-{phase}" / "ledger.json"
        ledger = json.loads(path.read_text())["resources"]
        assert set(ledger) == {item.address for item in whole.facts(env, phase)}
        assert all(entry["node"] or entry["reason"] for entry in ledger.values())


def test_an_address_is_drawn_where_any_view_draws_it():
    def entry(status: str, reason: str | None = None) -> dict[str, str | None]:
        return {"status": status, "node": None, "reason": reason}

    first = {"a": entry("omitted", "x"), "b": entry("drawn"), "c": entry("omitted", "first")}
    second = {"a": entry("aggregated"), "b": entry("omitted"), "c": entry("omitted", "last")}
    assert combined([first, second]) == {"resources": {
        "a": entry("aggregated"), "b": entry("drawn"), "c": entry("omitted", "last"),
    }}  # fmt: skip


def test_what_any_view_says_about_a_drawn_address_is_kept():
    known = {"status": "drawn", "node": "a", "reason": None}
    told = {"status": "drawn", "node": "a", "reason": "subnets known after apply"}
    for pair in ([{"a": known}, {"a": told}], [{"a": told}, {"a": known}]):
        assert combined(pair)["resources"]["a"] == told


def test_what_is_current_is_not_drawn_again_and_costs_little(workspace):
    start = time.monotonic()
    assert redrawn(workspace) == set()
    assert time.monotonic() - start < 2


def test_a_changed_plan_redraws_its_own_environment_only(workspace):
    path = workspace.facts_file("dev", 4)
    path.write_text(path.read_text().replace("cache.t4g.micro", "cache.t4g.small"))
    assert redrawn(workspace) == {"dev/phase-4/network.svg", "dev/phase-5/network.svg"}
    assert (
        "cache.t4g.small" in (workspace.build_dir / "pictures/dev/phase-4/network.svg").read_text()
    )


def test_a_change_that_means_nothing_to_a_picture_writes_none(workspace):
    design = workspace.design_file
    design.write_text(design.read_text().replace("title: Dev environment", "title: Dev"))
    path = workspace.facts_file("dev", 1)
    path.write_text(path.read_text().replace('"source": "', '"source": "0'))
    assert redrawn(workspace) == set()


def test_a_changed_script_redraws_its_view(workspace):
    path = workspace.diagrams_dir / "network.py"
    path.write_text(path.read_text().replace("scene.network()", "scene.network('Our network')"))
    assert redrawn(workspace) == {
        *(f"dev/phase-{phase}/network.svg" for phase in (1, 2, 3, 4, 5, 6)),
        "prod/phase-10/network.svg",
    }


@pytest.mark.parametrize("name", ["network.svg", ".network.json"])
def test_what_was_removed_is_drawn_again(workspace, name):
    (workspace.build_dir / "pictures" / "dev" / "phase-2" / name).unlink()
    draw(workspace, only=["network"], png=False)
    assert (workspace.build_dir / "pictures" / "dev" / "phase-2" / name).is_file()


def test_what_a_compose_file_takes_in_counts_too(workspace):
    main, other = workspace.compose_file, workspace.root / "other.yml"
    other.write_text("services: {extra: {image: 'nginx:1'}}\n")
    main.write_text("include: [other.yml]\n" + main.read_text())
    first = draw(workspace, only=["application_flow"], png=False)[0]
    assert "extra" in first.svg.read_text()
    other.write_text("services: {added: {image: 'nginx:1'}}\n")
    draw(Workspace(workspace.root), only=["application_flow"], png=False)
    assert "added" in first.svg.read_text()


def test_pngs_are_drawn_where_they_are_missing_or_older(workspace):
    pictures = draw(workspace, only=["delivery"])
    times = {path: path.stat().st_mtime_ns for p in pictures for path in (p.png, p.png_dark)}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in times)
    assert all(p.png.read_bytes() != p.png_dark.read_bytes() for p in pictures)
    pictures[0].png.unlink()
    draw(workspace, only=["delivery"])
    again = {path for path, at in times.items() if path.stat().st_mtime_ns != at}
    assert again == {pictures[0].png}


def test_another_folder_and_another_time_give_the_same_bytes(whole, tmp_path):
    draw(made(tmp_path / "elsewhere"), only=["network"], png=False, out=tmp_path / "out")
    folder = whole.build_dir / "pictures"
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 15
    for file in files:
        assert (tmp_path / "out" / file).read_bytes() == (folder / file).read_bytes(), file


def test_one_phase_may_be_asked_for(whole):
    pictures = draw(whole, only=["network"], phase=3, png=False)
    assert [(picture.env, picture.phase) for picture in pictures] == [("dev", 3)]


def test_an_unknown_view_is_met_with_the_nearest(whole):
    with pytest.raises(InputError, match="there is no view 'netwrok'") as caught:
        draw(whole, only=["netwrok"])
    assert caught.value.hint == "did you mean 'network'?"


@pytest.mark.parametrize(
    ("phase", "message"), [(7, "there is no phase 7"), (6, "nothing is drawn for phase 6")]
)
def test_a_phase_without_pictures_is_said_to_have_none(tmp_path, phase, message):
    with pytest.raises(InputError, match=message):
        draw(without_pictures(tmp_path, 6), only=["network"], phase=phase, png=False)


def test_a_phase_without_a_plan_is_told_how_to_get_one(workspace):
    workspace.facts_file("dev", 3).unlink()
    env = workspace.root / "terraform" / "envs" / "dev"
    env.mkdir(parents=True)
    (env / "main.tf").touch()
    (env / "phase-3.tfvars").touch()
    with pytest.raises(InputError, match="no plan is recorded for dev, phase 3") as caught:
        draw(workspace, only=["network"], png=False)
    assert caught.value.hint == "record it: groundplan plan dev --phase 3 --record"


VIEW = "@view('network', title='Network', source='terraform')\ndef network(scene):\n"


@pytest.mark.parametrize(
    ("body", "message", "line"),
    [
        ("def network(scene:\n", "syntax error: '(' was never closed", 3),
        ("1 / 0\n", "ZeroDivisionError: division by zero", 3),
        ("raise SystemExit(0)\n", "SystemExit: 0", 3),
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'", 3),
        ("x = 1\n", "declares no view", None),
        (VIEW + "    return scene.nework()\n", "'Scene' object has no attribute 'nework'", 5),
        (VIEW + "    graph = scene.network()\n    graph.nodes[99]\n", "IndexError", 6),
        (VIEW + "    scene.network()\n", "the view returned NoneType, not a graph", 3),
    ],
)
def test_a_mistake_in_a_script_is_told_by_file_and_line(workspace, body, message, line):
    path = script(workspace, body)
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        draw(workspace, only=["network"], png=False)
    assert (caught.value.file, caught.value.line) == (path, line)
    assert not (workspace.build_dir / "pictures" / "dev" / "phase-9").exists()


ADDED = (
    "    from dataclasses import replace\n"
    "    graph = scene.network()\n"
    "    return replace(graph, {})\n"
)


@pytest.mark.parametrize(
    ("added", "message", "hint"),
    [
        (
            "edges=(*graph.edges, Edge('internet', 'module.eks.aws_eks_cluster.his', 'flow'))",
            "nothing in the picture has the id 'module.eks.aws_eks_cluster.his'",
            "did you mean 'module.eks.aws_eks_cluster.this'?",
        ),
        (
            "nodes=(*graph.nodes, Node('me', 'user', 'Me'))",
            "there is no kind of node 'user'", "did you mean 'users'?",
        ),
        (
            "nodes=(*graph.nodes, Node('me', 'users', 'Me', cluster='regoin'))",
            "nothing in the picture has the id 'regoin'", "did you mean 'region'?",
        ),
        ("nodes=(*graph.nodes, graph.nodes[0])", "'internet' is there twice", None),
    ],
)  # fmt: skip
def test_what_a_hand_added_wrongly_is_told_with_the_nearest_name(workspace, added, message, hint):
    script(workspace, VIEW + ADDED.format(added))
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        draw(workspace, only=["network"], png=False)
    assert caught.value.hint == hint


def test_a_hand_can_add_a_node_and_a_line(workspace):
    added = (
        "nodes=(*graph.nodes, Node('me', 'users', 'Me')), "
        "edges=(*graph.edges, Edge('me', 'internet', 'flow', 'HTTPS'))"
    )
    script(workspace, VIEW + ADDED.format(added))
    picture = draw(workspace, only=["network"], phase=1, png=False)[0]
    assert "HTTPS" in picture.svg.read_text()


def test_nothing_is_left_of_a_view_whose_script_is_gone(workspace):
    body = VIEW.replace("'network'", "'other'") + "    return scene.network()\n"
    other = script(workspace, body, name="other.py")
    draw(workspace, only=["other"], png=False)
    folder = workspace.build_dir / "pictures" / "dev" / "phase-2"
    assert set(json.loads((folder / "graph.json").read_text())["views"]) == {"network", "other"}
    other.unlink()
    draw(workspace, only=["network"], png=False)
    assert set(json.loads((folder / "graph.json").read_text())["views"]) == {"network"}
    assert not [path for path in folder.parent.rglob("*") if "other" in path.name]


def test_a_script_adds_a_note_in_one_line_and_a_phase_without_the_thing_goes_without(workspace):
    script(workspace, VIEW + "    return scene.network().add_note('Look here', beside='Redis')\n")
    pictures = draw(workspace, only=["network"], png=False)
    noted = [picture.phase for picture in pictures if ">Look here<" in picture.svg.read_text()]
    assert noted == [4, 5, 6, 10]


@pytest.mark.parametrize(
    ("added", "message", "hint"),
    [
        ("add_note('x', beside='Rediss')", "nothing in the picture is called 'Rediss'", "Redis"),
        ("add_node('internet', kind='users')", "'internet' is there twice", "an id of its own"),
        ("add_group('G', around=['Redis', 'S3 endpoint'])", "can't frame", "add_boundary(…)"),
    ],
)
def test_what_is_added_wrongly_is_told_by_the_scripts_own_line(workspace, added, message, hint):
    path = script(workspace, VIEW + f"    graph = scene.network()\n    return graph.{added}\n")
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        draw(workspace, only=["network"], png=False)
    assert (caught.value.file, caught.value.line) in {(path, 6), (str(path), 6)}
    assert hint in caught.value.hint


def test_a_view_of_some_phases_is_drawn_where_they_are(workspace):
    body = VIEW.replace("'network'", "'part'").replace("terraform'", "terraform', phases=(1, {})")
    path = script(workspace, body.format(10) + "    return scene.network()\n", name="part.py")
    pictures = draw(workspace, only=["part"], png=False)
    assert [(picture.env, picture.phase) for picture in pictures] == [("dev", 1), ("prod", 10)]
    script(workspace, body.format(99) + "    return scene.network()\n", name="part.py")
    with pytest.raises(InputError, match="the design has no phase 99") as caught:
        draw(workspace, only=["part"], png=False)
    assert caught.value.file == path


def test_a_view_in_which_nothing_stands_in_a_phase_has_no_picture_of_it(workspace):
    body = (
        "    graph = scene.network()\n"
        "    return graph if scene.phase > 2 else Graph('network', 'Network')\n"
    )
    script(workspace, VIEW + body)
    for _ in range(2):  # drawn, and then current
        pictures = draw(Workspace(workspace.root), only=["network"], png=False)
        assert [picture.phase for picture in pictures] == [3, 4, 5, 6, 10]
    folder = workspace.build_dir / "pictures" / "dev" / "phase-2"
    assert not (folder / "network.svg").exists()
    assert json.loads((folder / "graph.json").read_text()) == {"views": {}}


def test_two_scripts_for_one_view_are_one_too_many(workspace):
    path = script(workspace, VIEW + "    return scene.network()\n", name="other.py")
    with pytest.raises(InputError, match=r"'network' is declared by network\.py too") as caught:
        draw(workspace, only=["network"])
    assert caught.value.file == path


def test_a_workspace_without_scripts_has_no_pictures(workspace):
    shutil.rmtree(workspace.diagrams_dir)
    with pytest.raises(InputError, match="there are no diagram scripts"):
        draw(workspace)


def test_a_failure_leaves_the_pictures_that_there_are(workspace):
    before = stamps(workspace)
    script(workspace, "1 / 0\n")
    with pytest.raises(InputError):
        draw(workspace, only=["network"], png=False)
    assert stamps(workspace) == before


def test_a_script_runs_alone(workspace, capsys, monkeypatch):
    monkeypatch.setattr(drawing, "_write_pngs", lambda _: None)
    (view,) = (item for item in views(workspace) if item.name == "network")
    run(view, ["--phase", "2"])
    assert capsys.readouterr().out == f"{workspace.build_dir}/pictures/dev/phase-2/network.svg\n"
    with pytest.raises(SystemExit) as caught:
        run(view, ["--phase", "99"])
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("error: there is no phase 99")


def test_a_folder_that_is_a_file_is_a_persons_mistake(workspace, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="can't be written"):
        draw(workspace, only=["network"], png=False, out=tmp_path / "out")
    assert (tmp_path / "out").read_text() == "a file"


@pytest.fixture(scope="module")
def every(tmp_path_factory):
    """A workspace with all its pictures, as they came of drawing it; not to be changed."""
    workspace = made(tmp_path_factory.mktemp("every"))
    return workspace, draw(workspace, png=False)


def test_nothing_is_looked_into_where_nothing_has_changed(every, monkeypatch):
    workspace, drawn = every
    monkeypatch.setattr(drawing, "views", None)
    assert draw(Workspace(workspace.root), png=False) == drawn


@pytest.mark.parametrize("name", ["build/pictures/dev/phase-2/network.svg", "design.yaml"])
def test_what_has_changed_is_looked_into(every, tmp_path, monkeypatch, name):
    workspace, _ = every
    shutil.copytree(workspace.root, tmp_path / "copy")
    copy = Workspace(tmp_path / "copy")
    draw(copy, png=False)
    (copy.root / name).write_text((copy.root / name).read_text() + "\n")
    monkeypatch.setattr(drawing, "views", None)
    with pytest.raises(TypeError):
        draw(Workspace(copy.root), png=False)
