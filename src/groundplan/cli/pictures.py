"""draw and flow: pictures of the workspace, of any plan, of any Compose file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from groundplan.cli.common import AnyPhase, Json, Out, say, short, show, workspace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.difference import Difference
    from groundplan.exports import Part, Wanted

MOST_LINES: Final = 40  # of a difference in a terminal; the files tell all

Format = Annotated[
    list[str] | None,
    typer.Option("--format", "-f", help="svg, png, drawio or mermaid; may be given repeatedly."),
]
Scale = Annotated[
    float | None, typer.Option("--scale", help="Pixels of a PNG for each of the picture (2).")
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        help="An earlier plan (B.json), or with --phase an earlier phase: mark what was added, "
        "changed and removed since. What a plan itself deletes counts as gone; its other actions "
        "are not marked then.",
    ),
]
Focus = Annotated[
    str | None, typer.Option("--focus", help="Only what is near the resource of this address.")
]
Depth = Annotated[
    int | None, typer.Option("--depth", help="How many lines away from --focus still is near (1).")
]
Collapse = Annotated[
    list[str] | None,
    typer.Option("--collapse", help="A module to draw as one node; may be given repeatedly."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (draw, flow):
        app.command()(command)


def draw(
    what: Annotated[
        str | None,
        typer.Argument(help="A view of the workspace, or a plan: PLAN.json, - for one piped in."),
    ] = None,
    *,
    phase: AnyPhase = None,
    against: Against = None,
    out: Out = None,
    formats: Format = None,
    scale: Scale = None,
    focus: Focus = None,
    depth: Depth = None,
    collapse: Collapse = None,
    as_json: Json = False,
) -> None:
    """Draw the workspace's pictures, or those of any Terraform plan or state in JSON."""
    from groundplan.exports import Part  # noqa: PLC0415

    wanted = _wanted(formats, scale)
    part = Part(focus, depth, tuple(collapse or ()))
    if what and (what == "-" or what.endswith(".json") or Path(what).is_file()):
        _assert_no_phase(phase)
        _draw_plan(Path(what), out, against, wanted, part, as_json=as_json)
    elif against is not None:
        _compare_phases(what, phase, against, out=out, wanted=wanted, part=part, as_json=as_json)
    elif formats or scale is not None or part != Part():
        _extract(what, phase, out, wanted, part, as_json=as_json)
    else:
        _draw_workspace(what, phase, out, as_json=as_json)


def _assert_no_phase(phase: int | None) -> None:
    from groundplan.errors import InputError  # noqa: PLC0415

    if phase is not None:
        raise InputError("a plan has no phases", hint="leave out --phase, or name a view")


def _wanted(formats: list[str] | None, scale: float | None) -> Wanted:
    """SVG unless something else is said; who gives a scale wants a PNG."""
    from groundplan.exports import SCALE, Wanted  # noqa: PLC0415

    usual = ["svg"] if scale is None else ["svg", "png"]
    return Wanted(tuple(formats or usual), SCALE if scale is None else scale)


def _draw_plan(
    plan: Path, out: Path | None, against: str | None, wanted: Wanted, part: Part, *, as_json: bool
) -> None:
    from groundplan.errors import InputError  # noqa: PLC0415
    from groundplan.planfile import draw_plan  # noqa: PLC0415

    if out is None:
        raise InputError("where to?", hint=f"groundplan draw {plan} --out DIR")
    earlier = Path(against) if against else None
    drawn = draw_plan(plan, out, against=earlier, wanted=wanted, part=part)
    for view, reason in drawn.left_out.items():
        say(f"note: no {view} picture: {reason}")
    told = [drawn.difference] if drawn.difference is not None else []
    if as_json:
        show({
            "files": [str(path) for path in drawn.files],
            "left_out": dict(drawn.left_out),
            **({"changes": _as_dicts(told)[0]} if told else {}),
        })  # fmt: skip
        return
    _tell(told)
    _list(drawn.files)


def _compare_phases(
    view: str | None,
    phase: int | None,
    against: str,
    *,
    out: Path | None,
    wanted: Wanted,
    part: Part,
    as_json: bool,
) -> None:
    from groundplan import extracts  # noqa: PLC0415
    from groundplan.errors import InputError  # noqa: PLC0415

    if phase is None or not against.isdecimal():
        raise InputError(
            "which two phases?", hint="groundplan draw --phase 4 --against 2; plans: A.json first"
        )
    found = extracts.compare(
        workspace(), wanted, part,
        phase=phase, against=int(against), only=[view] if view else None, out=out,
    )  # fmt: skip
    if as_json:
        show({
            "pictures": [asdict(item) for item in found.extracts],
            "tables": [str(path) for path in found.tables],
            "changes": _as_dicts(found.differences),
        })  # fmt: skip
        return
    _tell(found.differences)
    _list([file for item in found.extracts for file in item.files])
    _list(found.tables)


def _extract(
    view: str | None,
    phase: int | None,
    out: Path | None,
    wanted: Wanted,
    part: Part,
    *,
    as_json: bool,
) -> None:
    from groundplan import extracts  # noqa: PLC0415

    only = [view] if view else None
    found = extracts.extract(workspace(), wanted, part, only=only, phase=phase, out=out)
    if as_json:
        show([asdict(item) for item in found])
        return
    _list([file for item in found for file in item.files])


def _draw_workspace(
    view: str | None, phase: int | None, out: Path | None, *, as_json: bool
) -> None:
    from groundplan import drawing  # noqa: PLC0415

    pictures = drawing.draw(workspace(), only=[view] if view else None, phase=phase, out=out)
    if as_json:
        show([
            {"view": p.view, "env": p.env, "phase": p.phase, "svg": p.svg, "png": p.png}
            for p in pictures
        ])  # fmt: skip
        return
    _list([picture.svg for picture in pictures])


def _as_dicts(told: Iterable[Difference]) -> list[dict[str, Any]]:
    from groundplan.difference import as_dict  # noqa: PLC0415

    return [as_dict(item) for item in told]


def _tell(told: Iterable[Difference]) -> None:
    """A difference in short; its files tell the whole of a long one."""
    from groundplan.difference import as_text  # noqa: PLC0415

    for item in told:
        lines = as_text(item).splitlines()
        for line in lines[:MOST_LINES]:
            typer.echo(line)
        if len(lines) > MOST_LINES:
            typer.echo(f"  … {len(lines) - MOST_LINES} more lines: see changes.md")


def _list(files: Iterable[Path]) -> None:
    for path in files:
        typer.echo(short(path))


def flow(
    compose: Annotated[Path, typer.Argument(help="A Compose file.")],
    *,
    out: Annotated[Path, typer.Option("--out", file_okay=False, help="The folder to write to.")],
    profile: Annotated[list[str] | None, typer.Option(help="A profile to switch on.")] = None,
    formats: Format = None,
    scale: Scale = None,
    as_json: Json = False,
) -> None:
    """Draw who calls whom in any Compose file."""
    from groundplan.planfile import draw_flow  # noqa: PLC0415

    wanted = _wanted(formats, scale)
    files, remarks = draw_flow(compose, out, profiles=profile or (), wanted=wanted)
    for remark in remarks:
        at = f"{short(compose)}:{remark.line}: " if remark.line else ""
        say(f"note: {at}{remark.message}")
    if as_json:
        show([str(path) for path in files])
        return
    _list(files)
