"""The shape of a manifest: the strict schema of its kind, and what a cluster asks beyond it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from groundplan.errors import suggest
from groundplan.kubernetes.fields import CUSTOM, FIELDS, of_kind
from groundplan.kubernetes.formats import FORMATS
from groundplan.kubernetes.loader import Placed, line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from groundplan.kubernetes.workload import Manifest

# Keywords of JSON Schema that judge a value and not the shape around it.
_OF_VALUES: Final = frozenset(
    {"enum", "format", "minimum", "minItems", "minLength", "minProperties", "maxProperties"}
)
_LONGEST: Final = 200
_NEAR: Final = 0.8  # how much of a kind's name has to be right for it to be meant
_API: Final = re.compile(r"([a-z0-9.-]+/)?[a-z0-9]+")


class Flaw(NamedTuple):
    """Something wrong in one manifest; `firm` where the others can be compared with it still.

    `line` is where it stands, as far as that is known, and `hint` how to mend it.
    """

    message: str
    firm: bool
    line: int | None = None
    hint: str | None = None


@cache
def versions() -> tuple[str, ...]:
    """The versions of Kubernetes of which there are schemas, the oldest first."""
    from kubernetes_validate import utils  # noqa: PLC0415

    found = utils.all_versions()
    return tuple(dict.fromkeys(utils.major_minor(item) for item in found))


def present(value: Any) -> Any:
    """`value` without the keys that are null: a cluster reads them as if they were not there."""
    if isinstance(value, dict):
        kept = {key: present(item) for key, item in value.items() if item is not None}
        if not isinstance(value, Placed):
            return kept
        placed = Placed(value.line, value.lines)
        placed.update(kept)
        return placed
    return [present(item) for item in value] if isinstance(value, list) else value


def flaws(manifest: Manifest, version: str) -> Iterator[Flaw]:
    """What is wrong in a manifest by itself, in Kubernetes `version`, one that has schemas."""
    kind, api = manifest.get("kind"), manifest.get("apiVersion")
    for name, value in (("kind", kind), ("apiVersion", api)):
        if not (isinstance(value, str) and value):
            yield Flaw(f"has no {name}", firm=False, line=line_of(manifest, [name]))
            return
    validator = _validator(str(kind), str(api), version)
    if validator is None:
        message = f"Kubernetes {version} has no {kind} of {api}"
        line = line_of(manifest, ["apiVersion"])
        yield Flaw(message, firm=False, line=line, hint=_known(str(kind), version))
        return
    for error in validator.iter_errors(manifest):
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.path)
        place = place.lstrip(".") or "the manifest"
        if error.validator == "additionalProperties" and error.validator_value is False:
            yield from _unknown(error, manifest, place)
            continue
        line = line_of(manifest, error.path)
        yield Flaw(f"{place}: {_said(error)}", error.validator in _OF_VALUES, line)


def _unknown(error: ValidationError, manifest: Manifest, place: str) -> Iterator[Flaw]:
    """Each field that a definition does not have."""
    fields: Any = error.schema
    instance: Any = error.instance
    for key in instance.keys() - fields["properties"].keys():
        line = line_of(manifest, [*error.path, key])
        message = f"{place}: there is no field '{key}'"
        yield Flaw(message, firm=True, line=line, hint=suggest(key, fields["properties"]))


def _known(kind: str, version: str) -> str | None:
    """The kind that is called so, or nearly, and its APIs; None where none is."""
    from importlib_resources import files  # noqa: PLC0415 - as the package that has the schemas

    folder = files("kubernetes_validate").joinpath(_folder(version))
    names = sorted(item.name for item in folder.iterdir())
    kinds = {name.partition("-")[0] for name in names}
    near = get_close_matches(kind.lower(), kinds, n=1, cutoff=_NEAR)
    found = [
        _contents(name, version)["properties"]
        for name in names
        if near and name.partition("-")[0] == near[0]
    ]
    asked = [(item["kind"]["enum"][0], item["apiVersion"]["enum"][0]) for item in found]
    apis = " or ".join(dict.fromkeys(api for _, api in asked))
    return f"did you mean {asked[0][0]} of {apis}?" if asked else None


def _said(error: ValidationError) -> str:
    value = error.instance
    told = f"'{_short(value)}'" if isinstance(value, str) else _short(str(value))
    wanted: Any = error.validator_value
    if error.validator == "format":
        about = FORMATS[wanted].about
        return f"{told} is no {wanted}{about and f' ({about})'}"
    if error.validator == "enum":
        return f"{told} is none of {', '.join(filter(None, wanted))}"
    return _short(error.message)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:80]} … {text[-100:]}"


@cache
def _validator(kind: str, api: str, version: str) -> Any:
    """What checks a kind strictly; None where that version has none. Made once: it takes 50 ms."""
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415 - takes 0.3 s
    from referencing import Registry, Resource  # noqa: PLC0415

    schema = CUSTOM.get((api, kind)) or _schema(kind, api, version)
    if schema is None:
        return None
    shared = Resource.from_contents(_shared(version))
    checker = FormatChecker(formats=())
    for name, form in FORMATS.items():
        checker.checks(name)(form.holds)
    return Draft202012Validator(
        schema | of_kind(kind),
        registry=Registry().with_resource(shared.id() or "", shared),
        format_checker=checker,
    )


def _schema(kind: str, api: str, version: str) -> Any:
    if not (kind.isalpha() and _API.fullmatch(api)):
        return None
    group, _, number = api.rpartition("/")
    file = f"{kind.lower()}-{f'{group.partition(chr(46))[0]}-' if group else ''}{number}.json"
    try:
        schema = _contents(file, version)
    except OSError:  # there is no such file, or there can be none of such a name
        return None
    fields = schema["properties"]
    is_it = all(
        value in fields.get(key, {}).get("enum", ())
        for key, value in (("kind", kind), ("apiVersion", api))
    )
    return schema if is_it else None


@cache
def _shared(version: str) -> Any:
    """The definitions that the kinds share, each with what is added to it."""
    shared = _contents("_definitions.json", version)
    for name, definition in shared["$defs"].items():
        if added := FIELDS.get(name.rpartition(".")[2]):
            definition["allOf"] = [added]
    return shared


def _contents(file: str, version: str) -> Any:
    from kubernetes_validate import utils  # noqa: PLC0415

    return _strict(utils.schema_contents(f"{_folder(version)}/{file}", version))


def _folder(version: str) -> str:
    """Where the package has the strict schemas of a version."""
    from kubernetes_validate import utils  # noqa: PLC0415

    full = next(item for item in utils.all_versions() if utils.major_minor(item) == version)
    return f"kubernetes-json-schema/v{full}-local-strict"


def _strict(schema: Any) -> Any:
    """A schema in which nothing may be null: keys that are have been taken away before."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _strict(value) for key, value in schema.items()}
    if isinstance(found.get("type"), list):
        [found["type"]] = [name for name in found["type"] if name != "null"]
    return found
