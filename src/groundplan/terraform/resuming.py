"""The next run after an apply that was killed: what stands is taken into the state, or told.

What the log of the killed apply names is imported by its id. For the rest, and for what can't be
imported by that, a plan tells by then what it is called and which tags it bears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from groundplan.terraform import messages, recovery, standing, targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from groundplan.terraform.driver import Terraform


def take_in(driver: Terraform, phase: int) -> None:
    """Import what a killed apply of `phase` made and could not save; say what can't be known.

    Raises RefusedError where the state is locked: by the killed apply, or by one that goes on.
    """
    if lock := driver.lock():
        raise messages.locked(lock, driver.env)
    found = recovery.read(driver.said("apply"))
    lost = found.lost(driver.state())
    open_ = {
        address: id_ for address, id_ in lost.items() if not _taken(driver, address, id_, phase)
    }
    known = recovery.ids(driver.state())
    begun = [address for address in found.begun if address not in known]
    for address, id_ in _standing(driver, phase, [*open_, *begun], known):
        if id_ and _taken(driver, address, id_, phase):
            continue
        if address in open_:
            driver.say(f"{address}: made, but can't be taken in ({open_[address]})")
        else:
            driver.say(f"{address}: was being made when Terraform was killed; it may stand")


def _taken(driver: Terraform, address: str, id_: str, phase: int) -> bool:
    taken = driver.take_in(address, id_, phase)
    if taken:
        driver.say(f"{address}: taken in ({id_})")
    return taken


def _standing(
    driver: Terraform, phase: int, addresses: Iterable[str], known: Mapping[str, str]
) -> Iterator[tuple[str, str | None]]:
    """What each of `addresses` can be imported by, as far as it stands and can be found."""
    if not (wanted := tuple(addresses)):
        return
    planned = {item["address"]: item for item in _planned(driver, phase)}
    ask = standing.tags_in(targets.client(driver.target, "ec2"))
    for address in wanted:
        item = planned.get(address)
        values = (item or {}).get("values") or {}
        type_ = item["type"] if item else ""
        yield (
            address,
            standing.named(type_, values, driver.target.account)
            or standing.tagged(type_, values, set(known.values()), ask),
        )


def _planned(driver: Terraform, phase: int) -> Iterator[Mapping[str, Any]]:
    """The resources that a plan of `phase` will bring, with the values that it knows."""
    plan = driver.show_json(driver.plan_only(phase, refresh=False))
    yield from _resources((plan.get("planned_values") or {}).get("root_module") or {})


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _resources(child)
