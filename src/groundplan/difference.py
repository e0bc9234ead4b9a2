"""What differs between two plans, resource by resource and setting by setting."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.facts import Facts, Resource

What = Literal["added", "changed", "removed"]

UNKNOWN: Final = "known after apply"
SIGNS: Final[dict[What, str]] = {"added": "+", "changed": "~", "removed": "-"}
_QUIET: Final = ("tags", "tags_all", "id", "arn")
_LONGEST: Final = 120  # letters of a value that a table shows


@dataclass(frozen=True)
class Setting:
    """One setting that a resource has otherwise than before; None where it was or is not set."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Changed:
    """A resource that came, went, or has other settings than before."""

    address: str
    type: str
    what: What
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What `after` has otherwise than `before`, by address; both are names for people."""

    before: str
    after: str
    resources: tuple[Changed, ...]

    def __bool__(self) -> bool:
        return bool(self.resources)

    @property
    def by_address(self) -> dict[str, What]:
        """What has become of each resource that is not as it was."""
        return {item.address: item.what for item in self.resources}


def outcome(facts: Facts) -> Facts:
    """What there is once the plan is applied: without what it deletes."""
    kept = tuple(resource for resource in facts if resource.change != "delete")
    return dataclasses.replace(facts, resources=kept)


def compare(before: Facts, after: Facts, *, names: tuple[str, str]) -> Difference:
    """What differs between two outcomes; `names` tell people which is which."""
    old = {resource.address: resource for resource in before}
    new = {resource.address: resource for resource in after}
    found = (_changed(old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys()))
    return Difference(*names, tuple(item for item in found if item))


def _changed(before: Resource | None, after: Resource | None) -> Changed | None:
    if before is None:
        return Changed(after.address, after.type, "added") if after else None
    if after is None:
        return Changed(before.address, before.type, "removed")
    found = settings(before, after)
    return Changed(after.address, after.type, "changed", found) if found else None


def settings(before: Resource, after: Resource) -> tuple[Setting, ...]:
    """The settings that two resources of one address have otherwise, by path.

    Tags and what the cloud numbers itself (`id`, `arn`) are left out. What is sensitive is hidden
    in facts already. A setting that is known after apply is told by what it refers to; where it
    refers to the same, or to nothing, no plan can say that it differs.
    """
    old, new = dict(_settings(before)), dict(_settings(after))
    return tuple(
        Setting(path, old.get(path), new.get(path))
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path) and _can_tell(path, before, after)
    )


def _can_tell(path: str, before: Resource, after: Resource) -> bool:
    """False where a side is known after apply, and refers to nothing else than the other one."""
    if not (before.is_unknown(path) or after.is_unknown(path)):
        return True
    return _referred(before, path) != _referred(after, path)


def _referred(resource: Resource, path: str) -> tuple[str, ...]:
    """What the expression refers to that gives the setting at `path`, or one that holds it."""
    parts = path.split(".")
    ways = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((resource.references[way] for way in ways if way in resource.references), ())


def _settings(resource: Resource) -> Iterator[tuple[str, str]]:
    for path in sorted(resource.unknown):
        if path.split(".")[0] not in _QUIET:
            refers = ", ".join(_referred(resource, path))
            yield path, f"{refers} ({UNKNOWN})" if refers else UNKNOWN
    yield from _leaves(resource.values)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        items = [*value.items()]
    elif isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value):
        items = [*enumerate(value)]
    else:
        yield path, ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        return
    for key, item in items:
        if path or key not in _QUIET:
            yield from _leaves(item, f"{path}.{key}" if path else str(key))


def as_dict(difference: Difference) -> dict[str, Any]:
    """The published form, `changes.json`."""
    return {
        "before": difference.before,
        "after": difference.after,
        "resources": [dataclasses.asdict(item) for item in difference.resources],
    }


def as_json(difference: Difference) -> str:
    """The text of `changes.json`."""
    return json.dumps(as_dict(difference), indent=2, ensure_ascii=False) + "\n"


def as_text(difference: Difference) -> str:
    """For a terminal: one line a resource, `+ address`, and one a setting below it."""
    lines = [f"{difference.before} → {difference.after}: {summary(difference)}"]
    for item in difference.resources:
        lines.append(f"  {SIGNS[item.what]} {item.address}")
        lines += [f"      {s.path}: {_shown(s.before)} → {_shown(s.after)}" for s in item.settings]
    return "\n".join(lines) + "\n"


def summary(difference: Difference) -> str:
    """`2 added, 1 changed, 0 removed`, or that there is no difference."""
    counts = [sum(item.what == what for item in difference.resources) for what in SIGNS]
    told = ", ".join(f"{count} {what}" for count, what in zip(counts, SIGNS, strict=True))
    return told if difference else "no difference"


def as_markdown(difference: Difference) -> str:
    """The text of `changes.md`: a table with a row for each resource and each setting."""
    head = f"# From {difference.before} to {difference.after}\n\n{_sentence(difference)}\n"
    rows = [
        f"| {item.what} | {_code(item.address)} | {cells} |"
        for item in difference.resources
        for cells in _rows(item)
    ]
    if not rows:
        return head
    return "\n".join([
        head, "| | resource | setting | before | after |", "|---|---|---|---|---|", *rows, "",
    ])  # fmt: skip


def _sentence(difference: Difference) -> str:
    said = summary(difference)
    return f"{said[0].upper()}{said[1:]}."


def _rows(item: Changed) -> list[str]:
    if not item.settings:
        return ["| |"]
    return [
        f"{_code(s.path)} | {_code(_shown(s.before))} | {_code(_shown(s.after))}"
        for s in item.settings
    ]


def _shown(value: str | None) -> str:
    if value is None:
        return "not set"
    line = " ".join(value.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _code(text: str) -> str:
    """`text` as it is, in a cell of a Markdown table: between longer ticks than it holds."""
    ticks = "`"
    while ticks in text:
        ticks += "`"
    room = " " if "`" in text else ""
    return f"{ticks}{room}{text}{room}{ticks}".replace("|", "\\|")
