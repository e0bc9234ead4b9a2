"""Rules that hold the calls in prose against the Compose file."""

from __future__ import annotations

import pytest

from beehive import found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("The **shop** asks {{ node('db', 'the db') }} for honey.", None),
        ("The shop calls {{ node(\"redis\") }} then.", None),  # from phase 3 on
        ("The db never asks the shop. Whoever asks the shop gets honey.", None),
        ("Then the db asks {{ node('shop') }} for honey.",
         "'db' does not call 'shop' in any phase"),
        ("`Redis` tells the **db** so.", "'redis' does not call 'db' in any phase"),
        ("```\ndb asks shop\n```", None),
    ],
)  # fmt: skip
def test_calls_that_prose_tells_of(example, text, message):
    example.write("docs/network.md", f"# Calls\n\n{text}\n")
    findings = found(example, "calls-told")
    assert [item.message for item in findings] == ([message] if message else [])
    assert [item.line for item in findings] == ([3] if message else [])
