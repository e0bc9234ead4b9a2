"""How a gap is filled: a handler of ministack is replaced by one that does a little more."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

OK = 200


def replace(module: Any, name: str, handler: Callable[..., Any]) -> None:
    """Let `handler` take the place of the function `name`, wherever `module` keeps it."""
    stock = getattr(module, name)
    setattr(module, name, handler)
    actions = getattr(module, "_ACTION_MAP", {})
    for action in [action for action, known in actions.items() if known is stock]:
        actions[action] = handler


def after(module: Any, name: str, then: Callable[..., None]) -> None:
    """Call `then` with the arguments of the handler `name`, once that has succeeded."""
    stock = getattr(module, name)

    @wraps(stock)
    def handler(*arguments: Any) -> Any:
        response = stock(*arguments)
        if response[0] == OK:
            then(*arguments)
        return response

    replace(module, name, handler)


def adding(module: Any, name: str, more: Callable[..., str]) -> None:
    """Append what `more` returns to the XML that the function `name` makes of a record."""
    stock = getattr(module, name)
    replace(module, name, wraps(stock)(lambda record: stock(record) + more(record)))


def first(parameters: dict[str, Any], name: str, default: str = "") -> str:
    """The request parameter `name`: ministack gives each as a list."""
    value = parameters.get(name, default)
    return str(value[0] if isinstance(value, list) else value)


def numbered(parameters: dict[str, Any], prefix: str) -> list[str]:
    """The request parameters `prefix.1`, `prefix.2`, … in order."""
    values: list[str] = []
    while value := first(parameters, f"{prefix}.{len(values) + 1}"):
        values.append(value)
    return values


def element(name: str, value: object) -> str:
    """An XML element, or nothing where there is no value."""
    return f"<{name}>{value}</{name}>" if value else ""
