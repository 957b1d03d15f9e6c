"""Zip and tar archives as sources, and the one way to the bytes of a path."""

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePath

from indexer.errors import ArchiveError
from indexer.sources.listing import facts_of, keep_listing, kept_listing
from indexer.sources.opened import (
    MAX_BYTES,
    TOO_LARGE,
    Member,
    OpenedArchive,
    OpenedTar,
    OpenedZip,
)
from indexer.sources.remote import is_address, read_remote
from indexer.sources.seen import WORDS, SeenFile, stamp, words_for
from store import Catalog, KnownFile

ZIPS = (".zip", ".cbz")
PACKED = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst")
ARCHIVES = (*ZIPS, ".tar", *PACKED)
KEPT_OPEN = 4  # archives; each holds the list of its members


class Archive:
    """The members of one archive, as if it was a folder: ``shots.zip/2019/dog.jpg``."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.paths = (root,)

    def known(self, catalog: Catalog) -> Iterator[KnownFile]:
        """What the catalog knows inside it."""
        return catalog.files_under([self.root], os.sep)

    def seen(self) -> Iterator[SeenFile]:
        """Every member that is a file, by path; the archive itself where it cannot be read."""
        try:
            members, trouble = _listed(self.root)
        except (ArchiveError, OSError) as error:
            yield self._failed(str(error))
            return
        if trouble:  # what comes behind the damage is unknown, and so is what is gone
            yield self._failed(trouble)
        words = _words(members)
        for member in sorted(members, key=lambda one: one.name):
            yield self._look(member, words)

    def _failed(self, reason: str) -> SeenFile:
        return SeenFile(self.root + os.sep, reason=f"cannot read this archive: {reason}")

    def _look(self, member: Member, words: dict[str, dict[str, Member]]) -> SeenFile:
        folder, _, name = member.name.rpartition("/")
        path = self.root + os.sep + member.name
        reason = member.reason or (TOO_LARGE if member.size > MAX_BYTES else None)
        seen = SeenFile(path, member.size, member.mtime_ns, reason)
        beside = words.get(folder)
        if not beside or not seen.is_picture:
            return seen
        found = [beside[one] for one in words_for(name, beside)]
        stamps = ((one.size, one.mtime_ns) for one in found)
        paths = tuple(self.root + os.sep + one.name for one in found)
        return seen._replace(beside=paths, sidecars=stamp(stamps))


def is_archive(path: str) -> bool:
    """Whether its name ends like an archive's."""
    return path.lower().endswith(ARCHIVES)


def read_bytes(path: str, most: int | None = None) -> bytes:
    """The bytes of a file, of a member of an archive or at an address, at most ``most`` of them.

    Raises:
        OSError: it cannot be read, or is larger than ``MAX_BYTES``.
        ArchiveError: the archive is damaged, or has no such member.
    """
    if is_address(path):
        return read_remote(path, most)
    for parent in PurePath(path).parents if _may_be_inside(path) else ():
        archive = str(parent)
        if is_archive(archive) and os.path.isfile(archive):  # noqa: PTH113
            return _opened(archive).read(path[len(archive) + 1 :])[:most]
    # A pipe that took the file's place since it was seen must not be waited for.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as stream:  # noqa: PTH123
        facts = os.fstat(stream.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise OSError("not an ordinary file any more")
        if facts.st_size > MAX_BYTES:
            raise OSError(TOO_LARGE)
        return stream.read(-1 if most is None else most)


def _may_be_inside(path: str) -> bool:
    lower = path.lower()
    return any(end + os.sep in lower for end in ARCHIVES)


def _listed(path: str) -> tuple[list[Member], str | None]:
    """Its members, and why they may not be all; a compressed tar is unpacked only if it changed."""
    packed = path.lower().endswith(PACKED)
    facts = facts_of(path)  # before it is read: it may change meanwhile
    if packed and (kept := kept_listing(path, facts)) is not None:
        return kept, None
    opened = _opened(path)
    members = list(opened.members.values())
    if packed and not opened.trouble:
        keep_listing(path, facts, members)
    return members, opened.trouble


def _opened(path: str) -> OpenedArchive:
    facts = os.stat(path)  # noqa: PTH116
    return _kept_open(path, facts.st_size, facts.st_mtime_ns)


@lru_cache(maxsize=KEPT_OPEN)
def _kept_open(path: str, _size: int, mtime_ns: int) -> OpenedArchive:
    return OpenedZip(path) if path.lower().endswith(ZIPS) else OpenedTar(path, mtime_ns)


def _words(members: Iterable[Member]) -> dict[str, dict[str, Member]]:
    found: dict[str, dict[str, Member]] = defaultdict(dict)
    for member in members:
        if member.name.endswith(WORDS):
            folder, _, name = member.name.rpartition("/")
            found[folder][name] = member
    return found
