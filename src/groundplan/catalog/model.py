"""What a row of the catalogue says: how a kind of node looks, and what becomes of a resource type.

Paths are dotted attribute paths, `*` for every block of a list: `network_interface.*.subnet_id`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from groundplan.graph import EdgeKind

# subnet: stands in its subnets. vpc: belongs to a VPC as a whole. region: a regional service, one
# node for all of that type. global: one too, outside every region. list: one too, at the side.
# frame, edge, part: see the reason, which the ledger repeats.
Place = Literal["subnet", "vpc", "region", "global", "frame", "edge", "part", "list"]
ViewName = Literal["network", "infrastructure"]

BOTH: Final[tuple[ViewName, ...]] = ("network", "infrastructure")
NETWORK: Final[tuple[ViewName, ...]] = ("network",)
SERVICES: Final[tuple[ViewName, ...]] = ("infrastructure",)


@dataclass(frozen=True)
class Kind:
    """How a kind of node looks: its icon, and its name where nothing better is known.

    A drawn icon is line art on no ground; it is given a light one where the picture is dark.
    `band` is the style of the frame round one that spans several subnets: `data` for what stores
    data. `runs` is true for what runs code, which calls others.
    """

    icon: str
    label: str
    drawn: bool = True
    band: Literal["compute", "data"] = "compute"
    runs: bool = False


@dataclass(frozen=True)
class End:
    """One end of a link: what the attribute at `path` refers to, of these types; "" is itself."""

    path: str = ""
    types: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """A line that a resource of a type tells of: from one end to the other."""

    source: End
    target: End
    label: str = ""
    kind: EdgeKind = "uses"


@dataclass(frozen=True)
class Treatment:
    """What becomes of a resource type, and where it says what it stands in and is joined to.

    `subnets`: the first of these paths that is given tells where it runs. `groups`: likewise the
    security groups that it carries. `through`: what it refers to here tells both, where
    it doesn't itself. `members`: a type, and its attribute that refers to this one, which tells
    them. `optional`: it may stand outside a VPC. `public`: the setting that gives it a way in from
    the internet ("!internal" where it closes one); "address" for a machine, whose subnet and
    Elastic IPs count too. `size`: the setting that says how big it is. `links`: its lines.
    """

    place: Place
    kind: str = ""
    views: tuple[ViewName, ...] = BOTH
    reason: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    through: tuple[End, ...] = ()
    members: tuple[str, str] | None = None
    optional: bool = False
    public: str = ""
    links: tuple[Link, ...] = ()
    size: str = ""


SELF: Final = End()


def end(path: str, *types: str) -> End:
    """What the attribute at `path` refers to, of these types; of any where none is named."""
    return End(path, types)


def part(reason: str, *, through: tuple[End, ...] = (), links: tuple[Link, ...] = ()) -> Treatment:
    """A row for what has no node of its own."""
    return Treatment("part", reason=reason, through=through, links=links)


def service(kind: str, *links: Link) -> Treatment:
    """A row for a regional service."""
    return Treatment("region", kind, SERVICES, links=links)
