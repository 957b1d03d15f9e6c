"""The catalog: what exists, through SQLAlchemy. What answers need: `store.found`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any, NamedTuple
from weakref import finalize

import numpy as np
from sqlalchemy import URL, ColumnElement, Connection, delete, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Update

from store.about import About, Words, add_words, describe, forget_words, undescribed
from store.database import engine_of
from store.files import KnownFile, files_at, files_in_state, files_under, files_with, lying
from store.index import Ids
from store.migrations import migrate
from store.models import FAILED, PRESENT, File, Generation, Picture, Setting

COMPLETE = "complete"  # the setting that names the generation which has all that can be found


class FileChange(NamedTuple):
    """What a path has become; ``sha256`` names its picture, ``moved_from`` its former path.

    ``words`` are those of its sidecars, ``about`` is what the picture says of itself; ``None``
    leaves what is known.
    """

    path: str
    size: int
    mtime_ns: int
    state: str
    reason: str | None = None
    sha256: str | None = None
    moved_from: str | None = None
    sidecars: int = 0
    words: Words | None = None
    about: About | None = None


class NewPicture(NamedTuple):
    """A content that the catalog has not seen, a small JPEG of it, and what it says of itself.

    Embedded captions and tags are the picture's own; those that lie beside it belong to its files.
    """

    sha256: str
    width: int
    height: int
    format: str
    size: int
    thumbnail: bytes
    taken_at: datetime | None = None
    camera: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    captions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Catalog:
    """The database of one collection; safe to use from several threads."""

    def __init__(self, url: URL) -> None:
        """Connect to it, and bring its tables to what this program knows.

        Raises:
            NewerCollectionError: a newer mindseye made it.
            UnreachableError: its server does not answer.
        """
        self._engine = engine_of(url)
        # Who forgets to close it leaves no connection open: a server has only so many.
        finalize(self, self._engine.dispose).atexit = False
        with self._engine.begin() as connection:
            migrate(connection)

    def close(self) -> None:
        """Let go of the database file."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the catalog, whatever is written meanwhile."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A connection whose changes are kept when the block ends, all together or not at all.

        From then on no generation is known to be `COMPLETE`.
        """
        with self._engine.begin() as connection:
            connection.execute(delete(Setting).where(Setting.name == COMPLETE))
            yield connection

    def setting(self, name: str) -> Any:
        """The setting's value, or ``None``."""
        with self._engine.connect() as connection:
            return connection.scalar(select(Setting.value).where(Setting.name == name))

    def set(self, **values: Any) -> None:
        """Keep these settings."""
        with Session(self._engine) as session, session.begin():
            for name, value in values.items():
                session.merge(Setting(name=name, value=value))

    def files_under(self, folders: Sequence[str], separator: str) -> Iterator[KnownFile]:
        """All known files inside the folders, whatever their state; by path, folder by folder."""
        with self._engine.connect() as connection:
            for folder in folders:
                yield from files_under(connection, folder, separator)

    def files_at(self, paths: Sequence[str]) -> list[KnownFile]:
        """Those of the paths that are known, by path."""
        with self._engine.connect() as connection:
            return list(files_at(connection, paths))

    def files_with(self, numbers: Iterable[int]) -> list[KnownFile]:
        """The files with these ids, by path."""
        with self._engine.connect() as connection:
            return list(files_with(connection, numbers))

    def undescribed(self, hashes: Iterable[str]) -> frozenset[str]:
        """Those of the contents whose metadata nobody has read yet."""
        with Session(self._engine) as session:
            return frozenset(undescribed(session, hashes))

    def pictures(self, hashes: Iterable[str]) -> dict[str, int]:
        """The ids of those hashes that are known, and encoded."""
        with self._engine.connect() as connection:
            return _pictures(connection, hashes, Picture.encoded.is_(True))

    def lying(self, pictures: Iterable[int]) -> frozenset[int]:
        """Those of the pictures that lie somewhere now."""
        with self._engine.connect() as connection:
            return lying(connection, pictures)

    def living(self) -> tuple[Ids, Ids]:
        """Ids and embedding rows, both ``(n,)``, of the pictures that lie somewhere; by id."""
        statement = select(Picture.id, Picture.row).where(Picture.lying, Picture.encoded)
        with self._engine.connect() as connection:
            pairs = map(tuple, connection.execute(statement.order_by(Picture.id)))
            table = np.fromiter(pairs, dtype=(np.int64, 2))  # one by one: there may be millions
        return table[:, 0], table[:, 1]

    def rows(self) -> int:
        """How many rows of the embeddings the catalog accounts for."""
        with self._engine.connect() as connection:
            last = connection.scalar(select(func.max(Picture.row)))
            return 0 if last is None else last + 1

    def counts(self) -> dict[str, int]:
        """How many files are in each state, and how many pictures there are."""
        with self._engine.connect() as connection:
            states = connection.execute(select(File.state, func.count()).group_by(File.state))
            counts = {str(state): int(count) for state, count in states}
            pictures = select(func.count()).where(Picture.lying)
            return counts | {"pictures": connection.scalar(pictures) or 0}

    def failures(self, limit: int | None = None, offset: int = 0) -> list[KnownFile]:
        """The files that could not be read, by path: ``limit`` of them from ``offset`` on."""
        with self._engine.connect() as connection:
            return list(files_in_state(connection, FAILED, limit, offset))

    def numbers(self, new: Sequence[NewPicture]) -> list[int]:
        """The id that each new picture gets, or has if it only was not encoded."""
        with self._engine.connect() as connection:
            hashes = (one.sha256 for one in new)
            known = _pictures(connection, hashes, Picture.encoded.is_(False))
            following = count((connection.scalar(select(func.max(Picture.id))) or 0) + 1)
            return [known.get(one.sha256) or next(following) for one in new]

    def write(
        self,
        new: Sequence[NewPicture],
        first_row: int,
        numbers: Sequence[int],
        files: Sequence[FileChange],
    ) -> None:
        """One transaction: new pictures, with rows from ``first_row`` on, and what files became."""
        with self.changing() as connection, Session(connection) as session, session.begin():
            known = set(session.scalars(select(Picture.id).where(Picture.id.in_(numbers))))
            for row, (number, picture) in enumerate(zip(numbers, new, strict=True), first_row):
                if number in known:
                    session.execute(encoded_anew(number, row))
                else:
                    _add(session, picture, row, number)
            session.flush()
            hashes = {change.sha256 for change in files if change.sha256}
            pictures = _pictures(session.connection(), hashes)
            paths = [change.moved_from or change.path for change in files]
            old = {file.path: file for file in session.scalars(_files_at(paths))}
            became = [
                (old.get(path) or File(), one) for path, one in zip(paths, files, strict=True)
            ]
            forget_words(session, [file.id for file, one in became if _loses_words(file, one)])
            for file, change in became:
                _apply(change, file, pictures)
                session.add(file)
            _describe(session, became)

    def publish(self, rows: int, index: str, fusion: Sequence[str | float] | None) -> int:
        """Add a generation; returns its number."""
        with Session(self._engine) as session, session.begin():
            generation = Generation(rows=rows, index=index, fusion=fusion)
            session.add(generation)
            session.flush()
            return generation.number


