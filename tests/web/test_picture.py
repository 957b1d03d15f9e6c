"""The page of one picture, and the same from the API: all that is known, and why it matched."""

import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from flask.testing import FlaskClient
from PIL import ExifTags, Image

from indexer import index
from search import Engine, parse
from store import NewTag
from tests.conftest import Paint

SAID = {"caption": "a <b>red</b> kite", "tags": ["kite", "so & so"]}


@pytest.fixture
def kite(engine: Engine, photos: Path, paint: Paint) -> int:
    """The id of a picture of which much is known, in two folders."""
    exif = Image.Exif()
    exif.update({ExifTags.Base.Make: "Canon", ExifTags.Base.Model: "Canon EOS 5D"})
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2021:05:17 09:30:00"
    place = {1: "N", 2: (48.0, 51.0, 30.0), 3: "E", 4: (2.0, 21.0, 0.0)}
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(place)
    first = paint(photos / "kite.jpg", (250, 10, 10), exif=exif)
    first.with_suffix(".json").write_text(json.dumps(SAID), encoding="utf-8")
    (photos / "deep" / "copy.jpg").write_bytes(first.read_bytes())
    index(engine.collection, engine.encoder, [photos])
    number = engine.search(parse("name:kite.jpg"), 1).hits[0].id
    with engine.collection.writing() as writer:
        writer.retag("zero-shot", [NewTag(number, "flying", 0.75)])
    return number


def test_the_page_says_all_that_is_known(client: FlaskClient, kite: int, photos: Path) -> None:
    page = client.get(f"/pictures/{kite}").text
    for known in (
        "a &lt;b&gt;red&lt;/b&gt; kite",
        '<time datetime="2021-05-17T09:30:00">17 May 2021, 09:30</time>',
        "Canon EOS 5D",
        "48.8583, 2.3500",
        "so &amp; so",
        'flying <span class="faint">0.75</span>',
        "40 × 30 pixels, JPEG",
        f"<code>{photos / 'kite.jpg'}</code>",
        f"<code>{photos / 'deep' / 'copy.jpg'}</code>",
        "everything in deep",
    ):
        assert known in page


def test_every_fact_leads_to_the_pictures_that_share_it(client: FlaskClient, kite: int) -> None:
    page = client.get(f"/pictures/{kite}").text
    links = [unescape(one) for one in re.findall(r'href="(/\?q=[^"]+)"', page)]
    fields = {unquote_plus(link).removeprefix("/?q=").partition(":")[0] for link in links}
    assert fields == {"like", "year", "near", "camera", "tag", "folder"}
    for link in links:
        assert f'href="/pictures/{kite}' in client.get(link).text, link


def test_the_api_says_the_same(client: FlaskClient, kite: int) -> None:
    known = client.get(f"/api/v1/pictures/{kite}").get_json()
    assert known["captions"] == [SAID["caption"]]
    assert known["tags"] == [
        {"name": "kite", "source": "sidecar", "score": None},
        {"name": "so & so", "source": "sidecar", "score": None},
        {"name": "flying", "source": "zero-shot", "score": 0.75},
    ]
    assert known["taken_at"] == "2021-05-17T09:30:00"
    assert known["latitude"] == pytest.approx(48.8583, abs=1e-4)
    assert known["size"] == Path(known["files"][1]).stat().st_size
    assert len(known["files"]) == 2


def test_a_score_is_explained_term_by_term(client: FlaskClient, cherry: int) -> None:
    asked = {"q": "red -green^0.5 type:png"}
    (hit,) = client.get("/api/v1/search", query_string=asked).get_json()["hits"]
    why = client.get(f"/api/v1/pictures/{cherry}/explain", query_string=asked).get_json()
    assert why["score"] == pytest.approx(hit["score"], abs=1e-5)
    assert [one["term"] for one in why["terms"]] == ["red", "-green^0.5"]
    assert sum(one["contribution"] for one in why["terms"]) == pytest.approx(why["score"])
    filters = client.get(f"/api/v1/pictures/{cherry}/explain?q=type:png").get_json()
    assert (filters["score"], filters["terms"]) == (None, [])


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("999/explain?q=red", 404),
        ("999/explain?q=type:png", 404),
        ("1/explain?q=like:999", 404),
        ("1/explain?q=image:/etc/passwd", 400),
        ("1/explain?q=year:x", 400),
    ],
)
def test_what_cannot_be_explained(client: FlaskClient, address: str, status: int) -> None:
    refused = client.get(f"/api/v1/pictures/{address}")
    assert (refused.status_code, refused.mimetype) == (status, "application/problem+json")
