"""The pages, as a browser without scripts would get them."""

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
    assert "3 pictures nearest to" in page
    assert page.index("cherry.png") < page.index("sea.webp")
    assert f'src="/pictures/{cherry}/thumbnail"' in page


def test_the_question_stays_in_its_box(client: FlaskClient) -> None:
    assert 'value="a red &lt;i&gt;car"' in client.get("/?q=a red <i>car").text


def test_more_are_offered_only_while_there_are_more(client: FlaskClient) -> None:
    assert 'href="/?q=red&amp;k=4"' in client.get("/?q=red&k=2").text
    assert "Show more" not in client.get("/?q=red&k=4").text


def test_an_uploaded_picture_finds_what_looks_like_it(client: FlaskClient, photos: Path) -> None:
    upload = (photos / "deep" / "sea.webp").open("rb")
    page = client.post("/", data={"image": (upload, "mine.webp")}).text
    assert "your picture" in page
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


def test_more_like_this_shows_what_it_is_about(client: FlaskClient, cherry: int) -> None:
    page = client.get(f"/?like={cherry}").text
    assert f"picture {cherry}</strong>" in page
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
    assert "<script" not in page
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
