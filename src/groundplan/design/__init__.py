"""The design: the client, what they expect, what is decided, and what each phase brings.

`load` reads a `design.yaml`, `problems` lists everything that is wrong in one, with line and
column; `schema` is the JSON Schema that editors complete it with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator

from groundplan.design.model import Id, Line, Model, Number, RelativePath, Text
from groundplan.design.steps import Step
from groundplan.design.usage import Usage
from groundplan.errors import InputError, suggest

if TYPE_CHECKING:
    from pathlib import Path

BEST_SCORE = 5
REGION = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
ACCOUNT = r"^[0-9]{12}$"
RANGE = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"
REPOSITORY = r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
HOST = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$"
Copies = Annotated[StrictInt, Field(ge=1, le=100)]
CARRIED = ("profiles", "environment", "kubernetes")
"""What of a phase stays as in the phase before where it is left out."""


class Named(Model):
    """A name and what is to be said about it in a sentence or two."""

    name: Line
    """The name, as the client writes it."""
    summary: Text
    """One or two sentences."""


class Client(Named):
    """Who the design is for."""

    application: Named
    """What is to be run."""
    networks: dict[Line, Annotated[str, StringConstraints(pattern=RANGE)]] = Field(default={})
    """Address ranges the client uses already, by name; none of ours may overlap them."""


class Terraform(Model):
    """What the environments have in common."""

    region: Annotated[str, StringConstraints(pattern=REGION)]
    """The AWS region, such as us-east-1."""
    accounts: dict[Id, Annotated[str, StringConstraints(pattern=ACCOUNT)]] = Field(default={})
    """For each environment, the AWS account (12 digits, in quotes) it may be applied to."""
    repository: Annotated[str, StringConstraints(pattern=REPOSITORY)] | None = None
    """The GitHub repository, OWNER/NAME, whose workflows build and deliver."""
    environment: dict[Annotated[str, StringConstraints(pattern=VARIABLE)], str] = Field(default={})
    """The variables Compose is given for what runs in AWS, beside those of the phase."""
    secrets: tuple[Annotated[str, StringConstraints(pattern=VARIABLE)], ...] = ()
    """The variables of Terraform that are given as TF_VAR_… and stand in no file. On the embedded
    AWS, and where plans are recorded, something else stands in for them."""


class Answer(Model):
    """What is said to an expectation, and where in the design it is kept."""

    text: Text
    """The answer, in words the client would use."""
    decision: Id | None = None
    """The decision that settles it."""
    phase: Number | None = None
    """The phase that brings it."""

    @model_validator(mode="after")
    def _kept_somewhere(self) -> Self:
        if self.decision is None and self.phase is None:
            raise ValueError("needs a decision or a phase that keeps it")
        return self


class Expectation(Model):
    """Something the client expects, in their words, and the answer."""

    id: Id
    """A short name for links."""
    title: Line
    """The expectation in a few words."""
    text: Text
    """The expectation as the client put it."""
    answer: Answer
    """What the design makes of it."""


class Criterion(Model):
    """What options are compared by."""

    name: Line
    """The criterion in a word or two."""
    weight: Annotated[StrictInt, Field(ge=1, le=10)]
    """How much it counts, from 1 to 10."""
    about: Text
    """What a high score means."""


class Score(Model):
    """How well an option meets a criterion."""

    score: Annotated[StrictInt, Field(ge=1, le=BEST_SCORE)]
    """From 1 (badly) to 5 (very well)."""
    reason: Line
    """Why, in one sentence."""


class Promise(Model):
    """What an option means for an environment, in figures that are held against the plan."""

    zones: Annotated[StrictInt, Field(ge=1, le=6)] | None = None
    """In how many availability zones there are subnets of each tier."""
    nat_gateways: Annotated[StrictInt, Field(ge=0)] | None = None
    """How many NAT gateways there are."""
    standby_database: StrictBool | None = None
    """Whether the database has a standby in another zone (multi AZ)."""


class Option(Named):
    """One of the things that could be chosen."""

    scores: dict[Line, Score]
    """A score for every criterion of the decision."""
    promises: dict[Id, Promise] = Field(default={})
    """What is promised for each environment if it is chosen."""


class Decision(Model):
    """A choice between options, weighed by criteria, with its record."""

    id: Id
    """A short name for links, such as cloud or orchestrator."""
    title: Line
    """What is decided, in a few words."""
    question: Line
    """The question, as it was put."""
    record: RelativePath
    """The decision's record (MADR), such as docs/decisions/0001-cloud.md."""
    phase: Number
    """The phase in which it is decided."""
    choice: Line
    """The name of the option that is chosen."""
    because: Text
    """Why this one, in one sentence."""
    despite: Text | None = None
    """Why not the option with the highest total; needed when the choice is another one."""
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1)]
    """What the options are compared by."""
    options: Annotated[tuple[Option, ...], Field(min_length=2)]
    """What can be chosen."""

    def totals(self) -> dict[str, float]:
        """Each option's total in percent of the best possible, in the order of the options.

        `100 * sum(weight * score) / (5 * sum(weight))`, rounded to a tenth: an option with 5 on
        every criterion has 100, one with 1 on every criterion 20, whatever the weights are.
        """
        best = BEST_SCORE * sum(criterion.weight for criterion in self.criteria)
        return {option.name: round(100 * self.points(option) / best, 1) for option in self.options}

    def points(self, option: Option) -> int:
        """The sum of weight times score over the criteria, of which `totals` is the share."""
        return sum(
            criterion.weight * option.scores[criterion.name].score for criterion in self.criteria
        )

    @property
    def ranking(self) -> tuple[Option, ...]:
        """The options from the highest total down; equal ones in the order they are listed."""
        return tuple(sorted(self.options, key=self.points, reverse=True))

    @property
    def chosen(self) -> Option:
        """The option that is chosen."""
        return next(option for option in self.options if option.name == self.choice)


