"""Rules that hold the commands in prose against the command line and the Makefile."""

from __future__ import annotations

import pytest

from beehive import found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("`groundplan check --fix`, then `make draw ENV=dev`.", None),
        ("`groundplan draw PLAN.json --out DIR # any plan`", None),
        ("`terraform show -json plan | groundplan draw - --out=DIR`", None),
        ("`groundplan k8s render`, `groundplan`, `make`, and groundplan said in words.", None),
        ("`groundplan price dev`", "'groundplan' has no command price"),
        ("`groundplan k8s undo`", "'groundplan k8s' has no command undo"),
        ("```\ngroundplan plan --save  # it\n```", "'groundplan plan' has no option --save"),
        ("```sh\nX=1 .venv/bin/groundplan cheque\n```", "'groundplan' has no command cheque"),
        ("`make drawing`", "make has no target drawing"),
    ],
)
def test_commands_that_prose_names(example, text, message):
    example.write("Makefile", "draw: setup ## Draw\n\tgroundplan draw\n")
    example.write("README.md", f"# Bees\n\n{text}\n")
    findings = found(example, "commands")
    assert [item.message for item in findings] == ([message] if message else [])
    line = 4 if text.startswith("```") else 3
    assert [item.line for item in findings] == ([line] if message else [])


def test_without_a_makefile_make_is_not_ours(example):
    example.write("docs/network.md", "`make honey`\n")
    assert found(example, "commands") == []
