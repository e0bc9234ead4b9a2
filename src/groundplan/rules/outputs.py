"""The rule that follows the outputs which Kubernetes takes hosts from to what they are hosts of."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from groundplan.facts.addresses import split, without_key
from groundplan.findings import Finding, error, rule
from groundplan.rules.conformance import drawn, is_replica
from groundplan.rules.once import once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from groundplan.reference.hcl import Block
    from groundplan.workspace import Workspace

_OF_MODULE: Final = re.compile(r"(?<![\w.])module\.([\w-]+)(?:\[[^\]]*\])?\.([\w-]+)")
_OF_RESOURCE: Final = re.compile(r"(?<![\w.])(aws_\w+\.[\w-]+)")


@rule("output-leads", "the hosts that Kubernetes takes from Terraform are those of the right store")
def outputs(workspace: Workspace) -> Iterator[Finding]:
    """Outputs by which what is read from a replica goes to the database itself, or the reverse."""
    sources = [workspace.root / "terraform", workspace.root / "facts", workspace.design_file]
    yield from once(workspace, "outputs", sources, lambda: _astray(workspace))


def _astray(workspace: Workspace) -> Iterator[Finding]:
    from groundplan.kubernetes import cloud  # noqa: PLC0415 - only where something has changed

    files, hosts = _Files(), [*cloud.hosts()]
    stores = {type_ for _, types, _ in hosts for type_ in types}
    for env, copies in _planned(workspace).items():
        root = workspace.root / "terraform" / "envs" / env
        for name, types, of_copies in hosts:
            for address in sorted({*files.led_to(root, name)}):
                type_ = address.split(".")[-2]
                right = type_ in types and copies.get(address, of_copies) == of_copies
                if type_ in stores and not right:
                    block = files.blocks(root)["output", name]
                    message = f"{name} of {env} leads to {address}"
                    hint = f"it is read as the host of {'replicas' if of_copies else 'the store'}"
                    yield error(message, block.file, block.line, hint)


def _planned(workspace: Workspace) -> dict[str, dict[str, bool]]:
    """Whether each block of resources is of replicas, by environment and address without keys."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for _, phase, env in drawn(workspace):
        for item in workspace.facts(env, phase.number):
            found[env][".".join(map(without_key, split(item.address)))] = is_replica(item)
    return found


@dataclass(frozen=True)
class _Files:
    """The blocks of Terraform's folders, each read once."""

    read: dict[Path, dict[tuple[str, ...], Block]] = field(default_factory=dict)

    def led_to(self, folder: Path, output: str, within: str = "") -> Iterator[str]:
        """The addresses, without keys, of the resources that an output of a module is made of."""
        blocks = self.blocks(folder)
        block = blocks.get(("output", output))
        value = block.attributes["value"].raw if block and "value" in block.attributes else ""
        yield from (within + found for found in _OF_RESOURCE.findall(value))
        for module, its in _OF_MODULE.findall(value):
            called = blocks.get(("module", module))
            source = called.attributes.get("source") if called else None
            path, step = source.string() if source else "", f"module.{module}."
            # One of ours, and none that calls itself.
            if path.startswith(("./", "../")) and step not in within:
                yield from self.led_to(folder / path, its, within + step)

    def blocks(self, folder: Path) -> dict[tuple[str, ...], Block]:
        """The blocks of a folder by their kind and labels."""
        from groundplan.reference import hcl  # noqa: PLC0415

        here = folder.resolve()
        if here not in self.read:
            found = (block for path in sorted(here.glob("*.tf")) for block in hcl.parse(path))
            self.read[here] = {(block.kind, *block.labels): block for block in found}
        return self.read[here]
