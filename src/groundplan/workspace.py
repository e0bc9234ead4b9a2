"""The folder that holds one engagement, and where each fact in it has its home."""

from __future__ import annotations

import re
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.errors import InputError, suggest
from groundplan.files import SETTINGS, digest, files_below, read_text

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from groundplan.compose import Application
    from groundplan.design import Design
    from groundplan.design.file import Reading
    from groundplan.facts import Facts

# What has been read, by all that it depends on: rules, pictures and pages ask for the same things.
_READINGS: Final[dict[Hashable, Reading]] = {}
_FACTS: Final[dict[Hashable, Facts]] = {}
_APPLICATIONS: Final[dict[Hashable, Future[Application]]] = {}
_POOL: Final = ThreadPoolExecutor(thread_name_prefix="compose")
# Where other files are taken in: by Compose itself, or because settings are mounted.
_ELSEWHERE: Final = re.compile(
    r"^\s*-?\s*(include|extends|env_file)\s*:"
    rf"|^(?!\s*#).*(:\s*[\"']?/etc/(?!\S*\.cnf)|\.({'|'.join(SETTINGS)})\b)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Workspace:
    """A workspace and its paths. What is read is read once: make a new one after a change."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Workspace:
        """The workspace at or above `start` (default: here). Raises InputError when none is."""
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / "design.yaml").is_file():
                return cls(folder)
        raise InputError(
            f"no design.yaml in {here} or above it",
            hint="go to the folder of an engagement: the one with its design.yaml",
        )

    @property
    def design_file(self) -> Path:
        """`design.yaml`."""
        return self.root / "design.yaml"

    @property
    def compose_file(self) -> Path:
        """The client's Compose file, as the design names it."""
        return self.root / self.design.compose

    @property
    def diagrams_dir(self) -> Path:
        """The diagram scripts, one per view."""
        return self.root / "diagrams"

    @property
    def docs_dir(self) -> Path:
        """The hand-written prose."""
        return self.root / "docs"

    @property
    def build_dir(self) -> Path:
        """What can be made anew; never committed."""
        return self.root / "build"

    @cached_property
    def design(self) -> Design:
        """The design. Raises InputError with line and column where it is wrong."""
        return self.reading.unwrap()

    @cached_property
    def reading(self) -> Reading:
        """The design with all that is wrong in it, and the place of each of its values."""
        from groundplan.design import file as designfile  # noqa: PLC0415 - pydantic takes 0.1 s to import

        path = self.design_file
        key = _state(path)
        if key not in _READINGS:
            _READINGS[key] = designfile.read(path)
        return _READINGS[key]

    @cached_property
    def terraform_digest(self) -> str:
        """A digest of what is written for Terraform; what `terraform init` brings is not."""
        written = files_below(self.root / "terraform")
        sources = (path for path in written if path.name.endswith((".tf", ".tfvars", ".lock.hcl")))
        return digest(sources, root=self.root)

    @property
    def environments(self) -> tuple[str, ...]:
        """The names of the Terraform environments, sorted."""
        folder = self.root / "terraform" / "envs"
        return tuple(sorted(path.name for path in folder.glob("*/") if any(path.glob("*.tf"))))

    def environment(self, env: str) -> Path:
        """The Terraform root of `env`. Raises InputError for a name that is none."""
        if env not in self.environments:
            raise InputError(
                f"there is no environment '{env}' in terraform/envs/",
                hint=suggest(env, self.environments),
            )
        return self.root / "terraform" / "envs" / env

    def variables_file(self, env: str, phase: int) -> Path:
        """What `phase` switches on in `env`. Raises InputError where there is no such file."""
        path = self.environment(env) / f"phase-{phase}.tfvars"
        if path.is_file():
            return path
        known = sorted(item.name for item in path.parent.glob("phase-*.tfvars"))
        raise InputError(
            f"phase {phase} has no variables for environment '{env}'",
            file=path.relative_to(self.root),
            hint=f"write this file, or choose one of: {', '.join(known) or 'none yet'}",
        )

    def facts_file(self, env: str, phase: int) -> Path:
        """Where the recorded plan of `env` in `phase` stands."""
        return self.root / "facts" / env / f"phase-{phase}.json"

    def facts(self, env: str, phase: int) -> Facts:
        """The recorded plan of `env` in `phase`. Raises InputError where there is none."""
        from groundplan import facts  # noqa: PLC0415

        path = self.facts_file(env, phase)
        if not path.is_file():
            self.variables_file(env, phase)
            raise InputError(
                f"no plan is recorded for {env}, phase {phase}",
                file=path.relative_to(self.root),
                hint=f"record it: groundplan plan {env} --phase {phase} --record",
            )
        key = _state(path)
        if key not in _FACTS:
            _FACTS[key] = facts.load(path)
        return _FACTS[key]

    @cached_property
    def compose_takes_in(self) -> bool:
        """True where the Compose file takes something in from other files."""
        return _ELSEWHERE.search(read_text(self.compose_file)) is not None

    @cached_property
    def _unlike_any_other(self) -> object:
        return object()

    def application(self, phase: int | None = None) -> Application:
        """The application as Compose resolves it in `phase` (default: with no profile)."""
        return self._asked(phase).result()

    def applications(self, phases: Iterable[int]) -> dict[int, Application]:
        """The application in each of `phases`; Compose is asked for all of them at a time."""
        asked = {number: self._asked(number) for number in phases}
        return {number: answer.result() for number, answer in asked.items()}

    def ask_ahead(self) -> None:
        """Have Compose asked for what every picture and page will want, while others work."""
        for number in (None, *(phase.number for phase in self.design.phases)):
            self._asked(number)

    def _asked(self, phase: int | None) -> Future[Application]:
        from groundplan import compose  # noqa: PLC0415

        profiles = () if phase is None else self.design.phase(phase).profiles
        variables = self.design.variables(phase)
        file = self.compose_file
        # What it takes in from other files may change without it: another workspace asks anew.
        content = self._unlike_any_other if self.compose_takes_in else read_text(file)
        dotenv = digest([file.parent / ".env"], root=file.parent)
        key = (file, content, dotenv, profiles, tuple(sorted(variables.items())))
        answer = _APPLICATIONS.get(key)
        if answer is None or (answer.done() and answer.exception()):
            answer = _POOL.submit(compose.load, file, profiles=profiles, environ=variables)
            _APPLICATIONS[key] = answer
        return answer


def _state(path: Path) -> Hashable:
    """Another value once the file is another; where it can't be had, like no other."""
    try:
        stat = path.stat()
    except OSError:
        return object()
    return path, stat.st_mtime_ns, stat.st_size
