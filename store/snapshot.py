"""What a reader holds: one published generation, and the catalog as it was at one instant."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection

from store.embeddings import Embeddings
from store.found import FoundPicture, embedding_row, found_pictures
from store.fusion import Fusion
from store.index import (
    Gallery,
    Ids,
    Point,
    QueryKind,
    Scores,
    Tuning,
    VectorIndex,
    scan,
    taken,
)
from store.view import View

NO_EMBEDDINGS: Embeddings = np.empty((0, 0), dtype=np.float32)


class Generation(NamedTuple):
    """A published state as it is loaded: its number, what it finds, and the encoder it needs.

    ``embeddings`` are the pictures' own; the gallery ranks by others where words take part.
    """

    number: int
    gallery: Gallery
    encoder: dict[str, Any]
    embeddings: Embeddings
    fusion: Fusion | None


class Snapshot:
    """One published generation, and the catalog as it was at one instant: what a reader sees.

    ``encoder`` is the identity of the only encoder whose embeddings may be compared with its own,
    ``fusion`` how words take part in the scores.
    """

    def __init__(
        self, connection: Connection, generation: Generation | None, encoder: dict[str, Any]
    ) -> None:
        self._connection = connection
        self._gallery = generation.gallery if generation else None
        self._embeddings = generation.embeddings if generation else NO_EMBEDDINGS
        self.generation = generation.number if generation else 0
        self.fusion = generation.fusion if generation else None
        self.catalog = View(connection)
        self.encoder = generation.encoder if generation else encoder

    @property
    def index(self) -> VectorIndex | None:
        """The index, or ``None`` before the first generation."""
        return self._gallery.index if self._gallery else None

    @property
    def tuning(self) -> Tuning | None:
        """What was measured of the index, or ``None`` where nothing was."""
        return self._gallery.tuning if self._gallery else None

    def shortcut(self, asked: QueryKind, k: int, candidates: int | None = None) -> Point | None:
        """How much of the index to look at, as `Gallery.shortcut`; ``None`` if there is none."""
        return self._gallery.shortcut(asked, k, candidates) if self._gallery else None

    def search(
        self,
        queries: Embeddings,
        k: int,
        nprobe: int,
        allowed: Ids | None = None,
        k_factor: int = 1,
    ) -> tuple[Scores, Ids]:
        """Scores and picture ids ``(queries, k)``, as `Gallery.search`; empty if none exists."""
        if self._gallery is None:
            return _nothing(len(queries))
        return self._gallery.search(queries, k, nprobe, allowed, k_factor)

    def scan(self, queries: Embeddings, k: int, allowed: Ids | None = None) -> tuple[Scores, Ids]:
        """The same by brute force, as `Gallery.scan`: exact whatever the index is."""
        if self._gallery is None:
            return _nothing(len(queries))
        return self._gallery.scan(queries, k, allowed)

    def neighbours(
        self, queries: Embeddings, k: int, nprobe: int, k_factor: int = 1
    ) -> tuple[Scores, Ids]:
        """As `search`, by the embeddings alone; where the index holds others, all are looked at."""
        if self._gallery is None or self.fusion is None:
            return self.search(queries, k, nprobe, k_factor=k_factor)
        ids = self.ids()
        scores, places = scan(queries, self._embeddings, self._gallery.rows.rows(ids), k)
        return scores, taken(ids, places)

    def pictures(self, ids: list[int]) -> dict[int, FoundPicture]:
        """Those of the pictures that lie somewhere now, by id."""
        return found_pictures(self._connection, ids)

    def embedding(self, picture: int) -> Embeddings | None:
        """The embedding of a picture as ``(1, dim)``, or ``None`` if there is no such picture."""
        return self._row_of(picture, self._embeddings)

    def ranked_by(self, picture: int) -> Embeddings | None:
        """The same, with its words where they take part: what its score is the product with."""
        return self._row_of(picture, self._gallery.embeddings) if self._gallery else None

    def _row_of(self, picture: int, rows: Embeddings) -> Embeddings | None:
        row = embedding_row(self._connection, picture)
        return None if row is None or row >= len(rows) else np.array(rows[row : row + 1])

    def embeddings_of(self, pictures: Sequence[int]) -> Embeddings:
        """The embeddings of these pictures of the generation, ``(n, dim)``, as a copy."""
        if self._gallery is None:
            return NO_EMBEDDINGS
        rows = self._gallery.rows.rows(np.array(pictures, dtype=np.int64))
        return np.ascontiguousarray(self._embeddings[rows])

    def ids(self) -> Ids:
        """The ids of all pictures of the generation, ascending: ``(n,)``."""
        return self._gallery.rows.ids() if self._gallery else np.empty(0, dtype=np.int64)


def _nothing(queries: int) -> tuple[Scores, Ids]:
    return np.empty((queries, 0), dtype=np.float32), np.empty((queries, 0), dtype=np.int64)
