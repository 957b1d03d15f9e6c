"""What a reader holds: one published generation, and the catalog as it was at one instant."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection

from store.embeddings import Embeddings
from store.found import FoundPicture, embedding_row, found_pictures
from store.index import Gallery, Ids, Point, QueryKind, Scores, Tuning, VectorIndex
from store.view import View


class Generation(NamedTuple):
    """A published state as it is loaded: its number, what it finds, and the encoder it needs."""

    number: int
    gallery: Gallery
    encoder: dict[str, Any]


class Snapshot:
    """One published generation, and the catalog as it was at one instant: what a reader sees.

    ``encoder`` is the identity of the only encoder whose embeddings may be compared with its own.
    """

    def __init__(
        self, connection: Connection, number: int, gallery: Gallery | None, encoder: dict[str, Any]
    ) -> None:
        self._connection = connection
        self._gallery = gallery
        self.generation = number
        self.catalog = View(connection)
        self.encoder = encoder

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

    def pictures(self, ids: list[int]) -> dict[int, FoundPicture]:
        """Those of the pictures that lie somewhere now, by id."""
        return found_pictures(self._connection, ids)

    def embedding(self, picture: int) -> Embeddings | None:
        """The embedding of a picture as ``(1, dim)``, or ``None`` if there is no such picture."""
        row = embedding_row(self._connection, picture)
        if row is None or self._gallery is None or row >= len(self._gallery.embeddings):
            return None
        return np.array(self._gallery.embeddings[row : row + 1])

    def embeddings_of(self, pictures: Sequence[int]) -> Embeddings:
        """The embeddings of these pictures of the generation, ``(n, dim)``, as a copy."""
        if self._gallery is None:
            return np.empty((0, 0), dtype=np.float32)
        rows = self._gallery.rows.rows(np.array(pictures, dtype=np.int64))
        return np.ascontiguousarray(self._gallery.embeddings[rows])

    def ids(self) -> Ids:
        """The ids of all pictures of the generation, ascending: ``(n,)``."""
        return self._gallery.rows.ids() if self._gallery else np.empty(0, dtype=np.int64)


def _nothing(queries: int) -> tuple[Scores, Ids]:
    return np.empty((queries, 0), dtype=np.float32), np.empty((queries, 0), dtype=np.int64)
