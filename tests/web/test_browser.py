"""A real Chromium against the real server: what a person does, and what they see."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import waitress
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from indexer import index
from search import Engine
from tests.conftest import Paint

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOADED = "images => images.every(image => image.complete && image.naturalWidth > 0)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The application behind waitress on a free port of this machine."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(server.close)  # in the server's own thread, which then ends
    thread.join()
    server.task_dispatcher.shutdown()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page at the home address; fails the test if the browser complains of anything."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    with browser.new_context(base_url=address) as context:
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/")
        yield page
    assert complaints == []


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox", name="Describe a picture").fill(words)
    page.get_by_role("button", name="Search", exact=True).click()


def test_typed_words_bring_pictures_best_first(page: Page) -> None:
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("something blue")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").first).to_contain_text("sea.webp")
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.wait_for_load_state("networkidle")
    assert page.locator("main img").evaluate_all(LOADED)


def test_a_result_leads_to_its_page_and_on_to_more_like_it(page: Page) -> None:
    search(page, "green")
    page.get_by_role("link", name="leaf.jpg").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("leaf.jpg")
    page.wait_for_load_state("networkidle")
    assert page.locator("main img").evaluate_all(LOADED)
    page.get_by_role("link", name="More like this").click()
    expect(page.get_by_role("listitem").first).to_contain_text("leaf.jpg")
    expect(page.get_by_role("listitem").first).to_contain_text("1.000")


def test_a_picture_of_one_s_own_finds_what_looks_like_it(page: Page, photos: Path) -> None:
    page.get_by_label("A picture to search with").set_input_files(photos / "cherry.png")
    page.get_by_role("button", name="Search by picture").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("your picture")
    expect(page.get_by_role("listitem").first).to_contain_text("cherry.png")


def test_a_tiff_is_seen_though_browsers_do_not_know_it(
    page: Page, engine: Engine, photos: Path, paint: Paint
) -> None:
    paint(photos / "scan.tiff", (255, 0, 0))
    index(engine.collection, engine.encoder, [photos])
    search(page, "red")
    page.get_by_role("link", name="scan.tiff").click()
    picture = page.get_by_role("img", name="scan.tiff")
    expect(picture).to_be_visible()
    assert picture.evaluate_all(LOADED)


def test_the_keyboard_alone_reaches_a_picture(page: Page) -> None:
    page.keyboard.type("red")
    page.keyboard.press("Enter")
    result = page.get_by_role("link", name="cherry.png")
    expect(result).to_be_visible()
    for _ in range(10):
        if result.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("cherry.png")


def test_a_screen_320_pixels_wide_needs_no_sideways_scrolling(
    page: Page, engine: Engine, photos: Path, paint: Paint
) -> None:
    paint(photos / f"{'long' * 40}.png", (255, 0, 0), (2000, 100))
    index(engine.collection, engine.encoder, [photos])
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", "/?q=red", "/pictures/4", "/?like=4"):
        page.goto(path)
        expect(page.locator("main")).to_be_visible()
        assert page.evaluate(OVERFLOW) == 0