def _add(session: Session, new: NewPicture, row: int, number: int) -> None:
    fields = new._asdict()
    del fields["thumbnail"], fields["captions"], fields["tags"]
    session.add(Picture(id=number, row=row, described=True, **fields))
    if new.captions or new.tags:
        session.flush()  # the picture before what refers to it
        add_words(session, Words(new.captions, new.tags), number)


def _describe(session: Session, became: Sequence[tuple[File, FileChange]]) -> None:
    session.flush()  # gives new files their ids
    for file, change in became:
        if file.picture_id is not None and change.words:
            add_words(session, change.words, file.picture_id, file.id)
        if file.picture_id is not None and change.about is not None:
            describe(session, file.picture_id, change.about)


def _loses_words(file: File, change: FileChange) -> bool:
    """Whether words were beside the file that no longer hold."""
    return bool(file.sidecars) and (change.words is not None or change.state != PRESENT)


def encoded_anew(number: int, row: int) -> Update:
    """The picture has its embedding in this row from now on."""
    return update(Picture).where(Picture.id == number).values(row=row, encoded=True)


def _pictures(
    connection: Connection, hashes: Iterable[str], *conditions: ColumnElement[bool]
) -> dict[str, int]:
    statement = select(Picture.sha256, Picture.id)
    statement = statement.where(Picture.sha256.in_(set(hashes)), *conditions)
    return {row.sha256: row.id for row in connection.execute(statement)}


def _files_at(paths: Sequence[str]) -> Any:
    return select(File).where(File.path.in_(paths))


def _apply(change: FileChange, file: File, pictures: dict[str, int]) -> None:
    file.path, file.size, file.mtime_ns = change.path, change.size, change.mtime_ns
    file.state, file.reason = change.state, change.reason
    file.sidecars = change.sidecars if change.state == PRESENT else 0
    if change.sha256:
        file.picture_id = pictures[change.sha256]
    elif change.reason:
        file.picture_id = None
