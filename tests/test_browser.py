"""The site as a reader has it: every page, light and dark, in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import expect

from conftest import ours
from groundplan.pages import Pages
from groundplan.workspace import Workspace

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
MYSQL = "module.mysql.aws_db_instance.this"
SIZE = {"width": 1440, "height": 900}

pytestmark = pytest.mark.browser


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
            assert ours(link, home), f"{address} leads elsewhere: {link}"
            to, part = urldefrag(link)
            wanted.setdefault(to, set()).add(part)
            if to not in ids and to not in waiting and urlsplit(to).path.endswith("/"):
                waiting.append(to)
    pages = Pages(Workspace(ROOT))
    by_hand = [*(ROOT / "docs").glob("*.md"), ROOT / "docs" / "decisions" / "index.md"]
    assert len(ids) == len([*by_hand, *pages.phases, *pages.records, *pages.modules])
    for to, parts in wanted.items():
        if to in ids:
            assert {part for part in parts if part} <= set(ids[to]), f"a place is missing in {to}"
        else:
            assert opened.request.get(to).ok, to


def test_every_picture_is_drawn_in_the_scheme_of_the_page(opened: Page, home: str, scheme: str):
    opened.goto(f"{home}phases/phase-2/", wait_until="networkidle")
    pictures = opened.locator(".gs-picture svg.gp")
    assert pictures.count() == 3
    for number in range(3):
        box = pictures.nth(number).bounding_box()
        assert box
        assert min(box["width"], box["height"]) > 300
    ground = "getComputedStyle(document.querySelector('.gs-picture svg.gp .gp-ground')).fill"
    bright = sum(int(part) for part in opened.evaluate(ground)[4:-1].split(",")) > 3 * 128
    assert bright == (scheme == "light")


def _fonts(page: Page, letters: str) -> set[tuple[str, bool]]:
    """The fonts that `letters` in sight are really drawn in, and whether the page brings them."""
    devtools = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        devtools.send(f"{domain}.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    found = devtools.send("DOM.querySelectorAll", {"nodeId": root, "selector": letters})
    fonts = [
        devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        for node in found["nodeIds"]
    ]
    return {(font["familyName"], font["isCustomFont"]) for one in fonts for font in one}


@pytest.mark.parametrize("shown", ["in the page", "presented", "printed"])
def test_pictures_are_drawn_in_the_typeface_that_they_were_measured_for(
    opened: Page, home: str, shown: str
):
    """It is the site's own: hardly any reader has it installed."""
    at = {"presented": "?present#slide-5"}.get(shown, "")
    opened.goto(f"{home}phases/phase-2/{at}", wait_until="networkidle")
    opened.emulate_media(media="print" if shown == "printed" else "screen")
    pictures = ".gs-stage svg.gp" if shown == "presented" else "svg.gp"
    assert _fonts(opened, f"{pictures} text.gp-label") == {("Open Sans Semibold", True)}
    assert _fonts(opened, f"{pictures} text:not([class])") == {("Open Sans", True)}


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


def test_the_picture_stays_where_it_is_from_step_to_step(opened: Page, home: str):
    """And what is looked at in it: the part, and the open card."""
    opened.goto(f"{home}network/", wait_until="networkidle")
    opened.locator(".gs-stepper__tab").nth(2).click()
    picture = opened.locator(".gs-here svg.gp")
    before = picture.bounding_box()
    opened.locator(".gs-here").get_by_role("button", name="MySQL primary").press("Enter")
    opened.locator(".gs-here .gp-card").wait_for()
    opened.locator(".gs-stepper__tab").nth(1).click()
    expect(opened.locator(".gs-here .gp-card")).to_contain_text("MySQL primary")
    assert picture.bounding_box() == before
    assert opened.locator(".gp-card:visible").count() == 1


@pytest.mark.parametrize("place", ["network/", "infrastructure/", "application-flow/"])
def test_a_step_can_be_read_and_is_seen_at_once(opened: Page, home: str, place: str):
    """Its smallest letters are drawn 12 high, and its page starts with it."""
    opened.goto(f"{home}{place}", wait_until="networkidle")
    picture = opened.locator(".gs-here svg.gp")
    box = picture.bounding_box()
    assert box
    assert picture.evaluate("picture => picture.getScreenCTM().a * 12") > 11
    assert box["y"] < 0.45 * SIZE["height"]
    natural = float((picture.get_attribute("viewBox") or "").split()[3])
    assert box["height"] <= max(SIZE["height"] - 15 * 20, natural) + 1, "no higher than need be"


@pytest.mark.parametrize("place", ["network/", "phases/phase-2/"])
def test_the_tools_of_a_picture_look_the_same_on_every_page(opened: Page, home: str, place: str):
    opened.goto(f"{home}{place}", wait_until="networkidle")
    tools = opened.locator(".gp-tools:visible").first.locator("button")
    looks = """tools => [...new Set(tools.map(tool => {
        const { borderTopWidth, width, height } = getComputedStyle(tool)
        return [borderTopWidth, width, height].join(" ")
    }))]"""
    assert tools.evaluate_all(looks) == ["0px 32px 32px"]


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
    page.goto(f"{home}phases/phase-2/")
    assert page.get_by_role("heading", name="To do").is_visible()
    assert not page.get_by_role("button", name="Present this phase").is_visible()
    assert page.locator(".gs-picture svg.gp").count() == 3
    context.close()


