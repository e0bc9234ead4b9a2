"""What the README shows and says is what there is."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from groundplan import drawing
from groundplan.cli import app
from groundplan.rules import generated
from groundplan.workspace import Workspace

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_its_picture_is_the_one_drawn_today(tmp_path):
    [picture] = drawing.draw(
        Workspace(ROOT), only=["infrastructure"], phase=4, png=False, out=tmp_path
    )

    shown = ROOT / "docs" / "assets" / "infrastructure.svg"

    assert "docs/assets/infrastructure.svg" in README
    assert generated.meaning(shown.read_text()) == generated.meaning(picture.svg.read_text()), (
        "groundplan draw; cp build/pictures/dev/phase-4/infrastructure.svg docs/assets/"
    )


def test_every_command_in_it_exists():
    commands = typer.main.get_command(app)
    named = set(re.findall(r"^groundplan ([a-z0-9]+)", README, re.MULTILINE))

    assert len(named) > 5
    assert named <= set(commands.commands)


def test_every_target_of_make_in_it_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"`?make ([a-z-]+)", README)) <= targets


def test_every_file_in_it_exists():
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert linked
    assert [path for path in linked if not (ROOT / path).exists()] == []
