"""What the catalog knows of files, read in the order of their paths."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, select

from store.models import File, Picture

ROWS_AT_ONCE = 100


class KnownFile(NamedTuple):
    """What the catalog knows of one path: size in bytes, time of change in ns, state, picture.

    ``sidecars`` stands for sizes and times of the files with words beside it, 0 for none.
    """

    path: str
    size: int
    mtime_ns: int
    state: str
    reason: str | None = None
    picture_id: int | None = None
    sidecars: int = 0
    id: int = 0


_known = partial(tuple.__new__, KnownFile)  # `KnownFile._make`, which is Python

_COLUMNS: tuple[Any, ...] = (
    File.path,
    File.size,
    File.mtime_ns,
    File.state,
    File.reason,
    File.picture_id,
    File.sidecars,
    File.id,
)


def files_under(connection: Connection, folder: str, separator: str) -> Iterator[KnownFile]:
    """All known files inside the folder; by path.

    Paths sort by their code points, as SQLite and Python both do.
    """
    bare = folder.rstrip(separator)
    inside, behind = bare + separator, bare + chr(ord(separator) + 1)
    within = select(*_COLUMNS).where(File.path >= inside, File.path < behind)
    return _found(connection, within.order_by(File.path))


def files_at(connection: Connection, paths: Sequence[str]) -> Iterator[KnownFile]:
    """Those of the paths that are known; by path."""
    statement = select(*_COLUMNS).where(File.path.in_(paths)).order_by(File.path)
    return _found(connection, statement)


def files_with(connection: Connection, numbers: Iterable[int]) -> Iterator[KnownFile]:
    """The files with these ids; by path."""
    statement = select(*_COLUMNS).where(File.id.in_(numbers)).order_by(File.path)
    return _found(connection, statement)


def files_in_state(
    connection: Connection, state: str, limit: int | None = None, offset: int = 0
) -> Iterator[KnownFile]:
    """The files in this state, by path: ``limit`` of them from ``offset`` on."""
    statement = select(*_COLUMNS).where(File.state == state).order_by(File.path)
    return _found(connection, statement.limit(limit).offset(offset))


def lying(connection: Connection, pictures: Iterable[int]) -> frozenset[int]:
    """Those of the pictures that lie somewhere now."""
    statement = select(Picture.id).where(Picture.id.in_(set(pictures)), Picture.lying)
    return frozenset(connection.scalars(statement))


def _found(connection: Connection, statement: Select[Any]) -> Iterator[KnownFile]:
    """Without a step in Python for each: a tree may have millions."""
    fetch = partial(connection.execute(statement).fetchmany, ROWS_AT_ONCE)
    return map(_known, chain.from_iterable(iter(fetch, [])))
