"""A real Chromium against the real server: what a person does, and what they see."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from indexer import index
from search import Engine
from tests.conftest import Paint
from tests.web.chromium import LOADED, OVERFLOW, hits, opened, search
from web.pages import searching

pytestmark = pytest.mark.browser


def test_typed_words_bring_pictures_best_first(page: Page) -> None:
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("something blue")
    page.keyboard.press("Enter")
    expect(hits(page).first).to_contain_text("sea.webp")
    expect(hits(page)).to_have_count(3)
    page.wait_for_load_state("networkidle")
    assert page.locator("main img").evaluate_all(LOADED)
    expect(page.locator(".loading")).to_have_count(0)


def test_a_result_leads_to_its_page_and_on_to_more_like_it(page: Page) -> None:
    search(page, "green")
    page.get_by_role("link", name="leaf.jpg", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("leaf.jpg")
    expect(page.get_by_role("heading", name="Why it matched")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.locator("main img").evaluate_all(LOADED)
    page.get_by_role("link", name="More like this").click()
    expect(page.get_by_label("What was understood")).to_contain_text("more like picture")
    expect(hits(page).first).to_contain_text("leaf.jpg")


def test_a_filter_is_understood_and_taken_away_by_a_click(page: Page) -> None:
    search(page, "red type:jpeg")
    expect(hits(page)).to_have_count(1)
    page.get_by_role("link", name="Without type:JPEG").click()
    expect(hits(page)).to_have_count(3)
    expect(page.get_by_role("searchbox")).to_have_value("red")


def test_more_and_less_like_several_pictures_at_once(page: Page) -> None:
    search(page, "red")
    hits(page).filter(has_text="leaf.jpg").hover()
    page.get_by_role("link", name="More like leaf.jpg").click()
    hits(page).filter(has_text="cherry.png").hover()
    page.get_by_role("link", name="Less like cherry.png").click()
    expect(page.locator(".chip")).to_have_count(3)
    expect(hits(page).first).to_contain_text("leaf.jpg")


def test_a_picture_of_one_s_own_is_searched_with_as_soon_as_it_is_chosen(
    page: Page, photos: Path
) -> None:
    page.get_by_label("A picture to search with").set_input_files(photos / "cherry.png")
    expect(page.get_by_label("What was understood")).to_contain_text("like your picture")
    expect(hits(page).first).to_contain_text("cherry.png")
    page.reload()  # the address is enough
    expect(hits(page).first).to_contain_text("cherry.png")


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped(page: Page, photos: Path, how: str) -> None:
    page.evaluate(
        """([how, bytes]) => {
            const files = new DataTransfer();
            files.items.add(new File([new Uint8Array(bytes)], "x.webp", {type: "image/webp"}));
            const event = how === "paste"
                ? new ClipboardEvent("paste", {clipboardData: files, bubbles: true})
                : new DragEvent("drop", {dataTransfer: files, bubbles: true});
            document.body.dispatchEvent(event);
        }""",
        [how, list((photos / "deep" / "sea.webp").read_bytes())],
    )
    expect(hits(page).first).to_contain_text("sea.webp")


def test_scrolling_brings_page_after_page_and_the_address_goes_along(
    page: Page, engine: Engine, photos: Path, paint: Paint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 8)
    for red in range(20):
        paint(photos / f"red{red:02}.png", (235 + red, 0, red))
    index(engine.collection, engine.encoder, [photos])
    page.set_viewport_size({"width": 480, "height": 400})
    page.goto("/?q=red+dupes:show")
    for _ in range(12):
        page.mouse.wheel(0, 1500)
        page.wait_for_timeout(60)
    expect(hits(page)).to_have_count(23)
    ranks = hits(page).locator(".rank").all_inner_texts()
    assert [int(text.split()[-1]) for text in ranks] == list(range(1, 24))
    assert "offset=16" in page.url
    page.reload()
    expect(hits(page).first.locator(".rank")).to_contain_text("17")
    page.get_by_role("link", name="Earlier results").click()
    expect(hits(page).first.locator(".rank")).to_contain_text("9")


def test_pages_of_two_generations_are_not_mixed(
    page: Page, engine: Engine, photos: Path, paint: Paint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    page.route("**/*offset=2*", lambda route: (changed(), route.continue_()))

    def changed() -> None:
        paint(photos / "new.png", (255, 0, 0))
        index(engine.collection, engine.encoder, [photos])

    page.goto("/?q=red")
    page.get_by_role("link", name="The collection has changed").click()
    expect(hits(page).first).to_contain_text("new.png")


def test_a_tiff_is_seen_though_browsers_do_not_know_it(
    page: Page, engine: Engine, photos: Path, paint: Paint
) -> None:
    paint(photos / "scan.tiff", (255, 0, 0))
    index(engine.collection, engine.encoder, [photos])
    search(page, "red")
    hits(page).filter(has_text="scan.tiff").locator(".hit").click()
    picture = page.get_by_role("img", name="scan.tiff")
    expect(picture).to_be_visible()
    assert picture.evaluate_all(LOADED)


@pytest.mark.parametrize("width", [320, 3840])
def test_no_screen_needs_sideways_scrolling(
    browser: Browser, address: str, engine: Engine, photos: Path, paint: Paint, width: int
) -> None:
    paint(photos / f"{'long' * 40}.png", (255, 0, 0), (2000, 100))
    index(engine.collection, engine.encoder, [photos])
    with opened(browser, address, viewport={"width": width, "height": 900}) as page:
        for path in (
            "/",
            "/?q=red -green like:4 type:png",
            "/pictures/4?q=red",
            "/help",
            "/collection",
        ):
            page.goto(path)
            expect(page.locator("main")).to_be_visible()
            assert page.evaluate(OVERFLOW) == 0, path


def test_the_search_works_without_javascript(browser: Browser, address: str, photos: Path) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        search(page, "green -red")
        expect(hits(page).first).to_contain_text("leaf.jpg")
        page.get_by_label("A picture to search with").set_input_files(photos / "deep" / "sea.webp")
        page.get_by_role("button", name="Search by picture").click()
        expect(page.locator(".chip")).to_have_count(3)
