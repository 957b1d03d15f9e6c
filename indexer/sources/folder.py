"""A folder as a source: walked in order, without opening anything but archives."""

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from indexer.sources.archive import Archive, is_archive
from indexer.sources.seen import WORDS, SeenFile, stamp, words_for
from store import Catalog, KnownFile


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
        opened = [iter(_listed(self.root))]
        while opened:  # a list of our own: folders can lie deeper than Python recurses
            for found in opened[-1]:
                if isinstance(found, SeenFile):
                    yield found
                elif isinstance(found, Archive):
                    yield from found.seen()
                else:
                    opened.append(iter(_listed(found)))
                    break
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


def _listed(folder: str) -> list[SeenFile | Archive | str]:
    """What lies in a folder: files as they are seen, archives, and paths of folders.

    In the order of the whole paths: what has something inside sorts with a separator.
    """
    inside = folder.rstrip(os.sep) + os.sep
    try:
        with _entries(folder) as entries:
            found, words = _looked_at(entries, inside)
    except OSError as error:
        return [SeenFile(inside, reason=f"cannot list this folder: {error.strerror}")]
    if words:
        files = ((name, one) for name, one in found.items() if isinstance(one, SeenFile))
        found |= {name: with_words(one, words) for name, one in files if one.is_picture}
    return [found[name] for name in sorted(found)]


def _looked_at(
    entries: Iterator[os.DirEntry[str]], inside: str
) -> tuple[dict[str, SeenFile | Archive | str], dict[str, str]]:
    """All of them by name, and the paths of those with words."""
    found: dict[str, SeenFile | Archive | str] = {}
    words: dict[str, str] = {}
    for entry in entries:
        name = entry.name
        path = inside + name
        if entry.is_dir(follow_symlinks=False):
            found[name + os.sep] = path
        elif is_archive(name) and entry.is_file():
            found[name + os.sep] = Archive(path)
        elif seen := look(path, entry):
            found[name] = seen
            if name.endswith(WORDS):
                words[name] = path
    return found, words


@contextmanager
def _entries(folder: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """Its entries; where the system can, they are looked at from within, which is faster."""
    if os.scandir not in os.supports_fd:
        with os.scandir(folder) as entries:
            yield entries
        return
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(place) as entries:
            yield entries
    finally:
        os.close(place)
