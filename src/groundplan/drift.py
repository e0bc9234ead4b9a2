"""Drift: what differs between the recorded design, Terraform's state, and the cloud.

Compared is what the design says: the settings that the recorded plan knows, and those that
Terraform would change. What nobody has set, the cloud may choose and change as it likes. A thing
that Terraform never made is not seen here, for no state tells of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from groundplan import facts
from groundplan.facts import SENSITIVE, Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from groundplan.facts import Resource
    from groundplan.graph import Change
    from groundplan.terraform import Terraform

What = Literal["gone", "changed", "unapplied", "unplanned", "pending"]

ABOUT: Final[dict[What, str]] = {
    "gone": "in the state, and gone from the cloud",
    "changed": "not in the cloud as it was applied",
    "unapplied": "in the recorded plan, and never applied",
    "unplanned": "applied, and not in the recorded plan",
    "pending": "Terraform's files say otherwise",
}
_MARKS: Final[dict[What, Change]] = {
    "gone": "delete", "changed": "update", "unapplied": "delete", "unplanned": "create",
    "pending": "update",
}  # fmt: skip
_LONGEST: Final = 60  # letters of a value in the table


@dataclass(frozen=True)
class Setting:
    """A setting as the design, the state and the cloud have it; None where it is not set."""

    path: str
    recorded: str | None
    state: str | None
    cloud: str | None


@dataclass(frozen=True)
class Drifted:
    """A resource that differs, in what way, and in which settings."""

    address: str
    what: What
    settings: tuple[Setting, ...] = ()


@dataclass(frozen=True)
class Drift:
    """All that differs in `phase` of `env` on `target`, by address; false where nothing does."""

    env: str
    target: str
    phase: int
    resources: tuple[Drifted, ...]

    def __bool__(self) -> bool:
        return bool(self.resources)


@dataclass(frozen=True)
class Seen:
    """What was compared: the recorded plan (None without one), the state and the cloud."""

    recorded: Facts | None
    state: Facts
    cloud: Facts
    pending: Mapping[str, frozenset[str]]
    """What Terraform would change: the settings by address."""


def look(driver: Terraform, phase: int) -> Seen:
    """Ask the state and the cloud. Raises what Terraform raises, and RefusedError when locked."""
    workspace = driver.workspace
    has_facts = workspace.facts_file(driver.env, phase).is_file()
    plan = driver.show_json(driver.plan(phase))
    # What is a secret variable's value is hidden in the state too.
    secrets: dict[str, Any] = {
        name: plan[name] for name in ("variables", "configuration") if name in plan
    }
    return Seen(
        workspace.facts(driver.env, phase) if has_facts else None,
        _stated(driver.state(), secrets),
        _stated(plan.get("prior_state") or {}, secrets),
        dict(_pending(plan)),
    )


def _stated(document: Mapping[str, Any], secrets: Mapping[str, Any]) -> Facts:
    if not document.get("values"):
        return Facts(())
    return facts.from_plan({**secrets, **document})


def _pending(plan: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    for item in plan.get("resource_changes", ()):
        change = item["change"]
        if item.get("mode") != "managed" or change["actions"] in (["no-op"], ["read"]):
            continue
        before, after = change.get("before") or {}, change.get("after") or {}
        names = before.keys() | after.keys()
        yield item["address"], frozenset(n for n in names if before.get(n) != after.get(n))


def find(driver: Terraform, phase: int, seen: Seen) -> Drift:
    """What differs in what was `seen`."""
    return Drift(driver.env, driver.target.name, phase, tuple(compare(seen)))


def compare(seen: Seen) -> Iterator[Drifted]:
    """What differs, by address."""
    recorded = {item.address: item for item in seen.recorded or ()}
    state = {item.address: item for item in seen.state}
    cloud = {item.address: item for item in seen.cloud}
    for address in sorted(recorded.keys() | state.keys() | seen.pending.keys()):
        if address in state and address not in cloud:
            yield Drifted(address, "gone")
        elif address not in state:
            yield Drifted(address, "unapplied" if address in recorded else "pending")
        elif seen.recorded is not None and address not in recorded:
            yield Drifted(address, "unplanned")
        else:
            names = seen.pending.get(address, frozenset())
            trio = (recorded.get(address), state[address], cloud[address])
            yield from _differing(address, *trio, names=names)


def _differing(
    address: str,
    recorded: Resource | None,
    state: Resource,
    cloud: Resource,
    *,
    names: frozenset[str],
) -> Iterator[Drifted]:
    told = recorded.values if recorded else {}
    settings = tuple(
        setting
        for name in sorted({*told, *names})
        for setting in _settings(
            name, told.get(name), state.values.get(name), cloud.values.get(name)
        )
    )
    if settings:
        changed = any(item.state != item.cloud for item in settings) or address not in names
        yield Drifted(address, "changed" if changed else "pending", settings)
    elif names:
        yield Drifted(address, "pending")


def _settings(path: str, recorded: Any, state: Any, cloud: Any) -> Iterator[Setting]:
    """The parts of one setting that the three don't agree on."""
    if isinstance(state, Mapping) and isinstance(cloud, Mapping):
        told = recorded if isinstance(recorded, Mapping) else {}
        for key in sorted({*state, *cloud, *told}):
            yield from _settings(f"{path}.{key}", told.get(key), state.get(key), cloud.get(key))
    elif state != cloud or not _agrees(recorded, cloud):
        yield Setting(path, _text(recorded), _text(state), _text(cloud))


