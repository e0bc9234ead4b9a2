"""What Terraform will build: a plan or state, normalised, with what is sensitive left out.

Facts are read from `terraform show -json` (plan format 1.x, state format 1.x), recorded under
`facts/` and committed, so that the site and the pictures need neither Terraform nor credentials.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, cast

from groundplan.errors import InputError
from groundplan.files import read_text
from groundplan.references import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.graph import Change

SENSITIVE: Final = "(sensitive)"
FORMAT: Final = 1

_CHANGES: Final[dict[tuple[str, ...], Change]] = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("no-op",): "none",
    ("read",): "none",
    ("forget",): "none",
}


@dataclass(frozen=True)
class Resource:
    """One managed resource instance.

    `module` is the address of its module instance, empty for the root; `index` its `count` or
    `for_each` key. `values` has the known attributes, without null and empty ones; `unknown` the
    dotted paths (`vpc_config.0.vpc_id`) of what is known after apply. `references` has, for a
    dotted path, the addresses of exactly the resources that its expression refers to; `maybe` the
    candidates where the plan can't tell which of them.
    """

    address: str
    type: str
    name: str
    module: str = ""
    index: str | int | None = None
    change: Change = "none"
    values: Mapping[str, Any] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    maybe: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def is_unknown(self, path: str) -> bool:
        """True when the value at the dotted `path`, or one that holds it, is known after apply."""
        parts = path.split(".")
        return any(".".join(parts[: n + 1]) in self.unknown for n in range(len(parts)))

    def get(self, path: str, default: Any = None) -> Any:
        """The known value at the dotted `path`, else `default`."""
        value: Any = self.values
        for part in path.split("."):
            if isinstance(value, Mapping) and part in value:
                value = value[part]
            elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                return default
        return value


@dataclass(frozen=True)
class Facts:
    """The resources of one plan, by address; `source` digests the Terraform it was planned from."""

    resources: tuple[Resource, ...]
    terraform_version: str = ""
    env: str | None = None
    phase: int | None = None
    source: str = ""

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)

    def of_type(self, *types: str) -> tuple[Resource, ...]:
        """The resources of these types, by address."""
        return tuple(resource for resource in self.resources if resource.type in types)


def from_plan(
    document: Mapping[str, Any],
    *,
    env: str | None = None,
    phase: int | None = None,
    source: str = "",
) -> Facts:
    """Facts of a parsed `terraform show -json` document, plan or state.

    Raises InputError where it is neither, or of a format this version can't read.
    """
    if not isinstance(document, Mapping) or "format_version" not in document:
        raise InputError(
            "this is not a Terraform plan or state in JSON",
            hint="make one: terraform show -json PLANFILE > plan.json",
        )
    if not str(document["format_version"]).startswith("1."):
        raise InputError(
            f"plan format {document['format_version']} is not known",
            hint="plans of Terraform 1.3 or later have format 1.x",
        )
    if "resource_changes" in document or "planned_values" in document:
        resources = _planned(document)
    elif "values" in document:
        resources = _stated(document)
    else:
        raise InputError("this Terraform document has neither resources nor changes")
    return Facts(
        tuple(sorted(resources, key=lambda resource: resource.address)),
        terraform_version=str(document.get("terraform_version", "")),
        env=env,
        phase=phase,
        source=source,
    )


def _planned(document: Mapping[str, Any]) -> list[Resource]:
    changes = [
        item
        for item in document.get("resource_changes", ())
        if item.get("mode") == "managed" and "deposed" not in item
    ]
    configuration = Configuration(
        document.get("configuration", {}),
        [item["address"] for item in changes],
        document.get("variables"),
    )
    hidden = frozenset(_secrets(document))
    return [_changed(item, configuration, hidden) for item in changes]


def _secrets(document: Mapping[str, Any]) -> Iterator[str]:
    """The values of sensitive variables: some copies of them, as in tags_all, bear no mark."""
    declared = document.get("configuration", {}).get("root_module", {}).get("variables", {})
    for name, given in document.get("variables", {}).items():
        if declared.get(name, {}).get("sensitive"):
            yield from _strings(given.get("value"))


def _changed(
    item: Mapping[str, Any], configuration: Configuration, hidden: frozenset[str]
) -> Resource:
    change = item["change"]
    gone = change.get("after") is None
    side = "before" if gone else "after"
    values = _redact(change[side] or {}, change.get(f"{side}_sensitive") or False, hidden)
    references, maybe = configuration.references(item["address"])
    return Resource(
        address=item["address"],
        type=item["type"],
        name=item["name"],
        module=item.get("module_address", ""),
        index=item.get("index"),
        change=_CHANGES.get(tuple(change["actions"]), "update"),
        values=_normalise(values),
        unknown=frozenset() if gone else frozenset(_paths(change.get("after_unknown") or {})),
        references=references,
        maybe=maybe,
    )


def _stated(document: Mapping[str, Any]) -> list[Resource]:
    return [
        Resource(
            address=item["address"],
            type=item["type"],
            name=item["name"],
            module=module,
            index=item.get("index"),
            values=_normalise(_redact(item.get("values", {}), item.get("sensitive_values", False))),
        )
        for module, item in _below((document.get("values") or {}).get("root_module", {}))
        if item.get("mode") == "managed"
    ]


def _below(module: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for item in module.get("resources", ()):
        yield module.get("address", ""), item
    for child in module.get("child_modules", ()):
        yield from _below(child)


def _redact(values: Any, sensitive: Any, hidden: frozenset[str] = frozenset()) -> Any:
    """`values` with every part replaced that `sensitive`, of the same shape, marks True.

    So is every text that equals a marked one, or one of `hidden`: providers copy values about.
    """
    marked = (_strings(item) for item, mark in _leaves(values, sensitive) if mark)
    return _without(values, sensitive, hidden.union(*marked))


def _leaves(value: Any, sensitive: Any) -> Iterator[tuple[Any, bool]]:
    """The parts of `value` that have a mark of their own, and the mark."""
    if isinstance(sensitive, bool):
        yield value, sensitive
    elif isinstance(value, Mapping) and isinstance(sensitive, Mapping):
        for key, item in value.items():
            yield from _leaves(item, sensitive.get(key, False))
    elif isinstance(value, list) and isinstance(sensitive, list):
        for item, mark in zip(value, sensitive, strict=False):
            yield from _leaves(item, mark)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for item in value.values() if isinstance(value, Mapping) else value:
            yield from _strings(item)


def _without(value: Any, sensitive: Any, hidden: frozenset[str]) -> Any:
    if sensitive is True or (isinstance(value, str) and value and value in hidden):
        return SENSITIVE
    if isinstance(value, Mapping):
        marks = sensitive if isinstance(sensitive, Mapping) else {}
        return {key: _without(item, marks.get(key), hidden) for key, item in value.items()}
    if isinstance(value, list):
        listed = sensitive if isinstance(sensitive, list) else []
        return [_without(*pair, hidden) for pair in zip_longest(value, listed[: len(value)])]
    return value


def _normalise(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without nulls and empties; `tags` is left out where `tags_all`, which includes it, stands."""
    kept = _without_empty(values)
    if "tags_all" in kept:
        kept.pop("tags", None)
    return cast("dict[str, Any]", kept)


