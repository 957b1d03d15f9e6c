"""An index on a Milvus server: it finds what an index in the directory finds, and loses nothing."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from encoders import Embeddings
from store import (
    BadVectorsError,
    Collection,
    FileChange,
    UnreachableError,
    compare,
    copy,
    examine,
    facts,
    mend,
)
from store.index import Gallery, Ids, Kind, Place, RowTable, Server, measured
from store.index.kinds import FLAT
from store.index.milvus import MilvusIndex
from store.index.milvus.table import Table
from tests.servers.milvus import TOKEN, Milvus
from tests.store.parts import fill, found, present, put, removed, vectors
from tests.worldly import Worldly

NOTHING = np.empty((0, 4), dtype=np.float32)


def became(collection: Collection, *files: FileChange) -> None:
    """Let known files go or come back, and publish."""
    with collection.writing() as writer:
        writer.write([], NOTHING, files)
        writer.publish()


@pytest.fixture
def there(empty: Collection, milvus_server: Milvus) -> Iterator[Collection]:
    """Pictures 1 to 40, published on the server."""
    empty.move_vectors(milvus_server.address())
    fill(empty, range(1, 41))
    yield empty
    empty.close()


def table_of(collection: Collection) -> Table:
    """What the newest generation is in."""
    with collection.snapshot() as snapshot:
        assert isinstance(snapshot.index, MilvusIndex)
        return snapshot.index._table


def test_it_answers_as_the_same_collection_in_its_directory(
    there: Collection, made: Path, tmp_path: Path
) -> None:
    embedded = Collection(shutil.copytree(made, tmp_path / "embedded"))
    fill(embedded, range(1, 41))
    queries = vectors(range(100, 110))
    with there.snapshot() as ours, embedded.snapshot() as theirs:
        mine, other = (one.search(queries, 10, 1) for one in (ours, theirs))
        np.testing.assert_array_equal(mine, other)
    again = Collection(there.folder)  # nobody has to say where it is
    assert facts(again).vectors == there.vectors != facts(embedded).vectors == "here"
    assert found(again, 7) == ["/photos/7.png"]


@pytest.fixture(scope="module")
def large(running_milvus: Milvus) -> Iterator[Gallery]:
    """Vectors in 64 lists, with what was measured of them."""
    world, count = Worldly().world, 6000
    embeddings, ids = world.pictures(count, seed=1), np.arange(count) * 2
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MINDSEYE_MILVUS_TOKEN", TOKEN)
        place = Place.parse(running_milvus.address())
        made = (Kind(64, FLAT), embeddings, np.arange(count), ids, 1)
        index = MilvusIndex.build(place, place.name, *made)
        gallery = Gallery(index, RowTable.build(ids, np.arange(count)), embeddings)
        gallery.tuning = measured(gallery, world.texts(500, seed=2), 0.95)
        yield gallery


def recall(gallery: Gallery, queries: Embeddings, allowed: Ids | None = None) -> float:
    """Recall@10 of what the measured point finds."""
    assert gallery.tuning
    among = len(gallery.index) if allowed is None else len(allowed)
    deep = 10 * len(gallery.index) / among  # as `Gallery.shortcut` looks for them
    point = gallery.tuning.cheapest(gallery.index.kind, gallery.index.dim, "text", deep)
    assert (
        point and 1 < point.nprobe < 64
    )  # one is what an index seems to need that is not used yet
    exact = gallery.scan(queries, 10, allowed)[1]
    near = gallery.search(queries, 10, allowed=allowed, **point.effort._asdict())[1]
    if allowed is not None:
        assert np.isin(near, allowed).all()
    return float(np.mean([np.isin(*both).mean() for both in zip(exact, near, strict=True)]))


def test_recall_is_measured_and_holds_for_other_words(large: Gallery) -> None:
    assert recall(large, Worldly().world.texts(500, seed=3)) == pytest.approx(0.96, abs=0.03)


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_filters_find_only_what_they_allow(large: Gallery, share: float) -> None:
    ids = large.rows.ids()
    allowed = ids[np.random.default_rng(5).random(len(ids)) < share]
    assert recall(large, Worldly().world.texts(50, seed=4), allowed) > 0.9


def test_all_lists_find_what_a_scan_finds(large: Gallery) -> None:
    queries = Worldly().world.texts(20, seed=6)
    theirs, ours = large.search(queries, 10, 64), large.scan(queries, 10)
    np.testing.assert_array_equal(theirs[1], ours[1])
    np.testing.assert_array_equal(theirs[0], ours[0])


def test_more_answers_than_milvus_gives_are_looked_for_here(large: Gallery) -> None:
    query = Worldly().world.texts(1, seed=7)
    ids = large.search(query, 20_000, 64)[1][0]
    assert set(ids[ids >= 0].tolist()) == set(large.rows.ids().tolist())


def test_readers_hold_their_generation_whatever_is_published(there: Collection) -> None:
    with there.snapshot() as before:
        became(there, removed(3))
        fill(there, [50])
        with there.snapshot() as after:
            for held, lives, lives_not in ((before, 3, 41), (after, 41, 3)):
                ids = held.search(vectors([3]), 40, 1)[1][0]
                assert lives in ids and lives_not not in ids
                assert (ids >= 0).all()
    became(there, present(3))
    assert found(there, 3) == ["/photos/3.png"]


def test_what_was_cut_off_is_neither_seen_nor_left(
    there: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Table, "settle", lambda *_: (_ for _ in ()).throw(UnreachableError("cut")))
        with pytest.raises(UnreachableError, match="cut"), there.writing() as writer:
            put(writer, [60])
            writer.write([], NOTHING, [removed(5), removed(6)])
            writer.publish()
    with there.snapshot() as snapshot:
        assert snapshot.search(vectors([5]), 40, 1)[1][0].tolist()[0] == 5
        assert set(snapshot.search(vectors([60]), 41, 1)[1][0].tolist()) == {-1, *range(1, 41)}
    became(there, present(5))  # it has come back meanwhile
    assert found(there, 5) == ["/photos/5.png"]
    assert found(there, 60) == ["/photos/60.png"]
    assert "/photos/6.png" not in found(there, 6, k=40)


def test_a_server_that_dies_while_it_is_written_to_costs_nothing(
    there: Collection, milvus_server: Milvus, monkeypatch: pytest.MonkeyPatch
) -> None:
    upsert = Table._upsert

    def killed(*arguments: object) -> None:
        milvus_server.kill()
        upsert(*arguments)

    with monkeypatch.context() as broken:
        broken.setattr("store.index.milvus.index.WRITING", 1)
        broken.setattr(Table, "_upsert", killed)
        with pytest.raises(UnreachableError, match="start the server"):
            fill(there, [70])
    milvus_server.again()
    monkeypatch.setattr("store.index.milvus.index.READING", 60)  # it reads its tables again first
    assert found(there, 7) == ["/photos/7.png"]
    with there.writing() as writer:
        writer.publish()  # nothing is written or encoded again
    assert found(there, 70) == ["/photos/70.png"]
    assert "index" not in examine(there).parts()


def test_it_moves_without_encoding_again(there: Collection) -> None:
    with there.writing() as writer:
        there.move_vectors("here")
        writer.publish()
    with there.snapshot() as snapshot:
        assert not isinstance(snapshot.index, MilvusIndex)
    assert found(there, 7) == ["/photos/7.png"]
    fill(there, [80])
    assert not list(there.folder.glob("*.milvus"))


def test_copies_have_an_index_of_their_own(
    there: Collection, milvus_server: Milvus, tmp_path: Path
) -> None:
    queries = vectors(range(100, 110))
    for name, address in (("back", "here"), ("again", milvus_server.address())):
        made = copy(there, tmp_path / name)
        made.move_vectors(address)
        with made.writing() as writer:
            writer.publish()
        parts = list(compare(there, made, queries))
        assert [part for part in parts if not part.same] == []
        assert {"picture", "setting", "embeddings.f32", "top 10"} <= {part.part for part in parts}
        if made.vectors != "here":  # what the server holds is asked, not only what lies here
            table_of(made).put(np.array([4]), -vectors([4]), np.array([0]), born=1)
            deadline = time.monotonic() + 20  # a search may see the table as it was seconds ago
            while all(part.same for part in compare(there, made, vectors([4]))):
                assert time.monotonic() < deadline
        became(made, removed(7))
        assert found(made, 7) != found(there, 7) == ["/photos/7.png"]
        made.close()


def test_doctor_sees_what_the_server_lost_and_repairs_it(there: Collection) -> None:
    table_of(there).drop()
    there.close()
    health = examine(opened := Collection(there.folder))
    assert "index" in health.parts()
    mend(opened, health, lambda: vectors(range(5)))
    assert "index" not in examine(opened).parts()
    assert found(opened, 7) == ["/photos/7.png"]


def test_doctor_sees_vectors_that_differ(there: Collection) -> None:
    table_of(there).put(np.array([4]), vectors([9]), np.array([0]), born=1)
    problems = [one.problem for one in examine(there).findings if one.part == "index"]
    assert problems == ["1 of its vectors differ from the embeddings"]


def test_tables_that_nobody_reads_are_dropped(there: Collection) -> None:
    server = table_of(there)._ask
    place = there.vectors.rpartition("/")[2]
    for _ in range(3):
        with there.writing() as writer:
            writer.publish(afresh=True)
    tables = [one for one in server._client.list_collections() if one.startswith(place)]
    assert len(tables) == 2


@pytest.mark.parametrize("token", ["", "root:wrong"])
def test_a_server_that_refuses_us_is_named_and_so_is_the_variable(
    empty: Collection, milvus_server: Milvus, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINDSEYE_MILVUS_TOKEN", token)
    with pytest.raises(
        UnreachableError, match=r"the vectors in milvus://127.* set MINDSEYE_MILVUS_TOKEN"
    ) as said:
        empty.move_vectors(milvus_server.address())
    assert "wrong" not in str(said.value)
    assert empty.vectors == "here"


@pytest.mark.usefixtures("milvus_server")
def test_a_server_that_is_down_is_named() -> None:
    with pytest.raises(
        UnreachableError, match=r"milvus://127.0.0.1:1/photos: .*; start the server"
    ):
        Server(Place.parse("milvus://127.0.0.1:1/photos"), patience=0.5)


@pytest.mark.parametrize("given", ["milvus://host", "http://host/a", "nonsense", "milvus://h:x/a"])
def test_what_is_no_address_of_vectors_is_said(given: str, empty: Collection) -> None:
    with pytest.raises(BadVectorsError, match="give milvus://HOST:PORT/NAME, or here"):
        empty.move_vectors(given)


def test_a_password_in_the_address_is_refused(empty: Collection) -> None:
    with pytest.raises(BadVectorsError, match="MINDSEYE_MILVUS_TOKEN") as said:
        empty.move_vectors("milvus://root:secret@host/photos")
    assert "secret" not in str(said.value)