def _agrees(recorded: Any, found: Any) -> bool:
    """Whether `found` has all that is recorded; what a plan could not tell is not held against it.

    The blocks of a list may stand in another order: most are sets.
    """
    if recorded is None or recorded == SENSITIVE:
        return True
    if isinstance(recorded, Mapping) and isinstance(found, Mapping):
        return all(_agrees(item, found.get(key)) for key, item in recorded.items())
    if isinstance(recorded, list) and isinstance(found, list):
        return len(recorded) == len(found) and all(
            any(_agrees(item, other) for other in found) for item in recorded
        )
    return bool(recorded == found)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def as_dict(drift: Drift) -> dict[str, Any]:
    """For `--json`."""
    return {**asdict(drift), "resources": [asdict(item) for item in drift.resources]}


def as_text(drift: Drift) -> str:
    """A table for a terminal: a line a resource, and one a setting below it."""
    where = f"{drift.env}, phase {drift.phase}, on {drift.target}"
    if not drift:
        return f"{where}: no drift\n"
    lines = [f"{where}: {len(drift.resources)} resources differ"]
    for item in drift.resources:
        lines.append(f"  {item.what:<10}{item.address}  ({ABOUT[item.what]})")
        lines += [f"{'':12}{line}" for line in _columns(item.settings)]
    return "\n".join(lines) + "\n"


def _columns(settings: Iterable[Setting]) -> Iterator[str]:
    rows = [(s.path, _short(s.recorded), _short(s.state), _short(s.cloud)) for s in settings]
    if not rows:
        return
    rows.insert(0, ("setting", "recorded", "state", "cloud"))
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        yield "  ".join(cell.ljust(wide[column]) for column, cell in enumerate(row)).rstrip()


def _short(value: str | None) -> str:
    line = "not set" if value is None else " ".join(value.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def picture(drift: Drift, seen: Seen) -> Facts:
    """What there should be and what there is besides, each drifted resource marked."""
    known = {item.address: item for item in (*seen.state, *(seen.recorded or ()))}
    what = {item.address: item.what for item in drift.resources}
    marked = (
        replace(item, change=_MARKS[what[address]] if address in what else "none")
        for address, item in sorted(known.items())
    )
    return Facts(tuple(marked), env=drift.env, phase=drift.phase)


def draw(drift: Drift, seen: Seen, out: Path) -> tuple[Path, ...]:
    """The views with what differs marked, in `out`; none where there is nothing to draw."""
    from groundplan import exports  # noqa: PLC0415 - drawing takes a second to import
    from groundplan.views.infrastructure import infrastructure  # noqa: PLC0415
    from groundplan.views.network import network  # noqa: PLC0415

    content = picture(drift, seen)
    if not content.resources:
        return ()
    graphs = [
        replace(view(content, title="Drift"), compared="the recorded plan")
        for view in (infrastructure, network)
    ]
    drawn = (exports.write(graph, out / graph.view, exports.Wanted()) for graph in graphs)
    return tuple(path for files in drawn for path in files)
