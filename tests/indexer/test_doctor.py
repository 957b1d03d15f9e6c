"""A collection really damaged, part by part: the doctor names it, mends it, and answers agree."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import faiss
import numpy as np
import pytest

from indexer import index
from indexer.doctor import SAMPLE, diagnose, repair
from search import Engine, parse
from store import Collection, DamagedCollectionError
from tests.colours import Colours
from tests.conftest import Paint

QUESTIONS = ("red", "green", "blue", "red green", "green blue")


@pytest.fixture
def place(collection: Collection, photos: Path, paint: Paint) -> Path:
    """A collection of twelve pictures whose index has been published twice."""
    index(collection, Colours(), [photos])
    for number in range(9):
        paint(photos / f"{number}.png", (25 * number, 200 - 20 * number, 7 * number))
    index(collection, Colours(), [photos])
    collection.close()
    return collection.folder


def load(_name: str) -> Colours:
    return Colours()


def answers(place: Path) -> list[list[tuple[str, float]]]:
    engine = Engine(Collection(place), Colours())
    found = [engine.search(parse(one), 12).hits for one in QUESTIONS]
    return [[(hit.files[0], round(hit.score or 0, 5)) for hit in hits] for hits in found]


def row(number: int) -> slice:
    return slice(12 * number, 12 * number + 12)


def write(file: Path, where: slice, data: bytes) -> None:
    content = bytearray(file.read_bytes())
    content[where] = data
    file.write_bytes(bytes(content))


def newest(place: Path, kind: str) -> Path:
    return max(place.glob(f"{kind}-*"))


def vectors(values: list[float]) -> bytes:
    return np.array(values, dtype="<f4").tobytes()


def not_a_number(place: Path) -> None:
    write(place / "embeddings.f32", row(4), vectors([np.nan] * 3))


def not_of_unit_length(place: Path) -> None:
    write(place / "embeddings.f32", row(4), vectors([3, 0, 0]))


def nothing_but_zeros(place: Path) -> None:
    write(place / "embeddings.f32", slice(24, 48), bytes(24))


def a_torn_tail(place: Path) -> None:
    with (place / "embeddings.f32").open("ab") as stream:
        stream.write(b"half a row")


def a_tail_that_is_lost(place: Path) -> None:
    file = place / "embeddings.f32"
    file.write_bytes(file.read_bytes()[:-30])


def no_embeddings(place: Path) -> None:
    (place / "embeddings.f32").unlink()


def rows_of_others(place: Path) -> None:
    file = place / "embeddings.f32"
    matrix = np.frombuffer(file.read_bytes(), dtype="<f4").reshape(-1, 3)
    file.write_bytes(matrix[::-1].tobytes())


def no_index(place: Path) -> None:
    newest(place, "index").unlink()


def half_an_index(place: Path) -> None:
    file = newest(place, "index")
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def an_index_of_fewer(place: Path) -> None:
    file = newest(place, "index")
    found = faiss.read_index(str(file))
    found.remove_ids(np.array([3, 4], dtype=np.int64))
    faiss.write_index(found, str(file))


def an_index_with_another_vector(place: Path) -> None:
    file = newest(place, "index")
    found = faiss.read_index(str(file))
    found.remove_ids(np.array([3], dtype=np.int64))
    found.add_with_ids(np.array([[0, 0, 1]], dtype=np.float32), np.array([3], dtype=np.int64))
    faiss.write_index(found, str(file))


def no_table_of_rows(place: Path) -> None:
    newest(place, "rows").unlink()


def a_table_of_other_rows(place: Path) -> None:
    file = newest(place, "rows")
    table = np.load(file)
    table[1:] = table[:0:-1]
    np.save(file, table)


def changed(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


def thumbnails_gone(place: Path) -> None:
    changed(place / "thumbnails.sqlite", "DELETE FROM thumbnail WHERE id IN (2, 5)")


def half_a_thumbnail(place: Path) -> None:
    changed(place / "thumbnails.sqlite", "UPDATE thumbnail SET jpeg = substr(jpeg, 1, 99)")


def no_database_of_thumbnails(place: Path) -> None:
    for file in place.glob("thumbnails*"):
        file.unlink()
    (place / "thumbnails.sqlite").write_bytes(b"no database" * 1000)


def a_damaged_index_of_the_catalog(place: Path) -> None:
    file = place / "catalog.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        name = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_file_picture_id'"
        page = connection.execute(name).fetchone()[0]
    end = page * size
    write(file, slice(end - 8, end), bytes([1, 9, 1, 9, 1, 9, 1, 9]))


DAMAGES: dict[Callable[[Path], None], tuple[str, str]] = {
    not_a_number: ("embeddings", "1 of 12 are missing, not numbers, or not of unit length"),
    not_of_unit_length: ("embeddings", "1 of 12 are missing"),
    nothing_but_zeros: ("embeddings", "2 of 12 are missing"),
    a_torn_tail: ("embeddings", "10 bytes behind the last one"),
    a_tail_that_is_lost: ("embeddings", "3 of 12 are missing"),
    no_embeddings: ("embeddings", "12 of 12 are missing"),
    rows_of_others: ("encoder", f"of {SAMPLE} pictures are not encoded to what is stored"),
    no_index: ("index", "is gone or damaged"),
    half_an_index: ("index", "is gone or damaged"),
    an_index_of_fewer: ("index", "it lacks 2 pictures of the catalog, and holds 0 others"),
    an_index_with_another_vector: ("index", "1 of its vectors differ from the embeddings"),
    no_table_of_rows: ("index", "is gone or damaged"),
    a_table_of_other_rows: ("index", "its table of rows contradicts the catalog"),
    thumbnails_gone: ("thumbnails", "2 of 12 pictures have none"),
    half_a_thumbnail: ("thumbnails", "12 of 12 pictures have none"),
    no_database_of_thumbnails: ("thumbnails", "12 of 12 pictures have none"),
    a_damaged_index_of_the_catalog: ("catalog", "index"),
}


def test_a_sound_collection_is_found_sound(place: Path) -> None:
    assert diagnose(Collection(place), load).findings == []


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_named_and_mended_and_answers_are_as_before(
    place: Path, damage: Callable[[Path], None]
) -> None:
    before = answers(place)
    thumbnails = [Collection(place).thumbnails.get(number) for number in range(1, 13)]
    damage(place)
    part, problem = DAMAGES[damage]
    found = diagnose(Collection(place), load)
    named = [finding for finding in found.findings if finding.part == part]
    assert problem in " ".join(finding.problem for finding in named)
    repair(Collection(place), load, found)
    assert diagnose(Collection(place), load).findings == []
    assert answers(place) == before
    assert [Collection(place).thumbnails.get(number) for number in range(1, 13)] == thumbnails


def test_only_what_is_broken_is_encoded_again(place: Path) -> None:
    not_a_number(place)
    used: list[Colours] = []

    def one(_name: str) -> Colours:
        used.append(Colours())
        return used[-1]

    collection = Collection(place)
    repair(collection, one, diagnose(collection, load))
    assert [encoder.pictures_encoded for encoder in used] == [1]


def test_a_broken_picture_whose_file_is_gone_is_found_no_more(place: Path, photos: Path) -> None:
    leaf = photos / "leaf.jpg"
    number = next(
        file.picture_id
        for file in Collection(place).catalog.files_under(["/"], "/")
        if file.path == str(leaf)
    )
    assert number
    leaf.rename(photos.parent / "leaf.jpg")
    write(place / "embeddings.f32", row(number - 1), vectors([np.nan] * 3))
    repair(Collection(place), load, diagnose(Collection(place), load))
    assert diagnose(Collection(place), load).findings == []
    assert not any(path == str(leaf) for hits in answers(place) for path, _ in hits)
    (photos.parent / "leaf.jpg").rename(leaf)
    account = index(Collection(place), Colours(), [photos])
    assert (account.unchanged, account.seen) == (11, 12)
    assert any(path == str(leaf) for hits in answers(place) for path, _ in hits)


def test_another_encoder_under_the_name_is_named(place: Path) -> None:
    found = diagnose(Collection(place), lambda _: Colours("other"))
    assert [finding.part for finding in found.findings] == ["encoder"]
    assert "was made with the encoder 'colours', not with 'other'" in found.findings[0].problem


def test_a_catalog_that_is_none_is_said_in_one_sentence(place: Path) -> None:
    (place / "catalog.sqlite").write_bytes(b"rubbish" * 5000)
    for file in place.glob("catalog.sqlite-*"):
        file.unlink()
    with pytest.raises(DamagedCollectionError, match=r"catalog\.sqlite cannot be read"):
        Collection(place)
