"""Cards, pan, zoom and the presenter's view, in a real Chromium, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

ROOT = Path(__file__).parents[1]
MYSQL = "module.mysql.aws_db_instance.this"

pytestmark = pytest.mark.browser
expect.set_options(timeout=30_000)  # a busy machine is slow, and waiting costs nothing otherwise


# Cards, pan and zoom


def at(opened: Page) -> list[float]:
    """The part of the first picture in sight that is seen: x, y, width, height."""
    view = opened.locator("svg.gp:visible").first.get_attribute("viewBox") or ""
    return [float(part) for part in view.split()]


def settled(opened: Page) -> list[float]:
    """The same, once it no longer changes."""
    before, now = None, at(opened)
    while before != now:
        opened.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 60)))")
        before, now = now, at(opened)
    return now


def test_a_click_opens_a_nodes_card_and_escape_closes_it(
    opened: Page, home: str, trouble: list[str]
):
    opened.goto(f"{home}phases/phase-4/", wait_until="networkidle")
    node = opened.locator(f'#network-dev-phase-4 [data-id="{MYSQL}"]')
    node.click()
    card = opened.get_by_role("dialog", name="MySQL primary")
    for said in ("db.t4g.small", "a month", "terraform/modules/mysql/main.tf:", MYSQL, "tcp 3306"):
        expect(card).to_contain_text(said)
    opened.keyboard.press("Escape")
    expect(card).to_have_count(0)
    assert node.evaluate("node => node === document.activeElement")
    assert not trouble


def test_the_keyboard_goes_through_the_nodes_and_opens_them(opened: Page, home: str):
    opened.goto(f"{home}application-flow/", wait_until="networkidle")
    opened.locator(".gs-here [data-id]").first.focus()
    opened.keyboard.press("Tab")
    opened.keyboard.press("Enter")
    card = opened.locator(".gp-card")
    expect(card).to_contain_text("storefront")
    card.get_by_role("button", name="catalog").click()
    expect(opened.get_by_role("dialog", name="catalog")).to_be_visible()
    opened.get_by_role("button", name="Close").click()
    expect(card).to_have_count(0)


def test_a_card_leads_to_the_prose_and_the_prose_to_the_card(
    opened: Page, home: str, trouble: list[str]
):
    opened.goto(f"{home}infrastructure/", wait_until="networkidle")
    opened.get_by_role("link", name="RDS", exact=True).click()
    card = opened.get_by_role("dialog", name="MySQL primary")
    expect(card).to_be_in_viewport()
    card.get_by_role("link", name="Infrastructure: MySQL on RDS").click()
    opened.wait_for_url("**/infrastructure/#said-*")
    opened.goto(f"{home}phases/phase-2/", wait_until="networkidle")
    opened.locator(f'#network-dev-phase-2 [data-id="{MYSQL}"]').click()
    opened.get_by_role("link", name="Infrastructure: MySQL on RDS").click()
    expect(opened.get_by_role("link", name="RDS", exact=True)).to_be_in_viewport()
    assert not trouble


def test_an_address_opens_a_card(opened: Page, home: str):
    opened.goto(f"{home}network/#network-dev-3-module-mysql-aws_db_instance-this")
    expect(opened.locator("#step-network-dev-phase-3 .gp-card")).to_contain_text("MySQL primary")


def test_pan_and_zoom_change_what_is_seen(opened: Page, home: str):
    opened.goto(f"{home}phases/phase-4/", wait_until="networkidle")
    tools = opened.get_by_role("toolbar", name="Picture").first
    picture = opened.locator("svg.gp:visible").first
    whole = at(opened)
    expect(tools.get_by_role("button", name="Fit")).to_be_disabled()
    tools.get_by_role("button", name="Zoom in").click()
    near = settled(opened)
    assert near[2] == pytest.approx(whole[2] / 1.35, abs=0.01)
    picture.hover()
    box = picture.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    opened.mouse.down()
    opened.mouse.move(x - 40, y - 20, steps=4)
    opened.mouse.up()
    moved = at(opened)
    assert moved[0] > near[0]
    assert moved[1] > near[1]
    assert opened.locator(".gp-card").count() == 0, "a drag opens nothing"
    opened.keyboard.down("Control")
    opened.mouse.wheel(0, -200)
    opened.keyboard.up("Control")
    opened.wait_for_function(f"document.querySelector('svg.gp').viewBox.baseVal.width < {near[2]}")
    tools.get_by_role("button", name="Fit").click()
    assert settled(opened) == whole


def test_the_wheel_alone_scrolls_the_page(opened: Page, home: str):
    opened.goto(f"{home}phases/phase-4/", wait_until="networkidle")
    picture = opened.locator("svg.gp:visible").first
    picture.hover()
    whole, top = at(opened), opened.evaluate("scrollY")
    opened.mouse.wheel(0, 300)
    opened.wait_for_function(f"scrollY > {top}")
    assert at(opened) == whole


def test_a_picture_fills_the_screen_and_comes_back(opened: Page, home: str):
    opened.goto(f"{home}phases/phase-4/", wait_until="networkidle")
    opened.get_by_role("button", name="Full screen").first.click()
    opened.wait_for_function("document.fullscreenElement?.matches('.gp-viewer')")
    ground = "getComputedStyle(document.fullscreenElement).backgroundColor"
    assert opened.evaluate(ground) != "rgba(0, 0, 0, 0)", "no black bars beside a white picture"
    opened.keyboard.press("f")
    opened.wait_for_function("document.fullscreenElement === null")


@pytest.mark.parametrize("place", ["network/", "infrastructure/", "application-flow/"])
def test_a_picture_that_fills_the_screen_is_larger_than_in_its_page(
    opened: Page, home: str, place: str
):
    opened.goto(f"{home}{place}", wait_until="networkidle")
    picture = opened.locator(".gs-here svg.gp")
    scale = "picture => picture.getScreenCTM().a"
    before, whole = picture.evaluate(scale), at(opened)
    opened.locator(".gs-here").get_by_role("button", name="Full screen").click()
    opened.wait_for_function("document.fullscreenElement?.matches('.gp-viewer')")
    settled(opened)
    assert picture.evaluate(scale) > before
    opened.keyboard.press("0")
    assert settled(opened) == whole
    box = picture.bounding_box()
    assert box
    assert box["width"] == 1440
    assert box["height"] > 900 - 60, "all that the tools leave"
    opened.keyboard.press("f")
    opened.wait_for_function("document.fullscreenElement === null")
    assert settled(opened) == whole


def test_arrow_keys_move_a_picture_that_fills_the_screen(opened: Page, home: str):
    opened.goto(f"{home}network/", wait_until="networkidle")
    opened.locator(".gs-here").get_by_role("button", name="Full screen").click()
    opened.wait_for_function("document.fullscreenElement?.matches('.gp-viewer')")
    start = settled(opened)
    for _ in range(30):
        opened.keyboard.press("ArrowDown")
    end = settled(opened)
    assert end[1] + end[3] > start[1] + start[3]
    opened.keyboard.press("ArrowRight")
    assert opened.locator("#step-network-dev-phase-1").is_visible(), "the page stays at its phase"


@pytest.mark.parametrize(
    ("place", "node"),
    [
        ("application-flow/", "storefront"),
        ("application-flow/", "mysql"),
        ("infrastructure/", "KMS"),
        ("infrastructure/", "MySQL primary"),
        ("network/", "Internet gateway"),
    ],
)
def test_a_card_stands_in_sight_beside_its_node(opened: Page, home: str, place: str, node: str):
    opened.goto(f"{home}{place}", wait_until="networkidle")
    thing = opened.locator(".gs-here .gp-node", has_text=node).first
    thing.click()
    card = opened.locator(".gp-card").bounding_box()
    box = thing.bounding_box()
    assert card
    assert box
    assert box["x"] >= card["x"] + card["width"] or box["x"] + box["width"] <= card["x"]
    assert card["y"] >= 0
    assert card["y"] + card["height"] <= 900


def test_a_card_hides_as_little_as_can_be_of_what_it_lights_up(opened: Page, home: str):
    """The storefront's own half is the fuller one, with most of those that it calls."""
    opened.goto(f"{home}application-flow/", wait_until="networkidle")
    opened.locator(".gs-here .gp-node", has_text="storefront").click()
    card = opened.locator(".gp-card").bounding_box()
    assert card
    for name in ("Users", "cart", "orders", "storefront"):
        box = opened.locator(".gs-here .gp-node", has_text=name).first.bounding_box()
        assert box
        assert box["x"] + box["width"] <= card["x"] + 10, name


