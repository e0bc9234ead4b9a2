"""What a machine lacks is skipped, saying how to get it; with GROUNDPLAN_NO_SKIPS=1 it fails."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import beehive
from groundplan import doctor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

HOW = {
    "docker": "needs a Docker engine with Compose: 'make machine' on Debian as root",
    "browser": "needs Chromium: 'make machine' on Debian as root, or set GROUNDPLAN_BROWSER",
}


@cache
def _has_docker() -> bool:
    try:
        return all(
            subprocess.run(argv, capture_output=True, timeout=30, check=False).returncode == 0
            for argv in (["docker", "info"], ["docker", "compose", "version"])
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def _missing(mark: str) -> bool:
    return not _has_docker() if mark == "docker" else doctor.browser() is None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs what is not there."""
    for mark, how in HOW.items():
        if item.get_closest_marker(mark) and _missing(mark):
            pytest.skip(how)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """In CI nothing may be skipped: there a skip is a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("GROUNDPLAN_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {call.excinfo and call.excinfo.value}"
    return report


@pytest.fixture
def example(tmp_path: Path) -> beehive.Example:
    """A small workspace in which every rule holds."""
    return beehive.made(tmp_path)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the reference engagement's site, built once."""
    from groundplan import site  # noqa: PLC0415 - only tests with a browser need it
    from groundplan.workspace import Workspace  # noqa: PLC0415

    root = Path(__file__).parents[1]
    folder = site.build(Workspace(root), tmp_path_factory.mktemp("site"))
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - skipped where no browser is

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=doctor.browser(), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def trouble() -> list[str]:
    """What went wrong in a page while it was open."""
    return []


@pytest.fixture
def opened(chromium: Browser, home: str, scheme: str, trouble: list[str]) -> Iterator[Page]:
    """A page that notes every error and every request to elsewhere."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("requestfailed", lambda sent: _note(trouble, sent.url, bad=not _left(sent.failure)))
    page.on("response", lambda got: _note(trouble, got.url, bad=got.status >= 400))
    page.on("request", lambda sent: _note(trouble, sent.url, bad=not ours(sent.url, home)))
    yield page
    context.close()


def _note(trouble: list[str], address: str, *, bad: bool) -> None:
    if bad:
        trouble.append(address)


def _left(failure: str | None) -> bool:
    """True where a request ended because its page was left."""
    return failure == "net::ERR_ABORTED"


def ours(address: str, home: str) -> bool:
    """True for an address of the site that `home` is the address of."""
    return address.startswith((home, "data:", "blob:"))
