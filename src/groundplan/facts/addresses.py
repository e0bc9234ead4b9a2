"""Addresses of resources, taken apart: `module.a["x.y"].aws_subnet.b[0]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# A step of an address: a name and, for one instance, its key: `module.a["x"]` is two steps.
_STEP: Final = re.compile(r'([^.\[\]]+)((?:\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\])*)')


def split(address: str) -> tuple[str, ...]:
    """The dotted parts of an address, instance keys kept on their part.

    >>> split('module.a["x.y"].aws_subnet.b[0].id')
    ('module', 'a["x.y"]', 'aws_subnet', 'b[0]', 'id')
    """
    return tuple(match.group(0) for match in _STEP.finditer(address))


def without_key(part: str) -> str:
    """`b[0]` → `b`."""
    return part.split("[", 1)[0]


def key_of(part: str) -> str | None:
    """The instance key of `b["x"]` or `b[0]`, brackets included, else None."""
    return part[part.index("[") :] if "[" in part else None


def module_steps(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The steps of the module instances that the parts of an address lead through.

    >>> module_steps(("module", 'a["x"]', "aws_subnet", "b"))
    ('module.a["x"]',)
    """
    steps = []
    while len(parts) > 2 and parts[0] == "module":  # noqa: PLR2004
        steps.append(f"module.{parts[1]}")
        parts = parts[2:]
    return tuple(steps)


@dataclass(frozen=True)
class Scope:
    """A module instance: its address parts by pair, `("module.a[\"x\"]", "module.b")`."""

    steps: tuple[str, ...] = ()

    def child(self, step: str) -> Scope:
        """The module instance of this step in this one."""
        return Scope((*self.steps, step))

    @property
    def parent(self) -> Scope:
        """The module instance that calls this one."""
        return Scope(self.steps[:-1])

    def address(self, rest: str) -> str:
        """The address of what is at `rest` in this module instance."""
        return ".".join((*self.steps, rest))
