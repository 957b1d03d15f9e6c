"""Finding files: folders, walked in order, without opening anything."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from encoders import SUFFIXES
from indexer.errors import SourceError


class SeenFile(NamedTuple):
    """A path, its size in bytes and its time of change in ns; or why it cannot be looked at."""

    path: str
    size: int = 0
    mtime_ns: int = 0
    reason: str | None = None
    is_folder: bool = False

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
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                yield from _look(entry)


def _look(entry: os.DirEntry[str]) -> Iterator[SeenFile]:
    try:
        facts = entry.stat()
    except OSError as error:
        yield SeenFile(entry.path, reason=f"cannot be looked at: {error.strerror}")
        return
    if stat.S_ISREG(facts.st_mode):
        yield SeenFile(entry.path, facts.st_size, facts.st_mtime_ns)
    elif not stat.S_ISDIR(facts.st_mode):
        yield SeenFile(entry.path, reason="not an ordinary file (a pipe, socket or device)")
