"""YAML as kubectl reads it: every key is text and stands once, and a date stays text.

Every mapping that is read knows in which lines it and its keys stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml
from yaml.constructor import ConstructorError

from groundplan.errors import InputError
from groundplan.yamlfile import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MOST: Final = 1_000_000  # values in one text: aliases can make more of a few lines


_TAG: Final = "tag:yaml.org,2002:"


class Placed(dict[str, Any]):
    """A mapping that was read: the line in which it begins (from 1), and that of each key."""

    def __init__(self, line: int, lines: Mapping[str, int]) -> None:
        super().__init__()
        self.line = line
        self.lines = lines


def line_of(value: Any, path: Sequence[str | int] = ()) -> int | None:
    """The line of what stands at `path` in a value, or of the nearest around it that is known."""
    line: int | None = getattr(value, "line", None)
    for key in path:
        if isinstance(value, Placed):
            line = value.lines.get(str(key), line)
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            break
        if isinstance(key, int):
            line = getattr(value, "line", line)
    return line


class _Loader(yaml.CSafeLoader):
    """kubectl's reader has no dates, and no numbers of more than 64 bits."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> Iterator[Placed]:
    lines: dict[str, int] = {}
    found = Placed(node.start_mark.line + 1, lines)
    yield found
    made = loader.construct_mapping(node)  # what is merged is in the node from now on
    found.update((str(key), item) for key, item in made.items())
    lines.update((key.value, key.start_mark.line + 1) for key, _ in node.value)


def _integer(loader: _Loader, node: yaml.ScalarNode) -> int:
    number = int(loader.construct_yaml_int(node))
    if number.bit_length() > 64:  # noqa: PLR2004 - see above
        raise _refused("a number with too many digits", node.start_mark)
    return number


_Loader.add_constructor(f"{_TAG}int", _integer)
_Loader.add_constructor(f"{_TAG}map", _mapping)
_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern) for tag, pattern in found if tag not in (f"{_TAG}timestamp", f"{_TAG}value")
    ]
    for first, found in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def documents(text: str, file: str | None) -> list[Any]:
    """The documents in `text`, without empty ones. Raises InputError where it is no YAML."""
    try:
        _assert_flat(text)
        found = [item for item in _documents(_Loader(text)) if item is not None]
        if _size(found) > _MOST:
            raise InputError(
                f"holds more than {_MOST:,} values: do its aliases repeat them?", file=file
            )
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(f"is no YAML: {error.problem}", file=file, line=line) from None
    except (yaml.YAMLError, ValueError, KeyError, AttributeError) as error:
        # A character that no YAML may hold, or a tag that its text does not fit.
        raise InputError(f"is no YAML: {error}", file=file) from None
    except RecursionError:
        raise InputError("holds itself, by an alias", file=file) from None
    return found


def _assert_flat(text: str) -> None:
    """Raises ConstructorError for what is nested so deeply that to read it would crash."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _refused(f"nested more than {MAX_DEPTH} deep", event.start_mark)


def _documents(loader: _Loader) -> Iterator[Any]:
    while loader.check_node():
        if node := loader.get_node():
            _assert_keys(node, set())
            yield loader.construct_document(node)


def _assert_keys(node: yaml.Node, seen: set[int]) -> None:
    """Make text of every key. Raises ConstructorError for one that is none, or stands twice."""
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == f"{_TAG}null":
                raise _refused("a key has to be text", key.start_mark)
            if key.value in lines:
                line = lines[key.value]
                raise _refused(
                    f"the key '{key.value}' stands in line {line} already", key.start_mark
                )
            lines[key.value] = key.start_mark.line + 1
            key.tag = key.tag if key.tag == f"{_TAG}merge" else f"{_TAG}str"
    for part in node.value:
        _assert_keys(part[1] if isinstance(node, yaml.MappingNode) else part, seen)


def _refused(problem: str, mark: Any) -> ConstructorError:
    return ConstructorError(None, None, problem, mark)


def _size(value: Any, most: int = _MOST) -> int:
    """How many values there are in all, counted until there are more than `most`."""
    size = 1
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        if size <= most:
            size += _size(part, most - size)
    return size
