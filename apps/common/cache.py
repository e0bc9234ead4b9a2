"""Redis as a cache that the shop can do without."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import redis

from apps.common.environment import secret, setting
from apps.common.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger("cache")


class Cache:
    """JSON values for ``seconds``. While Redis does not answer, nothing is cached."""

    def __init__(self, client: Any, seconds: int) -> None:
        self._client = client
        self._seconds = seconds
        self._patience = Patience()

    def get(self, key: str) -> Any:
        """What was put under ``key``, or None."""
        found = self._try(lambda: self._client.get(key))
        return None if found is None else json.loads(found)

    def put(self, key: str, value: object) -> None:
        """Keep ``value`` under ``key``."""
        self._try(lambda: self._client.set(key, json.dumps(value), ex=self._seconds))

    def drop(self, key: str) -> None:
        """Forget ``key``."""
        self._try(lambda: self._client.delete(key))

    def _try(self, command: Callable[[], Any]) -> Any:
        if not self._patience.worth_trying():
            return None
        try:
            return command()
        except redis.RedisError as error:
            self._patience.failed()
            _log.warning("Redis does not answer", extra={"error": str(error)})
            return None


class NoCache(Cache):
    """What a service uses where there is no Redis."""

    def __init__(self) -> None:
        super().__init__(None, 0)

    def _try(self, command: Callable[[], Any]) -> None:
        del command


def cache(seconds: int) -> Cache:
    """A cache at REDIS_URL, or NoCache where that is not set.

    `rediss://` is TLS, to a server that can prove its name. Where there is a password, it stands in
    the URL or in the file REDIS_PASSWORD_FILE.
    """
    url = setting("REDIS_URL", "")
    if not url:
        return NoCache()
    password = {"password": secret("REDIS_PASSWORD")} if setting("REDIS_PASSWORD_FILE", "") else {}
    client = redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=0.5, **password)
    return Cache(client, seconds)
