"""The command line: exit codes, JSON, help; results on one stream and words on the other."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from groundplan import __version__, cli, doctor
from groundplan.errors import RefusedError, ToolError
from pictured import WORKSPACE
from plans import PLANS

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS = {
    "apply", "check", "cloud", "cost", "destroy", "docs", "doctor", "down", "draw", "drift",
    "flow", "k8s", "observe", "output", "plan", "policy", "schema", "site", "unlock", "up",
}  # fmt: skip
SHOP = str(PLANS / "shop" / "plan.json")


@pytest.fixture
def groundplan(monkeypatch, capsys, tmp_path) -> Callable[..., tuple[int, str, str]]:
    """Run the command as a shell would: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["groundplan", *arguments])
        try:
            cli.main()
            code = 0
        except SystemExit as end:
            code = int(end.code or 0)
        return code, *capsys.readouterr()

    return run


def every_command(group: typer.core.TyperGroup, before: tuple[str, ...] = ()):
    for name, command in group.commands.items():
        yield (*before, name), command
        if hasattr(command, "commands"):
            yield from every_command(command, (*before, name))


ALL = dict(every_command(typer.main.get_command(cli.app)))


def test_help_lists_every_command(groundplan):
    code, out, err = groundplan("--help")
    assert (code, err) == (0, "")
    assert {path[0] for path in ALL} >= COMMANDS
    for name in COMMANDS:
        assert re.search(rf"^  {name}  +\w", out, re.MULTILINE), name


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_and_every_option_says_what_it_does(path):
    command = ALL[path]
    assert command.help, path
    for parameter in command.params:
        assert parameter.help or parameter.name == "help", (path, parameter.name)
    shown = CliRunner().invoke(cli.app, [*path, "--help"])
    assert shown.exit_code == 0
    assert command.help.split("\n")[0].split(";")[0][:40] in shown.output


def test_without_a_command_help_is_shown(groundplan):
    code, out, err = groundplan()
    assert code == 2
    assert re.search("Usage: .*groundplan", out + err)


def test_the_version_is_told(groundplan):
    assert groundplan("--version") == (0, f"groundplan {__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [("no-such-command",), ("draw", "--no-such-option"), ("draw", "--phase", "0"), ("flow",)],
)
def test_wrong_usage_is_2_and_says_how_it_goes(groundplan, arguments):
    code, out, err = groundplan(*arguments)
    assert (code, out) == (2, "")
    assert re.search("Usage: .*groundplan", err)


def test_a_plan_is_drawn_and_its_files_are_named(groundplan, tmp_path):
    code, out, err = groundplan("draw", SHOP, "--out", "pictures")
    assert (code, err) == (0, "")
    names = ["infrastructure.svg", "network.svg", "graph.json", "ledger.json"]
    assert out.splitlines() == [f"pictures/{name}" for name in names]
    assert all((tmp_path / "pictures" / name).is_file() for name in names)
    code, out, _ = groundplan("draw", SHOP, "--out", "pictures", "--json")
    assert json.loads(out) == {"files": [f"pictures/{name}" for name in names], "left_out": {}}


def test_a_plan_may_be_piped_in(tmp_path):
    code = "from groundplan import cli; cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "draw", "-", "--out", str(tmp_path)],
        input=Path(SHOP).read_bytes(), capture_output=True, check=False,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "network.svg").is_file()


def test_a_plan_is_drawn_in_each_format_that_is_asked_for(groundplan):
    asked = [part for name in ("png", "drawio", "mermaid") for part in ("--format", name)]
    code, out, err = groundplan("draw", SHOP, "--out", "o", *asked, "--scale", "1")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if "network" in line] == [
        "o/network.png", "o/network-dark.png", "o/network.drawio", "o/network.mmd",
    ]  # fmt: skip


def test_a_plan_is_drawn_against_an_earlier_one(groundplan):
    code, out, _ = groundplan("draw", SHOP, "--against", SHOP, "--out", "o")
    assert code == 0
    assert out.splitlines()[0].endswith(": no difference")
    code, out, _ = groundplan("draw", SHOP, "--against", SHOP, "--out", "o", "--json")
    assert json.loads(out)["changes"]["resources"] == []


