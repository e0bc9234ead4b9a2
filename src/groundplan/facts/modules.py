"""A plan's configuration by module instance: blocks, calls, and what variables are given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from groundplan.facts.addresses import Scope, key_of, module_steps, split, without_key

if TYPE_CHECKING:
    from collections.abc import Iterable

OPEN: Final = object()
"""What a variable has that a plan doesn't tell."""


class Modules:
    """The modules of a plan's configuration, and the instances of what they make."""

    def __init__(
        self,
        configuration: Mapping[str, Any],
        addresses: Iterable[str],
        variables: Mapping[str, Any],
    ) -> None:
        """`variables` are those of the root, as they were given."""
        self._root = configuration.get("root_module", {})
        self._variables = variables
        self._addresses = tuple(addresses)
        self._indexed: dict[int, dict[str, Mapping[str, Any]]] = {}

    @cached_property
    def _instances(self) -> dict[str, list[str]]:
        """Instance addresses by the address of their block within one module instance."""
        found = defaultdict(list)
        for address in self._addresses:
            *head, last = split(address)
            found[".".join((*head, without_key(last)))].append(address)
        return found

    @cached_property
    def _module_instances(self) -> dict[str, set[str]]:
        """Steps of module instances (`module.a["x"]`) by parent address and call name."""
        found = defaultdict(set)
        for address in self._addresses:
            scope = Scope()
            for step in module_steps(split(address)):
                found[scope.address(without_key(step))].add(step)
                scope = scope.child(step)
        return found

    def _blocks(self, scope: Scope) -> Mapping[str, Mapping[str, Any]]:
        """The resource blocks of a module, by their address in it."""
        module = self._module(scope)
        if id(module) not in self._indexed:
            blocks = {item.get("address", ""): item for item in module.get("resources", ())}
            self._indexed[id(module)] = blocks
        return self._indexed[id(module)]

    def _module(self, scope: Scope) -> Mapping[str, Any]:
        module: Mapping[str, Any] = self._root
        for step in scope.steps:
            name = without_key(step).removeprefix("module.")
            module = module.get("module_calls", {}).get(name, {}).get("module", {})
        return module

    def _call(self, scope: Scope) -> Mapping[str, Any]:
        """The module call, in the parent, that made the instance `scope`."""
        name = without_key(scope.steps[-1]).removeprefix("module.")
        call: Mapping[str, Any] = self._module(scope.parent).get("module_calls", {}).get(name, {})
        return call

    def _known(self, scope: Scope, reference: str) -> Any:
        """What a variable, or a part of it, was given; `OPEN` where that isn't told."""
        if not reference.startswith("var."):
            return OPEN
        _, name, *inside = (without_key(part) for part in split(reference))
        value = self._module(scope).get("variables", {}).get(name, {}).get("default")
        if not scope.steps:
            value = self._variables.get(name, {"value": value}).get("value")
        else:
            given = self._call(scope).get("expressions", {}).get(name, {"constant_value": value})
            value = OPEN if "references" in given else given.get("constant_value")
        for step in () if key_of(reference) else inside:
            value = value.get(step) if isinstance(value, Mapping) else value
        return value
