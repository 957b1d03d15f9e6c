"""Blobs under keys, in an SQLite file of their own beside the catalog.

Small blobs are read faster from SQLite than from as many files (sqlite.org/fasterthanfs.html), and
losing such a file loses nothing: it is a cache, and may be deleted at any time.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


class Kept:
    """One table, which `TABLE` names and describes in SQL."""

    TABLE: str

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the file if there is none."""
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"CREATE TABLE IF NOT EXISTS {self.TABLE}")

    def copy(self, path: Path) -> None:
        """All of them in another file; none where ours is gone."""
        with self._connected() as connection, closing(sqlite3.connect(path)) as other:
            connection.backup(other)
        type(self)(path).create()

    def clear(self) -> None:
        """Delete all of them."""
        for end in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # a cache need not survive a power cut
            with connection:
                yield connection