def test_a_dark_page_is_printed_light_and_without_tools(chromium: Browser, home: str):
    context = chromium.new_context(viewport=SIZE, color_scheme="dark")
    page = context.new_page()
    page.goto(f"{home}network/", wait_until="networkidle")
    colours = """() => [document.body, document.querySelector('svg.gp .gp-ground')].map(one =>
        getComputedStyle(one)[one === document.body ? 'backgroundColor' : 'fill'])"""
    dark = page.evaluate(colours)
    page.emulate_media(media="print")
    assert page.evaluate(colours) == ["rgb(255, 255, 255)"] * 2 != dark
    assert not page.locator(".gp-tools").first.is_visible()
    context.close()


def test_a_page_is_printed_with_the_picture_of_the_phase_that_was_chosen(
    chromium: Browser, home: str
):
    page = chromium.new_page(viewport=SIZE)
    page.goto(f"{home}network/", wait_until="networkidle")
    page.locator(".gs-stepper__tab").nth(3).click()
    page.emulate_media(media="print")
    assert page.locator(".gs-stepper__step:visible").get_attribute("id") == (
        "step-network-dev-phase-4"
    )
    expect(page.locator(".gs-stepper__paper")).to_be_visible()
    page.close()


def test_the_schema_on_paper_breaks_no_name_into_many_lines(chromium: Browser, home: str):
    page = chromium.new_page(viewport={"width": 688, "height": 1000})  # A4 within its margins
    page.goto(f"{home}network/", wait_until="networkidle")
    page.emulate_media(media="print")
    lines = """cells => Math.max(...cells.map(cell => {
        const text = document.createRange()
        text.selectNodeContents(cell)
        return text.getClientRects().length
    }))"""
    names = page.locator(".gs-subnets td:last-child")
    assert names.count() == 15
    assert names.evaluate_all(lines) <= 2
    page.close()


def test_a_bill_on_paper_tells_what_it_lacks(chromium: Browser, home: str):
    page = chromium.new_page(viewport=SIZE)
    page.goto(f"{home}phases/phase-6/", wait_until="networkidle")
    page.emulate_media(media="print")
    bill = page.locator(".gs-bill")
    total = bill.get_by_role("rowheader", name="Total")
    expect(total).to_contain_text("not in the total")  # in one row, which no page break parts
    rows = bill.locator("tbody tr")
    assert bill.locator("tbody tr:visible").count() == rows.count() - 1, "each line by itself"
    page.close()


def test_the_runbooks_commands_are_read_whole_and_copied_as_they_are_run(
    opened: Page, home: str, trouble: list[str]
):
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.goto(f"{home}runbook/", wait_until="networkidle")
    steps = opened.locator(".gs-runbook pre")
    cut = "pres => pres.filter(pre => pre.scrollWidth > pre.clientWidth).length"
    assert steps.evaluate_all(cut) == 0
    step = steps.filter(has_text="kustomize").first
    step.locator(".md-clipboard, [data-clipboard-target]").first.click()
    assert opened.evaluate("navigator.clipboard.readText()").splitlines() == [
        "kubectl kustomize k8s/overlays/local",
        "groundplan k8s validate",
    ]
    assert not trouble


def test_a_table_that_goes_on_beyond_the_edge_breaks_no_word(chromium: Browser, home: str):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{home}cost/", wait_until="networkidle")
    link = page.locator(".gs-costs a", has_text="1: Design")
    height = "link => link.getClientRects().length"
    assert link.evaluate(height) == 1, "in one line"
    caption = page.locator(".gs-costs caption").bounding_box()
    assert caption
    assert caption["x"] + caption["width"] <= 390
    page.close()


def test_a_modules_reference_is_read_whole(chromium: Browser, home: str):
    page = chromium.new_page(viewport=SIZE)
    page.goto(f"{home}modules/eks/", wait_until="networkidle")
    cut = "tables => tables.filter(table => table.scrollWidth > table.clientWidth).length"
    assert page.locator(".gs-table").evaluate_all(cut) == 0
    page.close()


def test_tables_of_the_prose_look_like_those_that_are_computed(opened: Page, home: str):
    opened.goto(f"{home}infrastructure/", wait_until="networkidle")
    looks = """table => [table, table.tHead.rows[0].cells[0], table.tBodies[0].rows[1].cells[0]]
        .map(one => getComputedStyle(one))
        .map(look => [look.borderTop, look.borderBottom, look.borderLeft, look.padding,
            look.fontSize, look.fontWeight, look.lineHeight].join("; "))"""
    computed = opened.locator(".gs-plain").first.evaluate(looks)
    prose = opened.locator(".md-typeset table:not([class])")
    assert prose.count() == 3
    for number in range(3):
        assert prose.nth(number).evaluate(looks) == computed


def test_a_phases_pictures_start_with_the_application(opened: Page, home: str):
    opened.goto(f"{home}phases/phase-5/", wait_until="networkidle")
    first = opened.locator(".gs-picture").first
    assert first.get_attribute("id") == "application-flow-phase-5"


def test_a_narrow_screen_has_no_sideways_scrolling(chromium: Browser, home: str):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for place in ("", "phases/phase-2/", "network/", "cost/", "decisions/0005-delivery/"):
        page.goto(f"{home}{place}", wait_until="networkidle")
        assert page.evaluate(wide) <= 0, place
    context.close()
