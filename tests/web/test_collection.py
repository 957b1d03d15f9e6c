"""The page of the collection: what it holds and how it was made, in plain words."""

from dataclasses import asdict
from pathlib import Path

from flask.testing import FlaskClient

from indexer import index
from search import Engine
from store import Collection
from web import create_app


def test_it_says_what_there_is_and_how_it_was_made(
    client: FlaskClient, engine: Engine, photos: Path
) -> None:
    page = client.get("/collection").text
    assert "3 pictures in 3 files" in page
    assert "All of them can be found" in page
    assert f"<code>{photos}</code>" in page
    assert "colours: mean colour, 3 numbers a picture" in page
    assert "every search looks at every picture, and is exact" in page
    assert f"<code>{engine.collection.folder}</code>" in page
    assert "aria-current=page" in page


def test_files_that_could_not_be_read_are_named_with_the_reason(
    client: FlaskClient, engine: Engine, photos: Path
) -> None:
    (photos / "<b>broken.jpg").write_bytes(b"nothing")
    (photos / "leaf.jpg").unlink()
    index(engine.collection, engine.encoder, [photos])
    page = client.get("/collection").text
    assert "1 file could not be read" in page
    assert "1 file is gone from the disk and is not searched" in page
    assert "&lt;b&gt;broken.jpg" in page
    assert "not a picture in a format that mindseye reads" in page
    answer = client.get("/api/v1/collection/failures").get_json()
    reason = "not a picture in a format that mindseye reads"
    assert answer == {
        "failed": 1,
        "failures": [{"path": str(photos / "<b>broken.jpg"), "reason": reason}],
    }
    assert client.get("/api/v1/collection/failures?offset=1").get_json()["failures"] == []


def test_fusion_is_told_with_its_weight(client: FlaskClient, engine: Engine, photos: Path) -> None:
    assert "Fusion" not in client.get("/collection").text
    engine.collection.catalog.set(fusion="sum", fusion_weight=0.3)
    index(engine.collection, engine.encoder, [photos])
    assert "sum, words 30&nbsp;%: names, captions and keywords count in every search" in (
        client.get("/collection").text
    )
    facts = client.get("/api/v1/collection").get_json()
    assert (facts["fusion"], facts["fusion_weight"]) == ("sum", 0.3)
    assert client.get("/api/v1/search?q=red").get_json()["fusion"] == "sum"


def test_an_empty_collection_says_how_to_fill_it(engine: Engine, tmp_path: Path) -> None:
    empty = Collection.create(tmp_path / "empty", asdict(engine.encoder.identity))
    client = create_app(Engine(empty, engine.encoder)).test_client()
    page = client.get("/collection").text
    assert "0 pictures in 0 files" in page
    assert "mindseye index FOLDER" in page