def test_a_pictures_own_file_needs_nothing_else(opened: Page, trouble: list[str], home: str):
    """From the disk, without any server: pan, zoom, cards."""
    (file,) = (ROOT / "build/pictures/dev/phase-4").glob("network.svg")
    opened.goto(file.as_uri())
    opened.locator(f'[data-id="{MYSQL}"]').click()
    expect(opened.locator(".gp-card")).to_contain_text("db.t4g.small")
    opened.keyboard.press("Escape")
    whole = at(opened)
    opened.keyboard.press("+")
    assert settled(opened)[2] < whole[2]
    opened.keyboard.press("0")
    assert settled(opened) == whole
    opened.mouse.move(300, 300)
    opened.mouse.wheel(0, -300)
    opened.wait_for_function(f"document.querySelector('svg.gp').viewBox.baseVal.width < {whole[2]}")
    assert [item for item in trouble if not item.startswith(("file:", "data:"))] == []


# The presenter's view


def shown(opened: Page) -> str:
    return opened.locator(".gs-stage__place").inner_text()


def test_a_phase_is_presented_with_the_arrow_keys(opened: Page, home: str, trouble: list[str]):
    opened.goto(f"{home}phases/phase-2/", wait_until="networkidle")
    before = opened.locator("article").inner_html()
    opened.get_by_role("button", name="Present this phase").click()
    stage = opened.get_by_role("dialog", name="Presentation")
    expect(stage).to_contain_text("Phase 2: Dev environment")
    number = int(shown(opened).split("/")[1])
    assert number >= 8
    for key in ("ArrowRight", "PageDown", " "):
        opened.keyboard.press(key)
    assert shown(opened) == f"4 / {number}"
    assert opened.url.endswith("#slide-4")
    for key in ("ArrowLeft", "PageUp"):
        opened.keyboard.press(key)
    assert shown(opened) == f"2 / {number}"
    expect(stage).to_contain_text("To do")
    seen = []
    for place in range(2, number + 1):
        assert shown(opened) == f"{place} / {number}"
        assert _whole(opened), f"slide {shown(opened)} is cut"
        seen.append(stage.locator("svg.gp").count())
        while place < number and shown(opened) == f"{place} / {number}":
            opened.keyboard.press("ArrowRight")
    assert sum(seen) >= 3, "its pictures are among the slides"
    stage.get_by_role("button", name="Leave").click()
    expect(stage).to_have_count(0)
    assert opened.locator("article").inner_html() == before, "all is where it was"
    assert not trouble


