"""A collection at another place and in another database: all of it, or nothing."""

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from encoders import Embeddings
from indexer import Account, Failure, index, reindex
from search import Engine, parse
from store import (
    Collection,
    NewTag,
    NoCollectionError,
    OccupiedError,
    compare,
    copy,
    judge,
    judgements,
)
from store.models import ZERO_SHOT, Base
from tests.colours import Colours
from tests.conftest import paint_picture
from tests.servers.postgres import Postgres

NO_PICTURE = "not a picture in a format that mindseye reads"
QUERIES = Colours().encode_texts(["red", "green", "blue", "red green"])


class Other(Colours):
    """The same colours the other way round."""

    def encode_images(self, prepared: object) -> Embeddings:
        return np.ascontiguousarray(super().encode_images(prepared)[:, ::-1])  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pictures with captions, and one that is broken."""
    folder = tmp_path_factory.mktemp("copied") / "photos"
    paint_picture(folder / "cherry.png", (200, 20, 10))
    paint_picture(folder / "leaf.jpg", (20, 180, 30))
    (folder / "cherry.txt").write_text("a red thing")
    (folder / "leaf.txt").write_text("what grows on a tree")
    (folder / "broken.png").write_bytes(b"no picture")
    return folder


@pytest.fixture(scope="module")
def full(photos: Path) -> Collection:
    """A collection with something in every table, and every kind of file."""
    other = Other("other")
    made = Collection.create(photos.parent / "collection", asdict(other.identity))
    index(made, other, [photos])
    reindex(made, Colours(), keep_old=True)
    again = Collection(made.folder)
    with again.catalog.changing() as connection:
        judge(connection, "a cherry", 1, right=True)
    with again.writing() as writer:
        writer.retag(ZERO_SHOT, [NewTag(1, "fruit", 0.5)])
    return again


@pytest.fixture
def empty_database(postgres_server: Postgres) -> str:
    """The address of a new database."""
    return postgres_server.url(postgres_server.database())


def interrupted(source: Collection, folder: Path, catalog: str | None = None) -> None:
    """A copy that Ctrl-C ends when all rows are written."""

    def stop(done: int, total: int) -> None:
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy(source, folder, catalog, stop)


def differing(one: Collection, two: Collection) -> list[str]:
    return [part.part for part in compare(one, two, QUERIES) if not part.same]


def grows(made: Collection, photos: Path) -> None:
    """What is indexed and judged afterwards gets numbers of its own, and words are looked up."""
    sun = paint_picture(photos.parent / "more" / "sun.png", (250, 240, 0))
    (sun.parent / "sun.txt").write_text("it shines on a tree")
    assert index(made, Colours(), [photos]) == Account(
        unchanged=2, skipped=2, failed=1, failures=[Failure(str(photos / "broken.png"), NO_PICTURE)]
    )
    assert index(made, Colours(), [sun.parent]).indexed == 1
    with made.snapshot() as snapshot:
        assert sorted(snapshot.catalog.keywords(["tree"], (), 9)) == [2, 3]
    with made.catalog.changing() as connection:
        judge(connection, "the sun", 3, right=True)
        assert [one.query for one in judgements(connection)] == ["a cherry", "the sun"]


def test_a_copy_to_a_server_and_back_holds_and_answers_the_same(
    full: Collection, photos: Path, tmp_path: Path, empty_database: str
) -> None:
    there = copy(full, tmp_path / "there", empty_database)
    back = copy(there, tmp_path / "back")
    parts = list(compare(full, there, QUERIES))
    assert [part for part in parts if not part.same] == []
    assert [part for part in parts if part.size.startswith("0 ")] == []
    names = {part.part for part in parts}
    assert names > {table.name for table in Base.metadata.sorted_tables}
    assert sum(name.startswith("embeddings") for name in names) == 2
    assert differing(there, back) == differing(full, back) == []
    assert not (there.folder / "catalog.sqlite").exists()
    for made in (there, back):
        grows(made, photos)
        made.close()
    assert full.catalog.counts() == {"present": 2, "failed": 1, "pictures": 2}


def test_an_unfinished_copy_is_no_collection_and_is_begun_again(
    full: Collection, tmp_path: Path, empty_database: str
) -> None:
    for place, catalog in ((tmp_path / "one", None), (tmp_path / "two", empty_database)):
        interrupted(full, place, catalog)
        with pytest.raises(NoCollectionError):
            Collection(place)
        made = copy(full, place, catalog)
        assert differing(full, made) == []
        made.close()


def test_what_is_indexed_over_an_unfinished_copy_is_not_thrown_away(
    full: Collection, tmp_path: Path, photos: Path
) -> None:
    interrupted(full, tmp_path / "to")
    made = Collection.create(tmp_path / "to", asdict(Colours().identity))
    assert index(made, Colours(), [photos]).indexed == 2
    assert Engine(made, Colours()).search(parse("red")).hits[0].files[0].endswith("cherry.png")
    with pytest.raises(OccupiedError):
        copy(full, tmp_path / "to")


def test_a_place_that_holds_something_is_refused(
    full: Collection, blank: Path, tmp_path: Path, postgres_server: Postgres, blank_database: str
) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "note.txt").write_text("mine")
    for folder in (tmp_path / "notes", shutil.copytree(blank, tmp_path / "another")):
        before = sorted(folder.iterdir())
        with pytest.raises(OccupiedError, match=r"holds something already; name a directory"):
            copy(full, folder)
        assert sorted(folder.iterdir()) == before
    used = postgres_server.url(postgres_server.database(like=blank_database))
    with pytest.raises(OccupiedError, match=r"postgres.* holds something already; name an empty"):
        copy(full, tmp_path / "new", used)


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


CHANGES: dict[str, Callable[[Collection], object]] = {
    "caption": lambda made: execute(made, "UPDATE caption SET text = 'x' WHERE id = 1"),
    "judgement": lambda made: execute(made, "DELETE FROM judgement"),
    "file": lambda made: execute(made, "UPDATE file SET mtime_ns = mtime_ns + 1 WHERE id = 2"),
    "setting": lambda made: made.catalog.set(memory=1),
    "thumbnails": lambda made: made.thumbnails.put([(1, b"another")]),
    "embeddings": lambda made: flip(next(made.folder.glob("embeddings-*"))),
}


def execute(made: Collection, statement: str) -> None:
    with made.catalog.changing() as connection:
        connection.execute(text(statement))


def test_whatever_differs_is_named(full: Collection, tmp_path: Path) -> None:
    copy(full, tmp_path / "to").close()
    for part, change in CHANGES.items():
        made = Collection(shutil.copytree(tmp_path / "to", tmp_path / part))
        change(made)
        found = differing(full, made)
        assert found
        assert found[0].startswith(part)
