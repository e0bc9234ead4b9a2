"""plan, apply, destroy, output, drift, unlock, policy: what drives Terraform."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from groundplan.cli.common import AnyPhase, Json, OnePhase, Yes, ask, say, show, workspace
from groundplan.errors import visible

if TYPE_CHECKING:
    from groundplan.policy import Report
    from groundplan.terraform import Permit, Plan, Terraform


class PolicyFormat(StrEnum):
    """How a report is printed."""

    text = "text"
    json = "json"
    sarif = "sarif"
    junit = "junit"
    markdown = "markdown"


class Target(StrEnum):
    """Where to: the embedded AWS, or the real one."""

    local = "local"
    aws = "aws"


Env = Annotated[str, typer.Argument(help="The environment, such as dev.")]
To = Annotated[Target, typer.Option("--target", help="The embedded AWS, or the real one.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for command in (plan, apply, destroy, output, drift, unlock, policy):
        app.command()(command)


def plan(
    env: Annotated[str | None, typer.Argument(help="The environment, such as dev.")] = None,
    phase: AnyPhase = None,
    target: To = Target.local,
    record: Annotated[
        bool,
        typer.Option("--record", help="Record what is planned from nothing, in facts/, if stale."),
    ] = False,
    as_json: Json = False,
) -> None:
    """What Terraform would do; with --record, the facts that site and pictures are made from."""
    from groundplan import terraform  # noqa: PLC0415

    if record:
        if target is not Target.local:
            raise typer.BadParameter("what is recorded is planned from nothing, on no cloud")
        _record(env, phase)
        return
    if env is None or phase is None:
        raise typer.BadParameter(
            "name the environment and the phase: groundplan plan dev --phase 2"
        )
    with terraform.opened(workspace(), env, target.value, on_line=say) as driver:
        planned = driver.plan(phase)
    if as_json:
        show(_as_dict(planned))
        return
    _print(planned, driver)


def _record(env: str | None, phase: int | None) -> None:
    from groundplan import recording  # noqa: PLC0415
    from groundplan.errors import InputError  # noqa: PLC0415

    here = workspace()
    if env is not None:
        here.environment(env)
    every = recording.phases(here)
    chosen = {item for item in every if env in (None, item[0]) and phase in (None, item[1])}
    if not chosen:
        known = ", ".join(f"{name} --phase {number}" for name, number in every)
        raise InputError("there is no such plan to record", hint=f"known: {known or 'none yet'}")
    stale = [item for item in recording.stale(here) if item in chosen]
    if not stale:
        say("the recorded plans are current")
    for path in recording.record(here, stale, report=say):
        typer.echo(path.relative_to(here.root))


def apply(
    env: Env,
    phase: OnePhase,
    target: To = Target.local,
    yes: Yes = False,
    saved: Annotated[
        bool, typer.Option("--saved", help="Apply the plan that `groundplan plan` saved last.")
    ] = False,
) -> None:
    """Plan, show the plan, hold it against policy, ask, and apply exactly that plan."""
    from groundplan import policy, terraform  # noqa: PLC0415

    here = workspace()
    with terraform.opened(here, env, target.value, on_line=say) as driver:
        if target is Target.local and driver.is_current(phase) and not saved:
            typer.echo(f"{env} is at phase {phase} already; nothing has changed since")
            return
        with policy.reading(here, env, [phase]):
            planned = driver.saved(phase) if saved else driver.plan(phase)
        _show_and_apply(driver, planned, yes=yes)


def destroy(env: Env, phase: OnePhase, target: To = Target.local, yes: Yes = False) -> None:
    """Plan the destruction of an environment, show it, ask, and do it."""
    from groundplan import terraform  # noqa: PLC0415

    with terraform.opened(workspace(), env, target.value, on_line=say) as driver:
        _show_and_apply(driver, driver.plan(phase, destroy=True), yes=yes)


def _show_and_apply(driver: Terraform, planned: Plan, *, yes: bool) -> None:
    _print(planned, driver)
    if planned.empty:
        driver.apply(planned)  # nothing to do, and now known to be so
        return
    if planned.destroy and planned.target == "aws":
        _tell_of_entrance(driver, planned)
    permit = None if planned.destroy else _permit(driver, planned)
    if not yes:
        ask(f"{'Destroy' if planned.destroy else 'Apply'} this on {planned.target}?")
    driver.apply(planned, permit)
    typer.echo(f"done: {planned.summary}")


def _tell_of_entrance(driver: Terraform, planned: Plan) -> None:
    """Say what stands in the way of a destruction, and is in no plan."""
    there = {planned.phase, driver.applied_phase()}
    phases = driver.workspace.design.phases
    hosts = {item.kubernetes.host for item in phases if item.number in there} - {None}
    for host in sorted(map(str, hosts)):
        typer.echo(
            f"{host} has a load balancer that Kubernetes made of its Ingress. Terraform does not"
            " know it, and can't delete the VPC while it stands. If you have not yet, delete it"
            " first: kubectl delete ingress --all --all-namespaces"
        )


def _permit(driver: Terraform, planned: Plan) -> Permit:
    from groundplan.policy import gate  # noqa: PLC0415

    say(f"holding the plan of {planned.env} against policy")
    permit, report = gate.permit(driver, planned)
    counts = ", ".join(f"{count} {kind}" for kind, count in report.counts.items() if count)
    typer.echo(f"policy lets it pass: {counts}")
    return permit


def output(env: Env, target: To = Target.local, as_json: Json = False) -> None:
    """The outputs of what was applied; sensitive ones are left out."""
    from groundplan import terraform  # noqa: PLC0415

    with terraform.opened(workspace(), env, target.value, on_line=say) as driver:
        found = driver.output()
    if not found:
        from groundplan.errors import RefusedError  # noqa: PLC0415

        raise RefusedError(
            f"{env} has no outputs on {target.value}", hint=f"groundplan apply {env} --phase N"
        )
    if as_json:
        show(found)
        return
    for name, value in sorted(found.items()):
        typer.echo(f"{name} = {value}")


def drift(
    env: Env, phase: AnyPhase = None, target: To = Target.local, as_json: Json = False
) -> None:
    """What differs between the recorded plan, the state and the cloud; exit code 1 if anything.

    In the phase that was last applied from here, or the one that is given. It is drawn, too, into
    build/drift/.
    """
    from groundplan import drift as drifts  # noqa: PLC0415
    from groundplan import terraform  # noqa: PLC0415

    here = workspace()
    with terraform.opened(here, env, target.value, on_line=say) as driver:
        number = phase or _applied(driver)
        seen = drifts.look(driver, number)
        found = drifts.find(driver, number, seen)
    typer.echo(
        json.dumps(drifts.as_dict(found), indent=2) if as_json else drifts.as_text(found).rstrip()
    )
    if found:
        for path in drifts.draw(found, seen, here.build_dir / "drift" / env / target.value):
            say(f"drawn: {path.relative_to(here.root)}")
    raise typer.Exit(int(bool(found)))


def _applied(driver: Terraform) -> int:
    from groundplan.errors import InputError  # noqa: PLC0415

    phase = driver.applied_phase()
    if phase is None:
        raise InputError(
            f"which phase of {driver.env} was applied is not known here",
            hint=f"name it: groundplan drift {driver.env} --phase N",
        )
    return phase


def unlock(env: Env, target: To = Target.local, yes: Yes = False) -> None:
    """Free a state whose holder was killed."""
    from groundplan import terraform  # noqa: PLC0415

    with terraform.opened(workspace(), env, target.value, on_line=say) as driver:
        lock = driver.lock()
        if lock is None:
            typer.echo(f"the state of {env} is not locked")
            return
        since = f" since {lock.created}" if lock.created else ""
        typer.echo(f"locked by {lock.who}{since} ({lock.operation})")
        if not yes:
            ask("Is that process gone, and may the lock be broken?")
        driver.unlock(lock)
        typer.echo("unlocked")


def policy(
    what: Annotated[str, typer.Argument(help="An environment, `state`, or a plan: PLAN.json.")],
    phase: AnyPhase = None,
    out: Annotated[
        PolicyFormat, typer.Option("--format", help="How to print the report.")
    ] = PolicyFormat.text,
    as_json: Json = False,
) -> None:
    """Hold Terraform against policy: checkov on its files and on its plan.

    Each phase's plan is made from nothing, unless it is there. Of `state`, which makes the bucket
    that states are kept in, the files are read.
    """
    from groundplan import policy as policies  # noqa: PLC0415

    if as_json and out not in (PolicyFormat.text, PolicyFormat.json):
        raise typer.BadParameter(f"--json and --format {out.value} can't be had together")
    report = _of_plan(Path(what)) if what.endswith(".json") else _policy(what, phase)
    writers = {
        PolicyFormat.text: policies.as_text,
        PolicyFormat.json: policies.as_json,
        PolicyFormat.sarif: policies.as_sarif,
        PolicyFormat.junit: policies.as_junit,
        PolicyFormat.markdown: policies.as_markdown,
    }
    typer.echo(writers[PolicyFormat.json if as_json else out](report), nl=False)
    raise typer.Exit(int(report.failed))


def _of_plan(path: Path) -> Report:
    from groundplan import policy as policies  # noqa: PLC0415
    from groundplan.errors import InputError  # noqa: PLC0415

    try:
        here = workspace()
    except InputError:
        here = None  # a plan can be looked at anywhere
    return policies.run_plan(path, here)


def _policy(env: str, phase: int | None) -> Report:
    from groundplan import policy as policies  # noqa: PLC0415
    from groundplan import recording  # noqa: PLC0415

    here = workspace()
    if env == policies.STATE:
        return policies.run_state(here)
    here.environment(env)
    numbers = [phase] if phase else [found for name, found in recording.phases(here) if name == env]
    with policies.reading(here, env, numbers):
        plans = recording.planned(here, [(env, number) for number in numbers], report=say)
    return policies.run_all(here, env, dict(zip(numbers, plans, strict=True)))


def _print(planned: Plan, driver: Terraform) -> None:
    for change in planned.changes:
        typer.echo(visible(f"  {change.action:<8}{change.address}"))
    where = f"{planned.env}, phase {planned.phase}, on {planned.target}"
    if planned.target == "aws":
        where += f", account {driver.target.account}, region {driver.target.region}"
    typer.echo(f"{where}: {planned.summary}")


def _as_dict(planned: Plan) -> dict[str, object]:
    return {
        "env": planned.env,
        "target": planned.target,
        "phase": planned.phase,
        "empty": planned.empty,
        "changes": [{"address": c.address, "action": c.action} for c in planned.changes],
    }