def _whole(opened: Page) -> bool:
    """True where nothing of a slide is beyond its edge."""
    floor = "document.querySelector('.gs-stage__floor')"
    return bool(
        opened.evaluate(
            f"{floor}.scrollHeight <= {floor}.clientHeight"
            f" && {floor}.scrollWidth <= {floor}.clientWidth"
        )
    )


def test_an_address_starts_the_presentation_where_it_was(opened: Page, home: str):
    opened.goto(f"{home}phases/phase-3/?present", wait_until="networkidle")
    assert shown(opened).startswith("1 /")
    opened.keyboard.press("End")
    last = shown(opened)
    opened.reload(wait_until="networkidle")
    assert shown(opened) == last
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("dialog", name="Presentation")).to_have_count(0)


def test_after_the_last_slide_comes_the_next_phase_and_the_same_way_back(opened: Page, home: str):
    opened.goto(f"{home}phases/phase-6/", wait_until="networkidle")
    opened.get_by_role("button", name="Present this phase").click()
    opened.wait_for_function("document.fullscreenElement?.matches('.gs-stage')")
    opened.keyboard.press("End")
    last = shown(opened)
    opened.keyboard.press("ArrowRight")
    opened.wait_for_url("**/phases/phase-10/?present=full#slide-1")
    expect(opened.locator(".gs-stage__title h1")).to_have_text("Phase 10: Production")
    opened.keyboard.press("ArrowRight")
    opened.wait_for_function("document.fullscreenElement?.matches('.gs-stage')")
    assert shown(opened).startswith("2 /")
    for _ in range(2):
        opened.keyboard.press("ArrowLeft")
    opened.wait_for_url("**/phases/phase-6/?present=full#slide-*")
    expect(opened.locator(".gs-stage__place")).to_have_text(last)
    opened.goto(f"{home}phases/phase-10/?present", wait_until="networkidle")
    opened.locator(".gs-stage").wait_for()  # on a busy machine, a moment later
    opened.keyboard.press("End")
    expect(opened.locator(".gs-stage").get_by_role("button", name="Next")).to_be_disabled()


