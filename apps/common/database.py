"""MySQL: one connection a thread, one transaction a block."""

from __future__ import annotations

import ssl
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import CLIENT
from pymysql.cursors import DictCursor

from apps.common.environment import secret, setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Database:
    """A database server; ``role`` is ``primary`` or ``replica``."""

    def __init__(self, connect: Callable[[], Any], role: str = "primary") -> None:
        self.role = role
        self._connect = connect
        self._thread = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A cursor; committed at the end of the block, rolled back when it raises."""
        connection = self._connection()
        try:
            with connection.cursor() as cursor:
                yield cursor
            connection.commit()
        except BaseException:
            # A connection that broke has been rolled back by the server.
            with suppress(pymysql.Error):
                connection.rollback()
            raise

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """All rows of a query, as dictionaries."""
        with self.transaction() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())

    def alive(self) -> None:
        """Raise pymysql.err.OperationalError unless the server answers."""
        self.rows("SELECT 1")

    def _connection(self) -> Any:
        connection = getattr(self._thread, "connection", None)
        if connection is None or not _answers(connection):
            connection = self._thread.connection = self._connect()
        return connection


def _answers(connection: Any) -> bool:
    """Whether a connection still holds: a server closes one that was idle for long."""
    try:
        connection.ping(reconnect=False)
    except pymysql.Error:
        with suppress(pymysql.Error):
            connection.close()
        return False
    return True


def primary() -> Database:
    """The server at MYSQL_HOST, which takes writes."""
    return Database(lambda: _connect(setting("MYSQL_HOST")))


def replica() -> Database | None:
    """The server at MYSQL_READ_HOST, or None where that is not set."""
    host = setting("MYSQL_READ_HOST", "")
    return Database(lambda: _connect(host), role="replica") if host else None


def _tls() -> ssl.SSLContext | None:
    """With MYSQL_TLS=required: TLS or nothing, to a server that can prove its name.

    MYSQL_CA is a file of the authorities that are believed; without it, those of the system.
    """
    wanted = setting("MYSQL_TLS", "off")
    if wanted not in ("off", "required"):
        raise SystemExit(f"MYSQL_TLS is '{wanted}', not 'required'")
    if wanted == "off":
        return None
    return ssl.create_default_context(cafile=setting("MYSQL_CA", "") or None)


def _connect(host: str) -> Any:
    return pymysql.connect(
        host=host,
        ssl=_tls(),
        port=int(setting("MYSQL_PORT", "3306")),
        user=setting("MYSQL_USER"),
        password=secret("MYSQL_PASSWORD"),
        database=setting("MYSQL_DATABASE"),
        cursorclass=DictCursor,
        connect_timeout=3,
        read_timeout=5,
        write_timeout=5,
        # An UPDATE counts the rows it found, also those that were right already.
        client_flag=CLIENT.FOUND_ROWS,
        # Without gap locks: two baskets that are filled at once don't deadlock.
        init_command="SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    )
