"""Where the embedding of each picture of a generation lies: one number for every id."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store.index.exact import NOBODY, Ids
from store.index.files import writing

WIDTH = np.dtype("<i8")


class RowTable:
    """Picture ids to rows of the embeddings; ids up to the greatest one cost eight bytes each."""

    def __init__(self, table: NDArray[np.int64]) -> None:
        self._table = table

    @classmethod
    def build(cls, ids: Ids, rows: Ids) -> "RowTable":
        """From the ids and rows ``(n,)`` of the pictures that can be found."""
        table = np.full(int(ids.max(initial=0)) + 1, NOBODY, dtype=WIDTH)
        table[ids] = rows
        return cls(table)

    @classmethod
    def load(cls, path: Path) -> "RowTable":
        """The table saved at ``path``, mapped and not read.

        Raises:
            OSError: it is not there.
            ValueError: it is damaged.
        """
        return cls(np.load(path, mmap_mode="r", allow_pickle=False))

    def save(self, path: Path) -> None:
        """Write to ``path`` so that a reader sees either nothing or all of it, on disk."""
        with writing(path) as scratch, scratch.open("wb") as stream:
            np.save(stream, self._table, allow_pickle=False)

    def ids(self) -> Ids:
        """The picture ids, ascending."""
        return np.flatnonzero(self._table != NOBODY)

    def rows(self, ids: Ids) -> Ids:
        """The row of each id, in the shape of ``ids``; -1 for an id that it does not know."""
        known = (ids >= 0) & (ids < len(self._table))
        rows = np.full(ids.shape, NOBODY, dtype=np.int64)
        rows[known] = self._table[ids[known]]
        return rows
