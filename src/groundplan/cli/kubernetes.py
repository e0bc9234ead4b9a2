"""k8s: the application for Kubernetes, rendered, validated, and deployed by hand."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from groundplan.cli.common import Json, Yes, ask, say, show, workspace
from groundplan.cli.infrastructure import Target, To

if TYPE_CHECKING:
    from collections.abc import Iterable

    from groundplan.compose import Remark
    from groundplan.kubernetes.deploy import Deployment
    from groundplan.terraform.targets import TargetName

app = typer.Typer(help="Kubernetes from Compose.", no_args_is_help=True, rich_markup_mode=None)
Overlay = Annotated[str, typer.Option("--overlay", help="The overlay: local, or an environment.")]
Context = Annotated[
    str | None, typer.Option("--context", help="The cluster, by the name of its context.")
]
What = Annotated[
    Path | None, typer.Argument(help="A file of manifests, or an overlay; left out: all of ours.")
]


@app.command()
def render(
    phase: Annotated[
        int | None,
        typer.Option("--phase", help="As this phase has it; left out: where the design is.", min=1),
    ] = None,
    compose: Annotated[
        Path | None, typer.Option("--compose", help="Any Compose file, in place of the workspace.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder for what is made of it.")
    ] = None,
) -> None:
    """Write k8s/ from the Compose file and the design."""
    from groundplan import kubernetes as manifests  # noqa: PLC0415

    start = time.monotonic()
    if compose is not None:
        _render_any(compose, out)
        return
    here = workspace()
    written = manifests.write(here, phase)
    for path in written:
        typer.echo(path.relative_to(here.root))
    _tell(manifests.remarks(here, phase))
    say(f"{len(written)} files written in {time.monotonic() - start:.1f} s")


@app.command()
def validate(
    what: What = None,
    version: Annotated[
        str | None, typer.Option("--version", help="Of Kubernetes; left out: of the clusters.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check manifests against the schemas of a Kubernetes version, and against each other."""
    from groundplan.kubernetes import checking  # noqa: PLC0415

    problems = checking.check(what, version, workspace)
    if as_json:
        show([
            {
                "file": file, "line": line, "manifest": item.manifest, "message": item.message,
                "hint": item.hint,
            }
            for file, line, item in problems
        ])  # fmt: skip
    else:
        for file, line, item in problems:
            typer.echo(f"{file}{f':{line}' if line else ''}: {item}")
            if item.hint:
                typer.echo(f"  hint: {item.hint}")
        many = f"{len(problems)} mistake{'s' if len(problems) > 1 else ''}"
        say(many if problems else "all manifests are as they should be")
    raise typer.Exit(int(bool(problems)))


@app.command()
def apply(
    overlay: Overlay = "local", context: Context = None, target: To = Target.aws, yes: Yes = False
) -> None:
    """Deploy an overlay to the named cluster, and wait until every copy is ready."""
    deployment = _opened("apply", overlay, context)
    tag = deployment.tag()
    outputs = _outputs(deployment, target.value)
    if deployment.target.in_cloud and not yes:
        ask(f"Deploy {overlay} to the cluster of {context}?")
    start = time.monotonic()
    deployment.apply(tag, outputs, on_line=say)
    typer.echo(f"{overlay} is deployed at {tag}, in {time.monotonic() - start:.0f} s")


@app.command("port-forward")
def port_forward(
    overlay: Overlay = "local",
    context: Context = None,
    port: Annotated[int, typer.Option(help="The port on this machine.", min=1)] = 8080,
    journey: Annotated[
        bool, typer.Option("--journey", help="Walk the customer's way once, order and all; end.")
    ] = False,
) -> None:
    """Show the application in the cluster on this machine, until Ctrl-C."""
    from groundplan import journey as journeys  # noqa: PLC0415

    deployment = _opened("port-forward", overlay, context)
    with deployment.reached(port) as forwarding:
        typer.echo(forwarding.address)
        if not journey:
            forwarding.wait()  # until Ctrl-C
        steps = deployment.workspace.design.journey
        results = journeys.walk(steps, forwarding.address)
        typer.echo(journeys.as_text(results, steps))
        raise typer.Exit(int(not journeys.complete(results, steps)))


@app.command()
def rollback(overlay: Overlay = "local", context: Context = None, yes: Yes = False) -> None:
    """Take an overlay back to what was deployed before: images, settings and all but data."""
    deployment = _opened("rollback", overlay, context)
    tag = deployment.before().tag
    if deployment.target.in_cloud and not yes:
        ask(f"Take {overlay} in the cluster of {context} back to {tag}?")
    deployment.take_back(on_line=say)
    typer.echo(f"{overlay} is back at {tag}")


def _opened(command: str, overlay: str, context: str | None) -> Deployment:
    """What `command` is about; refused where it names no cluster."""
    from groundplan.kubernetes import cluster, deploy  # noqa: PLC0415

    here = workspace()
    named = cluster.assert_named(context, f"groundplan k8s {command} --overlay {overlay}")
    return deploy.opened(here, overlay, named)


def _render_any(compose: Path, out: Path | None) -> None:
    from groundplan import kubernetes as manifests  # noqa: PLC0415
    from groundplan.errors import InputError  # noqa: PLC0415

    if out is None:
        raise InputError("where to?", hint=f"groundplan k8s render --compose {compose} --out DIR")
    start = time.monotonic()
    source = manifests.load(compose, strict=False)
    written, remarks = manifests.write_any(source, out)
    for path in written:
        typer.echo(path)
    _tell(remarks)
    say(f"{len(source.application.services)} services in {time.monotonic() - start:.1f} s")


def _tell(remarks: Iterable[Remark]) -> None:
    for remark in remarks:
        say(f"note: {remark.service}: {remark.message}" if remark.service else remark.message)


def _outputs(deployment: Deployment, target: TargetName) -> dict[str, Any] | None:
    """What Terraform tells of the environment."""
    if not deployment.target.in_cloud:
        return None
    from groundplan import terraform  # noqa: PLC0415

    env = deployment.target.name
    with terraform.opened(deployment.workspace, env, target, on_line=say) as opened:
        return opened.output()
