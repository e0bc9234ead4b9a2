"""Reads a design.yaml and says what is wrong in it, where, and what was probably meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from groundplan import yamlfile
from groundplan.design import (
    ACCOUNT,
    CARRIED,
    HOST,
    RANGE,
    REGION,
    REPOSITORY,
    VARIABLE,
    Design,
)
from groundplan.design.model import ID
from groundplan.design.steps import PATH
from groundplan.errors import InputError, suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from groundplan.yamlfile import Document, Loc

_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "dict_type": "a mapping (name: value)",
    "model_type": "a mapping (name: value)",
}
_PATTERNS = {
    ID: "small letters, digits and single hyphens, from a letter on, such as 'orders-api'",
    REGION: "an AWS region, such as us-east-1",
    ACCOUNT: "the 12 digits of an AWS account, in quotes",
    VARIABLE: "letters, digits and underscores, such as REDIS_URL",
    HOST: "a host's full name, such as shop.example.com",
    REPOSITORY: "owner and name of a repository, such as harbour-lane/shop",
    RANGE: "a range of addresses, such as 10.0.0.0/16",
    PATH: "a path from the root, such as /checkout",
}
_LIMITS = {
    "string_too_short": "is empty",
    "string_too_long": "is too long; {max_length} characters are the most",
    "too_short": "needs at least {min_length}",
    "greater_than_equal": "can't be less than {ge:g}",
    "less_than_equal": "can't be more than {le:g}",
    "finite_number": "must be a finite number",
}
_LONG = 60


@dataclass(frozen=True)
class Problem:
    """Something wrong in a design; line and column are counted from 1."""

    message: str
    hint: str | None
    line: int
    column: int


@dataclass(frozen=True)
class Reading:
    """What came of reading a design: the design, or else the problems, in the file's order."""

    document: Document
    design: Design | None
    problems: tuple[Problem, ...] = ()

    def unwrap(self) -> Design:
        """The design. Raises InputError that names the first problem and lists the others."""
        if self.design is not None:
            return self.design
        first, *others = self.problems
        message, hint = first.message, first.hint
        if others:
            lines = (
                f"  line {item.line}, column {item.column}: {_inline(item)}" for item in others
            )
            message, hint = "\n".join([_inline(first), *lines]), None
        raise InputError(
            message, hint=hint, file=self.document.path, line=first.line, column=first.column
        )


def read(path: Path) -> Reading:
    """Read `path`. Raises InputError only where it can't be read or is not YAML."""
    document = yamlfile.load(path)
    if document.value is None:
        raise InputError("the file is empty", hint="a design starts with 'client:'", file=path)
    try:
        design = Design.model_validate(document.value)
    except ValidationError as error:
        problems = [found for item in error.errors() if (found := _problem(item, document))]
    else:
        problems = [_placed(item, document) for item in references(design)]
        if not problems:
            return Reading(document, design)
    ordered = sorted(set(problems), key=lambda item: (item.line, item.column, item.message))
    return Reading(document, None, tuple(ordered))


@dataclass(frozen=True)
class Reference:
    """A value at `loc` that does not fit another one in the same design."""

    loc: Loc
    message: str
    hint: str | None = None
    key: bool = False


def references(design: Design) -> Iterator[Reference]:
    """What does not fit together in a design of which each part is sound."""
    decisions = [decision.id for decision in design.decisions]
    numbers = [phase.number for phase in design.phases]
    yield from _repeated("decisions", "id", decisions)
    yield from _repeated("expectations", "id", [item.id for item in design.expectations])
    for index, (number, earlier) in enumerate(zip(numbers[1:], numbers, strict=False), 1):
        if number <= earlier:
            loc = ("phases", index, "number")
            yield Reference(loc, f"phase {number} comes after phase {earlier}", "let numbers rise")
    for index, expectation in enumerate(design.expectations):
        answer, loc = expectation.answer, ("expectations", index, "answer")
        if answer.decision is not None:
            yield from _known((*loc, "decision"), "decision", answer.decision, decisions)
        if answer.phase is not None:
            yield from _known((*loc, "phase"), "phase", answer.phase, numbers)
    for index, decision in enumerate(design.decisions):
        yield from _known(("decisions", index, "phase"), "phase", decision.phase, numbers)
        yield from _matrix(design, index)
    yield from _environments(design)


def _matrix(design: Design, index: int) -> Iterator[Reference]:
    """What is wrong in a decision's options, criteria, scores and choice."""
    decision, loc = design.decisions[index], ("decisions", index)
    criteria = [criterion.name for criterion in decision.criteria]
    names = [option.name for option in decision.options]
    yield from _repeated((*loc, "criteria"), "name", criteria)
    yield from _repeated((*loc, "options"), "name", names)
    yield from _known((*loc, "choice"), "option", decision.choice, names)
    complete = True
    for number, option in enumerate(decision.options):
        scores = (*loc, "options", number, "scores")
        for name in option.scores:
            yield from _known((*scores, name), "criterion", name, criteria, key=True)
        for name in criteria:
            if name not in option.scores:
                complete = False
                yield Reference(scores, f"option '{option.name}' has no score for '{name}'")
    if complete and decision.choice in names and decision.despite is None:
        best = decision.ranking[0]
        if decision.points(best) > decision.points(decision.chosen):
            message = f"'{decision.choice}' is chosen, but '{best.name}' has the higher total"
            hint = "say why under 'despite', or look at the scores again"
            yield Reference((*loc, "choice"), message, hint)


