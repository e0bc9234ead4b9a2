"""The container's health check: ``python -m apps.common.probe`` fails unless /readyz says 200.

It runs every few seconds beside the service, so it imports next to nothing.
"""

from __future__ import annotations

import os
import socket


def main() -> None:
    """Ask this container's own service."""
    try:
        answer = _ask(int(os.environ.get("PORT", "8000")))
    except OSError as error:
        raise SystemExit(f"no answer: {error}") from error
    head, _, body = answer.partition("\r\n\r\n")
    if head.split(" ", 2)[1:2] != ["200"]:
        raise SystemExit(f"not ready: {body}")


def _ask(port: int) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=4) as connection:
        connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n")
        with connection.makefile(encoding="utf-8", newline="") as lines:
            return lines.read()


if __name__ == "__main__":
    main()
