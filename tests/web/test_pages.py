"""The pages, as a browser without scripts would get them."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from indexer import index
from search import Engine
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint
from web import create_app
from web.pages import searching

WELCOME = "Describe a picture in your own words"


def test_the_home_page_says_what_to_do(client: FlaskClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert WELCOME in page.text
    assert 'class="grid"' not in page.text


@pytest.mark.parametrize("query", ["", "%20%20"])
def test_an_empty_question_shows_the_welcome_again(client: FlaskClient, query: str) -> None:
    assert WELCOME in client.get(f"/?q={query}").text


def test_words_get_their_pictures_best_first(client: FlaskClient, cherry: int) -> None:
    page = client.get("/?q=red").text
    assert "3 pictures, nearest first" in page
    assert page.index("cherry.png") < page.index("sea.webp")
    assert f'src="/pictures/{cherry}/thumbnail"' in page


def test_the_question_stays_in_its_box(client: FlaskClient) -> None:
    assert 'value="a red &lt;i&gt;car"' in client.get("/?q=a red <i>car").text


def test_pages_of_results_lead_to_each_other_and_to_nothing_beyond(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PAGE", 2)
    first, second = (client.get(f"/?q=red&offset={offset}").text for offset in (0, 2))
    assert 'rel="next" href="/?q=red&amp;offset=2"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev" href="/?q=red"' in second
    assert "Show more" not in second
    assert "From place 3 of 3 pictures" in second
    assert "There are no more results" in client.get("/?q=red&offset=4").text


def test_an_answer_says_how_exact_it_is_and_how_long_it_took(client: FlaskClient) -> None:
    assert re.search(r'<p class="how">exact, \d+ ms</p>', client.get("/?q=red").text)
    found = client.get("/?q=red type:png").text
    assert re.search(r'<p class="how">exact within the conditions, \d+ ms</p>', found)


def test_a_page_says_when_nothing_seems_to_match(client: FlaskClient) -> None:
    assert "Nothing seems to match" not in client.get("/?q=red").text
    page = client.get("/?q=red folder:deep").text
    assert "Nothing seems to match under these conditions" in page
    usual = client.get("/api/v1/search?q=red folder:deep").get_json()["usual_score"]
    assert f"score {usual:.3f} or more here" in page
    assert "sea.webp" in page  # it is shown all the same


def test_what_was_understood_is_shown_and_each_part_can_be_taken_away(
    client: FlaskClient, cherry: int
) -> None:
    page = client.get(f'/?q=red -"green leaf" like:{cherry} type:png sort:name').text
    assert "not “green leaf”" in page
    assert f"more like picture {cherry}" in page
    assert 'class="chip filter"' in page
    without = 'href="/?q=red+-%22green+leaf%22+like:1+sort:name" aria-label="Without type:PNG"'
    assert without in page


def test_more_and_less_like_several_pictures_add_up(
    client: FlaskClient, cherry: int, leaf: int
) -> None:
    page = client.get(f"/?q=like:{cherry}").text
    assert f'href="/?q=like:{cherry}+like:{leaf}"' in page
    assert f'href="/?q=like:{cherry}+-like:{leaf}"' in page
    assert f'href="/?q=-like:{cherry}"' in page  # the opposite takes the place of what was said


def test_when_no_picture_meets_the_conditions_each_can_be_taken_away(client: FlaskClient) -> None:
    page = client.get("/?q=red type:gif width:>5000").text
    assert "No picture meets all of these conditions" in page
    assert 'href="/?q=red+width:%3E5000"' in page
    assert 'href="/?q=red+type:GIF"' in page


def test_a_mistake_in_the_language_is_pointed_at_and_the_question_kept(client: FlaskClient) -> None:
    page = client.get("/?q=red year:soon")
    assert page.status_code == 400
    assert "&#39;soon&#39; is no year; write it as 2024, at character 10" in page.text
    assert 'value="red year:soon"' in page.text


@pytest.mark.parametrize("offset", ["x", "-1", "10001", 40 * "9"])
def test_an_impossible_offset_is_refused(client: FlaskClient, offset: str) -> None:
    page = client.get(f"/?q=red&offset={offset}")
    assert page.status_code == 400
    assert "offset is" in page.text


def test_an_uploaded_picture_finds_what_looks_like_it(client: FlaskClient, photos: Path) -> None:
    upload = (photos / "deep" / "sea.webp").open("rb")
    asked = client.post("/", data={"image": (upload, "mine.webp"), "q": "-green"})
    assert asked.status_code == 303
    address = asked.headers["Location"]
    assert re.fullmatch(r"/\?q=-green\+image:upload-[0-9a-f]{16}", address)
    page = client.get(address).text
    assert "like your picture" in page
    assert page.index("sea.webp") < page.index("cherry.png")


def test_an_upload_that_is_not_a_picture_is_refused_with_the_reason(client: FlaskClient) -> None:
    page = client.post("/", data={"image": (BytesIO(b"hello"), "hello.png")})
    assert page.status_code == 400
    assert "not a picture in a format that mindseye reads" in page.text


def test_an_empty_upload_is_refused_and_not_forgotten(client: FlaskClient) -> None:
    page = client.post("/", data={"image": (BytesIO(b""), "empty.png")})
    assert page.status_code == 400
    assert "empty file" in page.text


def test_an_upload_that_is_too_large_is_refused_with_the_limit(client: FlaskClient) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    page = client.post("/", data={"image": (BytesIO(bytes(2000)), "large.png")})
    assert page.status_code == 413
    assert "up to 32 MB" in page.text


def test_a_picture_has_a_page_with_its_size_its_file_and_what_is_similar(
    client: FlaskClient, photos: Path, cherry: int
) -> None:
    page = client.get(f"/pictures/{cherry}").text
    assert "40 × 30 pixels, PNG" in page
    assert str(photos / "cherry.png") in page
    assert f'src="/pictures/{cherry}/thumbnail"' not in page
    assert page.count("/thumbnail") == 2
    assert f"everything in {photos.name}" in page


def test_a_picture_s_page_says_what_each_part_of_the_question_did_for_it(
    client: FlaskClient, cherry: int
) -> None:
    score = client.get("/api/v1/search?q=red -green&k=1").get_json()["hits"][0]["score"]
    page = client.get(f"/pictures/{cherry}?q=red -green").text
    assert "Why it matched" in page
    assert f'<td class="figure">{score:.3f}</td>' in page
    parts = re.findall(r'<td class="figure">([+-][\d.]+)</td>', page)
    assert sum(map(float, parts)) == pytest.approx(score, abs=0.002)
    assert "Why it matched" not in client.get(f"/pictures/{cherry}").text


def test_more_like_this_shows_what_it_is_about(client: FlaskClient, cherry: int) -> None:
    page = client.get(f"/?q=like:{cherry}").text
    assert f"more like picture {cherry}" in page
    assert page.count(f'src="/pictures/{cherry}/thumbnail"') == 2  # the question, and the first hit


def test_every_copy_of_a_picture_is_named(
    engine: Engine, client: FlaskClient, photos: Path, cherry: int
) -> None:
    copy = photos / "deep" / "again.png"
    copy.write_bytes((photos / "cherry.png").read_bytes())
    index(engine.collection, engine.encoder, [photos])
    page = client.get(f"/pictures/{cherry}").text
    assert str(copy) in page
    assert str(photos / "cherry.png") in page
    assert "2 files" in client.get("/?q=red").text


def test_a_file_name_is_text_and_never_markup(
    engine: Engine, client: FlaskClient, photos: Path, paint: Paint
) -> None:
    paint(photos / "<script>alert(1)</script>" / "<img src=x>.png", (255, 0, 0))
    index(engine.collection, engine.encoder, [photos])
    page = client.get("/?q=red").text
    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x&gt;.png" in page


def test_an_empty_collection_says_how_to_fill_it(collection: Collection, encoder: Colours) -> None:
    page = create_app(Engine(collection, encoder)).test_client().get("/?q=red").text
    assert "This collection is empty" in page


@pytest.mark.parametrize(
    "address",
    [
        "/pictures/999",
        "/pictures/999/image",
        "/pictures/999/thumbnail",
        "/pictures/99999999999999999999999999",
        "/pictures/abc",
        "/pictures/-1",
        "/pictures/../../etc/passwd",
        "/pictures/..%2f..%2fetc%2fpasswd",
        "/pictures//etc/passwd/image",
        "/static/../app.py",
        "/static/..%2fapp.py",
    ],
)
def test_what_is_not_there_is_a_plain_404(client: FlaskClient, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 404
    assert "That did not work" in page.text
