"""Policies of one's own: a function on a planned resource, made a check of checkov's.

A file in `terraform/policies/` declares them:

    @policy("GP_SPOT_NODES", "Spot nodes are for dev only", "aws_eks_node_group")
    def spot_nodes(nodes: Planned) -> bool:
        return nodes.get("capacity_type") != "SPOT" or nodes.environment == "dev"

`by_environment=True` marks one whose answer differs from environment to environment: a plan that
does not tell its environment is not held against it. checkov's own command takes the folder too:
`--external-checks-dir terraform/policies`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from groundplan import pythonfile
from groundplan.cidrs import is_wide
from groundplan.facts.addresses import split
from groundplan.policy import written
from groundplan.policy.verdicts import UNTOLD
from groundplan.policy.written import Computed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = [
    "UNTOLD",
    "Answer",
    "Check",
    "Computed",
    "Planned",
    "is_wide",
    "load",
    "policy",
    "strictest",
]  # fmt: skip
Answer: TypeAlias = "bool | Literal['untold'] | None"
"""Whether a policy holds; UNTOLD where that can't be told; None where it has nothing to say."""
_REFERENCES: Final = "references_"
_PLANNED = "__change_actions__"  # stands in what checkov read from a plan, and nowhere else
# What checkov could not work out in the files: a reference, a call, an operator; a part of nothing,
# which the block of a `count` of 0 may well have.
_EXPRESSION: Final = re.compile(
    r"^None$|\$\{|\b(?:var|local|each|count|module|data|self|aws_\w+)\.|[?(!]"
)


@dataclass(frozen=True)
class Planned:
    """A resource as a policy sees it; `values` as checkov has them, each in a list.

    `home` is the environment whose files or plan it was read from, empty where that is not known.
    """

    type: str
    values: Mapping[str, Any]
    everything: tuple[Mapping[str, Any], ...] = ()
    home: str = ""

    @property
    def planned(self) -> bool:
        """Whether it is from a plan; otherwise it is as the files have it."""
        return _PLANNED in self.values

    def get(self, name: str) -> Any:
        """The value of an attribute; None where it is not set, or known only after apply."""
        found = self.values.get(name)
        found = found[0] if isinstance(found, list) and found else found
        return None if found == [] or self._stands_in(found) else found

    def _stands_in(self, value: Any) -> bool:
        """Whether it is what checkov puts into a plan for an unknown value: what it refers to."""
        references = self.values.get(_REFERENCES) if self.planned else None
        return isinstance(value, str) and value in _flat(references)

    def block(self, name: str) -> Planned:
        """The (first) nested block of that name; an empty one where there is none."""
        return next(iter(self.blocks(name)), Planned(name, {}))

    def blocks(self, name: str) -> list[Planned]:
        """The nested blocks of that name."""
        found = self.values.get(name)
        listed = found if isinstance(found, list) else [found]
        every = [each for item in listed for each in (item if isinstance(item, list) else [item])]
        return [Planned(name, item) for item in every if isinstance(item, dict)]

    def every(self, name: str) -> list[Any]:
        """The values in an attribute that is a list, however deep checkov has put them."""
        return [item for item in _flat(self.values.get(name)) if not self._stands_in(item)]

    def may_be(self, name: str) -> list[Any]:
        """What an attribute may be; what it holds is read where it is a JSON document.

        One value in a plan, and a `Computed` where it is known only after apply; in the files one
        for each instance of the block, as far as they tell, and none where it is not set.
        """
        if self.planned:
            found = self.get(name)
            return [Computed(name) if found is None else written.document(found)]
        address = self.values.get("__address__")
        for item in self.everything if address else ():
            if item.get("__address__") == address:
                block = ".".join(split(str(address))[-2:])
                return written.values(Path(item["file_path_"]), block, name)
        return [Computed(name)]

    @property
    def tags(self) -> dict[str, str]:
        """Its tags, those of the provider's default_tags included."""
        every = self.block("tags_all")
        return {name: every.get(name) for name in every.values if not name.endswith(("_", "line"))}

    @property
    def environment(self) -> str:
        """The environment it is tagged with, else that of its files; empty without one."""
        return str(self.tags.get("Environment") or self.home)

    def others(self, type_: str) -> list[Mapping[str, Any]]:
        """The attributes of all resources of that type in the same plan."""
        return [item for item in self.everything if item.get("resource_type") == type_]


