"""Rules about what is no text to publish: secrets, and the ids of accounts."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from groundplan import git
from groundplan.errors import suggest
from groundplan.facts import redaction
from groundplan.files import files_below, read_text
from groundplan.findings import Finding, error, rule
from groundplan.rules.design import line_of
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.workspace import Workspace

# Those of AWS' own documentation, and the embedded one's.
_EXAMPLES: Final = frozenset({
    "000000000000", "012345678901", "111122223333", "123456789012", "444455556666", "999999999999",
})  # fmt: skip
# What is made by commands, and held against what it is made from; what tests make up; what others
# wrote; and what is there to have secrets.
_MADE: Final = frozenset({"build", "site", "facts"})
_MADE_UP: Final = frozenset({"tests", "test", "testdata", "fixtures", "benchmarks", "node_modules"})
_KEPT_APART: Final = ".env"
_LINE: Final = 1000
_WORDS: Final = ("pass", "pwd", "secret", "token", "credential", "key")
# A name that says what its value is, and a value in quotes; or, where settings stand, without.
_NAME: Final = (
    r"\b([\w.-]{0,60}?(?:password|passwd|passphrase|pwd|secret|token|credential|api_?key|"
    r"access_?key|private_?key|auth_?key)[\w.-]{0,60})"
)
_QUOTED: Final = re.compile(
    _NAME + r"[\"'`\]]{0,2}\s{0,8}(?::=|=>|=|:|\bis)\s{0,8}([\"'`])([^\s\"'`]{8,})\2", re.IGNORECASE
)
_BARE: Final = re.compile(
    r"^\s*(?:export\s+|-\s+)?" + _NAME + r"\s*(?::=|\?=|=|:)\s*()([^\s\"'`#]{8,})\s*(?:#.*)?$",
    re.IGNORECASE,
)
_SETTINGS: Final = frozenset(
    {"", ".env", ".example", ".ini", ".properties", ".sh", ".yaml", ".yml"}
)
_ELSEWHERE: Final = re.compile(
    r"(?:file|path|dir|name|ref|arn|id|url|uri|hash|digest)$", re.IGNORECASE
)
_NO_VALUE: Final = re.compile(r"[$<>{}()]|example|change.?me|placeholder|your|dummy", re.IGNORECASE)
# In an address: the user's name once more, what tells where a password comes to stand, a pattern.
_LOGIN: Final = "a password in an address"
_STANDS_IN: Final = re.compile(
    r"([^\s:@/]*):(?:\1|pass(?:word)?|secret|[^\s@]*[\\()\[\]*…][^\s@]*)@", re.IGNORECASE
)
# As people make up passwords and machines make keys; names of things have no such mixture.
_MIXED: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d).{8,}|(?=.*\d)(?=.*[a-f])[\da-f]{24,}")
_SHOWN: Final = re.compile(r"^[^#\n]*?\b(nonsensitive)\s*\(\s*(?!keys\b|length\b)", re.MULTILINE)
_VARIABLE: Final = re.compile(r'^variable\s+"(\w+)"\s*\{(.*?)^\}', re.MULTILINE | re.DOTALL)
_SENSITIVE: Final = re.compile(r"^\s*sensitive\s*=\s*true\b", re.MULTILINE)
_DEFAULT: Final = re.compile(r"^\s*default\s*=\s*(\S+)", re.MULTILINE)
_EMPTY: Final = frozenset({"null", '""', "[]", "{}"})


@rule("secrets-in-texts", "no secret stands in what git has, and no account's id in what is shown")
def texts(workspace: Workspace) -> Iterator[Finding]:
    """What is a secret by its shape or by its name, or the id of an account; never repeated."""
    every = _texts(workspace)
    yield from once(workspace, "secrets", every, lambda: _look(workspace, every))


def _look(workspace: Workspace, every: list[Path]) -> Iterator[Finding]:
    hint = "take it away, and have it made invalid: it may have been read"
    for path in every:
        ours = path != workspace.compose_file  # its passwords have a rule of their own
        try:
            text = path.read_bytes().decode()
        except UnicodeDecodeError:
            continue  # it is no text
        for what, place in redaction.shown(text):
            if what != _LOGIN or (ours and not _STANDS_IN.match(text, place)):
                yield error(f"{what} stands here", path, text.count("\n", 0, place) + 1, hint)
        for name, line in _named(text, path) if ours else ():
            yield error(f"the value of '{name}' stands here", path, line, hint)
    yield from _accounts(workspace)


def _named(text: str, path: Path) -> Iterator[tuple[str, int]]:
    """What is a secret by the name that it is given: the name, and the line."""
    bare = path.suffix in _SETTINGS or path.name.startswith(".env")
    lines = zip(text.splitlines(), text.lower().splitlines(), strict=True)
    for number, (line, small) in enumerate(lines, start=1):
        if len(line) > _LINE or not any(map(small.__contains__, _WORDS)):
            continue
        found = _QUOTED.search(line) or (_BARE.match(line) if bare else None)
        if found and _is_literal(found[1], found[3]):
            yield found[1], number


def _is_literal(name: str, value: str) -> bool:
    somewhere = _ELSEWHERE.search(name) or _NO_VALUE.search(value)
    return not somewhere and _MIXED.fullmatch(value) is not None


def _texts(workspace: Workspace) -> list[Path]:
    """What git has, or would take; without git what lies there."""
    root = workspace.root
    found = git.listed(root) or tuple(files_below(root))
    parts = ((path, path.relative_to(root).parts) for path in found)
    return sorted(
        path
        for path, names in parts
        if names[0] not in _MADE
        and not _MADE_UP & {*names[:-1]}
        and path.name != _KEPT_APART
        and path.suffix != ".svg"
        and path.is_file()
    )


def _accounts(workspace: Workspace) -> Iterator[Finding]:
    allowed = _EXAMPLES | {*workspace.design.terraform.accounts.values()}
    for path in _shown(workspace):
        text = read_text(path)
        for id_, place in redaction.accounts(text):
            if id_ not in allowed:
                line = text.count("\n", 0, place) + 1
                hint = "leave it out, or state it in design.yaml under terraform: accounts:"
                yield error("the id of an account stands here", path, line, hint)


def _shown(workspace: Workspace) -> Iterator[Path]:
    """The texts that pages and pictures are made from."""
    readme = workspace.root / "README.md"
    yield from (path for path in (workspace.design_file, readme) if path.is_file())
    yield from sorted(workspace.docs_dir.rglob("*.md"))
    yield from sorted(workspace.diagrams_dir.glob("*.py"))


@rule("secret-variables", "no value of a sensitive variable stands in Terraform's files")
def variables(workspace: Workspace) -> Iterator[Finding]:
    """Values that Terraform is told to hide, and that everyone who has the files can read."""
    written = sorted(files_below(workspace.root / "terraform"))
    hidden: dict[Path, set[str]] = defaultdict(set)
    for path in (item for item in written if item.suffix == ".tf"):
        text = read_text(path)
        for found in _sensitive(text):
            hidden[path.parent].add(found[1])
            value = _DEFAULT.search(found[2])
            if value and value[1] not in _EMPTY:
                yield _told(path, text, found.start(2) + value.start(1), found[1])
    for path in (item for item in written if item.suffix == ".tfvars"):
        text = read_text(path)
        for name in sorted(hidden[path.parent]):
            value = re.search(rf"^\s*{name}\s*=\s*(\S+)", text, re.MULTILINE)
            if value and value[1] not in _EMPTY:
                yield _told(path, text, value.start(1), name)


def _sensitive(text: str) -> Iterator[re.Match[str]]:
    """The blocks of sensitive variables: the name, and what stands in the block."""
    blocks = _VARIABLE.finditer(text) if "sensitive" in text else ()
    yield from (found for found in blocks if _SENSITIVE.search(found[2]))


@rule("secrets-hidden", "what is sensitive stays hidden")
def hidden(workspace: Workspace) -> Iterator[Finding]:
    """Values of which Terraform is told to show them all the same; names and counts may be."""
    for path in sorted(files_below(workspace.root / "terraform")):
        text = read_text(path) if path.suffix == ".tf" else ""
        for found in _SHOWN.finditer(text):
            message = "what is sensitive is shown here, in plans and their logs too"
            line = text.count("\n", 0, found.start(1)) + 1
            yield error(message, path, line, "leave it sensitive; mark an output with it, too")


@rule("secrets-given", "each sensitive variable is one of the design's secrets, and the reverse")
def given(workspace: Workspace) -> Iterator[Finding]:
    """Variables that stand in no file, and that nobody is told to give; and the reverse."""
    secrets = {*workspace.design.terraform.secrets}
    declared: set[str] = set()
    for env in workspace.environments:
        for path in sorted(workspace.environment(env).glob("*.tf")):
            text = read_text(path)
            declared |= {found[1] for found in _VARIABLE.finditer(text)}
            for found in _sensitive(text):
                if found[1] not in secrets:
                    message = f"'{found[1]}' is sensitive, and none of the design's secrets"
                    line = text.count("\n", 0, found.start()) + 1
                    hint = "name it in design.yaml under terraform: secrets:"
                    yield error(message, path, line, hint)
    for name in sorted(secrets - declared if workspace.environments else ()):
        line = line_of(workspace, ("terraform", "secrets"))
        message = f"no environment has a variable for the secret '{name}'"
        yield error(message, workspace.design_file, line, suggest(name, sorted(declared)))


def _told(path: Path, text: str, place: int, name: str) -> Finding:
    line = text.count("\n", 0, place) + 1
    hint = f"give it as TF_VAR_{name} when it is planned, and have this one made invalid"
    return error(f"the value of the sensitive variable '{name}' stands here", path, line, hint)
