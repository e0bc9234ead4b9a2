from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from apps.tests.in_process import Harbour, Sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from apps.common.database import Database


@pytest.fixture
def open_database(tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Databases by role, each with the shop's real tables and products."""
    servers = Sqlite(tmp_path)
    yield servers.database
    servers.close()


@pytest.fixture
def database(open_database: Callable[[str], Database]) -> Database:
    return open_database("primary")


@pytest.fixture
def harbour(open_database: Callable[[str], Database]) -> Harbour:
    """All five services, over one database."""
    return Harbour.built(open_database)