def _environments(design: Design) -> Iterator[Reference]:
    """Environments that are named but drawn by no phase."""
    known = {env for phase in design.phases for env in phase.environments}
    for env in design.terraform.accounts:
        yield from _known(("terraform", "accounts", env), "environment", env, known, key=True)
    for index, decision in enumerate(design.decisions):
        for number, option in enumerate(decision.options):
            for env in option.promises:
                loc = ("decisions", index, "options", number, "promises", env)
                yield from _known(loc, "environment", env, known, key=True)
    for name in type(design.usage).model_fields:
        for env in getattr(getattr(design.usage, name), "environments", ()):
            assumed = ("usage", name, "environments", env)
            yield from _known(assumed, "environment", env, known, key=True)


def _repeated(loc: str | Loc, name: str, values: list[str]) -> Iterator[Reference]:
    top = (loc,) if isinstance(loc, str) else loc
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Reference((*top, index, name), f"the {name} '{value}' is used twice")


def _known(
    loc: Loc, what: str, value: str | int, known: Iterable[str | int], *, key: bool = False
) -> Iterator[Reference]:
    names = [str(item) for item in known]
    if str(value) not in names:
        yield Reference(loc, f"there is no {what} '{value}'", suggest(str(value), names), key)


def _placed(reference: Reference, document: Document) -> Problem:
    place = document.place(reference.loc, key=reference.key)
    return Problem(reference.message, reference.hint, *place)


def _problem(error: Mapping[str, Any], document: Document) -> Problem | None:
    """The problem a pydantic error tells; None for the echo of one in an earlier phase."""
    loc: Loc = tuple(part for part in error["loc"] if part != "[key]")
    if _carried(loc, document) or _echo(error):
        return None
    message, hint = _words(error, loc)
    key = error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",)
    return Problem(message, hint, *document.place(loc, key=key))


def _carried(loc: Loc, document: Document) -> bool:
    phase_field = loc[:1] == ("phases",) and loc[2:3] in {(name,) for name in CARRIED}
    return phase_field and loc[:3] not in document.keys


def _echo(error: Mapping[str, Any]) -> bool:
    """Pydantic counts a list's sound items only, and finds one with an unsound item too short."""
    return error["type"] == "too_short" and bool(len(error["input"]) >= error["ctx"]["min_length"])


def _words(error: Mapping[str, Any], loc: Loc) -> tuple[str, str | None]:
    """What is wrong, in the words of someone who writes a design, and a hint."""
    name, kind, context = _name(loc), error["type"], error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            found = f"there is no field '{loc[-1]}' here", suggest(str(loc[-1]), _fields(loc[:-1]))
        case "missing":
            found = f"{_name(loc[:-1])} has no '{loc[-1]}'", "add the field"
        case "literal_error":
            allowed = context["expected"].replace("'", "").replace(" or ", ", ")
            found = f"{name} can't be {_quoted(error['input'])}", f"one of: {allowed}"
        case "string_pattern_mismatch":
            found = f"{name} can't be {_quoted(error['input'])}", _PATTERNS[context["pattern"]]
        case "value_error":
            found = f"{name} {context['error']}", None
        case _ if kind in _EXPECTED:
            found = _wrong_type(name, kind, error["input"])
        case _ if kind in _LIMITS:
            found = f"{name} {_LIMITS[kind].format(**context)}", None
        case _:
            found = f"{name}: {error['msg']}", None
    return found


def _wrong_type(name: str, kind: str, given: object) -> tuple[str, str | None]:
    expected = _EXPECTED[kind]
    if given is None:
        return f"{name} is empty; it should be {expected}", "fill it in, or leave the field out"
    hint = None
    if kind == "string_type" and isinstance(given, bool | int | float):
        hint = "put it in quotes to make it text"
    elif kind in {"int_type", "float_type"} and isinstance(given, str):
        hint = "write the number, without quotes or unit"
    return f"{name} should be {expected}, not {_quoted(given)}", hint


def _quoted(value: object) -> str:
    """The value as a person would call it."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


def _name(loc: Loc) -> str:
    """`phases[0].to_do[1].text`, as one points at a value; `the design` for the whole."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc)
    return path.lstrip(".") or "the design"


def _fields(loc: Loc) -> tuple[str, ...]:
    """The fields of the model that stands at `loc` in a design."""
    here: Any = Design
    for part in loc:
        if _is_model(here):
            field = here.model_fields.get(str(part))
            here = field.annotation if field else None
        else:
            here = _item(here)
    return tuple(here.model_fields) if _is_model(here) else ()


def _item(annotation: object) -> object:
    """What a tuple, dict or optional of models holds."""
    held = [_item(item) if get_args(item) else item for item in get_args(annotation)]
    return next((item for item in held if _is_model(item)), None)


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _inline(problem: Problem) -> str:
    return f"{problem.message} ({problem.hint})" if problem.hint else problem.message
