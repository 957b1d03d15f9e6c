"""A file as a source sees it, without opening it."""

import os
from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import NamedTuple

from encoders import SUFFIXES

WORDS = (".json", ".txt")  # the ends of files with words beside pictures
MISSING = "does not exist"


class SeenFile(NamedTuple):
    """A path, its size in bytes and its time of change in ns; or why it cannot be looked at.

    The path of a folder or archive that cannot be looked into ends in a separator, and so sorts
    where its files would. ``beside`` are the files with words beside it, ``sidecars`` stands for
    their sizes and times.
    """

    path: str
    size: int = 0
    mtime_ns: int = 0
    reason: str | None = None
    beside: tuple[str, ...] = ()
    sidecars: int = 0

    @property
    def is_place(self) -> bool:
        """Whether it is a folder or an archive that cannot be looked into."""
        return self.path.endswith(os.sep)

    @property
    def is_picture(self) -> bool:
        """Whether its name ends like a picture's."""
        return os.path.splitext(self.path)[1].lower() in SUFFIXES  # noqa: PTH122  (hot loop)


def storable(path: str) -> bool:
    """Whether the path is valid UTF-8, as the catalog wants it; Linux allows any bytes."""
    return path.isascii() or path == path.encode(errors="replace").decode()


def words_for(name: str, words: Collection[str]) -> list[str]:
    """Those of the names that lie beside ``name``: ``whale.txt`` and ``whale.png.txt``."""
    stems = (os.path.splitext(name)[0], name)  # noqa: PTH122  (hot loop)
    return [stem + end for stem in stems for end in WORDS if stem + end in words]


def stamp(facts: Iterable[tuple[int, int]]) -> int:
    """One number for sizes and times; 0 for none."""
    known = sorted(facts)
    return number_of(repr(known)) if known else 0


def number_of(text: str) -> int:
    """A number that stands for a text, below 2 to the 56th."""
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest())
