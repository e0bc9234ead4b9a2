"""check, draw, flow, cost, schema, doctor: what needs no cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundplan.cli.common import AnyPhase, Json, say, show, workspace

Out = Annotated[Path | None, typer.Option("--out", help="The folder to write to.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (check, draw, flow, cost, schema, doctor):
        app.command()(command)


def check(as_json: Json = False) -> None:
    """Check everything that can be wrong without touching a cloud."""
    from groundplan import check as checks  # noqa: PLC0415

    findings = checks.run(workspace())
    typer.echo(checks.as_json(findings) if as_json else checks.as_text(findings), nl=False)
    raise typer.Exit(int(checks.failed(findings)))


def draw(
    what: Annotated[
        str | None, typer.Argument(help="A view of the workspace, or a plan: PLAN.json.")
    ] = None,
    phase: AnyPhase = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Draw the workspace's pictures, or those of any Terraform plan or state in JSON."""
    if what and (what.endswith(".json") or Path(what).is_file()):
        _draw_plan(Path(what), out, as_json=as_json)
        return
    from groundplan import drawing  # noqa: PLC0415

    pictures = drawing.draw(workspace(), only=[what] if what else None, phase=phase, out=out)
    if as_json:
        show([
            {"view": p.view, "env": p.env, "phase": p.phase, "svg": p.svg, "png": p.png}
            for p in pictures
        ])  # fmt: skip
        return
    for picture in pictures:
        typer.echo(_short(picture.svg))


def _draw_plan(plan: Path, out: Path | None, *, as_json: bool) -> None:
    from groundplan.errors import InputError  # noqa: PLC0415
    from groundplan.planfile import draw_plan  # noqa: PLC0415

    if out is None:
        raise InputError("where to?", hint=f"groundplan draw {plan} --out DIR")
    files = draw_plan(plan, out)
    if as_json:
        show([str(path) for path in files])
        return
    for path in files:
        typer.echo(_short(path))


def flow(
    compose: Annotated[Path, typer.Argument(help="A Compose file.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")],
    profile: Annotated[list[str] | None, typer.Option(help="A profile to switch on.")] = None,
    as_json: Json = False,
) -> None:
    """Draw who calls whom in any Compose file."""
    from groundplan.planfile import draw_flow  # noqa: PLC0415

    files, remarks = draw_flow(compose, out, profiles=profile or ())
    for remark in remarks:
        say(f"note: {remark}")
    if as_json:
        show([str(path) for path in files])
        return
    for path in files:
        typer.echo(_short(path))


def cost(
    what: Annotated[str, typer.Argument(help="An environment, or a plan: PLAN.json.")],
    phase: AnyPhase = None,
    as_json: Json = False,
) -> None:
    """The monthly cost, resource by resource, with its assumptions and its gaps."""
    from groundplan import cost as costs  # noqa: PLC0415
    from groundplan import facts, prices  # noqa: PLC0415

    here = workspace()
    if what.endswith(".json"):
        chosen = [facts.read(Path(what))]
    else:
        here.environment(what)
        numbers = [phase] if phase else [p.number for p in here.design.drawn(what)]
        chosen = [here.facts(what, number) for number in numbers]
    table = prices.load()
    bills = [costs.monthly(item, here.design.usage, table) for item in chosen]
    if as_json:
        show([
            {"env": item.env, "phase": item.phase, **bill.as_dict()}
            for item, bill in zip(chosen, bills, strict=True)
        ])  # fmt: skip
        return
    for item, bill in zip(chosen, bills, strict=True):
        heading = f"{item.env}, phase {item.phase}" if item.env else what
        typer.echo(f"{heading}\n{bill.as_text()}")


def schema() -> None:
    """Print the JSON Schema of design.yaml, for editors."""
    from groundplan import design  # noqa: PLC0415

    show(design.schema())


def doctor(
    install: Annotated[
        bool, typer.Option("--install", help="Put the pinned Terraform into .tools/ if missing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What is installed, what is missing, and how to get it."""
    from groundplan import doctor as health  # noqa: PLC0415
    from groundplan.errors import GroundplanError  # noqa: PLC0415

    try:
        root = workspace().root
    except GroundplanError:
        root = Path.cwd()
    if install:
        _install_terraform(root)
    findings = health.examine(root)
    if as_json:
        show(health.as_dict(findings))
    else:
        typer.echo(health.as_text(findings))
    raise typer.Exit(int(not all(finding.ok for finding in findings)))


def _install_terraform(root: Path) -> None:
    from groundplan.errors import ToolError  # noqa: PLC0415
    from groundplan.terraform import installer  # noqa: PLC0415

    try:
        installer.find(root)
    except ToolError:
        installer.install(root, report=say)


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
