"""Who refers to whom, from a plan's `configuration`, where ids are known only after apply.

The configuration lists, for each attribute of each resource block, the references in its
expression: `["aws_subnet.a[\"x\"].id", "aws_subnet.a[\"x\"]", "aws_subnet.a", "each.key"]`, each
followed by its own prefixes. They are followed through variables into the calling module and
through outputs into the called one, down to resource instances. An expression's structure is not
in the plan, so an answer is either exact or a list of candidates, and the two are kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from groundplan.facts.addresses import Scope, key_of, module_steps, split, without_key
from groundplan.facts.expressions import dynamic, expressions, is_table, primary
from groundplan.facts.givers import (
    HANDS_ON,
    HARMLESS,
    LISTS,
    OF_A_VPC,
    VPCS,
    givers,
    names_something,
)
from groundplan.facts.loops import key_by_value
from groundplan.facts.modules import Modules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})


@dataclass(frozen=True)
class _Found:
    """What an expression refers to: addresses, and whether they are exactly the ones meant.

    `ways`: each block, or instance of one, that was named on the way.
    """

    addresses: frozenset[str] = frozenset()
    exact: bool = True
    ways: frozenset[str] = frozenset()

    def __or__(self, other: _Found) -> _Found:
        exact = self.exact and other.exact
        return _Found(self.addresses | other.addresses, exact, self.ways | other.ways)

    def unless(self, *, chosen: bool) -> _Found:
        """The same, as candidates where one of several was `chosen`."""
        return replace(self, exact=self.exact and not (chosen and len(self.addresses) > 1))

    def of(self, kinds: tuple[str, ...]) -> frozenset[str]:
        """The ways to things of these kinds."""
        return frozenset(way for way in self.ways if split(way)[-2] in kinds)


class Configuration(Modules):
    """The references of a plan's configuration, resolved to the given instance addresses."""

    def __init__(
        self,
        configuration: Mapping[str, Any],
        addresses: Iterable[str],
        variables: Mapping[str, Any] | None = None,
        *,
        reads: Iterable[str] = (),
    ) -> None:
        """`reads` has the addresses of the data that is read while applying."""
        super().__init__(configuration, addresses, variables or {})
        self._reads = tuple(reads)
        self._memo: dict[tuple[Scope, str, str | None], _Found] = {}
        self._sights: dict[Scope, frozenset[str]] = {}

    def references(
        self, address: str, unknown: Iterable[str] = ()
    ) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """For the resource at `address`: exact references and candidates, by attribute path.

        `unknown` has the paths of what is known after apply.
        """
        parts = split(address)
        scope = Scope(module_steps(parts))
        block = ".".join(without_key(part) for part in parts[2 * len(scope.steps) :])
        resource = self._blocks(scope).get(block, {})
        open_ = frozenset(unknown)
        exact: dict[str, tuple[str, ...]] = {}
        maybe: dict[str, tuple[str, ...]] = {}
        for path, expression in expressions(resource.get("expressions", {})):
            references = expression.get("references", ())
            kinds = LISTS.get(path.rpartition(".")[2], ())
            found = self._follow(scope, references, key_of(parts[-1]), resource, kinds=kinds)
            found = _Found(found.addresses - {address}, found.exact)
            origin, written = self._origin(scope, references if path in open_ else ())
            if any(item.startswith("local.") for item in written):
                found = self._through_locals(origin, path, found)
            if found.addresses or (path in open_ and names_something(path)):
                told = found.exact and found.addresses
                (exact if told else maybe)[path] = tuple(sorted(found.addresses))
        for path in sorted(dynamic(open_, resource)):
            found = self._through_locals(scope, path, _Found())
            if found.addresses:
                (exact if found.exact else maybe)[path] = tuple(sorted(found.addresses))
        return exact, maybe

    def _through_locals(self, scope: Scope, path: str, found: _Found) -> _Found:
        """What an unknown value refers to that goes through a local or stands in a dynamic block.

        A plan doesn't have these. But they only see their own module, and where one thing alone in
        it can give such a value, it was that one.
        """
        name, several = givers(path), LISTS.get(path.rpartition(".")[2], ())
        types = (*name, *several)
        told = {item for item in found.addresses if split(item)[-2] in types}
        seen = frozenset(item for item in self._seen(scope) if split(item)[-2] in types)
        if not types or (name and told):
            return found
        one = len(seen) == 1 if name else seen and seen == self._handed(scope, several)
        if one and self._is_closed:
            return _Found(seen)
        return _Found(found.addresses | seen, exact=bool(told) and found.exact and seen <= told)

    def _handed(self, scope: Scope, types: tuple[str, ...]) -> frozenset[str]:
        """What a module is handed of these types by the one variable that is called for them."""
        given = self._call(scope).get("expressions", {}) if scope.steps else {}
        names = [name for name in given if LISTS.get(name) == types]
        found = [self._one(scope, f"var.{name}", None) for name in names]
        exact = len(found) == 1 and found[0].exact
        return found[0].addresses if exact else frozenset()

    def _origin(self, scope: Scope, references: Iterable[str]) -> tuple[Scope, tuple[str, ...]]:
        """Where an expression was written that modules hand down as it is, and its references."""
        every = tuple(references)
        while scope.steps and len(told := tuple(primary(every))) == 1:
            kind, *name = split(told[0])
            given = self._call(scope).get("expressions", {}).get(name[0], {}) if name else {}
            if kind != "var" or len(name) > 1 or "references" not in given:
                break
            scope, every = scope.parent, given["references"]
        return scope, every

    @cached_property
    def _is_closed(self) -> bool:
        """True where what is known after apply comes from the resources of the plan only."""
        return not any(self._may_give_any(address) for address in self._reads)

    def _may_give_any(self, read: str) -> bool:
        """True for data that may be of what isn't in the plan, and give the id of that."""
        parts = split(read)
        scope, type_ = Scope(module_steps(parts)), parts[-2]
        block = self._blocks(scope).get(f"data.{type_}.{without_key(parts[-1])}", {})
        found = _Found()
        for _path, item in expressions(block.get("expressions", {})):
            found |= self._follow(scope, item.get("references", ()), None, block)
        own = {type_, *(VPCS if type_.rstrip("s") in OF_A_VPC else ())}
        told = own.intersection(split(item)[-2] for item in found.addresses)
        return not (told and found.exact) and not type_.startswith(HARMLESS)

    def _seen(self, scope: Scope) -> frozenset[str]:
        """What a local of a module can refer to: what is in it, what it is given, what it calls."""
        if scope not in self._sights:
            found = {item for item in self._addresses if module_steps(split(item)) == scope.steps}
            for name in self._module(scope).get("variables", {}):
                found |= self._one(scope, f"var.{name}", None).addresses
            for name, call in self._module(scope).get("module_calls", {}).items():
                for output in call.get("module", {}).get("outputs", {}):
                    found |= self._one(scope, f"module.{name}.{output}", None).addresses
            self._sights[scope] = frozenset(found)
        return self._sights[scope]

    def _follow(
        self,
        scope: Scope,
        references: Iterable[str],
        key: str | None,
        block: Mapping[str, Any],
        *,
        kinds: tuple[str, ...] = (),
    ) -> _Found:
        """All that `references` lead to, read in a block of `scope` whose instance has `key`.

        Where several of these `kinds` are wanted, a loop's value that leads to nothing stands for
        others that are given instead, as in `coalesce(each.value.subnet_ids, var.subnet_ids)`; for
        one thing it may choose it. One that leads to some of one block stands for those, or for
        what is given instead of them: a plan doesn't show which round of the loop has which.
        """
        every = tuple(primary(references))
        index = self._index(scope, every, key, block)
        found, chosen, tabled = _Found(), False, False
        for reference in every:
            looped = reference.startswith("each.value")
            if looped:
                one = self._each_value(scope, key, block)
                tabled |= bool(one.of(kinds)) and is_table(block)
            else:
                one = self._one(scope, reference, index)
            found |= one
            looped = looped and (bool(kinds) or _picks(index, every, found))
            chosen |= not one.addresses and not looped and self._chooses(scope, reference)
        return found.unless(chosen=chosen or (tabled and len(found.of(kinds)) > 1))

    def _index(
        self, scope: Scope, every: Iterable[str], key: str | None, block: Mapping[str, Any]
    ) -> str | None:
        """The key by which an expression picks instances: its own block's, or a loop's value.

        With a table or a condition in it, an expression may turn that into another one.
        """
        if any(item.startswith(("local.", "var.", "data.")) for item in every):
            return None
        if any(item.startswith(("each.key", "count.index")) for item in every):
            return key
        values = [item for item in every if item.startswith("each.value")]
        if key is None or len(values) != 1:
            return None
        loop = block.get("for_each_expression", {})  # a plan leaves out a set of constants
        origin, written = self._origin(scope, loop.get("references", ()))
        tables = [self._known(origin, name) for name in primary(written)]
        tables = tables or [loop.get("constant_value")]
        return key_by_value(tables[0], key, values[0]) if len(tables) == 1 else None

    def _each_value(self, scope: Scope, key: str | None, block: Mapping[str, Any]) -> _Found:
        """What a block loops over; a loop over the instances of one resource has their keys.

        A switch among it (`… if var.create`) was on, as the block has instances.
        """
        every = primary(block.get("for_each_expression", {}).get("references", ()))
        loop = tuple(item for item in every if not isinstance(self._known(scope, item), bool))
        if len(loop) == 1:
            return self._one(scope, loop[0], key)
        return self._follow(scope, loop, None, {})

    def _chooses(self, scope: Scope, reference: str) -> bool:
        """True for a value that may pick some of the resources beside it, or add others.

        An empty one adds nothing, and stands where something may be given; so does an object
        without the part that is asked for.
        """
        if not reference.startswith("var."):
            return reference.startswith(("local.", "data.", "each.value"))
        return self._known(scope, reference) not in _EMPTY

    def _one(self, scope: Scope, reference: str, key: str | None) -> _Found:
        memo = (scope, reference, key)
        if memo not in self._memo:
            self._memo[memo] = _Found()  # a cycle through outputs refers to nothing more
            self._memo[memo] = self._look_up(scope, reference, key)
        return self._memo[memo]

    def _look_up(self, scope: Scope, reference: str, key: str | None) -> _Found:
        parts = split(reference)
        if len(parts) < 2:  # noqa: PLR2004 - a kind and a name
            return _Found()
        if parts[0] == "var":
            return self._variable(scope, parts)
        if parts[0] == "module":
            return self._output(scope, parts, key)
        if parts[0] in {"local", "data", "each", "count", "path", "self", "terraform"}:
            return _Found()
        return self._resource(scope, parts, key)

    def _resource(self, scope: Scope, parts: tuple[str, ...], key: str | None) -> _Found:
        instances = self._instances.get(scope.address(f"{parts[0]}.{without_key(parts[1])}"), [])
        found = _pick(instances, key_of(parts[1]) or key)
        # A key that none of them has was turned into another one.
        exact = not key or len(found.addresses) <= 1
        found = _Found(found.addresses, exact, frozenset({scope.address(".".join(parts[:2]))}))
        if parts[0] in HANDS_ON:
            return self._handed_on(scope, parts, found)
        leaf = without_key(parts[-1])
        types = (*givers(leaf), *LISTS.get(leaf, ()))
        return found if not types or parts[0] in types else self._given(scope, parts, found)

    def _given(self, scope: Scope, parts: tuple[str, ...], found: _Found) -> _Found:
        """What an attribute was given by which a resource names others: a subnet's VPC.

        Where its expression doesn't say it, the resource itself, which stands for that.
        """
        block = self._blocks(scope).get(f"{parts[0]}.{without_key(parts[1])}", {})
        path = ".".join(parts[2:]).replace("[", ".").replace("]", "")
        item = dict(expressions(block.get("expressions", {}))).get(path, {})
        kinds = LISTS.get(without_key(parts[-1]), ())
        given = _Found()
        for address in found.addresses:
            key = key_of(split(address)[-1])
            given |= self._follow(scope, item.get("references", ()), key, block, kinds=kinds)
        exact = found.exact and given.exact and bool(given.addresses)
        return replace(given if given.addresses else found, exact=exact)

    def _handed_on(self, scope: Scope, parts: tuple[str, ...], found: _Found) -> _Found:
        """What a resource was given that only hands it on."""
        block = self._blocks(scope).get(f"{parts[0]}.{without_key(parts[1])}", {})
        given = _Found()
        for _path, item in expressions(block.get("expressions", {})):
            given |= self._follow(scope, item.get("references", ()), None, {})
        return given if given.addresses else found

    def _variable(self, scope: Scope, parts: tuple[str, ...]) -> _Found:
        if not scope.steps:
            return _Found()
        call = self._call(scope)
        expression = call.get("expressions", {}).get(without_key(parts[1]), {})
        found = _Found()
        for _path, item in expressions({"": expression}):
            found |= self._follow(
                scope.parent,
                item.get("references", ()),
                key_of(scope.steps[-1]),
                call,
                kinds=LISTS.get(without_key(parts[1]), ()),
            )
        # Inside an object the plan doesn't say which part the references stand in.
        inside = len(parts) > 2 or key_of(parts[1]) is not None  # noqa: PLR2004
        return found.unless(chosen=inside)

    def _output(self, scope: Scope, parts: tuple[str, ...], key: str | None) -> _Found:
        if len(parts) < 3:  # noqa: PLR2004 - the whole module object: no output is named
            return _Found(exact=False)
        wanted = key_of(parts[1]) or key
        steps = sorted(
            self._module_instances.get(scope.address(f"module.{without_key(parts[1])}"), ())
        )
        chosen = [step for step in steps if wanted and key_of(step) == wanted] or steps
        found = _Found()
        for step in chosen:
            child = scope.child(step)
            outputs = self._module(child).get("outputs", {})
            expression = outputs.get(without_key(parts[2]), {}).get("expression", {})
            found |= self._follow(child, expression.get("references", ()), None, {})
        return self._part_of_output(found, parts)

    def _part_of_output(self, found: _Found, parts: tuple[str, ...]) -> _Found:
        part = key_of(parts[2])
        if part is None and len(parts) == 3:  # noqa: PLR2004
            return found
        picked = _pick(sorted(found.addresses), part)
        whole = len(found.addresses) <= 1
        exact = found.exact and (whole or len(picked.addresses) == 1)
        return replace(found, addresses=picked.addresses, exact=exact)


def _picks(index: str | None, every: Iterable[str], found: _Found) -> bool:
    """True where all that is found was picked by `index`, and not by a key of its own."""
    if index is None or any("[" in item for item in every if not item.startswith("each.")):
        return False
    steps = [split(item) for item in found.addresses]
    return bool(steps) and all(any(step.endswith(index) for step in one) for one in steps)


def _pick(instances: list[str], key: str | None) -> _Found:
    """The instance with that key, else all of them."""
    same = [address for address in instances if key and key_of(split(address)[-1]) == key]
    return _Found(frozenset(same or instances))
