"""The embedded AWS as a process of its own: `python -m groundplan.localcloud FOLDER PORT`.

The lock and the port are taken in the foreground, so that the starter learns at once, by the exit
code, why it can't be had; the server then goes on in the background. The kernel frees the lock
when the server ends, however it ends, so the pid in the lock file is never stale.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import IO

PORT_TAKEN = 4
ALREADY_RUNNING = 5
_ATTEMPTS = 20


def main(folder: Path, port: int) -> int:
    """Serve `folder`'s cloud on 127.0.0.1:`port` (0: any free port) in the background."""
    lock = (folder / "server.lock").open("a+")
    if not _taken(lock):
        return ALREADY_RUNNING
    try:
        listener = _listen(port)
    except OSError:
        return PORT_TAKEN
    port = listener.getsockname()[1]
    os.ftruncate(lock.fileno(), 0)
    if child := os.fork():
        os.write(lock.fileno(), json.dumps({"pid": child, "port": port}).encode())
        return 0
    _detach(folder / "server.log")
    os.environ.update(settings(folder, port))
    from groundplan.localcloud.server import serve  # noqa: PLC0415 - reads the settings on import

    serve(listener.fileno())
    return 0


def _taken(lock: IO[str]) -> bool:
    """Take the lock; whoever only asks for the status holds it for a moment, so try again."""
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def _detach(log: Path) -> None:
    os.setsid()
    with Path(os.devnull).open("rb") as nothing, log.open("wb") as written:
        os.dup2(nothing.fileno(), 0)
        os.dup2(written.fileno(), 1)
        os.dup2(written.fileno(), 2)


def settings(folder: Path, port: int) -> dict[str, str]:
    """What ministack is told by environment variables.

    It would start containers for databases and clusters where it finds a Docker engine, and
    delete those that carry its label: it is shown none.
    """
    return {
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": "us-east-1",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
        "DOCKER_HOST": f"unix://{folder}/no-docker-here.sock",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "CLOUDTRAIL_RECORDING": "0",
        "LOG_LEVEL": "WARNING",
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
