"""Leaving something alone for a while after it failed."""

from __future__ import annotations

import time


class Patience:
    """After a failure, not to be tried again for ``seconds``.

    Without it every request would wait for a server that is gone before it does
    without.
    """

    def __init__(self, seconds: float = 10) -> None:
        self._seconds = seconds
        self._until = 0.0

    def worth_trying(self) -> bool:
        """Whether the last failure is long enough ago."""
        return time.monotonic() >= self._until

    def failed(self) -> None:
        """Begin to wait."""
        self._until = time.monotonic() + self._seconds
