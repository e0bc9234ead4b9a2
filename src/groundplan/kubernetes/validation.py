"""What is wrong in manifests: against the schemas of a Kubernetes version, and among themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from groundplan.errors import InputError
from groundplan.kubernetes import loader, shape
from groundplan.kubernetes.loader import line_of
from groundplan.kubernetes.manifest import NEEDED
from groundplan.kubernetes.mistakes import mistakes
from groundplan.kubernetes.shape import versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundplan.kubernetes.workload import Manifest
    from groundplan.workspace import Workspace


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in the manifest `kind/name`.

    `line` is where it stands in the text that the manifest was read from, as far as that is known,
    and `hint` how to mend it.
    """

    manifest: str
    message: str
    line: int | None = field(default=None, compare=False)
    hint: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.manifest}: {self.message}"


def validate(
    manifests: Sequence[Manifest], version: str, *, given: Iterable[str] = ()
) -> tuple[Problem, ...]:
    """What is wrong in `manifests`, which go to one cluster of Kubernetes `version` (`1.33`).

    `given` are the Secrets that are there without being among them, as are those that a namespace
    of ours names. Raises InputError for a version of which there is no schema.
    """
    if version not in versions():
        raise InputError(
            f"there are no schemas of Kubernetes {version}", hint=f"known: {', '.join(versions())}"
        )
    read = [shape.present(item) for item in manifests]
    flaws = [(item, flaw) for item in read for flaw in shape.flaws(item, version)]
    wrong = {Problem(name_of(item), flaw.message, flaw.line, flaw.hint) for item, flaw in flaws}
    if all(flaw.firm for _, flaw in flaws):  # else they can't be compared with each other
        every = frozenset([*given, *_named(read)])
        for item, message, *line in mistakes(read, every):
            wrong.add(Problem(name_of(item), message, next(iter(line), None) or line_of(item)))
    return tuple(sorted(wrong))


def _named(manifests: Iterable[Manifest]) -> Iterator[str]:
    for item in manifests:
        if item["kind"] == "Namespace":
            yield from item["metadata"].get("annotations", {}).get(NEEDED, "").split(",")


def version_of(workspace: Workspace, env: str | None = None) -> str:
    """The version of the cluster that the recorded plans build (default: of any environment).

    Without a plan that says it, the newest of which there is a schema.
    """
    for phase in reversed(workspace.design.phases):
        for name in phase.environments if env is None else (env,):
            if workspace.facts_file(name, phase.number).is_file():
                facts = workspace.facts(name, phase.number)
                for cluster in facts.of_type("aws_eks_cluster"):
                    if found := cluster.get("version"):
                        return str(found)
    return versions()[-1]


def parse(text: str, *, file: object = None) -> list[Manifest]:
    """The manifests in a text of YAML. Raises InputError where it is none, or has none."""
    place = str(file) if file else None
    items = [part for item in loader.documents(text, place) for part in _parts(item)]
    wrong = [item for item in items if not (isinstance(item, dict) and "kind" in item)]
    if wrong or not items:
        raise InputError("holds no manifests, or something else", file=place)
    return items


def name_of(manifest: Manifest) -> str:
    """`Deployment/cart`, with `?` for what is not there."""
    metadata = manifest.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return f"{manifest.get('kind') or '?'}/{name or '?'}"


def _parts(item: Any) -> list[Any]:
    """A List, or one of a kind, is what it holds."""
    if isinstance(item, dict) and str(item.get("kind")).endswith("List"):
        held = item.get("items")
        return held if isinstance(held, list) else [held]
    return [item]
