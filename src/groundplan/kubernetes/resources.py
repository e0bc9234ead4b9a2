"""What a pod asks of its node, and the most that it gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from groundplan.compose import Service
    from groundplan.compose.services import Raw

_MIB: Final = 1 << 20
# (CPU asked for in thousandths, memory asked for in MiB, most memory). No CPU limit: it would only
# slow down what has the node to itself. Measured at rest: a service of the shop takes 45 MiB,
# MySQL 500 MiB.
_SIZES: Final = {
    "web": (50, 128, 256),
    "service": (50, 128, 256),
    "cache": (50, 64, 256),
    "database": (100, 512, 1024),
    "queue": (100, 256, 1024),
}


def resources(service: Service, raw: Raw) -> dict[str, Any]:
    """Requests and limits as the file has them, else as the kind of the service has them.

    A cluster refuses a request above its limit. So what is told bounds what is not.
    """
    given = (raw.get("deploy") or {}).get("resources") or {}
    asked, limits = given.get("reservations") or {}, given.get("limits") or {}
    cpu, memory, most = _SIZES[service.kind]
    fast = _cpu(limits.get("cpus") or raw.get("cpus"))
    large = int(limits.get("memory") or raw.get("mem_limit") or 0)
    wanted = int(asked.get("memory") or raw.get("mem_reservation") or 0)
    limit = large or max(most * _MIB, wanted)
    request = min(wanted or large or memory * _MIB, limit)
    share = _cpu(asked.get("cpus")) or cpu
    return {
        "requests": {"cpu": f"{min(share, fast or share)}m", "memory": _bytes(request)},
        "limits": {**({"cpu": f"{fast}m"} if fast else {}), "memory": _bytes(limit)},
    }


def _cpu(cores: Any) -> int:
    """Thousandths of a core; 0 where nothing is told."""
    return max(1, round(float(cores) * 1000)) if cores and float(cores) else 0


def _bytes(number: int) -> str:
    units = (("Gi", _MIB << 10), ("Mi", _MIB))
    whole = (f"{number // size}{unit}" for unit, size in units if number % size == 0)
    return next(whole, str(number))
