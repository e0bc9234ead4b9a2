"""What pages are made from: the design, and for each phase its facts, application and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from groundplan import cost, entrance
from groundplan.catalog import treatment
from groundplan.errors import InputError, suggest
from groundplan.observing import record, verdict
from groundplan.pages import changes
from groundplan.pages.bills import BillView
from groundplan.pages.labels import resource_name, type_label
from groundplan.pages.network import Network
from groundplan.topology.relations import Relations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groundplan.compose import Application
    from groundplan.cost.bill import Bill
    from groundplan.design import Design, Phase
    from groundplan.entrance import Entrance
    from groundplan.facts import Facts
    from groundplan.kubernetes.runbook import Chapter
    from groundplan.observing.record import Observation
    from groundplan.observing.verdict import Line
    from groundplan.pages.changes import Count, Difference, Drawn, TypeChange
    from groundplan.pages.pictures import Picture
    from groundplan.workspace import Workspace

_OF_ROLES = frozenset({"aws_iam_role_policy", "aws_iam_role_policy_attachment"})
_SHOWN = frozenset({"subnet", "vpc", "region", "global", "frame"})


@dataclass(frozen=True)
class Stage:
    """One environment in one phase; `before` is the same environment in the phase before.

    `way_in` is that by the Ingress, where the phase has one.
    """

    env: str
    phase: int
    facts: Facts
    design: Design
    before: Stage | None = None
    way_in: Entrance | None = None

    @cached_property
    def bill(self) -> Bill:
        """What it costs in a month."""
        return cost.of(self.design, self.facts)

    @cached_property
    def network(self) -> Network:
        """Its network."""
        return Network(self.facts, self.way_in)

    @cached_property
    def changes(self) -> tuple[TypeChange, ...]:
        """What its Terraform changes, what is drawn first; empty where there is no phase before."""
        if self.before is None:
            return ()
        found = changes.resources(self.before.facts, self.facts, label=type_label)
        return tuple(sorted(found, key=lambda change: not is_shown(change.type)))

    def beside(self, other: Stage) -> tuple[Count, ...]:
        """How many resources of the types that are drawn `other` and this one have."""
        types = {item.type for facts in (other.facts, self.facts) for item in facts}
        shown = sorted((type_ for type_ in types if is_shown(type_)), key=type_label)
        return changes.compare(other.facts, self.facts, label=type_label, types=shown)


@dataclass(frozen=True)
class Observed:
    """What was seen of the flow in a phase; `outdated` is what has changed since, if anything."""

    phase: int
    observation: Observation | None
    outdated: str

    @property
    def rows(self) -> tuple[tuple[Line, str], ...]:
        """Each flow that was told or seen, and in words which of the two it was."""
        if self.observation is None:
            return ()
        lines = self.observation.verdict.lines
        return tuple((line, verdict.WORDS[line.status]) for line in lines)

    @property
    def seen(self) -> int:
        """How many flows were told and seen."""
        return sum(line.status == "seen" for line, _ in self.rows)

    @property
    def told(self) -> int:
        """How many flows the Compose file tells."""
        return sum(line.status != "untold" for line, _ in self.rows)


def is_shown(type_: str) -> bool:
    """True for a resource type that pictures show, False for the small parts behind them."""
    return treatment(type_).place in _SHOWN


def _names(facts: Facts) -> Iterator[tuple[str, str]]:
    """What each resource is called; what is given to a role has no name that tells it apart."""
    relations = Relations(facts)
    for item in facts:
        name = resource_name(item)
        if item.type in _OF_ROLES:
            address = relations.target(item, "role", "aws_iam_role")
            role = relations.resource(address) if address else None
            policy = str(item.get("policy_arn") or item.get("name") or item.name).rpartition("/")[2]
            name = f"{resource_name(role)}: {policy}" if role else name
        yield item.address, name


class Content:
    """A workspace's content, each part loaded when a page first asks for it."""

    def __init__(self, workspace: Workspace, pictures: tuple[Picture, ...] = ()) -> None:
        self._workspace = workspace
        self._stages: dict[tuple[str, int], Stage] = {}
        self._names: dict[tuple[str, int], dict[str, str]] = {}
        self.pictures = pictures

    @cached_property
    def design(self) -> Design:
        """The design."""
        return self._workspace.design

    def stages(self, phase: Phase) -> tuple[Stage, ...]:
        """The environments that the phase draws; none for a phase that is only planned."""
        return tuple(self.stage(env, phase.number) for env in phase.environments)

    def stage(self, env: str, number: int) -> Stage:
        """That environment in that phase. Raises InputError where the design has it not."""
        phase = self.design.phase(number)
        if env not in phase.environments:
            known = {name for item in self.design.phases for name in item.environments}
            raise InputError(
                f"the design draws no environment '{env}' in phase {number}",
                hint=suggest(env, known if env not in known else phase.environments),
            )
        if (env, number) not in self._stages:
            before = [item.number for item in self.design.drawn(env) if item.number < number]
            self._stages[env, number] = Stage(
                env,
                number,
                self._workspace.facts(env, number),
                self.design,
                self.stage(env, before[-1]) if before else None,
                entrance.of(self._workspace, number),
            )
        return self._stages[env, number]

    def names(self, stage: Stage) -> dict[str, str]:
        """What people call the resources of a stage, by address: as its pictures do if they can.

        Those that it removes are among them.
        """
        key = stage.env, stage.phase
        if key not in self._names:
            self._names[key] = dict(self._called(stage))
        return self._names[key]

    def _called(self, stage: Stage) -> Iterator[tuple[str, str]]:
        drawn = {
            node["id"]: node["label"]
            for picture in self.pictures_of(phase=stage.phase, env=stage.env)
            for node in picture.graph["nodes"]
        }
        for one in (stage.before, stage) if stage.before else (stage,):
            for address, name in _names(one.facts):
                yield address, drawn.get(address, name)

    def bill(self, stage: Stage) -> BillView:
        """The bill of a stage, for a page."""
        return BillView(stage.bill, self.names(stage))

    def neighbour(self, stage: Stage) -> Stage | None:
        """For an environment's first phase: another one's last phase before it, to compare with."""
        earlier = [item for item in self.design.drawn() if item.number < stage.phase]
        if stage.before or not earlier:
            return None
        return self.stage(earlier[-1].environments[0], earlier[-1].number)

    def application(self, number: int) -> Application:
        """The application as Compose resolves it in that phase."""
        return self._workspace.application(number)

    def services_changed(self, number: int) -> Difference:
        """What the phase changes in the application; nothing for the first phase."""
        earlier = [item.number for item in self.design.phases if item.number < number]
        if not earlier:
            return changes.Difference()
        return changes.services(self.application(earlier[-1]), self.application(number))

    def drawn_changed(self, stage: Stage) -> Drawn:
        """What the pictures of a stage show otherwise than before, beside Terraform's resources."""
        before, after = (
            [picture.graph for picture in self.pictures_of(phase=at.phase, env=at.env)]
            if at
            else []
            for at in (stage.before, stage)
        )
        return changes.drawn(before, after)

    def observed(self, number: int) -> Observed:
        """What was seen of the application flow in that phase, as far as it was recorded."""
        self.design.phase(number)
        found = self._observations.get(number)
        return Observed(number, found, record.outdated(self._workspace, found) if found else "")

    def ask_ahead(self) -> None:
        """Have read what the runbook will want, where there are manifests, while pages are made."""
        if (self._workspace.root / "k8s").is_dir():
            from groundplan import kubernetes  # noqa: PLC0415 - only one page needs it

            kubernetes.ask_ahead(self._workspace)

    def runbook(self, overlay: str) -> tuple[Chapter, ...]:
        """The deployment of an overlay by hand."""
        from groundplan.kubernetes import runbook  # noqa: PLC0415 - only one page needs it

        return runbook.chapters(self._workspace, overlay)

    @cached_property
    def _observations(self) -> dict[int, Observation]:
        return record.load(self._workspace)

    def pictures_of(
        self, view: str | None = None, *, phase: int | None = None, env: str | None = None
    ) -> tuple[Picture, ...]:
        """The pictures of that view, phase and environment, as far as they are said."""
        return tuple(
            picture
            for picture in self.pictures
            if view in (None, picture.view)
            and phase in (None, picture.phase)
            and env in (None, picture.env)
        )
