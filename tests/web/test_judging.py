"""This one is right: kept, taken back, and only where it can be measured again."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from indexer import index
from search import Engine
from tests.web.chromium import hits, opened, search

API = "/api/v1/judgements"


@pytest.fixture
def client(client: FlaskClient) -> FlaskClient:
    client.get("/")  # the browser gets its cookie
    return client


def test_what_is_right_is_kept_under_the_query_whatever_its_order(
    client: FlaskClient, leaf: int, cherry: int
) -> None:
    body = {"q": "  green   thing sort:newest dupes:show", "picture": leaf}
    assert client.put(API, json=body).get_json() == {
        "query": "green thing",
        "picture": leaf,
        "right": True,
    }
    client.put(API, json={"q": "red", "picture": cherry})
    found = client.get(API).get_json()
    assert (found["queries"], found["pictures"]) == (2, 2)
    assert [one["query"] for one in found["judgements"]] == ["green thing", "red"]
    client.put(API, json={"q": "green thing", "picture": leaf, "right": False})
    assert client.get(API).get_json()["queries"] == 1


def test_the_results_show_what_was_judged_without_a_script_too(
    client: FlaskClient, leaf: int
) -> None:
    form = {"q": "green", "picture": str(leaf), "right": "yes"}
    answer = client.post("/judgements", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?q=green")
    page = client.get("/?q=green sort:newest").text
    assert page.count('aria-pressed="true"') == 1
    assert 'aria-label="leaf.jpg is right" aria-pressed="true"' in page
    client.post("/judgements", data=form | {"right": "no"})
    assert 'aria-pressed="true"' not in client.get("/?q=green").text


@pytest.mark.parametrize(
    ("text", "picture", "status", "reason"),
    [
        ("type:png", 1, 400, "only a search with words"),
        ("image:upload-0123456789abcdef", 1, 400, "only a search with words"),
        ("", 1, 400, "only a search with words"),
        ("year:x red", 1, 400, "no year"),
        ("red", 99, 404, "no picture has the id 99"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_a_reason(
    client: FlaskClient, text: str, picture: int, status: int, reason: str
) -> None:
    answer = client.put(API, json={"q": text, "picture": picture})
    assert answer.status_code == status
    assert reason in answer.get_json()["detail"]
    page = client.post("/judgements", data={"q": text, "picture": picture, "right": "yes"})
    assert page.status_code == status
    assert client.get(API).get_json()["pictures"] == 0


def test_only_numbers_name_pictures(client: FlaskClient) -> None:
    for number in ("x", "-1", "", 40 * "9", "1/../2"):
        form = {"q": "red", "picture": number, "right": "yes"}
        assert client.post("/judgements", data=form).status_code == 400


def test_nothing_is_offered_where_nothing_is_ranked(client: FlaskClient) -> None:
    assert "is right" in client.get("/?q=red").text
    assert "is right" not in client.get("/?q=type:png").text


def test_indexing_again_loses_nothing(
    client: FlaskClient, engine: Engine, photos: Path, leaf: int
) -> None:
    client.put(API, json={"q": "green", "picture": leaf})
    (photos / "leaf.jpg").rename(photos / "moved.jpg")
    (photos / "cherry.png").unlink()
    index(engine.collection, engine.encoder, [photos])
    assert client.get(API).get_json()["judgements"][0]["picture"] == leaf
    assert 'aria-label="moved.jpg is right" aria-pressed="true"' in client.get("/?q=green").text


@pytest.mark.browser
def test_a_click_says_it_and_another_takes_it_back(page: Page) -> None:
    search(page, "green")
    button = page.get_by_role("button", name="leaf.jpg is right")
    hits(page).filter(has_text="leaf.jpg").hover()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    hits(page).filter(has_text="leaf.jpg").hover()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")


@pytest.mark.browser
def test_the_keyboard_says_it_too(page: Page) -> None:
    page.goto("/?q=green")
    page.wait_for_load_state()
    page.keyboard.press("Escape")
    page.locator(".grid .hit").first.focus()
    page.keyboard.press("r")
    button = page.get_by_role("button", name="leaf.jpg is right")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Kept as right")).to_have_count(1)


@pytest.mark.browser
def test_it_is_said_without_javascript(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as page:
        search(page, "green")
        hits(page).filter(has_text="leaf.jpg").hover()
        page.get_by_role("button", name="leaf.jpg is right").click()
        button = page.get_by_role("button", name="leaf.jpg is right")
        expect(button).to_have_attribute("aria-pressed", "true")
