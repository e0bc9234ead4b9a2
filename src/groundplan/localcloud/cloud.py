"""The embedded AWS seen from outside: start, stop, ask, and use it for a while."""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import secrets
import shutil
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from groundplan import process
from groundplan.errors import InputError, ToolError
from groundplan.files import write_if_changed
from groundplan.localcloud.__main__ import ALREADY_RUNNING, PORT_TAKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import IO

DEFAULT_PORT = 4566
ACCOUNT = "000000000000"
_PASSED_ON = ("HOME", "LANG", "PATH", "PYTHONPATH", "TMPDIR")
_STARTING = 30.0
_STOPPING = 15.0


@dataclass(frozen=True)
class Endpoint:
    """Where a running embedded AWS answers.

    `held`: file handles that a tool which works on it inherits, so that it counts as a user of it
    even when the command that started the tool is gone.
    """

    port: int
    pid: int
    held: tuple[int, ...] = ()

    @property
    def url(self) -> str:
        """By address: S3 answers with the bucket in the path only where the host is no name."""
        return f"http://127.0.0.1:{self.port}"


def configured_port() -> int:
    """The port that GROUNDPLAN_CLOUD_PORT names, else 4566; 0 takes any free one."""
    text = os.environ.get("GROUNDPLAN_CLOUD_PORT", str(DEFAULT_PORT))
    if text.isdecimal() and int(text) < 2**16:
        return int(text)
    raise InputError(f"GROUNDPLAN_CLOUD_PORT is '{text}'", hint="it must be a port: 0 to 65535")


def environment(endpoint: Endpoint, *, account: str = ACCOUNT) -> dict[str, str]:
    """What a tool needs to work on `endpoint` as `account`, and nothing of the user's own AWS."""
    return process.clean_environment(
        {
            "AWS_ENDPOINT_URL": endpoint.url,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "embedded",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )


def create_bucket(endpoint: Endpoint, name: str, *, account: str = ACCOUNT) -> None:
    """Make the S3 bucket `name` in `endpoint`, unless it is there."""
    scope = f"Credential={account}/20260101/us-east-1/s3/aws4_request"
    signed = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=unchecked"
    _ask(endpoint, "PUT", f"/{name}", {"Authorization": signed})


class Cloud:
    """The embedded AWS whose state is kept in `folder`.

    `port`: where it listens when this starts it (default: `configured_port()`; 0 for any free
    one). One that runs already is used where it is.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = configured_port() if port is None else port

    def status(self) -> Endpoint | None:
        """Where it answers, or None where it does not run."""
        record = self._record()
        return Endpoint(record["port"], record["pid"]) if record else None

    def up(self) -> Endpoint:
        """Start it unless it runs, wait until it answers, and leave it running.

        Raises ToolError where the port is taken or it does not come up.
        """
        endpoint = self._start()
        self._kept.write_text(str(endpoint.pid))
        return endpoint

    def identity(self) -> str:
        """A name of what is in it: another one after every `reset`."""
        if not self._identity.exists():
            write_if_changed(self._identity, secrets.token_hex(8))
        return self._identity.read_text()

    def down(self) -> bool:
        """Stop it, its state saved; False where it did not run."""
        record = self._record()
        self._kept.unlink(missing_ok=True)
        if not record:
            return False
        for how in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.kill(record["pid"], how)
            if self._gone(_STOPPING):
                break
        return True

    def reset(self) -> None:
        """Forget everything in it, running or not."""
        self._identity.unlink(missing_ok=True)
        if endpoint := self.status():
            _ask(endpoint, "POST", "/_ministack/reset")
        else:
            shutil.rmtree(self.folder / "state", ignore_errors=True)
            shutil.rmtree(self.folder / "s3", ignore_errors=True)

    @contextmanager
    def running(self) -> Iterator[Endpoint]:
        """It runs inside; afterwards it is as it was found.

        Several commands may use it at a time: the last one that leaves stops it, unless `up`
        asked for it to stay.
        """
        with self._user() as user:
            endpoint = self._start()
            try:
                yield replace(endpoint, held=(user.fileno(),))
            finally:
                self._leave(user)

    def _leave(self, user: IO[str]) -> None:
        try:
            fcntl.flock(user, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        endpoint = self.status()
        kept = self._kept.read_text() if self._kept.exists() else ""
        if endpoint and str(endpoint.pid) != kept:
            self.down()

    @contextmanager
    def _user(self) -> Iterator[IO[str]]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "users.lock").open("a+") as user:
            fcntl.flock(user, fcntl.LOCK_SH)
            yield user

    @property
    def _identity(self) -> Path:
        return self.folder / "identity"

    @property
    def _kept(self) -> Path:
        """Holds the pid of the server that `up` asked to stay."""
        return self.folder / "kept"

    def _start(self) -> Endpoint:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "start.lock").open("a+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if running := self.status():
                return running
            outcome = process.run(
                [sys.executable, "-m", "groundplan.localcloud", str(self.folder), str(self.port)],
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                check=False,
            )
            if outcome.returncode == PORT_TAKEN:
                raise self._port_taken()
            if outcome.returncode not in {0, ALREADY_RUNNING}:
                raise process.failed(outcome)
            return self._answering()

    def _answering(self) -> Endpoint:
        if endpoint := self.status():
            try:
                _ask(endpoint, "GET", "/_ministack/health")
            except OSError:
                pass
            else:
                return endpoint
        raise ToolError(
            f"the embedded AWS did not come up\n  {self._last_words()}",
            hint=f"its log is {self.folder / 'server.log'}",
        )

    def _port_taken(self) -> ToolError:
        return ToolError(
            f"the embedded AWS needs port {self.port} of 127.0.0.1, which another program has",
            hint="stop that program, or choose another port: GROUNDPLAN_CLOUD_PORT=4577"
            " (0 takes any free one)",
        )

    def _last_words(self) -> str:
        log = self.folder / "server.log"
        return "\n  ".join(log.read_text().splitlines()[-5:]) if log.exists() else ""

    def _record(self) -> dict[str, int] | None:
        """The record of the server that holds the lock: nothing else can leave one behind."""
        try:
            with (self.folder / "server.lock").open() as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return dict(json.load(lock))
        except (FileNotFoundError, json.JSONDecodeError):
            pass
        return None

    def _gone(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._record() is None:
                return True
            time.sleep(0.05)
        return False


def _ask(
    endpoint: Endpoint, method: str, path: str, headers: Mapping[str, str] | None = None
) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", endpoint.port, timeout=_STARTING)
    try:
        connection.request(method, path, headers=headers or {})
        connection.getresponse().read()
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
