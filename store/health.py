"""Whether the parts of a collection agree with each other: what `mindseye doctor` looks at.

The catalog is the truth, embeddings come next, the rest can be made again from the two and the
pictures. So each part is compared with those before it. All of this wants the writer's lock: a part
that is just being written is no damage.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, update
from sqlalchemy.exc import DatabaseError

from store.collection import Collection
from store.counted import many
from store.found import latest_generation
from store.fusion import Fuse, fused_rows
from store.index import Gallery, Ids
from store.models import PRESENT, UNKNOWN_TIME, File, Picture
from store.writer import Texts

CATALOG, EMBEDDINGS, INDEX, THUMBNAILS = "catalog", "embeddings", "index", "thumbnails"
LENGTH_ERROR = 1e-4  # how far the length of an embedding may lie from 1; float32 needs 1e-6
ROWS_AT_ONCE = 16_384
NUMBERS_AT_ONCE = 10_000  # SQLite takes 32,766 in one statement
REPAIR = "`mindseye doctor --repair`"
BUILD = f"{REPAIR} builds it again"
NOBODY = np.empty(0, dtype=np.int64)


class Finding(NamedTuple):
    """What is wrong with a part of a collection, and what repairs it."""

    part: str
    problem: str
    remedy: str


@dataclass
class Health:
    """What was found; ``broken`` pictures need their embedding anew, ``unseen`` a thumbnail."""

    findings: list[Finding] = field(default_factory=list)
    broken: Ids = field(default_factory=lambda: NOBODY)
    unseen: Ids = field(default_factory=lambda: NOBODY)

    def parts(self) -> set[str]:
        """The parts with which something is wrong."""
        return {finding.part for finding in self.findings}


def examine(collection: Collection) -> Health:
    """Compare the parts of a collection with each other.

    Raises:
        CollectionBusyError: another process is writing.
    """
    with collection.alone():
        return _examined(collection)


def _examined(collection: Collection) -> Health:
    health = Health(list(_catalog(collection)))
    if health.findings:  # nothing can be compared with a catalog that contradicts itself
        return health
    ids, rows = collection.catalog.living()
    whole = _whole(collection, rows)
    health.broken = ids[~whole]
    health.findings += _embeddings(collection, len(health.broken), len(ids))
    health.findings += _index(collection, ids, rows)
    health.unseen = ids[~np.isin(ids, collection.thumbnails.sound())]
    health.findings += _thumbnails(len(health.unseen), len(ids))
    return health


def _catalog(collection: Collection) -> Iterator[Finding]:
    try:
        with collection.catalog.reading() as connection:
            problems = [*_integrity(connection)]
    except DatabaseError as error:
        problems = [str(error.orig)]
    if problems:
        more = f" (and {len(problems) - 1} more)" if problems[1:] else ""
        yield Finding(CATALOG, f"{problems[0]}{more}", f"{REPAIR} tries to mend it")


def _integrity(connection: Connection) -> Iterator[str]:
    if not _is_sqlite(connection):  # a server looks after its own files
        return
    for row in connection.exec_driver_sql("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield str(row[0])
    for table, number, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {number} of {table} refers to a {parent} that is not there"


def _is_sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"


def _whole(collection: Collection, rows: Ids) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of these rows ``(n,)`` hold an embedding: numbers, of unit length: ``(n,)``."""
    file = collection.embeddings
    embeddings = file.read(file.rows())
    whole = rows < len(embeddings)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        there = whole[block].nonzero()[0] + start
        with np.errstate(invalid="ignore", over="ignore"):
            lengths = np.linalg.norm(embeddings[rows[there]].astype(np.float64), axis=1)
        whole[there] = np.abs(lengths - 1) <= LENGTH_ERROR  # not a number is not near 1
    return whole


def _embeddings(collection: Collection, broken: int, count: int) -> Iterator[Finding]:
    if surplus := collection.embeddings.surplus(collection.catalog.rows()):
        problem = f"{surplus} bytes behind the last one, left by a write that was cut off"
        yield Finding(EMBEDDINGS, problem, f"{REPAIR} drops them")
    if broken:
        problem = f"{broken} of {count} are missing, not numbers, or not of unit length"
        yield Finding(EMBEDDINGS, problem, f"{REPAIR} encodes these pictures again")


