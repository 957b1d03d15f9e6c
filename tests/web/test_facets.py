"""Facets: what results have in common, a click away from fewer or more of them."""

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from indexer import index
from search import Engine
from tests.conftest import Paint
from tests.web.chromium import OVERFLOW, hits, opened, search

CHOICE = re.compile(
    r'<a href="([^"]+)" (class="chosen" aria-current="true")?\s*(?:title="([^"]+)")?>\s*'
    r'<span class="value">([^<]+)</span>\s*<span class="count">(\d+)<'
)


@pytest.fixture
def engine(engine: Engine, photos: Path, paint: Paint) -> Engine:
    """The three pictures and twelve more, one in each of twelve folders."""
    for place in range(12):
        paint(photos / f"album {place}" / "a & b.png", (255, 20 * place, 0), (30 + place, 40))
    index(engine.collection, engine.encoder, [photos])
    return engine


def choices(page: str) -> list[tuple[str, str, str, str, str]]:
    """Of every value its address, whether it is chosen, its folder, what it says, its count."""
    return [tuple(map(unescape, found)) for found in CHOICE.findall(page)]  # type: ignore[misc]


def found(page: str) -> int:
    """How many pictures the page says there are."""
    number = re.search(r"(\d+) pictures?[,\s]", page)
    assert number
    return int(number[1])


def test_every_value_leads_to_as_many_pictures_as_it_says(client: FlaskClient) -> None:
    page = client.get("/?q=red+dupes:show").text
    shown = choices(page)
    assert {value for *_, value, _ in shown} >= {"deep", "album 3", "PNG", "WEBP", "portrait"}
    for address, chosen, _, value, count in shown:
        assert found(client.get(address).text) == int(count), value
        assert not chosen


def test_the_rest_of_a_long_list_waits_folded(client: FlaskClient) -> None:
    page = client.get("/?q=red").text
    assert "<summary>7 more</summary>" in page
    assert page.count('<span class="value">album') == 12


def test_a_chosen_value_is_marked_and_leads_back(client: FlaskClient) -> None:
    png = next(one for one in choices(client.get("/?q=red").text) if one[3] == "PNG")
    (chosen,) = [one for one in choices(client.get(png[0]).text) if one[1]]
    assert (chosen[0], chosen[3], chosen[4]) == ("/?q=red", "PNG", "13")


def test_what_all_pictures_share_is_no_choice(client: FlaskClient) -> None:
    page = client.get("/?q=type:webp").text
    assert [one[3] for one in choices(page)] == ["WEBP"]
    assert 'class="facets"' not in client.get("/?q=type:gif").text


def test_the_api_counts_the_same(client: FlaskClient) -> None:
    answer = client.get("/api/v1/facets?q=red type:png").get_json()
    assert answer["query"] == "red type:PNG"
    (png,) = answer["facets"]["format"]
    assert png == {"value": "PNG", "count": 13, "query": "red", "chosen": True}
    for folder in answer["facets"]["folder"]:
        narrowed = client.get("/api/v1/search", query_string={"q": folder["query"]}).get_json()
        assert narrowed["matches"] == folder["count"] == 1


def test_the_api_counts_the_whole_collection_too(client: FlaskClient) -> None:
    formats = client.get("/api/v1/facets").get_json()["facets"]["format"]
    assert {one["value"]: one["count"] for one in formats} == {"PNG": 13, "JPEG": 1, "WEBP": 1}


def test_what_is_indexed_meanwhile_is_counted(
    client: FlaskClient, engine: Engine, photos: Path, paint: Paint
) -> None:
    address = "/api/v1/facets?q=type:gif"
    assert client.get(address).get_json()["facets"]["format"] == []
    paint(photos / "new.gif", (0, 255, 0))
    index(engine.collection, engine.encoder, [photos])
    assert client.get(address).get_json()["facets"]["format"][0]["count"] == 1


@pytest.mark.browser
def test_a_click_narrows_and_another_one_widens(page: Page) -> None:
    search(page, "red dupes:show")
    expect(hits(page)).to_have_count(15)
    narrow = page.get_by_role("navigation", name="Narrow")
    narrow.get_by_role("link", name="WEBP 1 picture").click()
    expect(hits(page)).to_have_count(1)
    expect(page.locator(".chip.filter")).to_have_text(re.compile("type:WEBP"))
    narrow.get_by_role("link", name="WEBP").click()
    expect(hits(page)).to_have_count(15)


@pytest.mark.browser
def test_on_a_narrow_screen_without_javascript(browser: Browser, address: str) -> None:
    small = {"width": 320, "height": 640}
    with opened(browser, address, java_script_enabled=False, viewport=small) as page:
        search(page, "red")
        link = page.get_by_role("link", name="portrait")
        expect(link).to_be_hidden()  # the results come first
        page.get_by_text("Narrow", exact=True).click()
        assert page.evaluate(OVERFLOW) == 0
        link.click()
        expect(page.locator(".chip.filter")).to_have_text(re.compile("orientation:portrait"))
