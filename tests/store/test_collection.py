"""A collection as a whole: made, opened, refused, and held by readers while a writer goes on."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event

from store import (
    Collection,
    CollectionBusyError,
    DamagedCollectionError,
    EncoderMismatchError,
    NoCollectionError,
)
from store.catalog import Catalog
from store.database import place_of
from store.index.kinds import lists_for
from tests.store.parts import WHO, fill, found, put, removed, vectors

HOLD_THE_LOCK = """
import sys
from pathlib import Path
from store import Collection
with Collection(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_writer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A second process that holds the writer lock while the block runs."""
    command = [sys.executable, "-c", HOLD_THE_LOCK, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_an_empty_collection_answers_nothing(empty: Collection) -> None:
    with empty.snapshot() as snapshot:
        scores, ids = snapshot.search(vectors([1, 2]), 3, 1)
        assert scores.shape == ids.shape == (2, 0)
        assert snapshot.generation == 0
        assert snapshot.embedding(1) is None


def test_pictures_are_found_again_after_reopening(filled: Collection) -> None:
    filled.close()
    opened = Collection(filled.folder)
    assert opened.encoder == WHO
    assert found(opened, 3) == ["/photos/3.png"]


def test_a_snapshot_knows_the_embedding_of_a_picture(filled: Collection) -> None:
    with filled.snapshot() as snapshot:
        np.testing.assert_array_equal(snapshot.embedding(2), vectors([2]))
        assert snapshot.embedding(99) is None


def test_where_there_is_none_the_message_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoCollectionError, match=r"no collection in .*; make one: mindseye index"):
        Collection(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_one_that_was_only_half_made_counts_as_none_and_can_be_made(tmp_path: Path) -> None:
    Catalog(place_of(tmp_path, None)).close()  # a kill came before the encoder was written
    with pytest.raises(NoCollectionError):
        Collection(tmp_path)
    assert fill(Collection.create(tmp_path, WHO), [1]) == 1


def test_making_one_that_exists_opens_it(filled: Collection) -> None:
    again = Collection.create(filled.folder, WHO | {"name": "another"})
    assert again.encoder == WHO
    assert again.catalog.counts()["pictures"] == 5


def test_another_encoder_is_refused_by_name_and_difference(filled: Collection) -> None:
    filled.require(dict(WHO))
    with pytest.raises(EncoderMismatchError) as caught:
        filled.require(WHO | {"name": "other", "weights": "two"})
    assert "was made with the encoder 'tiny', not with 'other' (weights: one against two)" in str(
        caught.value
    )
    with pytest.raises(EncoderMismatchError, match="weights: one against two"):
        filled.require(WHO | {"weights": "two"})
    with pytest.raises(EncoderMismatchError, match="extra: None against 1"):
        filled.require(WHO | {"extra": 1})


def test_a_second_writer_is_told_who_the_first_is_and_waits_for_no_dead_one(
    filled: Collection,
) -> None:
    with another_writer(filled.folder) as process:
        message = f"is being written by process {process.pid} on .*; wait for it, or stop it"
        with pytest.raises(CollectionBusyError, match=message), filled.writing():
            pass
        assert found(filled, 3) == ["/photos/3.png"]  # reading goes on meanwhile
        process.kill()
        process.wait()
        assert (filled.folder / "writer.json").exists()  # the name is left, the lock is not
        assert fill(filled, [6]) == 2


def test_publishing_twice_is_one_generation(filled: Collection) -> None:
    files = sorted(filled.folder.iterdir())
    with filled.writing() as writer:
        assert writer.publish() == writer.publish() == 1
    assert sorted(filled.folder.iterdir()) == files


def test_a_generation_is_compared_with_the_catalog_only_after_something_was_written(
    filled: Collection,
) -> None:
    def compared() -> bool:
        """Whether publishing asks for all pictures."""
        asked: list[str] = []
        with filled.writing() as writer, filled.catalog.reading() as connection:
            event.listen(connection.engine, "before_cursor_execute", note := _noting(asked))
            writer.publish()
            event.remove(connection.engine, "before_cursor_execute", note)
        return any("FROM picture" in statement for statement in asked)

    assert not compared()
    with filled.writing() as writer:
        writer.write([], filled.embeddings.read(0), [removed(3)])  # killed before it published
    assert compared()
    assert found(filled, 3) != ["/photos/3.png"]
    assert not compared()


def _noting(asked: list[str]) -> Callable[..., None]:
    return lambda _connection, _cursor, statement, *_: asked.append(statement)


def test_a_reader_keeps_its_answers_while_a_writer_publishes(filled: Collection) -> None:
    reader = Collection(filled.folder)
    with reader.snapshot() as held:
        before = held.search(vectors([2]), 5, 1)
        with filled.writing() as writer:
            put(writer, [6])
            writer.write([], filled.embeddings.read(0), [removed(2)])
            assert writer.publish() == 2
        np.testing.assert_array_equal(held.search(vectors([2]), 5, 1), before)
        assert held.pictures([2])[2].files == ("/photos/2.png",)
        assert held.embedding(6) is None
    assert found(reader, 2) != ["/photos/2.png"]
    assert found(reader, 6) == ["/photos/6.png"]


def test_old_index_files_are_removed_but_the_one_before(empty: Collection) -> None:
    for number in range(1, 5):
        assert fill(empty, [number]) == number
    names = sorted(file.name for file in empty.folder.glob("index-*"))
    assert names == ["index-000003.faiss", "index-000004.faiss"]


def test_a_removed_picture_is_found_again_when_it_is_back(filled: Collection) -> None:
    with filled.writing() as writer:
        writer.write([], filled.embeddings.read(0), [removed(3)])
        writer.publish()
        assert found(filled, 3) != ["/photos/3.png"]
        writer.write([], filled.embeddings.read(0), [removed(3)._replace(state="present")])
        writer.publish()
    assert found(filled, 3) == ["/photos/3.png"]


def test_a_collection_that_grew_from_nothing_gets_the_lists_of_its_size(
    empty: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.index.kinds.ONE_LIST_UP_TO", 50)  # "large" begins early, to be quick
    fill(empty, [])
    fill(empty, range(400))
    with empty.snapshot() as snapshot:
        assert snapshot.index is not None
        assert snapshot.index.lists == lists_for(400) == 80


def test_as_many_embeddings_as_pictures_are_wanted(empty: Collection) -> None:
    with empty.writing() as writer, pytest.raises(ValueError, match="1 embeddings for 0 pictures"):
        writer.write([], vectors([1]), [])


@pytest.mark.parametrize("left", [b"", b"not an index", None])
def test_a_reader_without_its_index_says_how_to_rebuild_it(
    filled: Collection, left: bytes | None
) -> None:
    index = filled.folder / "index-000001.faiss"
    index.write_bytes(index.read_bytes()[:-40] if left is None else left)
    message = f"cannot read {re.escape(str(index))}; rebuild it: mindseye index FOLDER"
    with pytest.raises(DamagedCollectionError, match=message), filled.snapshot():
        pass