def test_two_phases_are_compared_and_told(groundplan, tmp_path, monkeypatch):
    monkeypatch.chdir(WORKSPACE.root)
    where = ("--out", str(tmp_path), "--format", "mermaid")
    code, out, _ = groundplan("draw", "network", "--phase", "3", "--against", "2", *where)
    assert code == 0
    assert out.startswith("dev, phase 2 → dev, phase 3: ")
    assert '  + module.mysql.aws_db_instance.replica["read-1"]' in out.splitlines()
    assert (tmp_path / "dev" / "phase-2-to-3" / "changes.md").is_file()
    code, out, _ = groundplan("draw", "network", "--phase", "3", "--against", "2", *where, "--json")
    told = json.loads(out)
    assert [picture["view"] for picture in told["pictures"]] == ["network"]
    assert told["changes"][0]["before"] == "dev, phase 2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("draw", SHOP), "error: where to?\n  hint: groundplan draw"),
        (("draw", "missing.json", "--out", "o"), "error: missing.json: there is no such file"),
        (("draw", "broken.json", "--out", "o"), "error: broken.json:1:1: this is not JSON"),
        (("draw", SHOP, "--out", "broken.json"), "is a file"),
        (("draw", SHOP, "--out", "o", "--format", "jpg"), "error: there is no format 'jpg'"),
        (("draw", SHOP, "--out", "o", "--scale", "99"), "error: a scale is from 0.25 to 8, not 99"),
        (("draw", SHOP, "--out", "o", "--focus", "aws_eks_cluster.thi"), "aws_eks_cluster.this"),
        (("draw", SHOP, "--out", "o", "--against", "missing.json"), "there is no such file"),
        (("draw", SHOP, "--out", "o", "--phase", "2"), "error: a plan has no phases"),
        (("draw", "--against", "2"), "error: which two phases?"),
        (("draw", "--phase", "2", "--against", "B.json"), "error: which two phases?"),
        (("draw",), "error: no design.yaml in"),
        (("flow", "missing.yml", "--out", "o"), "missing.yml"),
        (("check",), "error: no design.yaml in"),
        (("cost", "dev"), "error: no design.yaml in"),
    ],
)
def test_bad_input_is_2_and_one_clear_message(groundplan, tmp_path, arguments, message):
    (tmp_path / "broken.json").write_text("no")
    code, out, err = groundplan(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("site", "build", "--out", "README.md"), "is a file"),
        (("observe", "--out", "README.md"), "is a file"),
        (("site", "serve", "--address", "127.0.0.1:99999"), "'127.0.0.1:99999' is no address"),
        (("plan", "dve", "--record"), "did you mean 'dev'?"),
        (("plan", "dev", "--record", "--phase", "77"), "there is no such plan to record"),
        (("plan", "--record", "--target", "aws"), "planned from nothing, on no cloud"),
        (("policy", "dev", "--json", "--format", "sarif"), "can't be had together"),
        (
            ("flow", "docker-compose.yml", "--out", "o", "--profile", "cach"),
            "did you mean 'cache'?",
        ),
    ],
)
def test_what_can_not_be_meant_is_told_before_anything_is_done(
    groundplan, monkeypatch, arguments, message
):
    monkeypatch.chdir(WORKSPACE.root)
    code, out, err = groundplan(*arguments)
    assert (code, out) == (2, "")
    assert message in " ".join(err.split())
    assert not (WORKSPACE.root / "o").exists()


