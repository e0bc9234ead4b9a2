"""The names that prose and page templates can use: values, tables and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from markupsafe import Markup

from groundplan.errors import InputError, suggest
from groundplan.pages import pictures
from groundplan.pages.labels import MINUS, between, listed, usd
from groundplan.pages.nodes import Nodes, link
from groundplan.pages.templating import Templates, escape
from groundplan.pages.usage import assumptions
from groundplan.pages.values import FactsView

if TYPE_CHECKING:
    from typing import Final

    from groundplan.design import Client, Decision, Phase
    from groundplan.pages.content import Content, Stage
    from groundplan.pages.pictures import Picture

# What prose can call, each a member of Macros.
NAMES: Final = (
    "client", "region", "phase", "facts", "phases", "expectations", "decision", "decisions",
    "matrix", "services", "subnets", "openings", "zones", "beside", "changes", "picture",
    "cost", "costs", "assumptions", "node",
    "observed", "runbook",
)  # fmt: skip


@dataclass(frozen=True)
class DecisionLink:
    """A decision and the page of its record."""

    decision: Decision
    page: str


@dataclass(frozen=True)
class PhaseView:
    """What `{{ phase(2) }}` gives; `cost` is what its environments cost in a month."""

    number: int
    title: str
    state: str
    summary: str
    link: Markup
    cost: str


@dataclass(frozen=True)
class _Step:
    id: str
    phase: Phase
    env: str | None
    news: str
    figure: Markup


@dataclass(frozen=True)
class _CostRow:
    """`share` is of the dearest row, in percent; `more` what it costs beyond the phase before.

    `together` is what all environments cost from then on, each as its last phase so far has it.
    """

    stage: Stage
    phase: Phase
    share: int
    more: str
    together: Decimal
    without: str

    @classmethod
    def of(
        cls, stage: Stage, phase: Phase, most: Decimal, together: Decimal, without: str
    ) -> _CostRow:
        change = stage.bill.total - stage.before.bill.total if stage.before else None
        more = "" if change is None else f"{'+' if change >= 0 else MINUS}{usd(abs(change))}"
        share = round(100 * stage.bill.total / most)
        return cls(stage, phase, share, more, together, without)


def page_of(decision: Decision) -> str:
    """The page of a decision's record, from the site's root: `decisions/0001-cloud.md`."""
    return decision.record.removeprefix("docs/")


def page_of_phase(number: int) -> str:
    """The page of a phase, from the site's root: `phases/phase-2.md`."""
    return f"phases/phase-{number}.md"


