"""The keyboard alone, and who listens to the page: nothing needs a mouse or eyes."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.web.chromium import hits, serious

pytestmark = pytest.mark.browser

PAGES = ["/", "/?q=red -green like:1 type:png", "/?q=type:gif", "/?q=year:x"]
PAGES += ["/?q=red folder:deep", "/pictures/1?q=red"]
PAGES += ["/help", "/sign-in", "/nothing", "/collection"]


def test_a_session_by_keyboard_alone(page: Page) -> None:
    keys = page.keyboard
    keys.type("red")
    keys.press("Enter")
    expect(hits(page)).to_have_count(3)
    page.wait_for_load_state()  # and the script with it
    keys.press("ArrowRight")
    expect(hits(page).nth(0).locator(".hit")).to_be_focused()
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(hits(page).nth(2).locator(".hit")).to_be_focused()
    keys.press("ArrowLeft")
    keys.press("-")
    expect(page.get_by_label("What was understood")).to_contain_text("less like picture")
    page.wait_for_load_state()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("cherry.png")
    page.wait_for_load_state()
    keys.press("Escape")
    expect(hits(page)).to_have_count(3)
    page.wait_for_load_state()
    keys.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    keys.type("blue")
    keys.press("Enter")
    expect(hits(page).first).to_contain_text("sea.webp")
    page.wait_for_load_state()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Help")).to_be_visible()
    keys.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_arrows_move_by_rows_too(page: Page) -> None:
    page.set_viewport_size({"width": 420, "height": 800})  # two columns
    page.goto("/?q=red")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(hits(page).nth(2).locator(".hit")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(hits(page).nth(0).locator(".hit")).to_be_focused()


def test_keys_typed_into_the_box_stay_in_it(page: Page) -> None:
    page.keyboard.type("what? and/or -this +that")
    expect(page.get_by_role("searchbox")).to_have_value("what? and/or -this +that")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("light", 320), ("dark", 3840)])
def test_axe_finds_nothing_serious_on_any_page(
    browser: Browser, address: str, scheme: Literal["light", "dark"], width: int
) -> None:
    size: ViewportSize = {"width": width, "height": 900}
    with browser.new_context(base_url=address, color_scheme=scheme, viewport=size) as context:
        assert serious(context.new_page(), PAGES) == {}


def test_the_first_tab_leads_past_the_head(page: Page) -> None:
    page.goto("/?q=red")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Without red")).to_be_focused()
