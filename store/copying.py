"""A whole collection at another place, or in another database, without encoding again.

The files come first, then one transaction of the catalog with every table, the encoder among them:
until it is committed there is no collection at that place, whatever stops the copy.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, delete, func, insert, select

from store.catalog import Catalog
from store.collection import Collection
from store.database import catalog_of, copy_lock, place_of, point, started_after, writer_lock
from store.errors import OccupiedError
from store.found import in_utc, latest_generation
from store.index import files_of
from store.index.milvus import SUFFIX
from store.models import Base, Setting
from store.room import room_for
from store.writer import VECTORS

Progress = Callable[[int, int], None]
"""Called with rows of the catalog copied so far, and rows to copy."""

UNFINISHED = "copy.unfinished"  # a file in a directory that does not hold a collection yet
ROWS_AT_ONCE = 5_000


def copy(
    source: Collection,
    folder: Path,
    catalog: str | None = None,
    progress: Progress = lambda *_: None,
) -> Collection:
    """Copy the collection into ``folder``, its catalog beside it or at the address ``catalog``.

    An index on a server stays with the source, as two must not write to it: publish the copy, which
    makes one of its own. Nobody may write to the source meanwhile: hold `Collection.alone`. What an
    earlier copy left unfinished at that place is thrown away.

    Raises:
        OccupiedError: something is there already.
        BadCatalogError: ``catalog`` is no address.
        UnreachableError: its server does not answer.
        DiskFullError: there is no room.
    """
    _refuse(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with room_for(folder), copy_lock(folder):
        _clear(folder)
        (folder / UNFINISHED).touch()
        url = place_of(folder, catalog)
        with writer_lock(folder, url), _empty(Catalog(url), url.render_as_string()) as made:
            point(folder, url)
            _copy_files(source, folder)
            with source.catalog.reading() as old, made.changing() as new:
                _copy_tables(old, new, progress)
                new.execute(delete(Setting).where(Setting.name == VECTORS))
        (folder / UNFINISHED).unlink()
    return Collection(folder)


def files(collection: Collection) -> list[str]:
    """The names of the files that the catalog names: embeddings, and the newest index if here."""
    with collection.catalog.reading() as connection:
        latest = latest_generation(connection)
    previous = collection.catalog.setting("previous")
    wanted = [collection.embeddings.path]
    if latest and not latest.index.endswith(SUFFIX):
        wanted += files_of(collection.folder / latest.index)
    names = [path.name for path in wanted if path.exists()]
    return [*names, previous["embeddings"]] if previous else names


def _refuse(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not _left_over(folder)):
        raise OccupiedError(f"{folder} holds something already; name a directory that is new")


def _left_over(folder: Path) -> bool:
    """Whether it holds an unfinished copy, and not a collection that was made over it."""
    if not (folder / UNFINISHED).exists():
        return False
    url = catalog_of(folder)
    if url is None:
        return True
    catalog = Catalog(url)
    try:
        return catalog.setting("encoder") is None
    finally:
        catalog.close()


def _clear(folder: Path) -> None:
    for file in folder.iterdir():
        if not file.name.startswith("copy."):
            file.unlink()


@contextmanager
def _empty(catalog: Catalog, name: str) -> Iterator[Catalog]:
    try:
        with catalog.reading() as connection:
            rows = sum(counted(connection, table) for table in Base.metadata.sorted_tables)
        if rows:
            raise OccupiedError(
                f"the catalog {name} holds something already; name an empty database"
            )
        yield catalog
    finally:
        catalog.close()


def _copy_files(source: Collection, folder: Path) -> None:
    for name in files(source):
        shutil.copyfile(source.folder / name, folder / name)
        with (folder / name).open("rb+") as stream:
            os.fsync(stream.fileno())
    for cache in (source.thumbnails, source.words):
        cache.copy(folder / cache.path.name)


def _copy_tables(old: Connection, new: Connection, progress: Progress) -> None:
    tables = Base.metadata.sorted_tables  # what is referred to before what refers
    total, done = sum(counted(old, table) for table in tables), 0
    for table in tables:
        for some in rows_of(old, table):
            new.execute(insert(table), some)
            done += len(some)
            progress(done, total)
        started_after(new, table)


def counted(connection: Connection, table: Table) -> int:
    """How many rows the table has."""
    return connection.scalar(select(func.count()).select_from(table)) or 0


def rows_of(connection: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    """All rows, some at a time, as they are the same in every database: times in UTC."""
    zoned = [one.name for one in table.columns if getattr(one.type, "timezone", False)]
    found = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table))
    for some in found.mappings().partitions():
        rows = [dict(row) for row in some]
        for row in rows:
            row |= {name: in_utc(row[name]) for name in zoned if row[name]}
        yield rows