def test_make_alone_lists_every_target():
    makefile = (WORKSPACE.root / "Makefile").read_text()
    told = subprocess.run(["make"], cwd=WORKSPACE.root, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^  (\S+)  +\w", told.stdout, re.MULTILINE))
    assert listed == set(re.findall(r"^([\w-]+):.*##", makefile, re.MULTILINE))
    assert {"demo", "k8s", "test-fast"} <= listed


def test_a_misspelt_view_is_met_with_the_nearest(groundplan, monkeypatch):
    monkeypatch.chdir(WORKSPACE.root)
    code, _, err = groundplan("draw", "netwrok")
    assert code == 2
    assert err == "error: there is no view 'netwrok'\n  hint: did you mean 'network'?\n"


def test_a_workspaces_pictures_are_drawn_and_named(groundplan, tmp_path, monkeypatch):
    for part in ("design.yaml", "docker-compose.yml"):
        shutil.copy(WORKSPACE.root / part, tmp_path / part)
    shutil.copytree(WORKSPACE.root / "facts", tmp_path / "facts")
    shutil.copytree(WORKSPACE.root / "diagrams", tmp_path / "diagrams")
    monkeypatch.setattr("groundplan.drawing._write_pngs", lambda _: None)
    code, out, err = groundplan("draw", "network", "--phase", "3")
    assert (code, out, err) == (0, "build/pictures/dev/phase-3/network.svg\n", "")
    code, out, _ = groundplan("draw", "network", "--phase", "3", "--json")
    (picture,) = json.loads(out)
    assert (picture["view"], picture["env"], picture["phase"]) == ("network", "dev", 3)
    assert picture["svg"].endswith("build/pictures/dev/phase-3/network.svg")


def test_a_compose_file_is_drawn_with_remarks_beside_the_result(groundplan, tmp_path):
    (tmp_path / "c.yml").write_text("services: {web: {image: 'nginx:1', ports: ['80:80']}}\n")
    code, out, err = groundplan("flow", "c.yml", "--out", "o")
    assert (code, out.splitlines()) == (0, ["o/flow.svg", "o/graph.json"])
    assert all(line.startswith(("note: ", "  ")) for line in err.splitlines())
    code, out, _ = groundplan("flow", "c.yml", "--out", "o", "--json")
    assert json.loads(out) == ["o/flow.svg", "o/graph.json"]


def test_a_remark_tells_file_and_line(groundplan, tmp_path):
    (tmp_path / "c.yml").write_text("services:\n  web: {image: nginx}\n  cache: {image: redis:7}\n")
    _, _, err = groundplan("flow", "c.yml", "--out", "o")
    assert "note: c.yml:3: nothing in the file says who calls cache\n" in err


def test_the_schema_is_json_schema(groundplan):
    code, out, _ = groundplan("schema")
    assert code == 0
    assert "phases" in json.loads(out)["properties"]


def test_the_doctor_tells_as_words_and_as_json_and_fails_where_something_lacks(
    groundplan, monkeypatch
):
    good = doctor.Finding("git", "2.47", "history", "apt")
    bad = doctor.Finding("Python", None, "everything", "apt", required=True)
    monkeypatch.setattr(doctor, "examine", lambda _: (good,))
    assert groundplan("doctor") == (0, "ok      git  2.47\n", "")
    monkeypatch.setattr(doctor, "examine", lambda _: (good, bad))
    code, out, _ = groundplan("doctor", "--json")
    assert code == 1
    assert [tool["tool"] for tool in json.loads(out)["tools"]] == ["git", "Python"]


def fails(monkeypatch, error: BaseException) -> None:
    """Let `groundplan schema` end in `error`."""

    def schema() -> None:
        raise error

    monkeypatch.setattr("groundplan.design.schema", schema)


@pytest.mark.parametrize(
    ("error", "code"), [(RefusedError("not agreed to"), 1), (ToolError("terraform failed"), 3)]
)
def test_a_refusal_is_1_and_a_failing_tool_is_3(groundplan, monkeypatch, error, code):
    fails(monkeypatch, error)
    assert groundplan("schema") == (code, "", f"error: {error.message}\n")


def test_a_bug_is_70_and_looks_like_one(groundplan, monkeypatch):
    fails(monkeypatch, RuntimeError("never thought of"))
    code, out, err = groundplan("schema")
    assert (code, out) == (70, "")
    assert "Traceback (most recent call last)" in err
    assert "RuntimeError: never thought of" in err
    assert err.endswith("This is a bug in groundplan. Please report it with the lines above.\n")


def test_ctrl_c_is_130_without_a_traceback(groundplan, monkeypatch):
    fails(monkeypatch, KeyboardInterrupt())
    code, _, err = groundplan("schema")
    assert code == 130
    assert "Traceback" not in err


def test_who_has_read_enough_may_close_the_pipe():
    code = "import sys; from groundplan import cli; sys.argv[0] = 'groundplan'; cli.main()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    assert b"Traceback" not in said
    assert child.wait(timeout=30) in {0, 1}


def test_help_needs_none_of_the_heavy_modules():
    heavy = ["pydantic", "pygraphviz", "checkov", "mkdocs", "diagrams", "resvg_py", "ministack"]
    code = (
        "import sys; from groundplan import cli; import typer.testing as t\n"
        "r = t.CliRunner().invoke(cli.app, ['--help']); assert r.exit_code == 0\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.stdout == "[]\n"
