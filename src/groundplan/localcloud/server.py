"""ministack's application with the gaps filled and its state saved as it goes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, cast

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import persistence

from groundplan.localcloud import gaps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Message = dict[str, Any]
    Application = Callable[..., Awaitable[None]]

_REMEMBERED = 500  # requests; one is repeated within seconds
_FAILED = 500

SAVE_EVERY = 0.5
"""Seconds between looks at what has changed: what a kill -9 can cost at most."""


def serve(listener: int) -> None:
    """Answer on the listening socket `listener` until SIGTERM; the state is then saved."""
    config = Config()
    config.bind = [f"fd://{listener}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    fill_gaps()
    asyncio.run(hypercorn_serve(cast("Any", Once(Saving(ministack.app))), config))


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


class Once:
    """An ASGI application around another that does what is asked twice only once.

    An AWS SDK whose connection broke before the answer came asks again with the same
    `amz-sdk-invocation-id`. What was made the first time would then be there already.
    """

    def __init__(self, application: Application) -> None:
        self.application = application
        self.answers: OrderedDict[bytes, asyncio.Future[list[Message]]] = OrderedDict()

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answer as the application does, or as it did."""
        name = dict(scope.get("headers", ())).get(b"amz-sdk-invocation-id", b"")
        if not name or scope.get("method") in {"GET", "HEAD"}:
            await self.application(scope, receive, send)
            return
        if name not in self.answers:
            self.answers[name] = asyncio.ensure_future(self._answer(scope, receive))
            if len(self.answers) > _REMEMBERED:
                self.answers.popitem(last=False)
        else:
            while (await receive()).get("more_body"):
                pass  # it has been read the first time
        messages = await asyncio.shield(self.answers[name])
        if messages[0]["status"] >= _FAILED:
            self.answers.pop(name, None)  # that is worth another try
        for message in messages:
            await send(message)

    async def _answer(self, scope: Message, receive: Any) -> list[Message]:
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.application(scope, receive, keep)
        return messages


class Saving:
    """An ASGI application around ministack's that saves what has changed, soon after.

    ministack itself saves on a clean stop only. A request that may have changed something asks
    for a save; one task does them, so that a burst of requests costs one.
    """

    def __init__(self, application: Application) -> None:
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
