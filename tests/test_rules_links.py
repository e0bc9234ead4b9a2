"""Rules that hold prose which is no page of the site against what it shows and leads to."""

from __future__ import annotations

import pytest

from beehive import found

RECORD = "docs/decisions/toolkit/0001-own.md"


@pytest.fixture
def told(example):
    example.write("docs/assets/infrastructure.svg", "<svg/>")
    example.write("docs/assets/two words.svg", "<svg/>")
    example.write(RECORD, "# Own\n\nSee [the first](../../assets/) and [it](0001-own.md#own).\n")
    example.write("ARCHITECTURE.md", "# Parts\n\n[Decisions](docs/decisions/toolkit/)\n")
    example.write(
        "README.md",
        "# Bees\n\n![It](docs/assets/infrastructure.svg)\n\n![It](docs/assets/two%20words.svg)\n\n"
        '<img src="docs/assets/infrastructure.svg" width="9">\n\n'
        "[Runs](../../actions), [x](https://example.com/x.svg), [here](#bees), `[no](link.md)`\n",
    )
    assert found(example, "links") == []
    return example


def test_a_picture_that_the_readme_shows_and_that_is_gone(told):
    (told.root / "docs/assets/infrastructure.svg").rename(told.root / "docs/assets/structure.svg")
    (finding,) = found(told, "links")
    assert finding.message == "this leads nowhere: docs/assets/infrastructure.svg"
    assert (finding.severity, finding.file, finding.line) == ("error", told.root / "README.md", 3)
    assert finding.hint == "did you mean 'structure.svg'?"


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("README.md", "# Bees\n\n![It](docs/assets/gone.png)\n"),
        ("README.md", "# Bees\n\n<p>\n<img alt='x' src='docs/gone.svg'></p>\n"),
        ("README.md", "# Bees\n\n[It](GONE.md)\n"),
        ("ARCHITECTURE.md", "# Parts\n\n[It](docs/decisions/toolkit/0009-gone.md)\n"),
        (RECORD, "# Own\n\n[It](0009-gone.md)\n"),
    ],
)
def test_what_prose_shows_or_leads_to_is_there(told, page, text):
    told.write(page, text)
    (finding,) = found(told, "links")
    assert finding.file == told.root / page
    assert finding.line == text[: text.lower().index("gone")].count("\n") + 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("The bees", None),
        ("The bees in dev, phase 3", None),
        ("The bees of dev and production", None),
        ("The bees in production", "this picture is of dev in phase 3"),
        ("The bees in phase 1", "this picture is of dev in phase 3"),
    ],
)
def test_what_is_said_of_a_picture_is_what_it_shows(told, words, message):
    picture = '<svg class="gp" aria-labelledby="network-dev-3--title"/>'
    told.write("docs/assets/network.svg", picture)
    told.write("README.md", f"# Bees\n\n![{words}](docs/assets/network.svg)\n")
    findings = found(told, "pictures-told")
    assert [(item.message, item.line) for item in findings] == ([(message, 3)] if message else [])