class Check(BaseResourceCheck):
    """A policy as checkov knows it. Made by `policy`; what breaks it is kept in `broken`.

    `home` is the environment whose files or plan are read, where that is known.
    """

    def __init__(
        self,
        id_: str,
        about: str,
        types: tuple[str, ...],
        holds: Callable[[Planned], Answer],
        *,
        reads: tuple[str, ...],
        in_files: bool,
        by_environment: bool,
    ) -> None:
        self.holds = holds
        self.reads = list(reads)
        self.in_files = in_files
        self.by_environment = by_environment
        self.home = ""
        self.broken: Exception | None = None
        super().__init__(about, id_, [CheckCategories.GENERAL_SECURITY], list(types))

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Whether the policy holds; without an answer it is not counted."""
        self.evaluated_keys = self.reads
        resource = Planned(self.entity_type, conf, self._everything(), self.home)
        if not resource.planned and not (self.in_files or self._is_plain(conf)):
            return CheckResult.UNKNOWN
        if self.by_environment and not resource.environment:
            return CheckResult.UNKNOWN
        try:
            answer = self.holds(resource)
        except Exception as error:
            # checkov would take a policy that breaks for one that has nothing to say.
            self.broken = error
            raise
        if answer is None:
            return CheckResult.UNKNOWN
        if answer == UNTOLD:
            # checkov would drop what is unknown: `scan` knows this one by its key.
            self.evaluated_keys = [UNTOLD]
            return CheckResult.FAILED
        return CheckResult.PASSED if answer else CheckResult.FAILED

    def _is_plain(self, conf: dict[str, Any]) -> bool:
        """Whether all that the policy reads is written in the files as it will be."""
        return bool(self.reads) and not any(_is_open(conf.get(name)) for name in self.reads)

    def _everything(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(item for _, item in self.graph.nodes()) if self.graph else ()


def strictest(answers: Iterable[Answer]) -> Answer:
    """The answer on several things: False for one that fails, UNTOLD for one that can't be told."""
    every = [*answers]
    return False if False in every else UNTOLD if UNTOLD in every else True


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list | tuple | set):
        return [item for each in value for item in _flat(each)]
    return [] if value is None else [value]


def _is_open(value: Any) -> bool:
    """Whether an expression stands anywhere in `value`."""
    if isinstance(value, dict):
        return any(map(_is_open, value.values()))
    if isinstance(value, list | tuple | set):
        return any(map(_is_open, value))
    return isinstance(value, str) and _EXPRESSION.search(value) is not None


def policy(
    id_: str,
    about: str,
    *types: str,
    reads: tuple[str, ...] = (),
    in_files: bool = False,
    by_environment: bool = False,
) -> Callable[[Callable[[Planned], Answer]], Check]:
    """Declare a function as the policy `id_` on resources of these `types` (`*` is any text).

    It gets a planned resource and says whether the policy holds, UNTOLD where that can't be told,
    or None where it has nothing to say. `reads`: the attributes it looks at; one that is known only
    after apply makes a failure `unknown`. It is asked about the Terraform files too, as far as all
    that it reads is written there as it will be; `in_files`: also where it is an expression.
    `by_environment`: it is asked only where the environment is known.
    """

    def declare(holds: Callable[[Planned], Answer]) -> Check:
        return Check(
            id_, about, types, holds, reads=reads, in_files=in_files, by_environment=by_environment
        )

    return declare


def load(folder: Path, home: str = "") -> tuple[tuple[Path, Check], ...]:
    """The policies of the files in `folder`, which are now registered with checkov.

    `home`: the environment whose files or plan are read. Raises InputError where a file can't be
    run.
    """
    found = tuple(item for path in sorted(folder.glob("*.py")) for item in _load(path))
    for _, check in found:
        check.home = home
    return found


def _load(path: Path) -> Iterator[tuple[Path, Check]]:
    module = pythonfile.load(path, prefix="groundplan_policy")
    yield from ((path, item) for item in vars(module).values() if isinstance(item, Check))
