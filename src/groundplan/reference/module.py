"""A Terraform module as its reader meets it: what it needs, makes, takes and gives."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from groundplan.errors import InputError
from groundplan.files import read_text
from groundplan.reference import hcl
from groundplan.reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from groundplan.reference.hcl import Block, Value

_LABELS: Final = {
    "data": 2, "module": 1, "output": 1, "provider": 1, "resource": 2, "variable": 1,
}  # fmt: skip
_IGNORED: Final = "terraform-docs-ignore"
_PINNED = re.compile(r"= ?(\S+)|(\d\S*)")


@dataclass(frozen=True)
class Place:
    """Where a block starts; orders what is not sorted by name."""

    file: str
    line: int

    def __lt__(self, other: Place) -> bool:
        return (self.file, self.line) < (other.file, other.line)


@dataclass(frozen=True)
class Input:
    """A variable; `type` as written, or what its default is, or `any`."""

    name: str
    type: str
    description: str
    default: Value
    required: bool
    place: Place


@dataclass(frozen=True)
class Output:
    """An output."""

    name: str
    description: str
    place: Place


@dataclass(frozen=True)
class Call:
    """A module that this one calls."""

    name: str
    source: str
    version: str
    place: Place


@dataclass(frozen=True)
class Requirement:
    """`terraform` or a provider, and the versions that will do."""

    name: str
    version: str


@dataclass(frozen=True)
class Provider:
    """A provider that some resource uses, with its alias if any."""

    name: str
    version: str
    place: Place


@dataclass(frozen=True)
class Resource:
    """A resource or data source; `url` is empty where the registry has no page for it."""

    name: str
    mode: str
    url: str


@dataclass(frozen=True)
class Module:
    """Everything a reference shows of a module, in the order in which it shows it."""

    header: str = ""
    footer: str = ""
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    calls: tuple[Call, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    providers: tuple[Provider, ...] = ()
    resources: tuple[Resource, ...] = ()


Item = TypeVar("Item", Input, Output, Call, Provider)


@dataclass
class _Needed:
    """What `required_providers` says of one provider."""

    source: str = ""
    versions: list[str] = field(default_factory=list)


def read(folder: Path, settings: Settings = Settings()) -> Module:  # noqa: B008 - it is frozen
    """The module in `folder`. Raises InputError for what is no Terraform."""
    blocks = [(b, _comments(b)) for file in _files(folder) for b in hcl.parse(file)]
    for block, _ in blocks:
        _must_be_named(block)
    needed = _needed(block for block, _ in blocks)
    shown = [(block, comments) for block, comments in blocks if _IGNORED not in comments]
    used = [block for block, _ in shown if block.kind in {"resource", "data"}]
    locked = _locked(folder / ".terraform.lock.hcl") if settings.lock_file else {}
    comments = {id(block): text if settings.read_comments else "" for block, text in shown}
    by_kind = {
        kind: list({b.labels: b for b, _ in shown if b.kind == kind}.values())
        for kind in ("variable", "output", "module")
    }
    return Module(
        header=_section(folder, settings.header_from, "header" in settings.sections),
        footer=_section(folder, settings.footer_from, "footer" in settings.sections),
        inputs=_sorted((_input(b, comments[id(b)]) for b in by_kind["variable"]), settings),
        outputs=_sorted((_output(b, comments[id(b)]) for b in by_kind["output"]), settings),
        calls=_sorted((_call(block) for block in by_kind["module"]), settings),
        requirements=_requirements([block for block, _ in blocks], needed),
        providers=_sorted(_providers(used, needed, locked), settings),
        resources=_resources(used, needed),
    )


def files(folder: Path) -> list[Path]:
    """The Terraform files of a module, those that override others last."""
    there = [
        path
        for path in sorted(folder.iterdir())
        if path.suffix in {".tf", ".tofu"} and path.is_file() and not path.name.startswith(".")
    ]
    return sorted(there, key=lambda path: path.stem == "override" or "_override." in path.name)


def _files(folder: Path) -> list[Path]:
    for path in folder.glob("*.tf.json"):
        raise InputError(
            "Terraform in JSON is not read here",
            hint="install terraform-docs, which reads it, or write it as HCL",
            file=path,
        )
    return files(folder)


def _must_be_named(block: Block) -> None:
    wanted = _LABELS.get(block.kind, len(block.labels))
    if len(block.labels) != wanted:
        names = "a name" if wanted == 1 else "a type and a name"
        raise InputError(f"'{block.kind}' needs {names}", file=block.file, line=block.line)


def _place(block: Block) -> Place:
    return Place(block.file.as_posix(), block.line)


def _sorted(items: Iterable[Item], settings: Settings) -> tuple[Item, ...]:
    if settings.sort:
        return tuple(sorted(items, key=lambda item: item.name))
    return tuple(sorted(items, key=lambda item: item.place))


def _comments(block: Block) -> str:
    """The comment lines right above a block, in one line."""
    found: list[str] = []
    for line in read_text(block.file).split("\n")[: block.line - 1]:
        if not line.startswith(("#", "//")):
            found = []
            continue
        found.append(line.strip().removeprefix("#").removeprefix("//").strip())
    return " ".join(found)


def _description(block: Block, comments: str) -> str:
    if "description" not in block.attributes:
        return comments
    return block.attributes["description"].string().replace("\r\n", "\n") or comments


def _input(block: Block, comments: str) -> Input:
    default = block.attributes["default"].value() if "default" in block.attributes else None
    return Input(
        name=block.labels[0],
        type=_type(block) or _type_of(default),
        description=_description(block, comments),
        default=default,
        required="default" not in block.attributes,
        place=_place(block),
    )


def _type(block: Block) -> str:
    if "type" not in block.attributes:
        return ""
    written = block.attributes["type"]
    return written.string() if written.raw.startswith('"') else written.raw


def _type_of(default: Value) -> str:
    names = {str: "string", float: "number", bool: "bool", list: "list", dict: "map"}
    return names.get(type(default), "any")


def _output(block: Block, comments: str) -> Output:
    return Output(block.labels[0], _description(block, comments), _place(block))


def _call(block: Block) -> Call:
    source, version = (
        block.attributes[name].string() if name in block.attributes else ""
        for name in ("source", "version")
    )
    before, mark, ref = source.rpartition("?ref=")
    if not version and mark and ref:
        source, version = before, ref
    return Call(block.labels[0], source, version, _place(block))


def _needed(blocks: Iterable[Block]) -> dict[str, _Needed]:
    """What is said of each provider, in `terraform` blocks and, as was once done, in its own."""
    found: dict[str, _Needed] = {}
    for block in blocks:
        if block.kind == "terraform":
            for inner in block.blocks:
                if inner.kind == "required_providers":
                    _add_required(found, inner)
        elif block.kind == "provider":
            entry = found.setdefault(block.labels[0], _Needed())
            if "version" in block.attributes:
                entry.versions.append(block.attributes["version"].string())
    return found


def _add_required(found: dict[str, _Needed], block: Block) -> None:
    for name, written in block.attributes.items():
        entry = found.setdefault(name, _Needed())
        elements = written.elements()
        if not elements:
            entry.versions.append(written.string())
            continue
        if "version" in elements:
            entry.versions.append(elements["version"].string())
        if "source" in elements:
            entry.source = elements["source"].string()


def _requirements(blocks: list[Block], needed: dict[str, _Needed]) -> tuple[Requirement, ...]:
    core = [
        Requirement("terraform", block.attributes["required_version"].string())
        for block in blocks
        if block.kind == "terraform" and "required_version" in block.attributes
    ]
    providers = [
        Requirement(name, version) for name in sorted(needed) for version in needed[name].versions
    ]
    return (*core, *providers)


def _provider(block: Block) -> tuple[str, str]:
    """Name and alias of the provider of a resource; its type tells the name unless it says so."""
    if "provider" not in block.attributes:
        return block.labels[0].partition("_")[0], ""
    name, _, alias = block.attributes["provider"].raw.strip('"').partition(".")
    return name, alias


def _providers(
    used: list[Block], needed: dict[str, _Needed], locked: dict[str, str]
) -> list[Provider]:
    first: dict[str, Provider] = {}
    for block in sorted(used, key=_place):
        name, alias = _provider(block)
        required = " ".join(needed[name].versions) if name in needed else ""
        full = f"{name}.{alias}" if alias else name
        first.setdefault(full, Provider(full, locked.get(name, required), _place(block)))
    return [first[full] for full in sorted(first)]


def _locked(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    return {
        block.labels[0].rpartition("/")[2]: block.attributes["version"].string()
        for block in hcl.parse(file)
        if block.kind == "provider" and "version" in block.attributes
    }


def _resources(used: list[Block], needed: dict[str, _Needed]) -> tuple[Resource, ...]:
    found = {(block.kind, block.labels): _resource(block, needed) for block in used}
    return tuple(sorted(found.values(), key=lambda r: (r.mode == "data source", r.name)))


def _resource(block: Block, needed: dict[str, _Needed]) -> Resource:
    provider, _ = _provider(block)
    kind = block.labels[0].removeprefix(f"{provider}_")
    requirement = needed.get(provider)
    source = requirement.source if requirement and requirement.source else f"hashicorp/{provider}"
    pages = "resources" if block.kind == "resource" else "data-sources"
    version = _exact(requirement.versions) if requirement else "latest"
    url = f"https://registry.terraform.io/providers/{source}/{version}/docs/{pages}/{kind}"
    return Resource(
        name=f"{provider}_{kind}.{block.labels[1]}",
        mode="resource" if block.kind == "resource" else "data source",
        url="" if source.count("/") > 1 else url,
    )


def _exact(versions: list[str]) -> str:
    """The version that a constraint pins, for the link to its page; else the latest."""
    pinned = _PINNED.fullmatch(versions[-1]) if versions else None
    return (pinned[1] or pinned[2]) if pinned else "latest"


def _section(folder: Path, name: str, shown: bool) -> str:
    """A header or footer: a Markdown or text file, or the comment a Terraform file begins with."""
    file = folder / name
    if not shown or not name or (name == "main.tf" and not file.is_file()):
        return ""
    text = read_text(file)
    if file.suffix not in {".tf", ".tofu"}:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        bare = line.strip()
        if not bare.startswith(("/*", "*")):
            break
        if bare == "*":
            lines.append("")
        elif not bare.startswith(("/*", "*/")):
            lines.append(line.lstrip(" ").rstrip("\r").removeprefix("* "))
    return "\n".join(lines)
