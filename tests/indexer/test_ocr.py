"""Words in pictures: read once, searchable afterwards, and never at the cost of a picture."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from indexer import index
from indexer.ocr import TextsRead, read_texts, text_reader
from search import Engine, parse
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint


def found(collection: Collection, word: str) -> list[str]:
    """The names of the files that the word is looked up in."""
    with collection.snapshot() as snapshot:
        ids = snapshot.catalog.keywords([word], (), 9)
        return sorted(Path(one.files[0]).name for one in snapshot.pictures(ids).values())


def colour_named(image: Image.Image) -> list[str]:
    """A reader of one word: the letter of the strongest colour."""
    mean = [float(band) for band in image.resize((1, 1)).getpixel((0, 0))]  # type: ignore[union-attr]
    return ["letter", "RGB"[mean.index(max(mean))] * 3]


def test_what_is_read_is_found_and_only_new_pictures_are_looked_at(
    engine: Engine, photos: Path, paint: Paint, encoder: Colours
) -> None:
    collection = engine.collection
    assert found(collection, "letter") == []
    assert read_texts(collection, Colours(), colour_named) == TextsRead(pictures=3, with_text=3)
    assert found(collection, "letter") == ["cherry.png", "leaf.jpg", "sea.webp"]
    assert found(collection, "bbb") == ["sea.webp"]
    assert read_texts(collection, Colours(), colour_named) == TextsRead()
    paint(photos / "sky.png", (90, 90, 255))
    index(collection, encoder, [photos])
    assert read_texts(collection, Colours(), colour_named) == TextsRead(pictures=1, with_text=1)
    assert found(collection, "bbb") == ["sea.webp", "sky.png"]


def test_a_reader_that_fails_costs_no_picture(engine: Engine, photos: Path) -> None:
    def stumbles(image: Image.Image) -> list[str]:
        text = colour_named(image)
        if "RRR" in text:
            raise RuntimeError("the models stumble")
        return text

    (photos / "leaf.jpg").rename(photos / "away.jpg")
    collection = engine.collection
    assert read_texts(collection, Colours(), stumbles) == TextsRead(
        pictures=3, with_text=1, failed=2
    )
    assert len(engine.search(parse("red")).hits) == 3
    (photos / "away.jpg").rename(photos / "leaf.jpg")
    assert read_texts(collection, Colours(), colour_named) == TextsRead(pictures=1, with_text=1)
    assert found(collection, "ggg") == ["leaf.jpg"]


def test_drawn_words_are_read_and_searched(
    collection: Collection, encoder: Colours, tmp_path: Path, paint: Paint
) -> None:
    pytest.importorskip("rapidocr", reason="the extra mindseye[ocr] is not installed")
    picture = Image.new("RGB", (640, 200), "white")
    text = "Closing time 18:30"
    ImageDraw.Draw(picture).text((30, 60), text, "black", ImageFont.load_default(48))
    picture.save(paint(tmp_path / "signs" / "sign.png", "white"))
    paint(tmp_path / "signs" / "wall.png", (200, 20, 10))
    index(collection, encoder, [tmp_path / "signs"])
    assert read_texts(collection, Colours(), text_reader()) == TextsRead(pictures=2, with_text=1)
    assert found(collection, "closing") == found(collection, "30") == ["sign.png"]
    hits = Engine(collection, encoder).search(parse("closing mode:hybrid")).hits
    assert Path(hits[0].files[0]).name == "sign.png"
