"""What an attribute will be, as far as the Terraform files tell: where a plan does not, yet.

In a plan, a document of which any part is known only after apply is one unknown text. Its files
have most of it in plain sight: `jsonencode`, lists, texts with a reference in them, locals and
loops over those. What depends on anything else is `Computed`; where it may be one of several, as
in a loop or by a condition, it is the list of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from groundplan.errors import InputError
from groundplan.files import read_text
from groundplan.reference import hcl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from tree_sitter import Node

_GATHER: Final = {
    "coalescelist", "compact", "concat", "distinct", "flatten", "setunion", "sort", "tolist",
    "toset", "tuple", "values",
}  # fmt: skip
_DEEPEST: Final = 40  # locals may name each other, and be wrong
_MOST: Final = 10_000


class Computed(str):
    """An expression of which the files do not tell what it will be; as it is written."""

    __slots__ = ()


@dataclass(frozen=True)
class _Scope:
    """What names stand for: locals, not read yet, and what loops go over."""

    locals: Mapping[str, Node]
    names: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 0

    def within(self, **names: Any) -> _Scope:
        return replace(self, names={**self.names, **names})


def values(file: Path, block: str, name: str) -> list[Any]:
    """What the attribute `name` of a resource may be, one value for each instance.

    `block` is `TYPE.NAME`, followed by a `for_each` key where only that instance counts. Values
    are shaped as in JSON. Empty where it is not set; a `Computed` where the files do not tell.
    """
    address, _, key = block.partition("[")
    try:
        folder = [item for path in sorted(file.parent.glob("*.tf")) for item in _blocks(path)]
    except InputError:
        return [Computed(name)]
    own = [item for item in folder if item.kind == "resource" and ".".join(item.labels) == address]
    named = {n: e.node for item in folder if item.kind == "locals"
             for n, e in item.attributes.items()}  # fmt: skip
    return [
        document(_read(item.attributes[name].node, scope))
        for item in own
        if name in item.attributes
        for scope in _instances(item, _Scope(named), key.rstrip("]").strip('"'))
    ]


def document(value: Any) -> Any:
    """What a text of JSON says; else the value itself."""
    if isinstance(value, str) and not isinstance(value, Computed) and value.lstrip()[:1] == "{":
        try:
            return json.loads(value)
        except ValueError:
            return Computed(value)
    return value


def _blocks(path: Path) -> tuple[hcl.Block, ...]:
    return _parsed(path, read_text(path))


@lru_cache(maxsize=256)
def _parsed(path: Path, _text: str) -> tuple[hcl.Block, ...]:
    return hcl.parse(path)


def _instances(block: hcl.Block, scope: _Scope, key: str) -> Iterator[_Scope]:
    """The scope of each instance that `for_each` makes; of one, where it makes none or any."""
    every = _read(block.attributes["for_each"].node, scope) if "for_each" in block.attributes else 0
    pairs = every if isinstance(every, dict) else {}
    if isinstance(every, list) and not any(isinstance(item, Computed) for item in every):
        pairs = {item: item for item in every if isinstance(item, str)}
    wanted = {key: pairs[key]} if key in pairs else pairs
    for name, value in wanted.items():
        yield scope.within(each={"key": name, "value": value})
    if not wanted:
        yield scope


def _read(node: Node, scope: _Scope) -> Any:
    children = [child for child in node.named_children if child.type != "comment"]
    if read := _READERS.get(node.type):
        return read(node, scope)
    if node.type == "expression" and children and children[0].type == "variable_expr":
        return _named(node, children, scope)
    return _read(children[0], scope) if len(children) == 1 else Computed(_text(node))


def _named(node: Node, children: list[Node], scope: _Scope) -> Any:
    """What `name.part.part` stands for."""
    path = [_text(child).removeprefix(".") for child in children]
    if any(child.type not in {"variable_expr", "get_attr"} for child in children):
        return Computed(_text(node))
    if path[0] == "local" and len(path) > 1 and path[1] in scope.locals:
        if scope.depth > _DEEPEST:
            return Computed(_text(node))
        inner = _Scope(scope.locals, depth=scope.depth + 1)
        found, rest = _read(scope.locals[path[1]], inner), path[2:]
    else:
        found, rest = scope.names.get(path[0], Computed(_text(node))), path[1:]
    for part in rest:
        found = found.get(part) if isinstance(found, dict) else Computed(_text(node))
    return found


def _object(node: Node, scope: _Scope) -> dict[str, Any]:
    pairs = [child.named_children for child in node.children if child.type == "object_elem"]
    return {_key(first, scope): _read(last, scope) for first, *_, last in pairs}


def _key(node: Node, scope: _Scope) -> str:
    name = _text(node)
    return str(_read(node, scope)) if name.startswith(('"', "(")) else name


def _tuple(node: Node, scope: _Scope) -> list[Any]:
    return _flat([_read(child, scope) for child in node.children if child.type == "expression"])


def _template(node: Node, scope: _Scope) -> Any:
    """A text; one for each value of what is put into it, where a loop tells them."""
    parts = [_part(child, scope) for child in node.children if child.type.startswith("template")]
    count = 1
    for part in parts:
        count *= len(part)
    if count > _MOST:
        return Computed(_text(node))
    texts = ["".join(pieces) for pieces in product(*parts)]
    return texts[0] if len(texts) == 1 else texts


def _part(node: Node, scope: _Scope) -> list[str]:
    if node.type != "template_interpolation":
        return [_text(node)]
    inner = [child for child in node.children if child.type == "expression"]
    found = _flat([_read(child, scope) for child in inner])
    plain = all(isinstance(item, str) and not isinstance(item, Computed) for item in found)
    return found if plain else [_text(node)]


def _call(node: Node, scope: _Scope) -> Any:
    name, *rest = node.named_children
    given = [_read(child, scope) for part in rest for child in part.named_children
             if child.type == "expression"]  # fmt: skip
    if _text(name) == "jsonencode" and len(given) == 1:
        return given[0]
    if _text(name) == "keys" and given and isinstance(given[0], dict):
        return list(given[0])
    if _text(name) in _GATHER:
        return _flat([[*one.values()] if isinstance(one, dict) else one for one in given])
    return Computed(_text(node))


def _loop(node: Node, scope: _Scope) -> Any:
    """All that the loop's body may be; of one that makes an object, nothing is told."""
    intro = next(child for child in node.children if child.type == "for_intro")
    names = [_text(child) for child in intro.named_children if child.type == "identifier"]
    over = _read(intro.named_children[-1], scope)
    pairs = over if isinstance(over, dict) else dict(enumerate(_flat([over])))
    numbers = [key if isinstance(over, dict) else Computed(names[0]) for key in pairs]
    found = dict(zip(names, [numbers, _flat([*pairs.values()])][-len(names) :], strict=True))
    body = next(child for child in node.named_children if child.type == "expression")
    return _flat([_read(body, scope.within(**found))])


def _either(node: Node, scope: _Scope) -> list[Any]:
    _, *ways = [child for child in node.named_children if child.type == "expression"]
    return _flat([_read(way, scope) for way in ways])


def _flat(found: list[Any]) -> list[Any]:
    every = [each for one in found for each in (_flat(one) if isinstance(one, list) else [one])]
    return [item for item in every if item is not None]


def _text(node: Node) -> str:
    return (node.text or b"").decode()


_READERS: Final[dict[str, Callable[[Node, _Scope], Any]]] = {
    "bool_lit": lambda node, _: _text(node) == "true",
    "conditional": _either,
    "for_object_expr": lambda node, _: Computed(_text(node)),
    "for_tuple_expr": _loop,
    "function_call": _call,
    "heredoc_template": _template,
    "null_lit": lambda *_: None,
    "numeric_lit": lambda node, _: float(_text(node)),
    "object": _object,
    "quoted_template": _template,
    "string_lit": lambda node, _: _text(node)[1:-1],
    "tuple": _tuple,
    "variable_expr": lambda node, scope: scope.names.get(_text(node), Computed(_text(node))),
}
