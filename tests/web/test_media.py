"""Pictures and thumbnails by id, from files that may be gone by now."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from indexer import index
from search import Engine, parse
from tests.conftest import Paint
from tests.encoders.raw import dng


def opened(response: TestResponse) -> Image.Image:
    return Image.open(BytesIO(response.data))


@pytest.mark.parametrize(
    ("colour", "file", "kind"),
    [
        ("red", "cherry.png", "image/png"),
        ("green", "leaf.jpg", "image/jpeg"),
        ("blue", "deep/sea.webp", "image/webp"),
    ],
)
def test_what_browsers_show_is_sent_as_it_is(
    engine: Engine, client: FlaskClient, photos: Path, colour: str, file: str, kind: str
) -> None:
    number = engine.search(parse(colour), 1).hits[0].id
    response = client.get(f"/pictures/{number}/image")
    assert response.mimetype == kind
    assert response.data == (photos / file).read_bytes()


def test_a_tiff_is_sent_as_a_jpeg(
    engine: Engine, client: FlaskClient, photos: Path, paint: Paint
) -> None:
    paint(photos / "scan.tiff", (255, 0, 0), (64, 48))
    index(engine.collection, engine.encoder, [photos])
    number = engine.search(parse("red"), 1).hits[0].id
    response = client.get(f"/pictures/{number}/image")
    assert response.mimetype == "image/jpeg"
    assert (opened(response).format, opened(response).size) == ("JPEG", (64, 48))


def test_a_tiff_wider_than_any_jpeg_is_made_smaller(
    engine: Engine, client: FlaskClient, photos: Path, paint: Paint
) -> None:
    paint(photos / "wide.tiff", (255, 0, 0), (70_000, 2))
    index(engine.collection, engine.encoder, [photos])
    number = engine.search(parse("red"), 1).hits[0].id
    assert opened(client.get(f"/pictures/{number}/image")).width == 65_500


def test_a_thumbnail_comes_from_the_collection(
    engine: Engine, client: FlaskClient, photos: Path, cherry: int
) -> None:
    (photos / "cherry.png").unlink()
    response = client.get(f"/pictures/{cherry}/thumbnail")
    assert response.mimetype == "image/jpeg"
    assert response.data == engine.collection.thumbnails.get(cherry)
    assert opened(response).size == (40, 30)


def test_a_thumbnail_is_made_anew_when_the_collection_lost_it(
    engine: Engine, client: FlaskClient, cherry: int
) -> None:
    engine.collection.thumbnails.path.unlink()
    response = client.get(f"/pictures/{cherry}/thumbnail")
    assert response.status_code == 200
    assert opened(response).format == "JPEG"


@pytest.mark.parametrize("what", ["image", "thumbnail"])
def test_an_unchanged_picture_is_not_sent_twice(
    client: FlaskClient, cherry: int, what: str
) -> None:
    first = client.get(f"/pictures/{cherry}/{what}")
    again = client.get(
        f"/pictures/{cherry}/{what}", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    assert again.data == b""


def test_a_file_that_is_gone_is_a_404_that_says_so(
    client: FlaskClient, photos: Path, cherry: int
) -> None:
    (photos / "cherry.png").unlink()
    response = client.get(f"/pictures/{cherry}/image")
    assert response.status_code == 404
    assert "cherry.png is gone or has changed; index its folder again" in response.text
    assert client.get(f"/pictures/{cherry}").status_code == 200
    assert client.get("/?q=red").status_code == 200


def test_a_file_that_became_another_picture_is_not_sent_as_the_old_one(
    client: FlaskClient, photos: Path, paint: Paint, cherry: int
) -> None:
    paint(photos / "cherry.png", (0, 0, 255))
    response = client.get(f"/pictures/{cherry}/image")
    assert response.status_code == 404
    assert "has changed" in response.text


def test_another_copy_is_sent_when_the_first_is_gone(
    engine: Engine, client: FlaskClient, photos: Path, cherry: int
) -> None:
    data = (photos / "cherry.png").read_bytes()
    (photos / "copy.png").write_bytes(data)
    index(engine.collection, engine.encoder, [photos])
    (photos / "cherry.png").unlink()
    assert client.get(f"/pictures/{cherry}/image").data == data


def test_a_folder_in_the_place_of_the_file_is_a_404(
    client: FlaskClient, photos: Path, cherry: int
) -> None:
    (photos / "cherry.png").unlink()
    (photos / "cherry.png").mkdir()
    assert client.get(f"/pictures/{cherry}/image").status_code == 404


def test_a_picture_within_an_archive_is_served_until_the_archive_is_gone(
    engine: Engine, client: FlaskClient, photos: Path
) -> None:
    data = (photos / "cherry.png").read_bytes()
    with zipfile.ZipFile(photos / "a.zip", "w") as archive:
        archive.writestr("deep/cherry.png", data)
    (photos / "cherry.png").unlink()
    index(engine.collection, engine.encoder, [photos])
    number = engine.search(parse("red"), 1).hits[0].id
    assert client.get(f"/pictures/{number}/image").data == data
    (photos / "a.zip").unlink()
    assert client.get(f"/pictures/{number}/image").status_code == 404


def test_a_raw_file_is_sent_as_a_jpeg_of_its_preview(
    engine: Engine, client: FlaskClient, photos: Path
) -> None:
    pytest.importorskip("rawpy", reason="the extra [raw] is not installed")
    (photos / "shot.dng").write_bytes(dng())
    index(engine.collection, engine.encoder, [photos / "shot.dng"])
    number = engine.search(parse("red"), 1).hits[0].id
    response = client.get(f"/pictures/{number}/image")
    assert (opened(response).format, opened(response).size) == ("JPEG", (32, 24))
