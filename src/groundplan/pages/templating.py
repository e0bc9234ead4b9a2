"""Text with values in it: one sandboxed Jinja environment for our templates and for prose.

Every value that is not markup of ours is escaped, for HTML and for Markdown alike, since it may
come from a client's file.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from jinja2 import BytecodeCache, PackageLoader, StrictUndefined, TemplateSyntaxError
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from markupsafe import Markup

from groundplan.errors import InputError, suggest
from groundplan.pages.labels import price, usd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import CodeType

    from jinja2.bccache import Bucket

_SPECIAL: Final = str.maketrans({mark: f"&#{ord(mark)};" for mark in "&<>\"'\\`*_{}[]()#!|~^$"})
_LIST_MARK: Final = re.compile(r"^(\s*)([-+]|\d+\.)(?=\s)")
_CODE: Final = re.compile(r"`([^`]+)`")
_BLOCK: Final = re.compile(r'<div data-gs-block="([0-9a-f]{16})"></div>')
_LATE: Final = re.compile(r'<div data-gs-late="([0-9a-f]{16})"></div>')
_OURS: Final = frozenset({"builtins", "groundplan", "jinja2", "markupsafe"})


def escape(value: object) -> Markup:
    """`value` as text that neither HTML nor Markdown takes for its own."""
    text = " ".join(str(value).splitlines()).translate(_SPECIAL)
    return Markup(_LIST_MARK.sub(_spell_out, text))  # noqa: S704 - escaped by the line above


def _spell_out(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark[:-1]}&#{ord(mark[-1])};"


def rich(value: object) -> Markup:
    """`value` escaped, with what stands in `backticks` set as code: all the markup it may have."""
    parts = _CODE.split(str(value))
    return Markup("").join(
        Markup("<code>{}</code>").format(escape(part)) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


class Unknown(StrictUndefined):
    """A name that is not there: the message has the nearest names that are in its second line."""

    names: Iterable[str] = ()

    @property
    def _undefined_message(self) -> str:
        name = str(self._undefined_name)
        if self._undefined_obj is missing:
            return f"there is no '{name}' to show here\n{suggest(name, self.names)}"
        known = suggest(name, _members(self._undefined_obj)) or ""
        return f"{_described(self._undefined_obj)} has no '{name}'\n{known}"


def _members(value: Any) -> list[str]:
    if isinstance(value, str | list | tuple):
        return []
    names = value if isinstance(value, dict) else dir(value)
    return [str(name) for name in names if not str(name).startswith(("_", "model_"))]


def _described(value: Any) -> str:
    return "this" if isinstance(value, dict | list | tuple | str) else f"a {type(value).__name__}"


class _Environment(ImmutableSandboxedEnvironment):
    """Lets templates at values of ours and plain ones only: never at paths, files or modules."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        ours = type(obj).__module__.partition(".")[0] in _OURS
        return ours and super().is_safe_attribute(obj, attr, value)


class _Memory(BytecodeCache):
    """Templates as they were compiled, so that a site that is built again does it only once.

    `prose` has the compiled pages by their text and name.
    """

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}
        self.prose: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill `bucket` where its template, unchanged, has been compiled before."""
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Remember what `bucket` holds."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


_MEMORY: Final = _Memory()


class Templates:
    """Renders our templates and prose with the same `names`.

    A block of HTML stands in Markdown as an empty element until `fill` puts it in, so that
    Markdown neither changes it nor works through it; a `late` one until `fill_late` does, so that
    the search doesn't either.
    """

    def __init__(self, names: Mapping[str, object]) -> None:
        self._blocks: dict[str, str] = {}
        unknown = type("Unknown", (Unknown,), {"names": tuple(names)})
        self._environment = _Environment(
            loader=PackageLoader("groundplan"),
            autoescape=True,
            finalize=_finalize,
            undefined=unknown,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            bytecode_cache=_MEMORY,
        )
        self._environment.filters |= {"rich": rich, "usd": usd, "price": price}
        self._environment.globals = dict(names)

    def page(self, name: str, **names: object) -> str:
        """A whole page, in Markdown, from the template `name`."""
        return self._environment.get_template(name).render(names)

    def block(self, name: str, *, late: bool = False, **names: object) -> Markup:
        """The place of a piece of HTML that comes from the template `name`."""
        html = self.page(name, **names)
        key = hashlib.sha256(html.encode()).hexdigest()[:16]
        self._blocks[key] = html
        return Markup('<div data-gs-{}="{}"></div>').format("late" if late else "block", key)

    def fill(self, html: str) -> str:
        """`html` with its blocks in their places; a block may hold others."""
        while _BLOCK.search(html):
            html = _BLOCK.sub(lambda place: self._blocks[place[1]], html)
        return html

    def fill_late(self, html: str) -> str:
        """`html` with its late blocks in their places."""
        return _LATE.sub(lambda place: self._blocks[place[1]], html)

    def prose(
        self, text: str, *, page: str, line: int = 1, head: Mapping[str, object] | None = None
    ) -> str:
        """`text` of the hand-written `page` with its values filled in; it starts at `line`.

        `head`, what the page says of itself above the text, is there under the name `page`.

        Raises InputError with the line for a name that is not there and a value that can't be had.
        """
        try:
            code = _MEMORY.prose.get((text, page)) or self._environment.compile(text, filename=page)
            _MEMORY.prose[text, page] = code
            template = self._environment.template_class.from_code(
                self._environment, code, self._environment.globals
            )
            return template.render(page=dict(head or {}))
        except TemplateSyntaxError as error:
            raise InputError(str(error.message), file=page, line=error.lineno + line - 1) from None
        except InputError as error:
            error.line = error.line or _line(error, page, line)
            error.file = error.file or page
            raise
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            message, _, hint = str(error).partition("\n")
            raise InputError(
                message, hint=hint or None, file=page, line=_line(error, page, line)
            ) from None


def _finalize(value: object) -> object:
    return value if isinstance(value, Markup | StrictUndefined) else escape(value)


def _line(error: BaseException, page: str, start: int) -> int | None:
    """The line of `page` that the error comes from: Jinja puts it into the traceback."""
    trace, found = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == page:
            found = trace.tb_lineno + start - 1
        trace = trace.tb_next
    return found
