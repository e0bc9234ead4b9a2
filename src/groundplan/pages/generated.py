"""The pages that are computed as a whole: the list of phases, and a page for each."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from groundplan.pages.labels import between, capital, count, listed
from groundplan.pages.macros import page_of_phase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from groundplan.design import Phase
    from groundplan.pages.content import Content, Stage
    from groundplan.pages.macros import Macros
    from groundplan.pages.pictures import Picture

PHASES = "phases/index.md"


@dataclass(frozen=True)
class _Shown:
    heading: str
    figure: Markup


@dataclass(frozen=True)
class _News:
    said: str
    table: Markup | str


def pages(content: Content, macros: Macros) -> dict[str, str]:
    """The computed pages: Markdown by path from the site's root."""
    phases = content.design.phases
    found = {page_of_phase(phase.number): _phase(phase, content, macros) for phase in phases}
    stages = {phase.number: content.stages(phase) for phase in phases}
    free = between(phase.number for phase in phases)
    page = macros.templates.page(
        "phases.md", steps=phases, stages=stages, free=free, bill=content.bill
    )
    return {PHASES: page, **found}


def _phase(phase: Phase, content: Content, macros: Macros) -> str:
    return macros.templates.page(
        "phase.md",
        at=phase,
        title=html.escape(f"Phase {phase.number}: {phase.title}"),
        description=html.escape(" ".join(phase.summary.split())),
        work=macros.work(phase.number),
        decided=[item for item in content.design.decisions if item.phase == phase.number],
        intro=_intro(phase, content),
        pictures=_pictures(phase, content, macros),
        seen=content.observed(phase.number).observation is not None,
        news=[_news(stage, content, macros) for stage in content.stages(phase)],
        costs=[macros.cost(stage.env, stage.phase) for stage in content.stages(phase)],
    )


def _intro(phase: Phase, content: Content) -> str:
    stages = content.stages(phase)
    if not stages:
        return "Drawn by hand, as it is planned: nothing of it is in Terraform yet."
    names = " and ".join(stage.env for stage in stages)
    total = sum(len(stage.facts.resources) for stage in stages)
    return (
        f"The application flow is drawn from the Compose file,{_by_hand(phase, content)} the rest "
        f"from Terraform's own plan of {names} in this phase, with {total} resources."
        f"{_by_ingress(stages)}"
    )


def _by_ingress(stages: Iterable[Stage]) -> str:
    """What the pictures have that is in no plan."""
    found = any(stage.way_in for stage in stages)
    said = " The load balancer and who comes in by it are in no plan: the Ingress tells of them."
    return said if found else ""


def _by_hand(phase: Phase, content: Content) -> str:
    found = [p.title for p in content.pictures_of(phase=phase.number) if p.source == "hand"]
    return f" {listed(found)} by hand, and" if found else ""


def _pictures(phase: Phase, content: Content, macros: Macros) -> list[_Shown]:
    several = len(phase.environments) > 1
    found = content.pictures_of(phase=phase.number)
    told = sorted(found, key=lambda picture: picture.source != "compose")  # who calls whom, first
    return [_Shown(_heading(picture, several=several), macros.figure(picture)) for picture in told]


def _heading(picture: Picture, *, several: bool) -> str:
    return f"{picture.title} ({picture.env})" if several and picture.env else picture.title


def _news(stage: Stage, content: Content, macros: Macros) -> _News:
    if stage.before:
        return _News(_said(stage, content), macros.changes(stage.env, stage.phase))
    if content.neighbour(stage):
        said = f"This is the first phase of {stage.env}, so everything in it is new."
        return _News(said, macros.beside(stage.env, stage.phase))
    total = count(len(stage.facts.resources), "resource")
    return _News(f"This is the first phase of {stage.env}: all of its {total} are new.", "")


def _said(stage: Stage, content: Content) -> str:
    """`Since phase 2: one new service, four new resources, one changed resource.`"""
    services, drawn = content.services_changed(stage.phase), content.drawn_changed(stage)
    parts = [
        (len(services.added), "new service"),
        (len(services.changed), "changed service"),
        (len(services.removed), "removed service"),
        (sum(len(change.added) for change in stage.changes), "new resource"),
        (sum(len(change.changed) for change in stage.changes), "changed resource"),
        (sum(len(change.removed) for change in stage.changes), "removed resource"),
    ]
    said = ", ".join(count(number, name) for number, name in parts if number)
    before = stage.before.phase if stage.before else stage.phase
    told = [f"Since phase {before}: {said or 'nothing'}."]
    if drawn.added:
        names = listed([label for label, _ in drawn.added])
        told.append(f"New beside what Terraform makes: {names}.")
    if drawn.first and drawn.opened:
        told.append(f"{capital(stage.env)} is now open to the internet.")
    return " ".join(told)
