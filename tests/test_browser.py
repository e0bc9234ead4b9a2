"""The site as a reader has it: every page, light and dark, in a real Chromium."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

import pytest

from groundplan import doctor, site
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
SCHEMES = ("light", "dark")
SIZE = {"width": 1440, "height": 900}

pytestmark = pytest.mark.browser


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the built site."""
    folder = site.build(Workspace(ROOT), tmp_path_factory.mktemp("site"))
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - skipped where no browser is

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=doctor.browser(), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def trouble() -> list[str]:
    """What went wrong in a page while it was open."""
    return []


@pytest.fixture
def opened(chromium: Browser, home: str, scheme: str, trouble: list[str]) -> Iterator[Page]:
    """A page that notes every error and every request to elsewhere."""
    context = chromium.new_context(viewport=SIZE, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("requestfailed", lambda request: trouble.append(f"failed: {request.url}"))
    page.on("response", lambda got: _note(trouble, got.url, bad=got.status >= 400))
    page.on("request", lambda sent: _note(trouble, sent.url, bad=not _ours(sent.url, home)))
    yield page
    context.close()


def _note(trouble: list[str], address: str, *, bad: bool) -> None:
    if bad:
        trouble.append(address)


def _ours(address: str, home: str) -> bool:
    return address.startswith((home, "data:", "blob:"))


def _links(page: Page) -> set[str]:
    found: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return set(found)


def _ids(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    return found


def test_every_page_is_sound(opened: Page, home: str, scheme: str, trouble: list[str]):
    """From the home page by every link: no error, no broken link, nothing from elsewhere."""
    waiting, ids, wanted = [home], {}, {}
    while waiting:
        address = waiting.pop()
        opened.goto(address, wait_until="networkidle")
        assert not trouble, (address, trouble)
        ids[address] = _ids(opened)
        assert (
            opened.get_attribute("body", "data-md-color-scheme")
            == {"light": "default", "dark": "slate"}[scheme]
        )
        assert len(ids[address]) == len(set(ids[address])), f"an id stands twice in {address}"
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert opened.evaluate(wide) <= 0, f"{address} is wider than the screen"
        for link in _links(opened):
            assert _ours(link, home), f"{address} leads elsewhere: {link}"
            to, part = urldefrag(link)
            wanted.setdefault(to, set()).add(part)
            if to not in ids and to not in waiting and urlsplit(to).path.endswith("/"):
                waiting.append(to)
    assert (
        len(ids) == len(Workspace(ROOT).design.phases) + len(Workspace(ROOT).design.decisions) + 7
    )
    for to, parts in wanted.items():
        if to in ids:
            assert {part for part in parts if part} <= set(ids[to]), f"a place is missing in {to}"
        else:
            assert opened.request.get(to).ok, to


def test_every_picture_is_drawn_in_the_scheme_of_the_page(opened: Page, home: str, scheme: str):
    opened.goto(f"{home}phases/phase-2/", wait_until="networkidle")
    pictures = opened.locator(".gs-picture svg")
    assert pictures.count() == 3
    for number in range(3):
        box = pictures.nth(number).bounding_box()
        assert box
        assert min(box["width"], box["height"]) > 300
    ground = "getComputedStyle(document.querySelector('.gs-picture svg .gp-ground')).fill"
    bright = sum(int(part) for part in opened.evaluate(ground)[4:-1].split(",")) > 3 * 128
    assert bright == (scheme == "light")


@pytest.mark.parametrize("place", ["network/", "infrastructure/", "application-flow/"])
def test_a_picture_steps_through_the_phases(
    opened: Page, home: str, place: str, trouble: list[str]
):
    opened.goto(f"{home}{place}", wait_until="networkidle")
    steps = opened.locator(".gs-stepper__step")
    heading = opened.locator(".gs-stepper__step:visible .gs-stepper__heading a")
    numbers = [str(phase.number) for phase in Workspace(ROOT).design.drawn()]
    assert steps.count() == len(numbers)

    def here() -> str:
        assert opened.locator(".gs-stepper__step:visible").count() == 1
        return heading.inner_text().split(":")[0].removeprefix("Phase ")

    seen = [here()]
    for _ in numbers[1:]:
        opened.keyboard.press("ArrowRight")
        seen.append(here())
    assert seen == numbers
    opened.keyboard.press("ArrowRight")
    assert here() == numbers[-1]
    opened.keyboard.press("ArrowLeft")
    assert here() == numbers[-2]
    opened.get_by_role("button", name="Previous phase").click()
    assert here() == numbers[-3]
    opened.locator(".gs-stepper__tab").first.click()
    assert here() == numbers[0]
    assert not trouble


def test_an_address_names_a_step(opened: Page, home: str):
    opened.goto(f"{home}network/#step-network-dev-phase-3", wait_until="networkidle")
    # Waited for: on a busy machine the page's script may run a moment after the network is idle.
    opened.locator("#step-network-dev-phase-1").wait_for(state="hidden")
    assert opened.locator("#step-network-dev-phase-3").is_visible()


def test_arrow_keys_stay_the_search_fields_own(opened: Page, home: str):
    opened.goto(f"{home}network/", wait_until="networkidle")
    opened.locator(".md-search__input").click()
    opened.keyboard.type("zone")
    opened.keyboard.press("ArrowLeft")
    opened.keyboard.press("ArrowRight")
    assert opened.locator("#step-network-dev-phase-1").is_visible()


def test_the_search_finds_what_pages_say(opened: Page, home: str, trouble: list[str]):
    opened.goto(home, wait_until="networkidle")
    opened.locator(".md-search__input").click()
    opened.keyboard.type("port-forward")
    opened.locator(".md-search-result__link").first.wait_for()
    assert not trouble


def test_without_scripts_every_phase_is_listed(chromium: Browser, home: str):
    context = chromium.new_context(viewport=SIZE, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{home}network/")
    steps = page.locator(".gs-stepper__step")
    assert all(steps.nth(number).is_visible() for number in range(steps.count()))
    assert not page.locator(".gs-stepper__bar").is_visible()
    context.close()


def test_a_dark_page_is_printed_light(chromium: Browser, home: str):
    context = chromium.new_context(viewport=SIZE, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{home}network/", wait_until="networkidle")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.get_attribute("body", "data-md-color-scheme") == "default"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.get_attribute("body", "data-md-color-scheme") == "slate"
    context.close()


def test_a_narrow_screen_has_no_sideways_scrolling(chromium: Browser, home: str):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for place in ("", "phases/phase-2/", "network/", "cost/", "decisions/0005-delivery/"):
        page.goto(f"{home}{place}", wait_until="networkidle")
        assert page.evaluate(wide) <= 0, place
    context.close()
