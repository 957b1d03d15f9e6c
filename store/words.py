"""Embeddings of what is said of pictures, so that only new words are encoded: a cache."""

import sqlite3
from collections.abc import Mapping, Sequence

import numpy as np

from store.embeddings import Embeddings
from store.kept import Kept


class WordRows(Kept):
    """Embeddings ``(dim,)`` of texts, under keys that stand for the text and its encoder."""

    TABLE = "words (key BLOB PRIMARY KEY, row BLOB) WITHOUT ROWID"

    def get(self, keys: Sequence[bytes], dim: int) -> dict[bytes, Embeddings]:
        """Those of the keys that are known, each with its row of ``dim`` values."""
        marks = ",".join("?" * len(keys))
        statement = f"SELECT key, row FROM words WHERE key IN ({marks})"  # noqa: S608 - only marks
        try:
            self.create()  # somebody may have deleted the file
            with self._connected() as connection:
                found = connection.execute(statement, keys).fetchall()
        except sqlite3.DatabaseError:  # damaged: a cache may be
            self.clear()
            return {}
        rows = {key: np.frombuffer(row, dtype="<f4") for key, row in found}
        return {key: row for key, row in rows.items() if row.shape == (dim,)}

    def put(self, rows: Mapping[bytes, Embeddings]) -> None:
        """Keep these rows."""
        self.create()
        blobs = ((key, row.astype("<f4").tobytes()) for key, row in rows.items())
        with self._connected() as connection:
            connection.executemany("INSERT OR REPLACE INTO words VALUES (?, ?)", blobs)