def test_a_long_bill_is_a_slide_that_can_be_read_and_tells_what_it_lacks(opened: Page, home: str):
    opened.goto(f"{home}phases/phase-10/?present", wait_until="networkidle")
    opened.locator(".gs-stage").wait_for()  # on a busy machine, a moment later
    opened.keyboard.press("End")
    bill = opened.locator(".gs-stage .gs-bill")
    for _ in range(3):
        if not bill.count():
            opened.keyboard.press("ArrowLeft")
    expect(bill.get_by_role("rowheader", name="Total")).to_contain_text("not in the total")
    assert bill.locator("tbody tr:visible").count() == 10
    size = "parseFloat(getComputedStyle(document.querySelector('.gs-stage__floor')).fontSize)"
    assert opened.evaluate(f"{size} / innerHeight") > 0.03, "of the height of the screen"


def test_a_card_opens_while_presenting(opened: Page, home: str):
    opened.goto(f"{home}phases/phase-4/?present", wait_until="networkidle")
    while not opened.locator(f'.gs-stage [data-id="{MYSQL}"]').count():
        opened.keyboard.press("ArrowRight")
    opened.locator(f'.gs-stage [data-id="{MYSQL}"]').press("Enter")
    expect(opened.locator(".gs-stage .gp-card")).to_contain_text("db.t4g.small")
    opened.keyboard.press("Escape")
    expect(opened.locator(".gp-card")).to_have_count(0)
    expect(opened.get_by_role("dialog", name="Presentation")).to_be_visible()


def test_a_picture_too_small_to_be_read_from_afar_is_looked_at_in_parts(opened: Page, home: str):
    opened.emulate_media(reduced_motion="reduce")
    opened.goto(f"{home}phases/phase-4/?present", wait_until="networkidle")
    network = opened.locator(".gs-stage svg.gp-network")
    while not network.count():
        opened.keyboard.press("ArrowRight")
    place, hint = shown(opened), opened.locator(".gs-stage__closer")
    expect(hint).to_contain_text("1 / ")
    parts = int(hint.inner_text().split("/")[1])
    opened.keyboard.press("ArrowUp")
    expect(hint).to_have_text("↓ closer")
    whole = network.get_attribute("viewBox") or ""
    opened.keyboard.press("ArrowDown")
    seen = [_part(network)]
    for number in range(2, parts + 1):
        opened.keyboard.press("ArrowDown")
        expect(hint).to_have_text(f"↓ {number} / {parts}")
        seen.append(_part(network))
    _, _, wide, high = (float(part) for part in whole.split())
    assert len(seen) == parts > 1
    assert all(w < wide for _, w, _ in seen), "closer"
    assert seen[0][0] == 0
    assert seen[-1][0] + seen[-1][2] == pytest.approx(high, abs=1), "to its lower end"
    opened.keyboard.press("ArrowDown")
    assert shown(opened) != place, "and on to the next slide"
    opened.keyboard.press("ArrowUp")
    assert shown(opened) == place
    expect(hint).to_contain_text("1 / ")
    opened.keyboard.press("Escape")
    figure = opened.locator("article svg.gp-network")
    assert figure.get_attribute("viewBox") == whole, "the page has it as it was"


