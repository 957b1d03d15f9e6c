"""Near-duplicates are one tile that counts them, and opens to show them."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from indexer import index
from search import Engine
from tests.conftest import Paint
from tests.web.chromium import LOADED, OVERFLOW, hits, search


@pytest.fixture
def engine(engine: Engine, photos: Path, paint: Paint) -> Engine:
    """The three pictures, and the red one twice more: larger, and a little brighter."""
    paint(photos / "larger.png", (200, 20, 10), (80, 60))
    paint(photos / "brighter.png", (208, 24, 14))
    index(engine.collection, engine.encoder, [photos])
    return engine


def test_a_tile_counts_and_holds_what_was_folded_into_it(
    client: FlaskClient, engine: Engine
) -> None:
    best = client.get("/api/v1/search?q=red").get_json()["hits"][0]
    assert len(best["duplicates"]) == 2
    page = client.get("/?q=red").text
    assert ">2 alike</summary>" in page
    for number in best["duplicates"]:
        assert page.count(f'src="/pictures/{number}/thumbnail"') == 1
        assert str(engine.picture(number).files[0]) not in page


def test_each_of_them_names_the_others_on_its_page(client: FlaskClient) -> None:
    best = client.get("/api/v1/search?q=red").get_json()["hits"][0]
    group = {best["id"], *best["duplicates"]}
    for number in group:
        page = client.get(f"/pictures/{number}").text
        alike, _, similar = page.partition("Similar pictures")
        assert "Near-duplicates" in alike
        for other in group - {number}:
            assert f'src="/pictures/{other}/thumbnail"' in alike
            assert f'src="/pictures/{other}/thumbnail"' not in similar
        assert similar.count("/thumbnail") == 2  # the green one and the blue one


@pytest.mark.browser
def test_a_tile_is_opened_by_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    search(page, "red")
    expect(hits(page)).to_have_count(3)
    page.get_by_text("2 alike").focus()
    page.keyboard.press("Enter")
    folded = hits(page).first.get_by_role("img", name="much like")
    expect(folded).to_have_count(2)
    expect(folded.last).to_be_in_viewport()
    page.wait_for_load_state("networkidle")
    assert folded.evaluate_all(LOADED)
    assert page.evaluate(OVERFLOW) == 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Near-duplicates")).to_be_visible()
