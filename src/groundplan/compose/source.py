"""Where in the Compose file something stands, so that a message can point at it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import yaml

from groundplan.yamlfile import Place

if TYPE_CHECKING:
    from pathlib import Path

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Source:
    """The text of a Compose file. `path` is as the user gave it."""

    path: Path
    text: str

    def place(self, *keys: str) -> Place | None:
        """Where the value under `keys` is, or as much of that path as the file itself has.

        A list's item is found by its text or by what stands before its `=` or `:`.
        """
        found: Place | None = None
        node = self._root
        for key in keys:
            step = _step(node, key)
            if step is None:
                break
            found, node = step
        return found

    def variable(self, name: str) -> Place | None:
        """Where the variable `name` is first used (`$NAME`, `${NAME…`)."""
        use = re.compile(rf"(?<!\$)(?:\$\$)*\$(?:\{{{re.escape(name)}\b|{re.escape(name)}\b)")
        for number, line in enumerate(self.text.splitlines(), start=1):
            if not line.lstrip().startswith("#") and (match := use.search(line)):
                return Place(number, match.start() + 1)
        return None

    def word_place(self, word: str) -> Place | None:
        """Where `word` first stands outside a comment."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            column = line.partition(" #")[0].find(word)
            if column >= 0 and not line.lstrip().startswith("#"):
                return Place(number, column + 1)
        return None

    def tab(self) -> Place | None:
        """Where a tab first stands in a line's indentation."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            indent = line[: len(line) - len(line.lstrip())]
            if line.strip() and "\t" in indent:
                return Place(number, indent.index("\t") + 1)
        return None

    @cached_property
    def misplaced(self) -> Place | None:
        """Where the first line stands that does not fit in by its indentation."""
        try:
            list(yaml.parse(self.text, Loader=_LOADER))
        except yaml.MarkedYAMLError as error:
            mark, inside = error.problem_mark, error.context or ""
            return Place(mark.line + 1, mark.column + 1) if mark and "block" in inside else None
        except yaml.YAMLError:
            return None
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        """The top-level keys."""
        return self.names()

    def names(self, *keys: str) -> tuple[str, ...]:
        """The keys of the mapping under `keys`, or the items of a list of words."""
        node = self._root
        for key in keys:
            step = _step(node, key)
            if step is None:
                return ()
            node = step[1]
        return tuple(name for name, _, _ in _children(node))

    def word(self, *keys: str) -> str | None:
        """The plain value under `keys`."""
        node = self._root
        for key in keys:
            step = _step(node, key)
            if step is None:
                return None
            node = step[1]
        return str(node.value) if node is not None and isinstance(node.value, str) else None

    @cached_property
    def _root(self) -> yaml.Node | None:
        try:
            return next(iter(yaml.compose_all(self.text, Loader=_LOADER)), None)
        except yaml.YAMLError:
            return None


def _step(node: yaml.Node | None, key: str) -> tuple[Place, yaml.Node | None] | None:
    return next(((place, child) for name, place, child in _children(node) if name == key), None)


def _children(node: yaml.Node | None) -> list[tuple[str, Place, yaml.Node | None]]:
    if isinstance(node, yaml.MappingNode):
        return [(str(key.value), _place(key), value) for key, value in node.value]
    if not isinstance(node, yaml.SequenceNode):
        return []
    items = [item for item in node.value if isinstance(item, yaml.ScalarNode)]
    return [(re.split(r"[=:]", item.value, maxsplit=1)[0], _place(item), item) for item in items]


def _place(node: yaml.Node) -> Place:
    return Place(node.start_mark.line + 1, node.start_mark.column + 1)