def _index(collection: Collection, ids: Ids, rows: Ids) -> Iterator[Finding]:
    with collection.catalog.reading() as connection:
        latest = latest_generation(connection)
    if latest is None:
        if len(ids):
            yield Finding(INDEX, "there is none", BUILD)
        return
    path = collection.folder / latest.index
    try:
        embeddings = collection.embeddings.read(collection.embeddings.rows())
        if latest.fusion:
            embeddings = fused_rows(path, latest.rows, embeddings.shape[1])
        gallery = Gallery.load(path, embeddings, mapped=False)
        problem = _disagreement(gallery, ids, rows) or _differing(gallery, rows)
        problem = problem or (_misfused(gallery, rows) if latest.fusion else None)
    except (RuntimeError, OSError, ValueError, MemoryError):
        problem = f"{path.name}, or what belongs to it, is gone or damaged"
    if problem:
        yield Finding(INDEX, problem, BUILD)


def _disagreement(gallery: Gallery, ids: Ids, rows: Ids) -> str | None:
    held, table = gallery.index.ids(), gallery.rows
    if not np.array_equal(held, ids):
        lacking, surplus = np.setdiff1d(ids, held), np.setdiff1d(held, ids)
        pictures = many(len(lacking), "picture")
        return f"it lacks {pictures} of the catalog, and holds {many(len(surplus), 'other')}"
    if not np.array_equal(table.ids(), ids) or (table.rows(ids) != rows).any():
        return "its table of rows contradicts the catalog"
    return None


def _differing(gallery: Gallery, rows: Ids) -> str | None:
    """Lists that keep whole vectors are compared with the embeddings; codes cannot be."""
    index, embeddings = gallery.index, gallery.embeddings
    if not index.kind.exact:
        return None
    table = dict(zip(index.ids().tolist(), rows.tolist(), strict=True))
    wrong = 0
    for ids, vectors in index.vectors():
        places = np.array([table[one] for one in ids.tolist()])
        there = places < len(embeddings)
        same = (embeddings[places[there]].view(np.uint32) == vectors[there].view(np.uint32)).all(1)
        wrong += len(ids) - int(same.sum())
    return f"{wrong} of its vectors differ from the embeddings" if wrong else None


def _misfused(gallery: Gallery, rows: Ids) -> str | None:
    """Whatever the weight of words, what is fused of unit vectors is no longer than they."""
    wrong = 0
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = gallery.embeddings[rows[start : start + ROWS_AT_ONCE]].astype(np.float64)
        lengths = np.linalg.norm(some, axis=1)
        wrong += int((~((lengths > 0) & (lengths <= 1 + LENGTH_ERROR))).sum())
    return f"{wrong} of the embeddings fused with words are damaged" if wrong else None


def _thumbnails(unseen: int, count: int) -> Iterator[Finding]:
    if unseen:
        yield Finding(
            THUMBNAILS,
            f"{unseen} of {many(count, 'picture')} have none",
            f"{REPAIR} makes them again",
        )


def _unencode(collection: Collection, pictures: list[int]) -> None:
    """Forget that they are encoded; what nobody encodes again, the next run of the indexer does."""
    with collection.catalog.changing() as connection:
        for start in range(0, len(pictures), NUMBERS_AT_ONCE):
            some = pictures[start : start + NUMBERS_AT_ONCE]
            connection.execute(update(Picture).where(Picture.id.in_(some)).values(encoded=False))
            files = update(File).where(File.picture_id.in_(some), File.state == PRESENT)
            connection.execute(files.values(mtime_ns=UNKNOWN_TIME))


def mend(collection: Collection, health: Health, texts: Texts, fuse: Fuse | None = None) -> None:
    """Repair what needs no picture; what is broken is not found until it is encoded again.

    ``texts`` measure the index and ``fuse`` fuses, as for `Writer.publish`.

    Raises:
        CollectionBusyError: another process is writing.
    """
    with collection.alone():
        if CATALOG in health.parts():
            with collection.catalog.changing() as connection:
                if _is_sqlite(connection):
                    connection.exec_driver_sql("REINDEX")
        _unencode(collection, health.broken.tolist())
        collection.embeddings.lengthen(collection.catalog.rows())
        if len(health.unseen) and not len(collection.thumbnails.sound()):
            collection.thumbnails.clear()
    with collection.writing() as writer:
        writer.publish(texts, fuse=fuse, afresh=INDEX in health.parts())
