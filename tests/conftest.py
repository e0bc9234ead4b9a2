"""What a machine lacks is skipped, saying how to get it; with GROUNDPLAN_NO_SKIPS=1 it fails."""

from __future__ import annotations

import os
import subprocess
from functools import cache

import pytest

from groundplan import doctor

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
