"""A folder as a source: walked in order, without opening anything but archives."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress

from indexer.sources.archive import Archive, is_archive
from indexer.sources.seen import WORDS, SeenFile, stamp, words_for
from store import Catalog, KnownFile

Entries = list[os.DirEntry[str]]


class Folder:
    """Every file below ``root``; links to files are followed, links to folders are not."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.paths = (root,)

    def known(self, catalog: Catalog) -> Iterator[KnownFile]:
        """What the catalog knows below it."""
        return catalog.files_under([self.root], os.sep)

    def seen(self) -> Iterator[SeenFile]:
        """Every file, by path; a folder only where it cannot be listed."""
        opened: list[Iterator[SeenFile | os.DirEntry[str]]] = [_inside(self.root)]
        while opened:  # a list of our own: folders can lie deeper than Python recurses
            for found in opened[-1]:
                if isinstance(found, SeenFile):
                    yield found
                elif found.is_dir(follow_symlinks=False):
                    opened.append(_inside(found.path))
                    break
                else:
                    yield from Archive(found.path).seen()
            else:
                opened.pop()


def look(path: str, entry: os.DirEntry[str] | None = None) -> SeenFile | None:
    """What one path is, or why it cannot be looked at; ``None`` for a folder."""
    try:
        facts = entry.stat() if entry else os.stat(path)  # noqa: PTH116  (as fast as it can be)
    except OSError as error:
        return SeenFile(path, reason=f"cannot be looked at: {error.strerror}")
    if stat.S_ISREG(facts.st_mode):
        return SeenFile(path, facts.st_size, facts.st_mtime_ns)
    if stat.S_ISDIR(facts.st_mode):
        return None
    return SeenFile(path, reason="not an ordinary file (a pipe, socket or device)")


def with_words(seen: SeenFile, beside: Mapping[str, str]) -> SeenFile:
    """With those of the files ``beside`` it, paths by name, that hold words about it."""
    names = words_for(os.path.basename(seen.path), beside)  # noqa: PTH119  (hot loop)
    if not names:
        return seen
    paths = tuple(beside[name] for name in names)
    stamps = []
    for path in paths:
        with suppress(OSError):
            facts = os.stat(path)  # noqa: PTH116
            stamps.append((facts.st_size, facts.st_mtime_ns))
    return seen._replace(beside=paths, sidecars=stamp(stamps))


def _inside(folder: str) -> Iterator[SeenFile | os.DirEntry[str]]:
    """What lies in the folder: files as they are seen, folders and archives to go into."""
    try:
        with os.scandir(folder) as listing:
            entries = sorted((_key(entry), entry) for entry in listing)
    except OSError as error:
        place = folder.rstrip(os.sep) + os.sep
        yield SeenFile(place, reason=f"cannot list this folder: {error.strerror}")
        return
    words = {name: entry.path for name, entry in entries if name.endswith(WORDS)}
    for key, entry in entries:
        if key[-1] == os.sep:
            yield entry
        elif seen := look(entry.path, entry):
            yield with_words(seen, words) if words and seen.is_picture else seen


def _key(entry: os.DirEntry[str]) -> str:
    """Names in the order of the whole paths: what has something inside sorts with a separator."""
    if entry.is_dir(follow_symlinks=False) or (is_archive(entry.name) and entry.is_file()):
        return entry.name + os.sep
    return entry.name
