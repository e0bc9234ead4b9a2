"""A module's reference as Markdown tables: the same bytes as `terraform-docs markdown table`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from groundplan.reference import gojson, markdown
from groundplan.reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from groundplan.reference.module import Input, Module, Output


def render(module: Module, settings: Settings = Settings()) -> str:  # noqa: B008 - it is frozen
    """The reference of `module`, without a line end after the last line."""
    writer = _Writer(settings)
    return markdown.tidy("".join(writer.sections(module)))


class _Writer:
    """Writes each section, the blank lines around it included."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def sections(self, module: Module) -> Iterable[str]:
        shown = self.settings.sections
        yield self._prose(module.header)
        if "requirements" in shown:
            yield self._versions("Requirements", "requirement", module.requirements)
        if "providers" in shown:
            yield self._versions("Providers", "provider", module.providers)
        if "modules" in shown:
            rows = [
                [self._anchor("module", call.name), call.source, call.version or "n/a"]
                for call in module.calls
            ]
            yield self._table("Modules", ["Name", "Source", "Version"], rows)
        if "resources" in shown or "data-sources" in shown:
            yield self._resources(module)
        if "inputs" in shown:
            yield self._inputs(module.inputs)
        if "outputs" in shown:
            yield self._outputs(module.outputs)
        yield self._prose(module.footer)

    def _prose(self, text: str) -> str:
        return f"{markdown.section(text, escape=self.settings.escape)}\n\n" if text else ""

    def _versions(self, title: str, kind: str, items: Sequence[Any]) -> str:
        rows = [[self._anchor(kind, item.name), item.version or "n/a"] for item in items]
        return self._table(title, ["Name", "Version"], rows)

    def _resources(self, module: Module) -> str:
        modes = {"resources": "resource", "data-sources": "data source"}
        wanted = [modes[section] for section in self.settings.sections if section in modes]
        rows = [
            [f"[{item.name}]({item.url})" if item.url else item.name, item.mode]
            for item in module.resources
            if item.mode in wanted
        ]
        return self._table("Resources", ["Name", "Type"], rows)

    def _inputs(self, inputs: Sequence[Input]) -> str:
        chosen = self.settings
        columns = {
            "Name": True, "Description": True,
            "Type": chosen.type, "Default": chosen.default, "Required": chosen.required,
        }  # fmt: skip
        rows = [
            {
                "Name": self._anchor("input", item.name),
                "Description": self._cell(item.description),
                "Type": self._cell(markdown.code(item.type)),
                "Default": self._value(_default(item)),
                "Required": "yes" if item.required else "no",
            }
            for item in inputs
        ]
        titles = [title for title, shown in columns.items() if shown]
        return self._table("Inputs", titles, [[row[title] for title in titles] for row in rows])

    def _outputs(self, outputs: Sequence[Output]) -> str:
        values = self.settings.output_values
        titles = ["Name", "Description"]
        if values is not None:
            titles += ["Value", "Sensitive"] if self.settings.sensitive else ["Value"]
        rows = []
        for item in outputs:
            known = (values or {}).get(item.name, {"value": "null"})
            hidden = bool(known.get("sensitive"))
            value = "<sensitive>" if hidden else _json(known["value"])
            row = [
                self._anchor("output", item.name), self._cell(item.description),
                self._value(value), "yes" if hidden else "no",
            ]  # fmt: skip
            rows.append(row[: len(titles)])
        return self._table("Outputs", titles, rows)

    def _table(self, title: str, columns: list[str], rows: list[list[str]]) -> str:
        if not rows and self.settings.hide_empty:
            return "\n\n"
        level = "#" * (self.settings.indent if 1 <= self.settings.indent <= 5 else 2)  # noqa: PLR2004
        heading = f"{level} {title}{f' {level}' if self.settings.atx_closed else ''}"
        if not rows:
            return f"{heading}\n\nNo {title.lower()}.\n\n"
        lines = [_row(columns), _row(_rule(column) for column in columns), *map(_row, rows)]
        return "\n".join([heading, "", *lines, "", ""])

    def _anchor(self, kind: str, text: str) -> str:
        chosen = self.settings
        return markdown.anchor(kind, text, anchored=chosen.anchor, escape=chosen.escape)

    def _cell(self, text: str) -> str:
        return markdown.cell(text, escape=self.settings.escape, html=self.settings.html)

    def _value(self, text: str) -> str:
        return self._cell(markdown.code(text) if text else "n/a")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(column: str) -> str:
    dashes = "-" * len(column)
    return f":{dashes[2:]}:" if column in {"Required", "Sensitive"} else dashes


def _default(item: Input) -> str:
    return "" if item.required else gojson.dumps(item.default)


def _json(value: Any) -> str:
    """An output's value: what is null or an empty text is shown as not there."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    written = gojson.dumps(value, html=True)
    return "" if written == "null" else written
