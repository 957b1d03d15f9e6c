"""What an answer needs from the catalog: each function is one statement over an open connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from store.models import PRESENT, File, Generation, Picture, Setting

# Made once: every question begins with it.
NEWEST = select(Generation.number, Generation.rows, Generation.index, Generation.fusion)
NEWEST = NEWEST.order_by(Generation.number.desc()).limit(1)


@dataclass(frozen=True)
class Latest:
    """The newest generation: its number, rows, index file, and how words take part in it."""

    number: int
    rows: int
    index: str
    fusion: list[Any] | None


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


def latest_generation(connection: Connection) -> Latest | None:
    """The newest generation that this connection sees."""
    row = connection.execute(NEWEST).first()
    return None if row is None else Latest(*row)


def published(connection: Connection) -> datetime | None:
    """When the newest generation was published, by UTC."""
    newest = select(Generation.published_at).order_by(Generation.number.desc()).limit(1)
    moment = connection.scalar(newest)
    return moment and in_utc(moment)


def settings(connection: Connection, *names: str) -> list[Any]:
    """The values of these settings, ``None`` where there is none."""
    rows = connection.execute(select(Setting.name, Setting.value).where(Setting.name.in_(names)))
    values = {row.name: row.value for row in rows}
    return [values.get(name) for name in names]


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


def in_utc(moment: datetime) -> datetime:
    """A kept time in UTC: SQLite keeps no zones, PostgreSQL answers in its own."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def pictures_at(connection: Connection, paths: Sequence[str]) -> dict[str, int]:
    """The ids of the pictures that lie at these paths now, by path."""
    statement = select(File.path, File.picture_id)
    statement = statement.where(File.path.in_(paths), File.state == PRESENT)
    rows = connection.execute(statement)
    return {path: number for path, number in rows if number is not None}


def embedding_row(connection: Connection, picture: int) -> int | None:
    """The row of this picture's embedding, or ``None`` if there is none."""
    encoded = select(Picture.row).where(Picture.id == picture, Picture.encoded)
    return connection.scalar(encoded)
