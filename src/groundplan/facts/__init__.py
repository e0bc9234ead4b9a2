"""What Terraform will build: a plan or state, normalised, with what is sensitive left out.

Facts are read from `terraform show -json` (plan format 1.x, state format 1.x), recorded under
`facts/` and committed, so that the site and the pictures need neither Terraform nor credentials.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from groundplan.errors import InputError
from groundplan.facts.redaction import SENSITIVE as SENSITIVE
from groundplan.facts.redaction import redact, secrets
from groundplan.facts.references import Configuration
from groundplan.facts.soundness import assert_sound, damage_told
from groundplan.facts.values import normalise, paths
from groundplan.files import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.graph import Change

FORMAT: Final = 1

# Attributes whose values name a resource, or what AWS makes along with it, to others.
IDENTITIES: Final = (
    "id",
    "arn",
    "name",
    "identifier",
    "bucket",
    "bucket_domain_name",
    "bucket_regional_domain_name",
    "cluster_identifier",
    "default_route_table_id",
    "default_security_group_id",
    "dns_name",
    "domain_name",
    "function_name",
    "invoke_arn",
    "main_route_table_id",
    "primary_network_interface_id",
    "replication_group_id",
    "url",
    "vpc_config.0.cluster_security_group_id",
    "website_endpoint",
)

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
    candidates where the plan can't tell which of them, none where it can't name any. `before` has
    the names (`IDENTITIES`) that a thing to be replaced goes by until then.
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
    before: Mapping[str, str] = field(default_factory=dict)

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

    def blocks(self, path: str) -> list[dict[str, Any]]:
        """The blocks at the dotted `path`; none where a damaged plan has something else there."""
        found = self.get(path)
        return (
            [block for block in found if isinstance(block, dict)] if isinstance(found, list) else []
        )


@dataclass(frozen=True, eq=False)  # what is found out of a plan is remembered by the plan itself
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
        if len(types) == 1:
            return self._by_type.get(types[0], ())
        return tuple(resource for resource in self.resources if resource.type in types)

    @cached_property
    def _by_type(self) -> dict[str, tuple[Resource, ...]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            found[resource.type].append(resource)
        return {type_: tuple(resources) for type_, resources in found.items()}


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
    # What 0.1 and 0.2, of Terraform before 1.1, have of this, they have in the same form.
    if not str(document["format_version"]).startswith(("0.", "1.")):
        raise InputError(
            f"plan format {document['format_version']} is not known",
            hint="plans of Terraform 0.12 or later have format 0.x or 1.x",
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
    changes = _current(document.get("resource_changes", ()), "deposed")
    reads = [item for item in document.get("resource_changes", ()) if item.get("mode") == "data"]
    configuration = Configuration(
        document.get("configuration", {}),
        [item["address"] for item in changes],
        document.get("variables"),
        reads=[item["address"] for item in reads],
    )
    hidden = frozenset(secrets(document))
    return [_changed(item, configuration, hidden) for item in changes]


def _current(items: Iterable[Mapping[str, Any]], mark: str) -> list[Mapping[str, Any]]:
    """The managed ones of these, each address once: an object that was left over from a replacement
    counts only where nothing else goes by its address.
    """
    managed = [item for item in items if item.get("mode") == "managed"]
    there = {item["address"] for item in managed if mark not in item}
    left = {item["address"]: item for item in managed if item["address"] not in there}
    return [*(item for item in managed if mark not in item), *left.values()]


def _changed(
    item: Mapping[str, Any], configuration: Configuration, hidden: frozenset[str]
) -> Resource:
    change = item["change"]
    gone = change.get("after") is None
    side = "before" if gone else "after"
    values = redact(change[side] or {}, change.get(f"{side}_sensitive") or False, hidden)
    unknown = frozenset() if gone else frozenset(paths(change.get("after_unknown") or {}))
    references, maybe = configuration.references(item["address"], unknown)
    actions = _CHANGES.get(tuple(change["actions"]), "update")
    return Resource(
        address=item["address"],
        type=item["type"],
        name=item["name"],
        module=item.get("module_address", ""),
        index=item.get("index"),
        change=actions,
        values=normalise(values),
        unknown=unknown,
        references=references,
        maybe=maybe,
        before=_names(change, hidden) if actions == "replace" else {},
    )


def _names(change: Mapping[str, Any], hidden: frozenset[str]) -> dict[str, str]:
    """What others call the object that is to be replaced."""
    values = redact(change["before"] or {}, change.get("before_sensitive") or False, hidden)
    names = {name: values.get(name) for name in IDENTITIES}
    return {name: str(value) for name, value in names.items() if value not in {None, "", SENSITIVE}}


def _stated(document: Mapping[str, Any]) -> list[Resource]:
    hidden = frozenset(secrets(document))
    root = (document.get("values") or {}).get("root_module", {})
    return [
        Resource(
            address=item["address"],
            type=item["type"],
            name=item["name"],
            module=item["module"],
            index=item.get("index"),
            values=normalise(
                redact(item.get("values", {}), item.get("sensitive_values", False), hidden)
            ),
        )
        for item in _current(_below(root), "deposed_key")
    ]


def _whole_address(item: Mapping[str, Any], module: str) -> str:
    """With its module and key, which states of Terraform 0.12 leave out."""
    address, index = str(item["address"]), item.get("index")
    if module and not address.startswith(f"{module}."):
        address = f"{module}.{address}"
    whole = index is None or address.endswith("]")
    return address if whole else f"{address}[{json.dumps(index)}]"


def _below(module: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The resources of a module and of those in it, each with its whole address and its module."""
    inside = str(module.get("address", ""))
    for item in module.get("resources", ()):
        yield {**item, "address": _whole_address(item, inside), "module": inside}
    for child in module.get("child_modules", ()):
        yield from _below(child)


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
    document["digest"] = _seal(document)
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def is_intact(path: Path) -> bool:
    """Whether recorded facts still say what was recorded. Raises InputError where they are none."""
    document = parse(path)
    return isinstance(document, dict) and document.get("digest") == _seal(document)


def _seal(document: Mapping[str, Any]) -> str:
    """SHA-256 of what facts say, however they are spaced."""
    told = {name: item for name, item in document.items() if name != "digest"}
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


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
        "before": dict(sorted(resource.before.items())),
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
    with damage_told("these facts are", path):
        return assert_sound(
            Facts(
                tuple(_from_dict(item) for item in document["resources"]),
                terraform_version=document["terraform_version"],
                env=document["env"],
                phase=document["phase"],
                source=document["source"],
            )
        )


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
        before=item.get("before", {}),
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
    """Facts of the plan or state in `path`, as `terraform show -json` prints it, or as recorded."""
    document = parse(path)
    if isinstance(document, dict) and document.get("format") == FORMAT:
        return load(path)
    with damage_told("this plan is", path):
        return assert_sound(from_plan(document))
