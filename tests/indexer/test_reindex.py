"""Another encoder under the eyes of readers: built beside, resumed, changed to, and back."""

import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from encoders import Embeddings, Encoder, Pixels
from indexer import Account, index, reindex
from search import Engine, parse
from store import Collection, EncoderMismatchError, SameEncoderError
from store.models import Caption, File, Picture, Tag
from tests.colours import Colours
from tests.conftest import Paint


class Swapped(Colours):
    """The same colours in other places: whoever mixes it with `Colours` takes red for green."""

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        return np.roll(super().encode_images(prepared), 1, axis=1)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return np.roll(super().encode_texts(texts), 1, axis=1)


def load(name: str) -> Encoder:
    return Colours() if name == "colours" else Swapped(name)


@pytest.fixture
def swapped() -> Swapped:
    return Swapped("swapped")


@pytest.fixture
def reader(engine: Engine) -> Engine:
    """Opened before anything changes, as a running server is."""
    return Engine(Collection(engine.collection.folder), Colours(), load)


def first(engine: Engine, words: str) -> str:
    return Path(engine.search(parse(words), 3).hits[0].files[0]).name


def right(engine: Engine) -> None:
    """Each colour finds its picture."""
    for words, name in (("red", "cherry.png"), ("green", "leaf.jpg"), ("blue", "sea.webp")):
        assert first(engine, words) == name


def test_a_running_reader_follows_without_a_restart(reader: Engine, swapped: Swapped) -> None:
    right(reader)
    assert reindex(Collection(reader.collection.folder), swapped) == []
    right(reader)
    assert reader.encoder.identity.name == "swapped"
    assert swapped.pictures_encoded == 3
    files = sorted(file.name for file in reader.collection.folder.glob("*[0-9].*"))
    assert [name.split("-")[0] for name in files] == ["index", "rows"]
    assert len(list(reader.collection.folder.glob("embeddings*"))) == 1


def test_a_reader_that_cannot_load_the_encoder_refuses_to_answer(
    reader: Engine, swapped: Swapped
) -> None:
    stuck = Engine(Collection(reader.collection.folder), Colours())
    reindex(Collection(reader.collection.folder), swapped)
    with pytest.raises(EncoderMismatchError, match="now encoded with 'swapped'"):
        stuck.search(parse("red"))


def test_readers_get_right_answers_throughout_many_changes(
    reader: Engine, swapped: Swapped
) -> None:
    stop, wrong = threading.Event(), list[BaseException]()

    def ask() -> None:
        try:
            while not stop.is_set():
                right(reader)
        except BaseException as error:
            wrong.append(error)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for thread in readers:
        thread.start()
    try:
        for turn in range(10):
            encoder = Colours() if turn % 2 else swapped
            assert reindex(Collection(reader.collection.folder), encoder, keep_old=turn > 5) == []
    finally:
        stop.set()
        for thread in readers:
            thread.join()
    assert wrong == []


def test_stopped_and_with_new_pictures_between_it_goes_on_where_it_was(
    reader: Engine, swapped: Swapped, photos: Path, paint: Paint
) -> None:
    folder = reader.collection.folder
    swapped.batch_size = 1

    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindex(Collection(folder), swapped, progress=stop)
    right(reader)
    paint(photos / "night.png", (60, 60, 90))
    index(Collection(folder), Colours(), [photos])
    with (folder / next(folder.glob("embeddings-*"))).open("ab") as stream:
        stream.write(b"torn")
    assert reindex(Collection(folder), swapped) == []
    assert swapped.pictures_encoded == 4
    right(reader)
    assert len(reader.search(parse("blue"), 9).hits) == 4


def test_what_is_indexed_afterwards_takes_the_new_encoder_and_a_stale_writer_is_refused(
    reader: Engine, swapped: Swapped, photos: Path, paint: Paint
) -> None:
    stale = Collection(reader.collection.folder)
    reindex(Collection(stale.folder), swapped)
    paint(photos / "deep" / "sky.png", (90, 90, 200))
    with pytest.raises(EncoderMismatchError, match="'swapped'"):
        index(stale, Colours(), [photos])
    account = index(Collection(stale.folder), swapped, [photos])
    assert account == Account(unchanged=3, indexed=1)
    right(reader)


def test_changing_back_encodes_only_what_is_new(
    reader: Engine, swapped: Swapped, photos: Path, paint: Paint
) -> None:
    folder = reader.collection.folder
    reindex(Collection(folder), swapped, keep_old=True)
    paint(photos / "night.png", (60, 60, 90))
    index(Collection(folder), swapped, [photos])
    old = Colours()
    assert reindex(Collection(folder), old, keep_old=True) == []
    assert old.pictures_encoded == 1
    right(reader)
    assert reindex(Collection(folder), swapped) == []
    assert swapped.pictures_encoded == 4
    right(reader)


def test_a_picture_that_is_gone_is_named_left_out_and_encoded_when_it_is_back(
    reader: Engine, swapped: Swapped, photos: Path
) -> None:
    folder, leaf = reader.collection.folder, photos / "leaf.jpg"
    facts = leaf.stat()
    leaf.rename(photos.parent / "away.jpg")
    assert reindex(Collection(folder), swapped, keep_old=True) == [str(leaf)]
    assert [Path(hit.files[0]).name for hit in reader.search(parse("red")).hits] == [
        "cherry.png",
        "sea.webp",
    ]
    reasons = {one.path: one.reason for one in Collection(folder).catalog.failures()}
    assert "index it again once it is back" in str(reasons[str(leaf)])

    assert reindex(Collection(folder), Colours(), keep_old=True) == []  # it was encoded there
    right(reader)
    assert reindex(Collection(folder), swapped, keep_old=True) == [str(leaf)]

    assert index(Collection(folder), swapped, [photos]).removed == 1
    (photos.parent / "away.jpg").rename(leaf)
    assert leaf.stat().st_mtime_ns == facts.st_mtime_ns
    account = index(Collection(folder), swapped, [photos])
    assert (account.unchanged, account.indexed + account.restored) == (2, 1)
    right(reader)
    assert Collection(folder).catalog.counts()["pictures"] == 3
    assert Collection(folder).catalog.rows() == 4


def test_all_that_is_known_of_a_picture_stays(
    collection: Collection, photos: Path, swapped: Swapped
) -> None:
    (photos / "cherry.txt").write_text("a ripe cherry")
    (photos / "leaf.json").write_text('{"tags": ["tree"]}')
    index(collection, Colours(), [photos])
    before = known(collection)
    assert before["caption"]
    assert before["tag"]
    reindex(Collection(collection.folder), swapped)
    assert known(collection) == before
    assert index(Collection(collection.folder), swapped, [photos]).unchanged == 3


def known(collection: Collection) -> dict[str, object]:
    """All tables that speak of pictures, and the thumbnails."""
    tables = {table.__tablename__: table for table in (Picture, File, Caption, Tag)}
    with collection.catalog.reading() as connection:
        found = {name: connection.execute(select(table)).all() for name, table in tables.items()}
    ids = [row.id for row in found["picture"]]
    return found | {"thumbnails": [collection.thumbnails.get(one) for one in ids]}


def test_changing_to_the_same_encoder_is_refused(reader: Engine) -> None:
    with pytest.raises(SameEncoderError, match="is encoded with 'colours' already"):
        reindex(Collection(reader.collection.folder), Colours())


def test_an_empty_collection_can_change_too(collection: Collection, swapped: Swapped) -> None:
    assert reindex(collection, swapped) == []
    assert Collection(collection.folder).encoder == asdict(swapped.identity)
