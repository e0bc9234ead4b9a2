"""The shape of a manifest: the strict schema of its kind, and what a cluster asks beyond it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from groundplan.kubernetes.fields import CUSTOM, FIELDS, of_kind
from groundplan.kubernetes.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jsonschema import ValidationError

    from groundplan.kubernetes.workload import Manifest

# Keywords of JSON Schema that judge a value and not the shape around it.
_OF_VALUES: Final = frozenset(
    {"enum", "format", "minimum", "minItems", "minLength", "minProperties", "maxProperties"}
)
_LONGEST: Final = 200
_API: Final = re.compile(r"([a-z0-9.-]+/)?[a-z0-9]+")


class Flaw(NamedTuple):
    """Something wrong in one manifest; `firm` where the others can be compared with it still."""

    message: str
    firm: bool


@cache
def versions() -> tuple[str, ...]:
    """The versions of Kubernetes of which there are schemas, the oldest first."""
    from kubernetes_validate import utils  # noqa: PLC0415

    found = utils.all_versions()
    return tuple(dict.fromkeys(utils.major_minor(item) for item in found))


def present(value: Any) -> Any:
    """`value` without the keys that are null: a cluster reads them as if they were not there."""
    if isinstance(value, dict):
        return {key: present(item) for key, item in value.items() if item is not None}
    return [present(item) for item in value] if isinstance(value, list) else value


def flaws(manifest: Manifest, version: str) -> Iterator[Flaw]:
    """What is wrong in a manifest by itself, in Kubernetes `version`, one that has schemas."""
    kind, api = manifest.get("kind"), manifest.get("apiVersion")
    for name, value in (("kind", kind), ("apiVersion", api)):
        if not (isinstance(value, str) and value):
            yield Flaw(f"has no {name}", firm=False)
            return
    validator = _validator(str(kind), str(api), version)
    if validator is None:
        yield Flaw(f"Kubernetes {version} has no {kind} of {api}", firm=False)
        return
    for error in validator.iter_errors(manifest):
        place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.path)
        message = f"{place.lstrip('.') or 'the manifest'}: {_said(error)}"
        yield Flaw(message, error.validator in _OF_VALUES)


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

    full = next(item for item in utils.all_versions() if utils.major_minor(item) == version)
    folder = f"kubernetes-json-schema/v{full}-local-strict"
    return _strict(utils.schema_contents(f"{folder}/{file}", version))


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
