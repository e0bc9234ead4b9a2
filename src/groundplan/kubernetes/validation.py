"""What is wrong in manifests: against the schemas of a Kubernetes version, and among themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import yaml

from groundplan.errors import InputError
from groundplan.kubernetes.mistakes import mistakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from groundplan.kubernetes.workload import Manifest
    from groundplan.workspace import Workspace

# Kinds that an operator brings, of which Kubernetes has no schema: the fields they must have.
_CUSTOM: Final = {
    ("external-secrets.io/v1", "ExternalSecret"): ("secretStoreRef", "target", "data"),
    ("external-secrets.io/v1", "SecretStore"): ("provider",),
}


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in the manifest `kind/name`."""

    manifest: str
    message: str

    def __str__(self) -> str:
        return f"{self.manifest}: {self.message}"


def validate(
    manifests: Sequence[Manifest], version: str, *, given: Iterable[str] = ()
) -> tuple[Problem, ...]:
    """What is wrong in `manifests`, which go to one cluster of Kubernetes `version` (`1.33`).

    `given` are the Secrets that are there without being among them. Raises InputError for a
    version of which there is no schema.
    """
    shaped = [(item, list(_shape(item, version))) for item in manifests]
    wrong = [Problem(name_of(item), text) for item, texts in shaped for text in texts]
    if not wrong:  # what has not the right shape can't be compared with others
        found = mistakes(manifests, frozenset(given))
        wrong = [Problem(name_of(item), text) for item, text in found]
    return tuple(sorted(set(wrong)))


@cache
def versions() -> tuple[str, ...]:
    """The versions of Kubernetes of which there are schemas, the oldest first."""
    from kubernetes_validate import utils  # noqa: PLC0415

    found = utils.all_versions()
    return tuple(dict.fromkeys(utils.major_minor(item) for item in found))


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
    try:
        found = [item for item in yaml.safe_load_all(text) if item is not None]
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InputError(f"is no YAML: {error.problem}", file=str(file), line=line) from None
    items = [part for item in found for part in _parts(item)]
    wrong = [item for item in items if not (isinstance(item, dict) and "kind" in item)]
    if wrong or not items:
        raise InputError("holds no manifests, or something else", file=str(file) if file else None)
    return items


def name_of(manifest: Manifest) -> str:
    """`Deployment/cart`."""
    return f"{manifest.get('kind')}/{(manifest.get('metadata') or {}).get('name')}"


def _parts(item: Any) -> list[Any]:
    """A list of kubectl's is what it holds."""
    if isinstance(item, dict) and item.get("kind") == "List":
        return list(item.get("items") or ())
    return [item]


def _shape(manifest: Manifest, version: str) -> Iterator[str]:
    """What the strict schema of its kind says."""
    key = (manifest.get("apiVersion"), manifest["kind"])
    if fields := _CUSTOM.get(key):  # type: ignore[arg-type]
        missing = [name for name in fields if name not in (manifest.get("spec") or {})]
        yield from (f"spec has no {name}" for name in missing)
        return
    if not isinstance(key[0], str):
        yield "has no apiVersion"
        return
    if version not in versions():
        raise InputError(
            f"there are no schemas of Kubernetes {version}", hint=f"known: {', '.join(versions())}"
        )
    validator = _validator(key[1], key[0], version)
    if validator is None:
        yield f"Kubernetes {version} has no {key[1]} of {key[0]}"
        return
    for error in validator.iter_errors(manifest):
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.path)
        yield f"{place.lstrip('.') or 'the manifest'}: {_short(error.message)}"


@cache
def _validator(kind: str, api: str, version: str) -> Any:
    """What checks a kind strictly; None where that version has none. Made once: it takes 50 ms."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - takes 0.3 s to import
    from kubernetes_validate import utils  # noqa: PLC0415
    from referencing import Registry, Resource  # noqa: PLC0415

    full = next(item for item in utils.all_versions() if utils.major_minor(item) == version)
    folder = f"kubernetes-json-schema/v{full}-local-strict"
    group, _, number = api.rpartition("/")
    file = f"{kind.lower()}-{f'{group.partition(chr(46))[0]}-' if group else ''}{number}.json"
    try:
        schema = utils.schema_contents(f"{folder}/{file}", version)
    except FileNotFoundError:
        return None
    shared = _shared(folder, version)
    registry = Registry().with_resources(
        (item.id() or "", item) for item in map(Resource.from_contents, (schema, shared))
    )
    return Draft202012Validator(schema, registry=registry)


@cache
def _shared(folder: str, version: str) -> Any:
    from kubernetes_validate import utils  # noqa: PLC0415

    return utils.schema_contents(f"{folder}/_definitions.json", version)


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:80]} … {text[-100:]}"  # noqa: PLR2004
