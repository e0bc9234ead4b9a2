"""Rules that hold the site's pages against what they show and lead to."""

from __future__ import annotations

import pytest

from beehive import found

SETTINGS = """\
nav:
  - Home: index.md
  - Phases: phases/index.md
  - {Network: network.md, Elsewhere: "https://example.com"}
markdown_extensions:
  - emoji:
      index: !!python/name:material.emoji
"""


@pytest.fixture
def site(example):
    example.write("mkdocs.yml", SETTINGS)
    example.write(
        "docs/index.md", "---\ntitle: Home\n---\n# Home\n\n[The network](network.md#top)\n"
    )
    example.write("docs/network.md", "# Network\n\n{{ picture('network') }}\n")
    example.write("docs/assets/it.svg", "<svg/>")
    assert found(example, "pages") == []
    return example


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("It has {{ facts('dev', 1).network.cdr }}.", "a Network has no 'cdr'"),
        ("It has {{ facts('dev', 1).network.cidr }}.", None),
        ("{{ clientt.name }}", "there is no 'clientt' to show here"),
        ("{{ client.name", "unexpected end of template, expected 'end of print statement'."),
        ("{{ picture('networks') }}", "there is no picture 'networks'"),
        ("[That](cost.md)", "this leads nowhere: cost.md"),
        ("[That](phases/phase-1.md), [this](https://example.com), `[x](y)`", None),
        ("![That](assets/gone.svg)", "this leads nowhere: assets/gone.svg"),
        ('![It](assets/it.svg) <img alt="It" src="../assets/it.svg"> <img src="https://x.y/z">',
         None),
        ('<img alt="It" src="../assets/gone.svg">', "this leads nowhere: ../assets/gone.svg"),
        ("{% set dev = facts('prod', 10) %}", "'dev' stands for the facts of prod here"),
        ("{% set dev = facts('dev', 1) %}{% set prod = facts('prod', 10) %}\n"
         "Dev has {{ dev.network.cidr }} and production has {{ prod.network.cidr }}.", None),
    ],
)  # fmt: skip
def test_pages_that_tell_what_is_not_there(site, text, message):
    site.write("docs/network.md", f"# Network\n\n{text}\n")
    findings = found(site, "pages")
    assert [item.message for item in findings] == ([message] if message else [])
    assert {str(item.file).endswith("docs/network.md") for item in findings} <= {True}
    assert {item.line for item in findings} <= {3}


@pytest.mark.parametrize(
    ("date", "line"), [("2026-02-28", None), ("2026-02-30", 3), ("2026-13-01", 3), ("soon", None)]
)
def test_a_date_that_is_none(site, date, line):
    site.write("docs/network.md", f"---\ntitle: Network\ndate: {date}\n---\n# Network\n")
    findings = found(site, "pages")
    assert [item.line for item in findings] == ([line] if line else [])
    assert all(item.message.startswith("this is no date") for item in findings)


def test_a_date_that_is_none_in_the_settings_of_the_site(site):
    site.edit("mkdocs.yml", "nav:", "extra: {since: 2026-02-30}\nnav:")
    assert [item.message for item in found(site, "pages")] == ["this is no YAML"]


def test_navigation_to_a_page_that_is_gone(site):
    (site.root / "docs/network.md").unlink()
    told = {(item.message, item.file, item.line) for item in found(site, "pages")}
    assert told == {
        ("there is no page network.md", site.root / "mkdocs.yml", 4),
        ("this leads nowhere: network.md#top", site.root / "docs/index.md", 6),
    }


def test_a_record_tells_its_own_decision(site):
    decision = site.design.decisions[0]
    site.write(decision.record, f"{{% set it = decision('{decision.id}') %}}\n# {{{{ it.id }}}}\n")
    assert found(site, "pages") == []
    site.edit(decision.record, decision.id, "region")
    told = {(item.message, item.file, item.line) for item in found(site, "pages")}
    message = f"this is the record of '{decision.id}', and tells 'region'"
    assert (message, site.root / decision.record, 1) in told
