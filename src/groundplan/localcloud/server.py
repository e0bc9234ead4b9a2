"""ministack's application with the gaps filled and its state saved as it goes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import persistence

from groundplan.localcloud import gaps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SAVE_EVERY = 0.5
"""Seconds between looks at what has changed: what a kill -9 can cost at most."""


def serve(listener: int) -> None:
    """Answer on the listening socket `listener` until SIGTERM; the state is then saved."""
    config = Config()
    config.bind = [f"fd://{listener}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    fill_gaps()
    asyncio.run(hypercorn_serve(cast("Any", Saving(ministack.app)), config))


def fill_gaps() -> None:
    """Fill the gaps of each of ministack's services as it is loaded, and run no start scripts.

    ministack runs every script it finds in two system folders; nothing here asks for that.
    """
    load = ministack._get_module
    filled: set[str] = set()

    def load_filled(name: str) -> Any:
        module = load(name)
        if name not in filled:
            filled.add(name)
            gaps.fill(name, module)
        return module

    ministack._get_module = load_filled
    ministack._collect_scripts = lambda *_folders: []


class Saving:
    """An ASGI application around ministack's that saves what has changed, soon after.

    ministack itself saves on a clean stop only. A request that may have changed something asks
    for a save; one task does them, so that a burst of requests costs one.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self.application = application
        self.changed = False
        self.task: asyncio.Task[None] | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request (or the start and stop of the server) as ASGI has it."""
        if self.task is None:
            self.task = asyncio.create_task(self._save_for_ever())
        await self.application(scope, receive, send)
        self.changed = self.changed or scope.get("method") in {"POST", "PUT", "PATCH", "DELETE"}

    async def _save_for_ever(self) -> None:
        while True:
            await asyncio.sleep(SAVE_EVERY)
            if self.changed:
                self.changed = False
                persistence.save_all(ministack._build_persistence_save_dict())
