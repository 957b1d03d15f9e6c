"""What an answer needs from the catalog: each function is one statement over an open connection."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from store.models import PRESENT, File, Generation, Picture


class FoundPicture(NamedTuple):
    """A picture as an answer shows it, with the paths at which it lies now."""

    id: int
    sha256: str
    width: int
    height: int
    format: str
    taken_at: datetime | None
    camera: str | None
    files: tuple[str, ...]


def latest_generation(connection: Connection) -> tuple[int, int, str] | None:
    """Number, rows and index file of the newest generation that this connection sees."""
    columns = (Generation.number, Generation.rows, Generation.index)
    newest = select(*columns).order_by(Generation.number.desc()).limit(1)
    row = connection.execute(newest).first()
    return None if row is None else (row[0], row[1], row[2])


def published(connection: Connection) -> datetime | None:
    """When the newest generation was published, by UTC."""
    newest = select(Generation.published_at).order_by(Generation.number.desc()).limit(1)
    moment = connection.scalar(newest)
    return moment and moment.replace(tzinfo=UTC)  # SQLite keeps no zones


def found_pictures(connection: Connection, ids: Sequence[int]) -> dict[int, FoundPicture]:
    """Those of the pictures that lie somewhere now, by id, in one statement."""
    facts = [getattr(Picture, name) for name in FoundPicture._fields[:-1]]
    statement = select(*facts, File.path).join(File).order_by(File.path)
    statement = statement.where(Picture.id.in_(ids), File.state == PRESENT)
    found: dict[int, FoundPicture] = {}
    for row in connection.execute(statement):
        earlier = found.get(row.id)
        *about, path = row
        paths = (*earlier.files, path) if earlier else (path,)
        found[row.id] = FoundPicture._make((*about, paths))
    return found


def embedding_row(connection: Connection, picture: int) -> int | None:
    """The row of this picture's embedding, or ``None`` if there is no such picture."""
    return connection.scalar(select(Picture.row).where(Picture.id == picture))
