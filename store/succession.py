"""Another encoder for a collection: its embeddings grow beside those that are served.

Rows belong to pictures, whatever encodes them, so the new file is filled in the order of rows and
its length says how far it is. A row of zeros stands for a picture that could not be encoded.
Readers change over with one transaction of the catalog: settings and generation together.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from store.catalog import Catalog
from store.embeddings import EmbeddingFile, Embeddings
from store.found import latest_generation
from store.fusion import Fuse, Fusion
from store.index import Gallery, Ids, indexes
from store.models import (
    FAILED,
    PRESENT,
    UNKNOWN_TIME,
    USUAL,
    File,
    Generation,
    Picture,
    Setting,
)
from store.thumbnails import Thumbnails
from store.writer import Texts, Writer

FIRST_FILE = "embeddings.f32"
ROWS_AT_ONCE = 16_384
MISSED = "could not be read when the encoder was changed; index it again once it is back"


class Unencoded(NamedTuple):
    """The picture of a row, its content, and where it lies; no picture at all leaves a gap."""

    row: int
    sha256: str
    files: tuple[str, ...]


class Succession:
    """The embeddings of another encoder in the making; got from `Collection.succession`."""

    def __init__(self, folder: Path, catalog: Catalog, encoder: Mapping[str, Any]) -> None:
        self._folder = folder
        self._catalog = catalog
        self._encoder = dict(encoder)
        kept = catalog.setting("previous")
        again = kept and same_encoder(kept["encoder"], encoder)
        name = kept["embeddings"] if again else f"embeddings-{_short_name(encoder)}.f32"
        self._file = EmbeddingFile(folder / name, encoder["dim"])
        self._file.truncate(min(self._file.rows(), catalog.rows()))

    @property
    def done(self) -> int:
        """Rows that are filled."""
        return self._file.rows()

    @property
    def total(self) -> int:
        """Rows to fill; grows while others index."""
        return self._catalog.rows()

    def waiting(self, most: int) -> list[Unencoded]:
        """The next rows to fill, at most so many."""
        first, last = self.done, min(self.done + most, self.total)
        with self._catalog.reading() as connection:
            within = Picture.row >= first, Picture.row < last
            contents = connection.execute(select(Picture.row, Picture.sha256).where(*within))
            hashes = {row: sha256 for row, sha256 in contents}  # noqa: C416  (mypy)
            lying = select(Picture.row, File.path).join(File, File.picture_id == Picture.id)
            files = defaultdict(list)
            for row, path in connection.execute(lying.where(*within, File.state == PRESENT)):
                files[row].append(path)
        return [Unencoded(row, hashes.get(row, ""), (*files[row],)) for row in range(first, last)]

    def append(self, rows: Embeddings) -> None:
        """Fill the next rows ``(n, dim)``; zeros where a picture could not be encoded."""
        self._file.append(rows)

    def take_over(
        self, *, keep_old: bool, texts: Texts | None = None, fuse: Fuse | None = None
    ) -> list[str]:
        """Make this the collection's encoder; the paths that cannot be found any more.

        Only the writer may, and only when no row is waiting. The old embeddings stay if
        ``keep_old``, so that the old encoder can succeed in its turn without encoding again.
        ``texts`` measure the index and ``fuse`` fuses, as for `Writer.publish`.
        """
        ids, rows, missed = self._state()
        thumbnails = Thumbnails(self._folder / "thumbnails.sqlite")
        writer = Writer(self._folder, self._catalog, self._file, thumbnails)
        with self._catalog.reading() as connection:
            latest, fusion = latest_generation(connection), Fusion.wanted(connection)
        number = latest.number + 1 if latest else 1
        ranked = writer.ranked(fusion, fuse, ids, rows, number)
        path = writer.made(None, ranked, ids, rows, texts, number)
        generation = Generation(rows=self.total, index=path.name, fusion=fusion)
        lost = self._commit(generation, missed, keep_old)
        self._clear()
        return lost

    def _state(self) -> tuple[Ids, Ids, Ids]:
        """Ids and rows of the pictures that can be found, and the ids that cannot be."""
        filled = _filled(self._file.read(self.total))
        with self._catalog.reading() as connection:
            found = (File.state == PRESENT) | (File.state == FAILED)
            lying = set(connection.scalars(select(File.picture_id).where(found)))
            pairs = connection.execute(select(Picture.id, Picture.row).order_by(Picture.id)).all()
        table = np.array([tuple(pair) for pair in pairs], dtype=np.int64).reshape(-1, 2)
        here = np.array([number in lying for number in table[:, 0]], dtype=bool)
        whole = filled[table[:, 1]]
        return *table[here & whole].T, table[~whole, 0]

    def _commit(self, generation: Generation, missed: Ids, keep_old: bool) -> list[str]:
        old = {
            "encoder": self._catalog.setting("encoder"),
            "embeddings": self._catalog.setting("embeddings") or FIRST_FILE,
        }
        with self._catalog.changing() as connection, Session(connection) as session:
            session.execute(update(Picture).values(encoded=True))
            if len(missed):
                one = update(Picture).where(Picture.id == bindparam("number")).values(encoded=False)
                numbers = [{"number": number} for number in missed.tolist()]
                connection.execute(one, numbers)
            lost = _move_files(session)
            for name, value in {
                "encoder": self._encoder,
                "embeddings": self._file.path.name,
                "previous": old if keep_old else None,
                USUAL: None,  # another encoder scores on another scale
            }.items():
                session.merge(Setting(name=name, value=value))
            session.add(generation)
            session.commit()
        return lost

    def _clear(self) -> None:
        kept = self._catalog.setting("previous")
        wanted = {self._file.path.name, kept and kept["embeddings"]}
        for file in self._folder.glob("embeddings*.f32"):
            if file.name not in wanted:
                file.unlink()
        for file in indexes(self._folder)[:-1]:
            Gallery.delete(file)


def _move_files(session: Session) -> list[str]:
    """Files follow their pictures: out of what can be found, and back into it."""
    encoded = select(Picture.id).where(Picture.encoded)
    lost = update(File).where(File.picture_id.not_in(encoded))
    session.execute(lost.values(mtime_ns=UNKNOWN_TIME))  # read them once they are back
    back = update(File).where(File.state == FAILED, File.picture_id.in_(encoded))
    session.execute(back.values(state=PRESENT, reason=None))
    gone = (File.state == PRESENT) & File.picture_id.not_in(encoded)
    paths = session.scalars(select(File.path).where(gone).order_by(File.path)).all()
    session.execute(update(File).where(gone).values(state=FAILED, reason=MISSED))
    return list(paths)


def same_encoder(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    """Whether two identities share a space; the name does not matter."""
    return {**one, "name": ""} == {**two, "name": ""}


def _short_name(encoder: Mapping[str, Any]) -> str:
    facts = json.dumps({**encoder, "name": ""}, sort_keys=True)
    return hashlib.sha256(facts.encode()).hexdigest()[:12]


def _filled(embeddings: Embeddings) -> NDArray[np.bool_]:
    """Which rows ``(n, dim)`` are not zeros: ``(n,)``."""
    starts = range(0, len(embeddings), ROWS_AT_ONCE)
    parts = [embeddings[start : start + ROWS_AT_ONCE].any(axis=1) for start in starts]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=bool)
