"""Small JPEGs of the pictures, by picture id: a cache."""

import hashlib
import sqlite3
from collections.abc import Iterable

from store.kept import Kept

SOUND = """
    SELECT id FROM thumbnail WHERE substr(jpeg, 1, 2) = x'FFD8' AND substr(jpeg, -2) = x'FFD9'
"""


class Thumbnails(Kept):
    """JPEG bytes under picture ids."""

    TABLE = "thumbnail (id INTEGER PRIMARY KEY, jpeg)"

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

    def digest(self) -> tuple[int, str]:
        """How many there are, and a checksum of all."""
        self.create()
        found, count = hashlib.sha256(), 0
        with self._connected() as connection:
            for number, jpeg in connection.execute("SELECT id, jpeg FROM thumbnail ORDER BY id"):
                found.update(b"%d %d " % (number, len(jpeg)) + jpeg)
                count += 1
        return count, found.hexdigest()

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
