"""YAML with positions: plain values, and for each of them the line and column it stands at.

The scalars are those of YAML 1.2's core schema, so `no`, `on` and `12:30` stay text. Tags, merge
keys and repeated keys are refused, and aliases can't blow a small file up.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from groundplan.errors import InputError
from groundplan.files import read_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Loc = tuple[str | int, ...]
"""The way to a value: the keys and list indexes from the top, as in `("phases", 0, "title")`."""

MAX_DEPTH = 100
MAX_VALUES = 100_000

_CORE: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]{1,18}"), int),
    (re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,3})?"), float),
)
_CONTROL = re.compile(r"[^\t\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Place(NamedTuple):
    """A position in a file; line and column are counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Document:
    """A YAML file: its plain value, and where each key and each value stands."""

    path: Path
    value: Any
    keys: dict[Loc, Place]
    values: dict[Loc, Place]

    def place(self, loc: Loc, *, key: bool = False) -> Place:
        """Where the value at `loc` starts (with `key`, its key); else the nearest one above it."""
        first, second = (self.keys, self.values) if key else (self.values, self.keys)
        for end in range(len(loc), -1, -1):
            if found := first.get(loc[:end]) or second.get(loc[:end]):
                return found
        return Place(1, 1)


@dataclass
class _Collection:
    """A mapping or list that is still open while the file is read."""

    loc: Loc
    value: dict[str, Any] | list[Any]
    anchor: str | None
    start: int
    key: str | None = None


@dataclass
class _Reader:
    """Builds the value from parser events, without recursion, so depth is a limit we choose."""

    path: Path
    keys: dict[Loc, Place] = field(default_factory=dict)
    values: dict[Loc, Place] = field(default_factory=dict)
    open: list[_Collection] = field(default_factory=list)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    count: int = 0
    documents: int = 0
    result: Any = None

    def take(self, event: yaml.Event) -> None:
        """Take the next event in."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.error(event, "a second document starts here", "one file, one document")
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self.start(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self.open.pop()
            if done.anchor:
                self.anchors[done.anchor] = (done.value, self.count - done.start)

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """A key or a plain value."""
        self.refuse_tag(event)
        if self.expects_key():
            self.key(event)
            return
        value = resolve(event.value) if event.implicit[0] else event.value
        self.put(event, value)
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)

    def key(self, event: yaml.ScalarEvent) -> None:
        """A mapping's key: always text, and only once in its mapping."""
        parent, name = self.open[-1], str(event.value)
        if name == "<<" and event.implicit[0]:
            raise self.error(event, "merge keys (<<) are not supported", "write the fields out")
        if name in parent.value:
            first = self.keys[(*parent.loc, name)]
            hint = f"it stands in line {first.line} already; keep one of the two"
            raise self.error(event, f"'{name}' is given twice", hint)
        parent.key = name
        self.keys[(*parent.loc, name)] = _place(event.start_mark)

    def start(self, event: yaml.CollectionStartEvent) -> None:
        """A mapping or a list opens."""
        self.refuse_tag(event)
        if self.expects_key():
            raise self.error(event, "a key must be text", "quote it if it is meant as text")
        if len(self.open) == MAX_DEPTH:
            raise self.error(event, f"nested more than {MAX_DEPTH} deep")
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        start = self.count
        self.open.append(_Collection(self.put(event, value), value, event.anchor, start))

    def alias(self, event: yaml.AliasEvent) -> None:
        """A value that was given earlier under an anchor."""
        if self.expects_key():
            raise self.error(event, "a key must be text")
        if event.anchor not in self.anchors:
            raise self.error(event, f"*{event.anchor} refers to nothing above it")
        value, size = self.anchors[event.anchor]
        self.put(event, value, size)

    def put(self, event: yaml.Event, value: Any, size: int = 1) -> Loc:
        """Put `value` in its place and return its loc."""
        self.count += size
        if self.count > MAX_VALUES:
            raise self.error(event, f"more than {MAX_VALUES:,} values", "are aliases repeating it?")
        parent = self.open[-1] if self.open else None
        loc: Loc = ()
        if parent is None:
            self.result = value
        elif isinstance(parent.value, list):
            loc = (*parent.loc, len(parent.value))
            parent.value.append(value)
        elif parent.key is not None:
            loc = (*parent.loc, parent.key)
            parent.value[parent.key] = value
            parent.key = None
        self.values[loc] = _place(event.start_mark)
        return loc

    def expects_key(self) -> bool:
        """Whether the next value is a mapping's key."""
        return bool(self.open) and isinstance(self.open[-1].value, dict) and not self.open[-1].key

    def refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        """Refuse `!tags`: they could only change what the text plainly says."""
        if event.tag not in {None, "!"}:
            raise self.error(event, f"tags such as {event.tag} are not supported", "leave it out")

    def error(self, event: yaml.Event, message: str, hint: str | None = None) -> InputError:
        """An error at `event`."""
        line, column = _place(event.start_mark)
        return InputError(message, hint=hint, file=self.path, line=line, column=column)


