"""A real Chromium: a folder is indexed from the page, watched to its end, or stopped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from indexer import index
from search import Engine
from store import Collection
from tests.conftest import Paint
from tests.web.chromium import OVERFLOW, hits, opened, search
from tests.web.paused import Paused, closing
from web import create_app
from web.capacity import Capacity

pytestmark = pytest.mark.browser


@pytest.fixture
def paused() -> Paused:
    return Paused()


@pytest.fixture
def app(
    collection: Collection, paused: Paused, photos: Path, tmp_path: Path, paint: Paint
) -> Iterator[Flask]:
    """Three pictures indexed, and a folder with four more and a broken one that may be."""
    paused.let(3)
    index(collection, paused, [photos])
    for number in range(4):
        paint(tmp_path / "holiday" / f"{number}.png", (250, 50 * number, 0))
    (tmp_path / "holiday" / "broken.jpg").write_bytes(b"nothing")
    app = create_app(Engine(collection, paused), folders=[tmp_path / "holiday"])
    with closing(app, paused):
        yield app


def start(page: Page) -> None:
    page.get_by_role("link", name="Collection").click()
    page.get_by_role("button", name="holiday").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Indexing")


def test_a_folder_is_indexed_and_watched_until_it_is_done(page: Page, paused: Paused) -> None:
    start(page)
    bar = page.get_by_role("progressbar", name="How far it is")
    expect(bar).to_be_visible()
    for number in (1, 2):
        paused.let(1)
        expect(page.locator(".far")).to_contain_text(f"{number} of 5")
    expect(bar).to_have_attribute("value", "2")
    page.reload()
    expect(page.locator(".far")).to_contain_text("2 of 5")
    paused.let()
    expect(page.locator(".state")).to_contain_text("Done in")
    expect(page.get_by_text("5 files seen = 4 indexed + 1 failed")).to_be_visible()
    expect(page.get_by_role("row", name="broken.jpg")).to_contain_text("not a picture")
    search(page, "red")
    expect(hits(page)).to_have_count(7)


def test_a_job_is_stopped_by_keyboard_alone_and_a_second_one_refused(
    page: Page, paused: Paused
) -> None:
    page.goto("/collection")
    page.get_by_role("button", name="holiday").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.wait_for_load_state()
    paused.let(1)
    expect(page.locator(".far")).to_contain_text("1 of 5")
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".far")).to_have_text("stopping after what is in hand")
    expect(page.get_by_role("button", name="Stop")).to_be_disabled()
    page.wait_for_load_state()
    paused.let()
    expect(page.locator(".state")).to_contain_text("Stopped after")


def test_it_works_without_javascript(browser: Browser, address: str, paused: Paused) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        start(page)
        paused.let(2)
        expect(page.locator(".far")).to_contain_text("2 of 5")
        paused.let()
        expect(page.locator(".state")).to_contain_text("Done in")


def test_who_finds_no_place_to_watch_asks_again_and_again(
    browser: Browser, address: str, app: Flask, paused: Paused
) -> None:
    app.extensions["capacity"] = Capacity(streams=0)
    with browser.new_context(base_url=address) as context:  # where a refusal may be complained of
        page = context.new_page()
        page.goto("/collection")
        page.get_by_role("button", name="holiday").click()
        paused.let()
        expect(page.locator(".state")).to_contain_text("Done in")


def test_it_fits_on_a_small_screen(browser: Browser, address: str, paused: Paused) -> None:
    with opened(browser, address, viewport={"width": 320, "height": 600}) as page:
        start(page)
        assert page.evaluate(OVERFLOW) == 0
        paused.let()
        expect(page.locator(".state")).to_contain_text("Done in")
        assert page.evaluate(OVERFLOW) == 0
