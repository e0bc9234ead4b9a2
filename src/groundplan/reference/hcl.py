"""Terraform's language as far as a reference needs it: blocks, attributes, literal values.

Read from the files and not from Terraform, which drops what a reader wants to see: comments, and
types as they were written.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from groundplan.errors import InputError
from groundplan.files import read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tree_sitter import Node, Parser

Value: TypeAlias = "bool | float | str | list[Value] | dict[str, Value] | None"

_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPED = re.compile(r'\\([nrt"\\])|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|([$%])\4\{')
_DOUBLED = re.compile(r"([$%])\1\{")


@dataclass(frozen=True)
class Expression:
    """The right side of an attribute, as written."""

    node: Node
    file: Path

    @property
    def raw(self) -> str:
        """The source, without comments around it."""
        return _text(self.node)

    def value(self) -> Value:
        """What it stands for. Raises InputError unless it can be told without an evaluation."""
        try:
            return _value(self.node)
        except RecursionError:
            raise InputError("this is nested too deeply", file=self.file) from None
        except _NotLiteralError as error:
            place = error.node.start_point
            raise InputError(
                "this has to be a literal value",
                hint="no function, variable or interpolation is possible here",
                file=self.file, line=place.row + 1, column=place.column + 1,
            ) from None  # fmt: skip

    def string(self) -> str:
        """The text it stands for. Raises InputError unless it is one."""
        found = self.value()
        if isinstance(found, str):
            return found
        line = self.node.start_point.row + 1
        raise InputError("this has to be a text in quotes", file=self.file, line=line)

    def elements(self) -> dict[str, Expression]:
        """The elements of an object by key; empty for anything else."""
        nodes = _children(_inner(self.node), "object_elem")
        return {_key(node): Expression(node.named_children[-1], self.file) for node in nodes}


@dataclass(frozen=True)
class Block:
    """A block: `kind "label" { … }`. `line` is that of its first word, from 1."""

    kind: str
    labels: tuple[str, ...]
    attributes: Mapping[str, Expression]
    blocks: tuple[Block, ...]
    file: Path
    line: int


def parse(file: Path) -> tuple[Block, ...]:
    """The top-level blocks of `file`. Raises InputError, with the place, where it is no HCL."""
    root = tree(read_text(file).encode())
    try:
        if root.has_error:
            place = next(_errors(root)).start_point
            raise InputError(
                "this is no valid HCL", hint="'terraform fmt' says more",
                file=file, line=place.row + 1, column=place.column + 1,
            )  # fmt: skip
        return _blocks(root, file)
    except RecursionError:
        raise InputError("this is nested too deeply", file=file) from None


def tree(data: bytes) -> Node:
    """The root of what `data` says; `has_error` where it is no HCL."""
    return _parser().parse(data).root_node


@cache
def _parser() -> Parser:
    import tree_sitter  # noqa: PLC0415 - only where a module is read
    import tree_sitter_hcl  # noqa: PLC0415

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def _errors(node: Node) -> Iterator[Node]:
    if node.is_error or node.is_missing:
        yield node
    for child in node.children:
        if child.has_error:
            yield from _errors(child)


def _blocks(node: Node, file: Path) -> tuple[Block, ...]:
    return tuple(_block(child, file) for body in _children(node, "body")
                 for child in _children(body, "block"))  # fmt: skip


def _block(node: Node, file: Path) -> Block:
    kind, *labels = [child for child in node.children if child.type in {"identifier", "string_lit"}]
    attributes = {
        _text(child.named_children[0]): Expression(child.named_children[-1], file)
        for body in _children(node, "body")
        for child in _children(body, "attribute")
    }
    return Block(
        kind=_text(kind),
        labels=tuple(_label(label) for label in labels),
        attributes=attributes,
        blocks=_blocks(node, file),
        file=file,
        line=node.start_point.row + 1,
    )


def _children(node: Node, kind: str) -> list[Node]:
    return [child for child in node.children if child.type == kind]


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _label(node: Node) -> str:
    return _quoted(node) if node.type == "string_lit" else _text(node)


class _NotLiteralError(Exception):
    def __init__(self, node: Node) -> None:
        super().__init__(node.type)
        self.node = node


def _inner(node: Node) -> Node:
    """What stands in the brackets of an expression, or in those that only the grammar knows."""
    wrappers = {"expression", "literal_value", "collection_value", "template_expr", "operation"}
    while node.type in wrappers:
        inner = node.named_children
        if len(inner) != 1:
            raise _NotLiteralError(node)
        node = inner[0]
    return node


def _value(node: Node) -> Value:
    node = _inner(node)
    if read := _READERS.get(node.type):
        return read(node)
    raise _NotLiteralError(node)


def _object(node: Node) -> Value:
    elements = _children(node, "object_elem")
    return {_key(element): _value(element.named_children[-1]) for element in elements}


def _tuple(node: Node) -> Value:
    return [_value(child) for child in _children(node, "expression")]


def _key(element: Node) -> str:
    node = element.named_children[0]
    if (element.text or b"").startswith(b"("):
        raise _NotLiteralError(node)
    name = _inner(node)
    return _quoted(name) if name.type in {"string_lit", "quoted_template"} else _text(name)


def _calculated(node: Node) -> float:
    """Numbers only: `-1`, `24 * 60`."""
    numbers = [_value(child) for child in node.named_children]
    operator = next(_text(child) for child in node.children if _text(child) in "+-*/%")
    match operator, numbers:
        case "-", [float(one)]:
            return -one
        case "+", [float(one), float(two)]:
            return one + two
        case "-", [float(one), float(two)]:
            return one - two
        case "*", [float(one), float(two)]:
            return one * two
        case "/", [float(one), float(two)] if two:
            return one / two
        case "%", [float(one), float(two)] if two:
            return one % two
    raise _NotLiteralError(node)


def _quoted(node: Node) -> str:
    _no_interpolation(node)
    return _ESCAPED.sub(_unescaped, _text(node)[1:-1])


def _unescaped(found: re.Match[str]) -> str:
    letter, short, long, sign = found.groups()
    if letter:
        return _ESCAPES[letter]
    if sign:
        return f"{sign}{{"
    number = int(short or long, 16)
    return chr(number) if number <= sys.maxunicode else "\ufffd"


def _heredoc(node: Node) -> str:
    _no_interpolation(node)
    start, *lines, _end = _text(node).split("\n")
    lines = [f"{line}\n" for line in lines]
    if start.startswith("<<-"):
        written = [line for line in lines if line.strip()]
        indent = min((len(line) - len(line.lstrip()) for line in written), default=0)
        lines = [line[indent:] if line.strip() else line for line in lines]
    return _DOUBLED.sub(r"\1{", "".join(lines))


def _no_interpolation(node: Node) -> None:
    for child in node.children:
        if child.type in {"template_interpolation", "template_directive"}:
            raise _NotLiteralError(child)


_READERS: Final[dict[str, Callable[[Node], Value]]] = {
    "null_lit": lambda _: None,
    "bool_lit": lambda node: _text(node) == "true",
    "numeric_lit": lambda node: float(_text(node)),
    "string_lit": _quoted,
    "quoted_template": _quoted,
    "heredoc_template": _heredoc,
    "tuple": _tuple,
    "object": _object,
    "unary_operation": _calculated,
    "binary_operation": _calculated,
}
