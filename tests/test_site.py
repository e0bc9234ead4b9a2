from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from groundplan import site
from groundplan.errors import InputError, RefusedError
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
PARTS = ("design.yaml", "docker-compose.yml", "mkdocs.yml", "docs", "diagrams", "facts")


@pytest.fixture(scope="module")
def engagement(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reference engagement, with its pictures drawn once."""
    root = tmp_path_factory.mktemp("engagement")
    copy(ROOT, root)
    site.build(Workspace(root))
    return root


@pytest.fixture
def workspace(engagement: Path, tmp_path: Path) -> Path:
    """The same, free to be changed."""
    copy(engagement, tmp_path)
    shutil.copytree(engagement / "build", tmp_path / "build")
    return tmp_path


def copy(source: Path, target: Path) -> None:
    for name in PARTS:
        part = source / name
        (shutil.copytree if part.is_dir() else shutil.copy)(part, target / name)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def page(root: Path, path: str) -> str:
    return (root / "site" / path / "index.html").read_text()


def test_every_page_is_there(engagement: Path):
    pages = {
        folder.parent.relative_to(engagement / "site").as_posix()
        for folder in engagement.glob("site/**/index.html")
    }
    records = {Path(d.record).stem for d in Workspace(engagement).design.decisions}
    assert pages == {
        ".",
        "phases",
        *(f"phases/phase-{number}" for number in (1, 2, 3, 4, 5, 6, 10)),
        *("application-flow", "network", "infrastructure", "modules", "runbook"),
        *("cost", "decisions"),
        *(f"decisions/{record}" for record in records),
    }


def test_the_site_is_named_after_the_client_and_lists_phases_and_records(engagement: Path):
    home = page(engagement, ".")
    assert "<title>Home - Harbour Lane: infrastructure design</title>" in home
    assert "Phase 10: Production" in page(engagement, "phases/phase-6")


def test_nothing_is_loaded_from_elsewhere(engagement: Path):
    loaded = re.compile(
        r"""(?:<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=|url\()["']?(?:https?:)?//"""
    )
    for path in (engagement / "site").rglob("*.html"):
        assert not loaded.search(path.read_text()), path
    styles = (engagement / "site/assets/groundplan").rglob("*.css")
    assert not any(loaded.search(path.read_text()) for path in styles)


def test_pictures_stand_in_the_page_and_as_files(engagement: Path):
    network = page(engagement, "network")
    assert network.count("<svg") >= 7
    assert network.count('class="gp gp-network"') == 7
    assert "data-gs-" not in re.sub(r"data-gs-(?:stepper|step|move|cards)\b", "", network)
    assert (engagement / "site/pictures/network-dev-phase-2.svg").is_file()


def test_viewer_and_cards_are_in_the_site_once(engagement: Path):
    network = page(engagement, "network")
    for script in ("viewer.js", "stepper.js", "presenter.js"):
        assert network.count(f'src="../assets/groundplan/{script}"') == 1
    assert network.count('class="gp-shared"') == 1
    assert "gp-cards" not in network
    cards = (engagement / "site/assets/groundplan/cards.js").read_text()
    assert '"network/#said-1"' in cards, "the prose that names a node is known"
    assert (engagement / "site/pictures/network-dev-phase-2.svg").read_text().count("<script") == 1


def test_figures_in_prose_come_from_the_plan(engagement: Path):
    network = page(engagement, "network")
    assert "dev has 10.20.0.0/16 and production 10.30.0.0/16" in network
    assert "4,091" in network


def test_a_page_of_ones_own_takes_the_place_of_a_computed_one(workspace: Path):
    (workspace / "docs/phases").mkdir()
    (workspace / "docs/phases/phase-5.md").write_text("# Our own {{ phase(5).title }}\n")
    site.build(Workspace(workspace))
    assert "Our own Automated delivery" in page(workspace, "phases/phase-5")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("{{ facs('dev', 2) }}", "docs/cost.md:8", "there is no 'facs'"),
        ("{{ phase(7).title }}", "docs/cost.md:8", "there is no phase 7"),
        ("{% for %}", "docs/cost.md:8", "Expected an expression"),
    ],
)
def test_a_wrong_name_in_prose_says_where_it_stands(
    workspace: Path, text: str, place: str, message: str
):
    change(workspace / "docs/cost.md", '<p class="gs-lede">', f"{text}\n<p>")
    with pytest.raises(InputError, match=message) as error:
        site.build(Workspace(workspace))
    assert error.value.place == place


def test_a_broken_design_is_told_with_its_line(workspace: Path):
    change(workspace / "design.yaml", "client:", "clinet:")
    with pytest.raises(InputError) as error:
        site.build(Workspace(workspace))
    assert error.value.line


def test_a_broken_link_fails_the_build(workspace: Path):
    change(workspace / "docs/cost.md", "# What it costs", "# What it costs\n\n[gone](gone.md)")
    with pytest.raises(InputError, match=r"contains a link 'gone.md'"):
        site.build(Workspace(workspace))


def test_a_workspace_without_its_configuration_says_so(tmp_path: Path):
    with pytest.raises(InputError, match="the site needs this file"):
        site.build(Workspace(tmp_path))


def test_a_wrong_configuration_is_told(workspace: Path):
    change(workspace / "mkdocs.yml", "docs_dir: docs", "docs_dir: dosc")
    with pytest.raises(InputError, match="docs_dir"):
        site.build(Workspace(workspace))


@pytest.mark.parametrize("address", ["0.0.0.0:8000", "192.168.1.5:8000", "[::]:8000"])
def test_the_site_is_served_to_this_machine_only(workspace: Path, address: str):
    with pytest.raises(RefusedError, match="to this machine only"):
        site.serve(Workspace(workspace), address)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:99999", "127.0.0.1:http", ":-1"])
def test_an_address_that_is_none_is_told(workspace: Path, address: str):
    with pytest.raises(InputError, match="is no address with a port"):
        site.serve(Workspace(workspace), address)


def test_a_port_in_use_is_told(workspace: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(InputError, match="can't be used"):
            site.serve(Workspace(workspace), address)


def test_plain_mkdocs_builds_it_strictly_and_without_a_word(workspace: Path):
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"],
        cwd=workspace, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert "WARNING" not in done.stderr
    assert (workspace / "site/network/index.html").is_file()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(address: str, text: str, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=seconds) as answer:  # noqa: S310 - ours
                if text in answer.read().decode():
                    return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{address} did not show '{text}' within {seconds} s")


@pytest.mark.slow
def test_a_change_is_served_without_asking(workspace: Path):
    address = f"127.0.0.1:{free_port()}"
    server = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", address], cwd=workspace,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(f"http://{address}/phases/phase-2/", "Deploy the applications", seconds=60)
        change(workspace / "design.yaml", "Deploy the applications in EKS", "Put them into EKS")
        wait_for(f"http://{address}/phases/phase-2/", "Put them into EKS", seconds=30)
        change(workspace / "docs/cost.md", "# What it costs", "# What a month costs")
        wait_for(f"http://{address}/cost/", "What a month costs", seconds=30)
    finally:
        server.terminate()
        server.wait()
