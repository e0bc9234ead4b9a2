"""A build that follows another one is quicker, and gives what a first one would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from markdown import Markdown
from mkdocs.config import load_config
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from groundplan import rebuilding, site
from groundplan.workspace import Workspace

HOME = "# Home\n\n[the other](other.md#part)\n"


@pytest.fixture
def config(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: Hives\nplugins: []\n")
    return load_config(str(tmp_path / "mkdocs.yml"))


@pytest.fixture
def converted(monkeypatch):
    """The Markdown that was really converted."""
    found = []
    convert = Markdown.convert
    monkeypatch.setattr(
        Markdown, "convert", lambda self, text: found.append(text) or convert(self, text)
    )
    return found


def files(config, **pages: str):
    """The site's files, written as they stand in its folder."""
    for name, text in pages.items():
        (Path(config.docs_dir) / f"{name}.md").write_text(text)
    folders = config.docs_dir, config.site_dir
    return Files([File(f"{name}.md", *folders, use_directory_urls=True) for name in pages])


def rendered(conversions, config, found, name="index.md"):
    file = found.get_file_from_path(name)
    page = Page(None, file, config)
    page.read_source(config)
    conversions.render(page, config, found)
    return page


def test_a_page_is_converted_once(config, converted):
    conversions = rebuilding.Conversions()
    first = rendered(conversions, config, files(config, index=HOME, other="# Other"))
    again = rendered(conversions, config, files(config, index=HOME, other="# Another"))
    assert converted == [HOME]
    assert (again.content, again.title, again.toc) == (first.content, "Home", first.toc)
    assert again.present_anchor_ids == first.present_anchor_ids


def test_its_links_lead_to_the_pages_of_the_later_build(config):
    conversions = rebuilding.Conversions()
    rendered(conversions, config, files(config, index=HOME, other="# Other"))
    later = files(config, index=HOME, other="# Another")
    again = rendered(conversions, config, later)
    assert again.links_to_anchors == {
        later.get_file_from_path("other.md"): {"part": "other.md#part"}
    }


def test_a_page_that_has_changed_is_converted_anew(config, converted):
    conversions = rebuilding.Conversions()
    rendered(conversions, config, files(config, index=HOME, other=""))
    rendered(conversions, config, files(config, index=f"{HOME}\nMore.", other=""))
    assert converted == [HOME, f"{HOME}\nMore."]


def test_a_broken_link_is_told_in_every_build(config, caplog):
    conversions = rebuilding.Conversions()
    for _ in range(2):
        caplog.clear()
        rendered(conversions, config, files(config, index=HOME))
        assert "'other.md'" in caplog.text


def test_a_page_whose_link_broke_is_told(config, caplog):
    conversions = rebuilding.Conversions()
    rendered(conversions, config, files(config, index=HOME, other=""))
    rendered(conversions, config, files(config, index=HOME))
    assert "'other.md'" in caplog.text


def test_what_takes_in_other_files_is_always_converted(config, converted):
    config.markdown_extensions.append("pymdownx.snippets")
    conversions = rebuilding.Conversions()
    for _ in range(2):
        rendered(conversions, config, files(config, index="# Home"))
    assert converted == ["# Home", "# Home"]


class Index:
    """A search that finds each page by its title."""

    def __init__(self) -> None:
        self.entries = []

    def add_entry_from_context(self, page):
        self.entries.append([page.title])


def test_the_search_finds_what_it_would_have_found():
    kept, pages = rebuilding.SearchEntries(), [
        SimpleNamespace(url="", title="Home", meta={}, content="a"),
        SimpleNamespace(url="cost/", title="Cost", meta={}, content="b"),
    ]  # fmt: skip
    first, second = Index(), Index()
    for page in pages:
        kept.add(first, page)
    pages[1] = SimpleNamespace(url="cost/", title="What it costs", meta={}, content="b")
    for page in pages:
        kept.add(second, page)
    assert second.entries == [["Home"], ["What it costs"]]
    assert second.entries[0] is first.entries[0]


def contents(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.slow
def test_a_build_that_follows_gives_what_a_first_one_would(tmp_path):
    root = Path(__file__).parents[1]
    copy = tmp_path / "copy"
    subprocess.run(["git", "clone", "--quiet", root, copy], check=True)
    site.build(Workspace(copy))
    for name, old, new in (
        ("docs/cost.md", "# What it costs", "# What a month costs"),
        ("design.yaml", "Deploy the applications in EKS", "Put them into EKS"),
    ):
        text = (copy / name).read_text()
        assert old in text
        (copy / name).write_text(text.replace(old, new))
    site.build(Workspace(copy))
    first = tmp_path / "first"
    argv = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", first]
    subprocess.run(argv, cwd=copy, check=True)
    followed = contents(copy / "site")
    gzipped = {name for name in followed if name.endswith(".gz")}  # which holds the time
    assert {n: c for n, c in followed.items() if n not in gzipped} == {
        n: c for n, c in contents(first).items() if n not in gzipped
    }
