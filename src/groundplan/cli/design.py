"""check, cost, schema, doctor: what needs no cloud."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from groundplan.cli.common import AnyPhase, Json, say, short, show, workspace


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (check, cost, schema, doctor):
        app.command()(command)


def check(
    fix: Annotated[
        bool, typer.Option("--fix", help="Make anew what is stale, and check again.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check everything that can be wrong without touching a cloud."""
    from groundplan import check as checks  # noqa: PLC0415

    here = workspace()
    findings = checks.run_once(here)
    if fix:
        for path in checks.fix(here, findings):
            say(f"made anew: {short(path)}")
        findings = checks.run(workspace())
    typer.echo(checks.as_json(findings) if as_json else checks.as_text(findings), nl=False)
    raise typer.Exit(int(checks.failed(findings)))


def cost(
    what: Annotated[str, typer.Argument(help="An environment, or a plan: PLAN.json.")],
    phase: AnyPhase = None,
    as_json: Json = False,
) -> None:
    """The monthly cost, resource by resource, with its assumptions and its gaps."""
    from groundplan import cost as costs  # noqa: PLC0415
    from groundplan import facts  # noqa: PLC0415

    here = workspace()
    if what.endswith(".json"):
        chosen = [facts.read(Path(what))]
    else:
        here.environment(what)
        numbers = [phase] if phase else [p.number for p in here.design.drawn(what)]
        chosen = [here.facts(what, number) for number in numbers]
    bills = [costs.of(here.design, item) for item in chosen]
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
