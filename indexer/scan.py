"""Finding files: folders, walked in order, without opening anything."""

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from encoders import SUFFIXES
from indexer.errors import SourceError

WORDS = (".json", ".txt")  # the ends of files with words beside pictures


class SeenFile(NamedTuple):
    """A path, its size in bytes and its time of change in ns; or why it cannot be looked at.

    ``beside`` are the files with words beside it, ``sidecars`` stands for their sizes and times.
    """

    path: str
    size: int = 0
    mtime_ns: int = 0
    reason: str | None = None
    is_folder: bool = False
    beside: tuple[str, ...] = ()
    sidecars: int = 0

    @property
    def is_picture(self) -> bool:
        """Whether its name ends like a picture's."""
        return os.path.splitext(self.path)[1].lower() in SUFFIXES  # noqa: PTH122  (hot loop)


def sources(folders: Iterable[Path]) -> list[str]:
    """The folders as absolute paths, without those that lie inside another.

    Raises:
        SourceError: one is missing or is not a folder.
    """
    found = []
    for folder in folders:
        if not folder.is_dir():
            what = "is not a folder" if folder.exists() else "does not exist"
            raise SourceError(f"{folder} {what}; give folders that hold pictures")
        found.append(folder.resolve())
        if not storable(str(found[-1])):
            raise SourceError(f"{folder} has a name that is not valid UTF-8; rename it")
    outer = [one for one in found if not any(two in one.parents for two in found)]
    return sorted({str(folder) for folder in outer})


def storable(path: str) -> bool:
    """Whether the path is valid UTF-8, as the catalog wants it; Linux allows any bytes."""
    return path == path.encode(errors="replace").decode()


def scan(folder: str) -> Iterator[SeenFile]:
    """Every file below ``folder``, by name; links to files are followed, links to folders not."""
    unlisted = [folder]  # a list of our own: folders can lie deeper than Python recurses
    while unlisted:
        place = unlisted.pop()
        try:
            with os.scandir(place) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            reason = f"cannot list this folder: {error.strerror}"
            yield SeenFile(place, reason=reason, is_folder=True)
            continue
        folders = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        unlisted += reversed(folders)
        words = {entry.name: entry for entry in entries if entry.name.endswith(WORDS)}
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield from _look(entry, words)


def _look(entry: os.DirEntry[str], words: Mapping[str, os.DirEntry[str]]) -> Iterator[SeenFile]:
    try:
        facts = entry.stat()
    except OSError as error:
        yield SeenFile(entry.path, reason=f"cannot be looked at: {error.strerror}")
        return
    if stat.S_ISREG(facts.st_mode):
        seen = SeenFile(entry.path, facts.st_size, facts.st_mtime_ns)
        yield _with_words(seen, entry.name, words) if words and seen.is_picture else seen
    elif not stat.S_ISDIR(facts.st_mode):
        yield SeenFile(entry.path, reason="not an ordinary file (a pipe, socket or device)")


def _with_words(seen: SeenFile, name: str, words: Mapping[str, os.DirEntry[str]]) -> SeenFile:
    """With the files beside it: ``whale.txt`` and ``whale.png.txt`` of ``whale.png``."""
    stems = (os.path.splitext(name)[0], name)  # noqa: PTH122  (hot loop)
    found = [words[stem + end] for stem in stems for end in WORDS if stem + end in words]
    stamps = []
    for entry in found:
        with suppress(OSError):
            facts = entry.stat()
            stamps.append((facts.st_size, facts.st_mtime_ns))
    return seen._replace(beside=tuple(entry.path for entry in found), sidecars=stamp(stamps))


def stamp(facts: Iterable[tuple[int, int]]) -> int:
    """One number for sizes and times; 0 for none."""
    known = repr(sorted(facts)).encode()
    return int.from_bytes(blake2b(known, digest_size=7).digest()) if known != b"[]" else 0