def load(path: Path) -> Document:
    """Read `path`. Raises InputError, with line and column, for what is not plain YAML."""
    return parse(read_text(path), path)


def parse(text: str, path: Path) -> Document:
    """Read `text`, which stands in `path`; raises like `load`."""
    reader = _Reader(path)
    try:
        # Text that comes as str is not decoded again, so a byte order mark would be content.
        for event in yaml.parse(text.removeprefix("\ufeff"), Loader=_LOADER):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text, path) from None
    except yaml.YAMLError as error:
        raise _unreadable(error, text, path) from None
    return Document(path, reader.result, reader.keys, reader.values)


@lru_cache(maxsize=64)
def meaning(text: str) -> str:
    """A digest of what YAML documents say: comments, spacing and order of keys make no difference.

    That of the text itself where it is no YAML. An alias counts once, however often it stands.
    """
    known: dict[int, str] = {}

    def of(node: yaml.Node) -> str:
        if id(node) not in known:
            if isinstance(node, yaml.MappingNode):
                parts = sorted(f"{of(key)} {of(value)}" for key, value in node.value)
            elif isinstance(node, yaml.SequenceNode):
                parts = [of(item) for item in node.value]
            else:
                parts = [node.value]
            known[id(node)] = _digest(node.tag, *parts)
        return known[id(node)]

    try:
        nodes = [*yaml.compose_all(text, Loader=_LOADER)]
        return _digest(*(of(node) if node else "" for node in nodes))
    except (yaml.YAMLError, RecursionError):
        return _digest(text)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def resolve(text: str) -> Any:
    """An unquoted scalar's value by the core schema: null, bool, int, float or text."""
    for pattern, make in _CORE:
        if pattern.fullmatch(text):
            return make(text)
    return text


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _syntax(error: yaml.MarkedYAMLError, text: str, path: Path) -> InputError:
    mark = error.problem_mark or error.context_mark
    line, column = _place(mark)
    if mark and (tab := _tab(text, mark.line)):
        message, hint = "YAML can't be indented with a tab", "indent with spaces"
        return InputError(message, hint=hint, file=path, line=line, column=tab)
    said = ", ".join(part for part in (error.context, error.problem) if part)
    return InputError(
        f"this is not YAML: {said}", file=path, line=line, column=column,
        hint="check the indentation; a value with a colon, a quote or @ in it needs quotes",
    )  # fmt: skip


def _tab(text: str, line: int) -> int | None:
    """The column of a tab in the indentation of a line, where there is one."""
    lines = text.splitlines()
    content = lines[line] if line < len(lines) else ""
    indent = content[: len(content) - len(content.lstrip())]
    return indent.index("\t") + 1 if "\t" in indent else None


def _unreadable(error: yaml.YAMLError, text: str, path: Path) -> InputError:
    """A character that no YAML file may hold; its mark has no line, so find the line here."""
    for number, content in enumerate(text.split("\n"), 1):
        if found := _CONTROL.search(content):
            message = f"a control character (U+{ord(found[0]):04X}) stands here"
            column = found.start() + 1
            return InputError(message, hint="delete it", file=path, line=number, column=column)
    return InputError(f"this is not YAML: {error}", file=path)
