"""Calls from one service to another."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx

from apps.common import VERSION
from apps.common.logs import request_id

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping


class PeerError(Exception):
    """Another service does not answer, or answers what it should not."""

    def __init__(self, peer: str, reason: str) -> None:
        super().__init__(f"{peer}: {reason}")
        self.peer = peer


class Peer:
    """Another service, called ``name``, at ``url``.

    ``caller`` is how this service calls itself; ``observe`` sees each answer
    and how many milliseconds it took; ``transport`` takes the place of the network in tests.
    """

    def __init__(
        self,
        name: str,
        url: str,
        *,
        caller: str,
        transport: httpx.BaseTransport | None = None,
        observe: Callable[[httpx.Response, float], None] | None = None,
    ) -> None:
        self._name = name
        self._observe = observe
        self._client = httpx.Client(
            base_url=url,
            headers={"User-Agent": f"{caller}/{VERSION}"},
            timeout=httpx.Timeout(10, connect=2),
            # Shorter than the server's keep-alive, so that no connection is
            # used at the moment in which the server closes it.
            limits=httpx.Limits(keepalive_expiry=4),
            transport=transport or httpx.HTTPTransport(retries=1),
            event_hooks={"request": [_pass_on]},
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Collection[int] = (),
    ) -> httpx.Response:
        """The answer, when its status is 2xx or in ``expect``; PeerError otherwise."""
        started = time.perf_counter()
        try:
            answer = self._request(method, path, body, headers)
        except httpx.HTTPError as error:
            raise PeerError(self._name, type(error).__name__) from error
        if self._observe:
            self._observe(answer, (time.perf_counter() - started) * 1000)
        if not answer.is_success and answer.status_code not in expect:
            raise PeerError(self._name, f"{method} {path} answered {answer.status_code}")
        return answer

    def _request(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str] | None,
    ) -> httpx.Response:
        try:
            return self._client.request(method, path, json=body, headers=headers)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            # A copy that is being stopped closed the connection. What may be said twice is said
            # again, to whichever copy is there now.
            if method == "POST" and "Idempotency-Key" not in (headers or {}):
                raise
            return self._client.request(method, path, json=body, headers=headers)

    def get(self, path: str) -> Any:
        """The JSON at ``path``, or None where the peer has nothing."""
        answer = self.call("GET", path, expect={404})
        return answer.json() if answer.is_success else None

    def alive(self) -> None:
        """Raise PeerError unless the peer answers."""
        self.call("GET", "/healthz")


def _pass_on(request: httpx.Request) -> None:
    request.headers["X-Request-ID"] = request_id.get()
