"""Rules that hold the settings of the site against its pages."""

from __future__ import annotations

import pytest

from beehive import found

SETTINGS = """\
strict: true
plugins:
  - search
  - groundplan: {}
exclude_docs: |
  /drafts/
nav:
  - Home: index.md
  - Phases: phases/index.md
  - Parts:
      - Network: network.md
      - The infrastructure: infrastructure.md
  - decisions/index.md
"""


@pytest.fixture
def site(example):
    example.write("mkdocs.yml", SETTINGS)
    for name in ("index", "network", "infrastructure", "drafts/later"):
        example.write(f"docs/{name}.md", f"---\ntitle: {name.capitalize()}\n---\n# Page\n")
    assert found(example, "site-settings") == []
    return example


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("  - groundplan: {}\n", "", "the site is made without groundplan", 2),
        ("strict: true", "strict: false", "the site is made with mistakes in it", 1),
        ("strict: true\n", "", "the site is made with mistakes in it", None),
        ("      - Network: network.md\n", "", "the navigation does not lead to network.md", None),
        ("  /drafts/\n", "  /others/\n", "the navigation does not lead to drafts/later.md", None),
        ("- Network: network.md", "- Infrastructure in production: network.md",
         "'Infrastructure in production' leads to the page 'Network', and not to 'Infrastructure'",
         11),
        ("nav:", "extra_css: [https://cdn.example/a.css, own.css]\nnav:",
         "the pages need https://cdn.example/a.css, which is not ours", 7),
        ("nav:", "extra_javascript:\n  - path: //cdn.example/a.js\nnav:",
         "the pages need //cdn.example/a.js, which is not ours", 8),
        ("nav:", "theme: {name: material, font: {text: Roboto}}\nnav:",
         "the pages need letters from elsewhere", 7),
        ("nav:", "theme: {name: material, font: false}\nnav:", None, None),
        ("- Network: network.md", "- Where it stands: network.md", None, None),
        ("- Network: network.md", "- Network and infrastructure: network.md", None, None),
        ("/drafts/\n", "/drafts/\nnot_in_nav: network.md\n", None, None),
    ],
)  # fmt: skip
def test_settings_of_the_site(site, old, new, message, line):
    site.edit("mkdocs.yml", old, new)
    findings = found(site, "site-settings")
    told = [(item.message, item.line) for item in findings]
    assert told == ([(message, line)] if message else [])