class Kubernetes(Model):
    """How the applications run in the cluster."""

    replicas: Copies = 1
    """How many copies of each application run; a Compose file that asks for more has them."""
    most: Copies | None = None
    """Up to how many copies the load may bring; left out: their number is fixed."""
    host: Annotated[str, StringConstraints(pattern=HOST)] | None = None
    """The name at which a load balancer lets customers in; left out: nobody comes in."""
    entry: Line | None = None
    """The service by which customers come in; needed where several publish a port."""

    @model_validator(mode="after")
    def _room_to_grow(self) -> Self:
        if self.most is not None and self.most < self.replicas:
            raise ValueError(f"has at most {self.most} copies, fewer than its {self.replicas}")
        return self


class ToDo(Model):
    """A piece of work in a phase."""

    text: Line
    """What is to be done."""
    state: Literal["done", "doing", "open"] = "open"
    """How far it is."""
    evidence: tuple[RelativePath, ...] = ()
    """The files or folders that are there once it is done."""


class Phase(Model):
    """A step of the engagement. What is left out of `profiles`, `environment` and `kubernetes`
    stays as it was in the phase before.
    """

    number: Number
    """The phase's number; numbers rise, and need not be contiguous."""
    title: Line
    """The phase in a few words."""
    state: Literal["done", "current", "planned"]
    """Where the engagement stands."""
    summary: Text
    """What the phase is about, in a paragraph."""
    environments: tuple[Id, ...] = ()
    """The Terraform environments its pictures show; none where nothing is drawn yet."""
    profiles: tuple[Line, ...] = ()
    """The Compose profiles that are on; left out: those of the phase before."""
    environment: dict[Annotated[str, StringConstraints(pattern=VARIABLE)], str] = Field(default={})
    """The variables Compose is given; left out: those of the phase before."""
    kubernetes: Kubernetes = Kubernetes()
    """How the applications run in the cluster; left out: as in the phase before."""
    to_do: tuple[ToDo, ...] = ()
    """The work of this phase."""
    outcome: tuple[Line, ...] = ()
    """What the client has at its end."""
    next: tuple[Line, ...] = ()
    """What follows from it."""


class Design(Model):
    """A design.yaml."""

    client: Client
    """Who the design is for, and what is to be run."""
    compose: RelativePath = "docker-compose.yml"
    """The client's Compose file."""
    terraform: Terraform
    """What the environments have in common."""
    expectations: tuple[Expectation, ...] = ()
    """What the client expects."""
    decisions: tuple[Decision, ...] = ()
    """What is decided."""
    phases: Annotated[tuple[Phase, ...], Field(min_length=1)]
    """The steps of the engagement, by rising number."""
    usage: Usage
    """What the monthly cost assumes."""
    journey: tuple[Step, ...] = ()
    """What a customer does in the application, from the first page to the last."""

    @model_validator(mode="before")
    @classmethod
    def _carry_forward(cls, value: Any) -> Any:
        """What a phase leaves out of its Compose settings stays as in the phase before."""
        phases = value.get("phases") if isinstance(value, dict) else None
        if not isinstance(phases, list) or not all(isinstance(phase, dict) for phase in phases):
            return value
        carried: list[dict[str, Any]] = []
        on: dict[str, Any] = {}
        for phase in phases:
            on |= {name: phase[name] for name in CARRIED if name in phase}
            carried.append(on | phase)
        return value | {"phases": carried}

    def phase(self, number: int) -> Phase:
        """The phase of that number. Raises InputError."""
        for phase in self.phases:
            if phase.number == number:
                return phase
        known = ", ".join(str(phase.number) for phase in self.phases)
        raise InputError(f"there is no phase {number} in the design", hint=f"known: {known}")

    @property
    def current(self) -> Phase:
        """The phase in which the engagement stands: else the last that is done, else the first."""
        current = [phase for phase in self.phases if phase.state == "current"]
        done = [phase for phase in self.phases if phase.state == "done"]
        return (current or done[-1:] or list(self.phases))[0]

    def decision(self, id_: str) -> Decision:
        """The decision of that id. Raises InputError."""
        for decision in self.decisions:
            if decision.id == id_:
                return decision
        hint = suggest(id_, (decision.id for decision in self.decisions))
        raise InputError(f"there is no decision '{id_}' in the design", hint=hint)

    def drawn(self, env: str | None = None) -> tuple[Phase, ...]:
        """The phases that have pictures of an environment (default: of any)."""
        return tuple(
            phase
            for phase in self.phases
            if (env in phase.environments if env else phase.environments)
        )

    def before(self, number: int) -> Phase | None:
        """The last earlier phase that draws an environment which phase `number` draws too."""
        environments = set(self.phase(number).environments)
        earlier = (phase for phase in reversed(self.phases) if phase.number < number)
        return next((phase for phase in earlier if environments & set(phase.environments)), None)

    def variables(self, number: int | None = None) -> dict[str, str]:
        """The Compose variables of phase `number` (default: of none).

        Those that only other phases set are empty, so that a user's `.env` can't bring them in.
        """
        every = {name: "" for phase in self.phases for name in phase.environment}
        return every if number is None else {**every, **self.phase(number).environment}


def load(path: Path) -> Design:
    """The design in `path`.

    Raises InputError with line and column for what is wrong; when several things are, the first
    one is the error and the others are listed with it.
    """
    from groundplan.design.file import read  # noqa: PLC0415 - it imports this module's model

    return read(path).unwrap()


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a design.yaml, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Groundplan design",
        **Design.model_json_schema(),
    }
