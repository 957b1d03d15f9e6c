"""Small JPEGs of the pictures, by picture id, in one SQLite file of their own.

Small blobs are read faster from SQLite than from as many files (sqlite.org/fasterthanfs.html), and
losing this file loses nothing: it is a cache, and may be deleted at any time.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

SOUND = """
    SELECT id FROM thumbnail WHERE substr(jpeg, 1, 2) = x'FFD8' AND substr(jpeg, -2) = x'FFD9'
"""


class Thumbnails:
    """JPEG bytes under picture ids."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the file if there is none."""
        with self._connected() as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS thumbnail (id INTEGER PRIMARY KEY, jpeg)"
            )

    def put(self, thumbnails: Iterable[tuple[int, bytes]]) -> None:
        """Keep these ``(picture id, JPEG)`` pairs."""
        self.create()  # somebody may have deleted the file
        with self._connected() as connection:
            connection.executemany("INSERT OR REPLACE INTO thumbnail VALUES (?, ?)", thumbnails)

    def sound(self) -> list[int]:
        """The ids of those that begin and end as a JPEG does; none if the file is damaged."""
        try:
            with self._connected() as connection:
                if connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",):
                    return [row[0] for row in connection.execute(SOUND)]
        except sqlite3.Error:
            pass
        return []

    def copy(self, path: Path) -> None:
        """All of them in another file; none where ours is gone."""
        with self._connected() as connection, closing(sqlite3.connect(path)) as other:
            connection.backup(other)
        Thumbnails(path).create()

    def digest(self) -> tuple[int, str]:
        """How many there are, and a checksum of all."""
        self.create()
        found, count = hashlib.sha256(), 0
        with self._connected() as connection:
            for number, jpeg in connection.execute("SELECT id, jpeg FROM thumbnail ORDER BY id"):
                found.update(b"%d %d " % (number, len(jpeg)) + jpeg)
                count += 1
        return count, found.hexdigest()

    def clear(self) -> None:
        """Delete all of them."""
        for end in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    def get(self, picture: int) -> bytes | None:
        """The JPEG of this picture, or ``None`` if there is none."""
        if not self.path.exists():
            return None
        try:
            with self._connected() as connection:
                found = connection.execute("SELECT jpeg FROM thumbnail WHERE id = ?", (picture,))
                row = found.fetchone()
        except sqlite3.Error:  # damaged, or gone this instant: a cache may be
            return None
        return row[0] if row else None

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # a cache need not survive a power cut
            with connection:
                yield connection