class Macros:
    """What templates and prose can show of `content`; prose can call what `NAMES` lists."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.nodes = Nodes(content.pictures)
        self.templates = Templates({name: getattr(self, name) for name in NAMES})
        self._block = self.templates.block

    @property
    def client(self) -> Client:
        """The client: `name`, `summary`, `application.name`, `application.summary`."""
        return self._content.design.client

    @property
    def region(self) -> str:
        """The AWS region."""
        return self._content.design.terraform.region

    def phase(self, number: int) -> PhaseView:
        """A phase: `number`, `title`, `state`, `summary`, `link`, `cost`."""
        phase = self._content.design.phase(number)
        total = sum((stage.bill.total for stage in self._content.stages(phase)), Decimal(0))
        link = Markup('<a href="gp:{}">Phase {}: {}</a>').format(
            page_of_phase(number), number, escape(phase.title)
        )
        return PhaseView(number, phase.title, phase.state, phase.summary, link, usd(total))

    def facts(self, env: str, phase: int) -> FactsView:
        """What is recorded of an environment in a phase."""
        return FactsView(self._content.stage(env, phase))

    def phases(self, here: int | None = None) -> Markup:
        """The phases with their states, as a strip of links; `here` is the current page's."""
        found = self._content.design.phases
        free = between(phase.number for phase in found)
        return self._block("strip.html", phases=found, here=here, free=free)

    def expectations(self) -> Markup:
        """What the client expects, each with its answer."""
        design = self._content.design
        pages = {decision.id: page_of(decision) for decision in design.decisions}
        return self._block("expectations.html", expectations=design.expectations, pages=pages)

    def decisions(self, phase: int | None = None) -> Markup:
        """The decisions (of one phase) as a table with links to their records."""
        found = [
            DecisionLink(decision, page_of(decision))
            for decision in self._content.design.decisions
            if phase in (None, decision.phase)
        ]
        caption = "What was decided" if phase is None else f"What is decided in phase {phase}"
        return self._block("decisions.html", decisions=found, caption=caption)

    def decision(self, id_: str) -> Decision:
        """A decision: `title`, `question`, `choice`, `because`, …"""
        return self._content.design.decision(id_)

    def matrix(self, id_: str) -> Markup:
        """A decision's weighted matrix."""
        decision = self.decision(id_)
        return self._block("matrix.html", decision=decision, totals=decision.totals())

    def services(self, phase: int) -> Markup:
        """The application's services in a phase, with who calls whom."""
        application = self._content.application(phase)
        at = self._content.design.phase(phase)
        return self._block("services.html", application=application, phase=at)

    def observed(self, phase: int) -> Markup:
        """The flow of a phase as it was seen in Compose, beside what the Compose file tells."""
        return self._block("observed.html", observed=self._content.observed(phase))

    def runbook(self, overlay: str) -> Markup:
        """The commands with which an overlay of `k8s/` is deployed by hand, and taken back."""
        return self._block("runbook.html", chapters=self._content.runbook(overlay))

    def subnets(self, env: str, phase: int) -> Markup:
        """The network schema of an environment in a phase."""
        stage = self._content.stage(env, phase)
        return self._block("subnets.html", stage=stage, network=stage.network)

    def openings(self, env: str, phase: int) -> Markup:
        """Who may reach whom in an environment in a phase, by its plan and its Ingress."""
        stage = self._content.stage(env, phase)
        return self._block("openings.html", stage=stage, openings=stage.network.openings)

    def zones(self, env: str, phase: int) -> Markup:
        """What the loss of a zone would mean to an environment in a phase."""
        stage = self._content.stage(env, phase)
        return self._block("spread.html", stage=stage, spread=stage.network.spread)

    def beside(self, env: str, phase: int) -> Markup:
        """An environment's first phase beside the environment that was there before it."""
        stage = self._content.stage(env, phase)
        other = self._content.neighbour(stage)
        if other is None:
            raise InputError(f"nothing stands beside {env} in phase {phase}")
        return self._block("beside.html", stage=stage, other=other, counts=stage.beside(other))

    def changes(self, env: str, phase: int) -> Markup:
        """What a phase changes in an environment and in the application."""
        stage = self._content.stage(env, phase)
        services = self._content.services_changed(phase)
        since = f" since phase {stage.before.phase}" if stage.before else ""
        return self._block(
            "changes.html",
            caption=f"What is new or changed in {env}{since}",
            names=self._content.names(stage),
            resources=stage.changes,
            services=services,
            drawn=self._content.drawn_changed(stage),
        )

    def cost(self, env: str, phase: int) -> Markup:
        """What an environment costs in a month in a phase, line by line."""
        stage = self._content.stage(env, phase)
        return self._block("cost.html", stage=stage, view=self._content.bill(stage))

    def costs(self) -> Markup:
        """What each phase costs in a month, beside the others."""
        phases = self._content.design.drawn()
        stages = [stage for phase in phases for stage in self._content.stages(phase)]
        most = max((stage.bill.total for stage in stages), default=Decimal(0)) or Decimal(1)
        rows = []
        latest: dict[str, Decimal] = {}
        for stage in stages:
            latest[stage.env] = stage.bill.total
            phase, together = self._content.design.phase(stage.phase), Decimal(sum(latest.values()))
            without = self._content.bill(stage).without
            rows.append(_CostRow.of(stage, phase, most, together, without))
        return self._block("costs.html", rows=rows, several=len(latest) > 1)

    def assumptions(self) -> Markup:
        """What the costs assume where Terraform can't know it."""
        return self._block("assumptions.html", assumptions=assumptions(self._content.design.usage))

    def work(self, number: int) -> Markup:
        """A phase's to-do, outcome and next."""
        return self._block("work.html", at=self._content.design.phase(number))

    def picture(self, view: str, phase: int | None = None, env: str | None = None) -> Markup:
        """A picture, stepping through the phases; with `phase`, the one of that phase only."""
        found = self._content.pictures_of(view, phase=phase, env=env)
        if not found:
            known = {picture.view for picture in self._content.pictures}
            where = f" in phase {phase}" if phase else ""
            raise InputError(
                f"there is no picture '{view}'{where}",
                hint=suggest(view, known) if view not in known else None,
            )
        return self.figure(found[0]) if phase else self._stepper(found)

    def node(self, called: str, text: str | None = None) -> Markup:
        """A link to a node of a picture, by its address, id or label; it opens the node's card.

        It reads `text`, or what the picture calls the node.
        """
        found = self.nodes.find(called)
        return link(found, text or found.label)

    def figure(self, picture: Picture) -> Markup:
        """One picture with its caption and its words."""
        return self._block(
            "figure.html",
            late=True,
            id=pictures.name(picture),
            file=pictures.file(picture),
            png=pictures.file(picture, ".png") if pictures.has_png(picture) else "",
            title=picture.title,
            source=_source(picture),
            words=list(pictures.in_words(picture.graph)),
        )

    def _stepper(self, found: tuple[Picture, ...]) -> Markup:
        steps = [
            _Step(
                f"step-{pictures.name(picture)}",
                self._content.design.phase(picture.phase),
                picture.env,
                self._news(picture),
                self.figure(picture),
            )
            for picture in found
        ]
        return self._block("stepper.html", steps=steps, title=found[0].title)

    def _news(self, picture: Picture) -> str:
        """What the picture has that the one before it has not, in a sentence."""
        earlier = [
            other
            for other in self._content.pictures_of(picture.view)
            if other.phase < picture.phase and other.env == picture.env
        ]
        if not earlier:
            return f"The first phase of {picture.env}." if picture.env else "As it is today."
        old = {node["id"]: node["label"] for node in earlier[-1].graph["nodes"]}
        new = {node["id"]: node["label"] for node in picture.graph["nodes"]}
        parts = (
            ("New", [label for id_, label in new.items() if id_ not in old]),
            ("Changed", [
                node["label"] for node in picture.graph["nodes"]
                if node.get("change") in {"update", "replace"}
            ]),
            ("Removed", [label for id_, label in old.items() if id_ not in new]),
            ("New lines", [*pictures.new_lines(picture.graph)]),
        )  # fmt: skip
        said = [f"{word}: {listed(labels)}." for word, labels in parts if labels]
        return " ".join(said) or f"As in phase {earlier[-1].phase}."


def _source(picture: Picture) -> str:
    told = {"hand": "drawn by hand", "compose": "from the Compose file"}
    return f"Phase {picture.phase}, {told.get(picture.source, picture.env)}"
