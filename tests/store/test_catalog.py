"""The catalog's database: its pragmas, its migrations, and statements of any size."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from store import PRESENT, REMOVED, Collection, FileChange, Filter, NewerCollectionError
from store.filters import conditions
from store.models import Base, Picture
from tests.store.parts import fill, present, put, removed, sha256


def _modelled(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table has a model: the ones that FTS5 makes for itself do not."""
    return kind != "table" or not str(name).startswith("keyword")


def test_the_migrations_make_exactly_the_tables_of_the_models(empty: Collection) -> None:
    with empty.catalog.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _modelled}
        )
        assert compare_metadata(context, Base.metadata) == []
        assert set(inspect(connection).get_table_names()) == {
            *Base.metadata.tables,
            "alembic_version",
            "keyword",
            *(f"keyword_{part}" for part in ("config", "content", "data", "docsize", "idx")),
        }


def test_writing_does_not_block_reading_and_references_are_checked(empty: Collection) -> None:
    statement = (
        "INSERT INTO file (id, path, size, mtime_ns, state, picture_id) "
        "VALUES (1, '/a', 1, 1, 'present', 99)"
    )
    with empty.catalog.reading() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        with pytest.raises(IntegrityError, match="FOREIGN KEY"):
            connection.execute(text(statement))


def test_a_catalog_of_a_newer_version_is_refused(empty: Collection) -> None:
    empty.close()
    with closing(sqlite3.connect(empty.folder / "catalog.sqlite")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    message = "catalog version 9999, and this mindseye knows only .*; update mindseye"
    with pytest.raises(NewerCollectionError, match=message):
        Collection(empty.folder)


def test_one_row_that_cannot_be_written_takes_the_whole_transaction_back(
    filled: Collection,
) -> None:
    with filled.writing() as writer, pytest.raises(IntegrityError, match="UNIQUE"):
        put(writer, [6, 1])
    assert filled.catalog.pictures([sha256(6)]) == {}
    assert filled.catalog.rows() == 5


def test_folders_are_matched_by_whole_names_and_by_case(empty: Collection) -> None:
    paths = ["/a/x.png", "/a/b/x.png", "/ab/x.png", "/A/x.png", "/a_/x.png", "/a%/x.png"]
    changes = [FileChange(path, 1, 1, PRESENT) for path in paths]
    with empty.writing() as writer:
        writer.write([], empty.embeddings.read(0), changes)

    def under(folder: str) -> list[str]:
        return [file.path for file in empty.catalog.files_under([folder], "/")]

    assert under("/a") == ["/a/b/x.png", "/a/x.png"]
    assert under("/a_") == ["/a_/x.png"]
    assert sorted(under("/")) == sorted(paths)


def test_counts_are_of_files_by_state_and_of_pictures_that_lie_somewhere(
    filled: Collection,
) -> None:
    copy = present(1)._replace(path="/photos/copy.png")
    with filled.writing() as writer:
        writer.write([], filled.embeddings.read(0), [removed(2), copy])
    assert filled.catalog.counts() == {"present": 5, "removed": 1, "pictures": 4}


def test_whether_a_picture_lies_somewhere_follows_its_files(filled: Collection) -> None:
    copy = present(1)._replace(path="/photos/copy.png")
    changed = present(3)._replace(sha256=sha256(4))  # the path of 3 holds 4 from now on
    nothing = filled.embeddings.read(0)
    steps = [
        ([removed(1), removed(2), copy], {1, 3, 4, 5}),
        ([changed, removed(4), copy._replace(state=REMOVED)], {4, 5}),
        ([present(2)], {2, 4, 5}),
    ]
    for changes, lying in steps:
        with filled.writing() as writer:
            writer.write([], nothing, changes)
        assert set(filled.catalog.living()[0].tolist()) == lying
        with filled.snapshot() as snapshot:
            assert snapshot.catalog.count(()) == len(lying)
    with filled.catalog.changing() as connection:
        connection.execute(text("DELETE FROM file WHERE path = '/photos/5.png'"))
    assert filled.catalog.lying([4, 5]) == {4}


def test_all_pictures_are_counted_anew_when_anybody_changes_the_catalog(filled: Collection) -> None:
    def counted() -> int:
        with filled.snapshot() as snapshot:
            return snapshot.catalog.count(())

    assert (counted(), counted()) == (5, 5)
    other = Collection(filled.folder)
    for collection, number in ((other, 6), (filled, 7)):
        with collection.writing() as writer:
            put(writer, [number])
        assert counted() == number
    other.close()


def test_a_filter_on_a_picture_is_answered_by_an_index_alone(filled: Collection) -> None:
    fields = {"size": 1, "width": 1, "height": 1, "type": "PNG", "year": 2020, "camera": "x"}
    for field, value in fields.items():
        statement = select(Picture.id).where(*conditions([Filter(field, value)]))
        asked = statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        with filled.catalog.reading() as connection:
            (plan,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
        assert "USING COVERING INDEX" in plan.detail, field


def test_that_pictures_lie_somewhere_is_looked_up_by_their_ids(filled: Collection) -> None:
    asked = "SELECT id FROM picture WHERE id IN (1, 2, 3, 4) AND lying = 1"
    with filled.catalog.reading() as connection:
        (plan,) = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
    assert "PRIMARY KEY" in plan.detail


def test_thumbnails_are_kept_by_picture_and_may_be_lost(filled: Collection) -> None:
    ids = filled.catalog.pictures([sha256(3)])
    assert filled.thumbnails.get(ids[sha256(3)]) == b"a jpeg 3"
    assert filled.thumbnails.get(999) is None
    Path(filled.thumbnails.path).unlink()
    assert filled.thumbnails.get(ids[sha256(3)]) is None


def test_pictures_can_be_written_after_the_thumbnails_were_deleted(filled: Collection) -> None:
    filled.thumbnails.path.unlink()
    fill(filled, [6])
    ids = filled.catalog.pictures([sha256(6)])
    assert filled.thumbnails.get(ids[sha256(6)]) == b"a jpeg 6"