def test_a_slide_is_laid_out_anew_on_another_screen(opened: Page, home: str):
    opened.emulate_media(reduced_motion="reduce")
    opened.goto(f"{home}phases/phase-4/?present", wait_until="networkidle")
    while not opened.locator(".gs-stage svg.gp-network").count():
        opened.keyboard.press("ArrowRight")
    hint = opened.locator(".gs-stage__closer")
    expect(hint).to_contain_text("1 / ")
    opened.set_viewport_size({"width": 3840, "height": 2800})
    expect(hint).to_have_text("")  # all of it can be read
    opened.set_viewport_size({"width": 800, "height": 600})
    expect(hint).to_have_text("↓ closer")


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720)])
def test_every_part_of_a_wide_picture_can_be_read_and_none_is_left_out(
    opened: Page, home: str, width: int, height: int
):
    address = f"{home}phases/phase-4/"
    high = _widen(opened, address, "gp-flow", 2400)
    opened.emulate_media(reduced_motion="reduce")
    opened.set_viewport_size({"width": width, "height": height})
    opened.goto(f"{address}?present", wait_until="networkidle")
    flow = opened.locator(".gs-stage svg.gp-flow")
    for _ in range(int(shown(opened).split("/")[1])):
        if not flow.count():
            opened.keyboard.press("ArrowRight")
    hint = opened.locator(".gs-stage__closer")
    expect(hint).to_contain_text("1 / ")
    seen = []
    for number in range(1, int(hint.inner_text().split("/")[1]) + 1):
        expect(hint).to_contain_text(f"{number} / ")
        seen.append(flow.evaluate(_SEEN))
        opened.keyboard.press("ArrowDown")
    assert all(12 * scale > 10.9 for *_, scale in seen), "pixels"
    for x in range(10, 2400, 50):
        for y in range(10, int(high), 50):
            assert any(a <= x <= c and b <= y <= d for a, b, c, d, _ in seen), (x, y)


def _widen(opened: Page, address: str, kind: str, wide: int) -> float:
    """Let a picture of that kind be so wide when the page is opened; its height."""
    opened.goto(address)
    picture = opened.locator(f"svg.{kind}").first
    _, _, was, high = (picture.get_attribute("viewBox") or "").split()

    def widened(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace(was, str(wide)))

    opened.route(f"{address}*", widened)
    return float(high)


# What of a picture is on the screen: left, top, right, bottom; and its scale.
_SEEN = """svg => {
    const { left, top, right, bottom } = svg.getBoundingClientRect();
    const to = svg.getScreenCTM().inverse();
    const [one, other] = [new DOMPoint(left, top), new DOMPoint(right, bottom)]
        .map((point) => point.matrixTransform(to));
    return [one.x, one.y, other.x, other.y, svg.getScreenCTM().a];
}"""


@pytest.mark.parametrize("size", [(1440, 900), (1920, 1080)])
def test_a_slide_starts_with_what_can_be_read_and_goes_on_to_all_of_it(
    opened: Page, home: str, size: tuple[int, int]
):
    opened.emulate_media(reduced_motion="reduce")
    opened.set_viewport_size({"width": size[0], "height": size[1]})
    opened.goto(f"{home}phases/phase-10/?present", wait_until="networkidle")
    picture = opened.locator(".gs-stage svg.gp")
    ends: dict[str, float] = {}
    for _ in range(20):
        if picture.count():
            letters = picture.evaluate("picture => picture.getScreenCTM().a * 12")
            assert round(letters, 2) >= 12  # a browser reckons with fractions of its own
            ends[shown(opened)] = picture.evaluate("""picture => {
                const { width, height } = picture.querySelector(".gp-ground").getBBox()
                const { a, d, e, f } = picture.getScreenCTM()
                const { right, bottom } = picture.getBoundingClientRect()
                return Math.min((right - e) / a / width, (bottom - f) / d / height)
            }""")
        opened.keyboard.press("ArrowRight")
    assert all(end > 0.99 for end in ends.values()), ends


def _part(picture: Locator) -> tuple[float, float, float]:
    """Where the part of a picture that is seen starts, and its width and height."""
    _, y, w, h = (float(part) for part in picture.get_attribute("viewBox").split())
    return y, w, h
