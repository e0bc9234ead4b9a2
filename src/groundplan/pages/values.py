"""Values that prose can show: resources of a recorded plan, by type or address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from groundplan.errors import InputError, suggest
from groundplan.pages.labels import resource_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groundplan.facts import Resource
    from groundplan.pages.content import Stage
    from groundplan.pages.network import Network

LATER: Final = "known after apply"


class Values(dict[str, Any]):
    """A resource's values: `{{ … .instance_class }}`, and its `name` as people call it.

    What Terraform learns only when it applies is shown as such, never as absent.
    """

    def __init__(self, resource: Resource) -> None:
        later = {path: LATER for path in resource.unknown if "." not in path}
        named = {"name": resource_name(resource), "address": resource.address}
        super().__init__(later | named | _plain(resource.values))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: item for key, item in values.items() if item is not None}


class FactsView:
    """What `{{ facts('dev', 2) }}` gives: one environment in one phase."""

    def __init__(self, stage: Stage) -> None:
        self._facts = stage.facts
        self._said = f"{stage.env}, phase {stage.phase}"
        self.network: Network = stage.network
        self.terraform_version = stage.facts.terraform_version

    def count(self, type_: str | None = None) -> int:
        """How many resources of that type (default: in all) there are."""
        return len(self._facts.of_type(type_) if type_ else self._facts.resources)

    def all(self, type_: str) -> list[Values]:
        """The resources of that type, by address."""
        return [Values(resource) for resource in self._facts.of_type(type_)]

    def one(self, type_: str) -> Values:
        """The only resource of that type. Raises InputError where there is none, or several."""
        found = self._facts.of_type(type_)
        if len(found) == 1:
            return Values(found[0])
        if found:
            addresses = ", ".join(resource.address for resource in found)
            raise InputError(
                f"there are {len(found)} {type_} in {self._said}",
                hint=f"say which: resource('ADDRESS') with one of {addresses}",
            )
        known = {resource.type for resource in self._facts}
        raise InputError(f"there is no {type_} in {self._said}", hint=suggest(type_, known))

    def resource(self, address: str) -> Values:
        """The resource of that address. Raises InputError."""
        for resource in self._facts:
            if resource.address == address:
                return Values(resource)
        known = [resource.address for resource in self._facts]
        raise InputError(f"there is no {address} in {self._said}", hint=suggest(address, known))