def _without_empty(value: Any) -> Any:
    if isinstance(value, Mapping):
        items = {key: _without_empty(item) for key, item in sorted(value.items())}
        return {key: item for key, item in items.items() if item not in (None, "", [], {})}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value


def _paths(unknown: Any, prefix: str = "") -> Iterator[str]:
    if unknown is True:
        yield prefix
        return
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(unknown, Mapping):
        items = unknown.items()
    elif isinstance(unknown, list):
        items = enumerate(unknown)
    for key, item in items:
        yield from _paths(item, f"{prefix}.{key}" if prefix else str(key))


def to_json(facts: Facts) -> str:
    """The recorded form: sorted, one fact a line, so that a change reads well in review."""
    document = {
        "format": FORMAT,
        "env": facts.env,
        "phase": facts.phase,
        "terraform_version": facts.terraform_version,
        "source": facts.source,
        "resources": [_as_dict(resource) for resource in facts.resources],
    }
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def _as_dict(resource: Resource) -> dict[str, Any]:
    document: dict[str, Any] = {
        "address": resource.address,
        "type": resource.type,
        "name": resource.name,
        "module": resource.module,
        "index": resource.index,
        "change": resource.change,
        "values": resource.values,
        "unknown": sorted(resource.unknown),
        "references": {key: list(to) for key, to in sorted(resource.references.items())},
        "maybe": {key: list(to) for key, to in sorted(resource.maybe.items())},
    }
    return {key: item for key, item in document.items() if item not in (None, "", [], {})}


def load(path: Path) -> Facts:
    """Recorded facts. Raises InputError where the file is not what `to_json` wrote."""
    document = parse(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(
            f"these are not facts of format {FORMAT}",
            file=path,
            hint="record them anew: groundplan plan ENV --phase N --record",
        )
    try:
        return Facts(
            tuple(_from_dict(item) for item in document["resources"]),
            terraform_version=document["terraform_version"],
            env=document["env"],
            phase=document["phase"],
            source=document["source"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(f"these facts are damaged: {error!r}", file=path) from None


def _from_dict(item: Mapping[str, Any]) -> Resource:
    return Resource(
        address=item["address"],
        type=item["type"],
        name=item["name"],
        module=item.get("module", ""),
        index=item.get("index"),
        change=item.get("change", "none"),
        values=item.get("values", {}),
        unknown=frozenset(item.get("unknown", ())),
        references={key: tuple(to) for key, to in item.get("references", {}).items()},
        maybe={key: tuple(to) for key, to in item.get("maybe", {}).items()},
    )


def parse(path: Path) -> Any:
    """The JSON in `path`. Raises InputError with line and column where it is none."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(
            f"this is not JSON: {error.msg}", file=path, line=error.lineno, column=error.colno
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"this JSON is too large or too deep: {error}", file=path) from None


def read(path: Path) -> Facts:
    """Facts of the plan or state in `path`, as `terraform show -json` prints it."""
    try:
        return from_plan(parse(path))
    except InputError as error:
        error.file = error.file or path
        raise
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"this plan is damaged: {error!r}", file=path) from None
