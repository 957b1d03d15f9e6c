"""A real Chromium: a collection is measured from the page, and the run looked into."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from encoders import Encoder
from evaluation import How, Subject, encoder_run, read_classes, save_run
from indexer import index
from search import Engine
from store import Collection
from tests.conftest import Paint
from tests.web.chromium import LOADED, OVERFLOW, hits, opened, search, serious
from tests.web.paused import ended
from web import create_app
from web.jobs import jobs
from web.jobs.starting import start_measuring

pytestmark = pytest.mark.browser


@pytest.fixture
def app(collection: Collection, encoder: Encoder, photos: Path) -> Flask:
    (photos / "cherry.txt").write_text("a red thing, " + "which is described at length " * 10)
    (photos / "leaf.txt").write_text("something green")
    (photos / "deep" / "sea.txt").write_text("red by mistake")
    index(collection, encoder, [photos])
    return create_app(Engine(collection, encoder))


@pytest.fixture
def run(app: Flask) -> str:
    """The address of a run by captions; there are two."""
    with app.test_request_context():
        made = [ended(jobs(), start_measuring("captions").id) for _ in range(2)]
    return f"/evaluations/{made[0].run}"


def test_a_collection_is_measured_and_each_query_looked_into(page: Page) -> None:
    page.get_by_role("link", name="Evaluation").click()
    page.get_by_role("button", name="Measure by captions").click()
    page.get_by_role("link", name="The figures").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("colours on collection")
    expect(page.get_by_role("img", name="Words to pictures")).to_be_visible()
    table = page.get_by_role("region", name="Words to pictures")
    expect(table.get_by_role("row", name="R@1 0.667")).to_be_visible()
    page.get_by_role("link", name="Look at the queries").first.click()
    worst = page.locator(".queries > li").first
    expect(worst).to_contain_text("red by mistake")
    expect(worst).to_contain_text("rank 3")
    page.wait_for_load_state("networkidle")
    assert page.locator("main img").evaluate_all(LOADED)
    worst.locator(".side").first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("sea.webp")


def test_own_searches_are_judged_and_measured_by_keyboard_alone(page: Page) -> None:
    search(page, "green")
    page.wait_for_load_state()
    hits(page).first.locator(".hit").focus()
    page.keyboard.press("r")
    expect(page.get_by_text("Kept as right")).to_have_count(1)
    page.get_by_role("link", name="Evaluation").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 search with 1 picture judged right")).to_be_visible()
    page.get_by_role("button", name="Measure by judged searches").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="The figures").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("row", name="R@1 1.000")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("How well pictures are found")


def test_everything_can_be_read_without_javascript(
    browser: Browser, address: str, run: str
) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        page.goto("/evaluations")
        page.get_by_role("link", name="its captions").last.click()
        page.get_by_role("link", name="its captions").first.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("against")
        page.goto(run)
        page.get_by_role("link", name="Look at the queries").last.click()
        page.get_by_role("link", name="found first").click()
        expect(page.locator(".queries > li").first).to_contain_text("rank 1")


@pytest.fixture
def classes(app: Flask, encoder: Encoder, paint: Paint, tmp_path: Path) -> str:
    """The address of a run of so many classes that its matrix is wider than a small screen."""
    for number in range(12):
        place = tmp_path / "set" / f"class {number}"
        for colour in ("red", "blue"):
            paint(place / f"{number} {colour}.png", colour)
    run = encoder_run(encoder, Subject(read_classes(tmp_path / "set"), tmp_path / "set"), How())
    save_run(run, app.extensions["runs"])
    return f"/evaluations/{run['id']}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_was_taken_for_what_is_a_table_that_scrolls_in_its_own_box(
    browser: Browser, address: str, classes: str, scheme: Any
) -> None:
    small = {"width": 320, "height": 600}
    with opened(
        browser, address, java_script_enabled=False, viewport=small, color_scheme=scheme
    ) as page:
        page.goto(classes)
        box = page.get_by_role("region", name="Class by class").last
        expect(box.get_by_role("columnheader", name="class 11")).to_be_attached()
        expect(box.get_by_role("rowheader", name="class 11")).to_be_visible()
        assert box.evaluate("one => one.scrollWidth > one.clientWidth")
        assert page.evaluate(OVERFLOW) == 0
        own = box.locator(".same").first
        assert own.evaluate("one => getComputedStyle(one).backgroundColor") != box.locator(
            ".share0"
        ).first.evaluate("one => getComputedStyle(one).backgroundColor")
    with browser.new_context(base_url=address, color_scheme=scheme) as context:
        assert serious(context.new_page(), [classes]) == {}


def pages(run: str) -> list[str]:
    against = f"{run}/against/{run.rpartition('/')[2]}"
    back = f"{run}/queries?way=image_to_text"
    return ["/evaluations", run, f"{run}/queries", back, against]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, address: str, run: str, scheme: str) -> None:
    with browser.new_context(base_url=address, color_scheme=scheme) as context:
        assert serious(context.new_page(), pages(run)) == {}


def test_axe_finds_nothing_serious_on_a_job(page: Page, app: Flask, run: str) -> None:
    assert run
    addresses = [f"/jobs/{job.id}" for job in app.extensions["jobs"].all()]
    assert serious(page, addresses) == {}


def test_it_fits_on_a_small_screen(browser: Browser, address: str, run: str) -> None:
    with opened(browser, address, viewport={"width": 320, "height": 600}) as page:
        for path in pages(run):
            page.goto(path)
            assert page.evaluate(OVERFLOW) == 0, path
