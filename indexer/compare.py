"""What is there against what the catalog knows; only differences are held."""

import pickle
import tempfile
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import IO, NamedTuple

from indexer.account import Account
from indexer.sources import SeenFile
from store import FAILED, PRESENT, REMOVED, KnownFile

AT_ONCE = 100  # files of each side: thousands of tuples would set off Python's collector

_path = attrgetter("path")


class Unread(NamedTuple):
    """A file to read, and what the catalog knows of its path."""

    seen: SeenFile
    known: KnownFile | None


def differing(
    seen: Iterable[SeenFile], known: Iterable[KnownFile], account: Account
) -> Iterator[tuple[SeenFile | None, KnownFile | None]]:
    """Both sides of each path where they differ; the other files count as unchanged.

    Both come in the order of paths. A thousand files of a tree nearly always are the thousand of
    the catalog, which one comparison shows; only where it fails they are looked at one by one.
    """
    seen, known = iter(seen), iter(known)
    files: list[SeenFile] = []
    others: list[KnownFile] = []
    while True:
        files += islice(seen, AT_ONCE - len(files))
        others += islice(known, AT_ONCE - len(others))
        if not files and not others:
            return
        here, there = _within_both(files, others)
        if _all_same(files[:here], others[:there]):
            account.unchanged += here
        else:
            yield from _one_by_one(files[:here], others[:there], account)
        del files[:here], others[:there]


def same_picture(file: SeenFile, known: KnownFile) -> bool:
    """Whether it holds what was read there; what failed is read again, whatever its times say."""
    same = (known.size, known.mtime_ns) == (file.size, file.mtime_ns)
    return same and known.state != FAILED and not file.reason


def _within_both(files: Sequence[SeenFile], others: Sequence[KnownFile]) -> tuple[int, int]:
    """How many of each lie before the place up to which both sides have been read."""
    sides = (files, others)
    ends = [side[-1].path for side in sides if len(side) == AT_ONCE]  # the others have ended
    if not ends:
        return len(files), len(others)
    return bisect(files, min(ends), key=_path), bisect(others, min(ends), key=_path)


def _all_same(files: Sequence[SeenFile], others: Sequence[KnownFile]) -> bool:
    """`_same` of all of them at once: column by column, without a step for each."""
    if len(files) != len(others) or not files:
        return False
    paths, sizes, times, reasons, _, words = zip(*files, strict=True)
    facts = (paths, sizes, times, words)
    paths, sizes, times, states, _, _, words, _ = zip(*others, strict=True)
    return facts == (paths, sizes, times, words) and not any(reasons) and {*states} == {PRESENT}


def _one_by_one(
    files: Iterable[SeenFile], others: Iterable[KnownFile], account: Account
) -> Iterator[tuple[SeenFile | None, KnownFile | None]]:
    """What is seen comes first: a folder that cannot be listed spares what is known in it."""
    rest = {other.path: other for other in others}
    for file in files:
        other = rest.pop(file.path, None)
        if other and _same(file, other):
            account.unchanged += 1
        else:
            yield file, other
    for other in rest.values():
        yield None, other


def _same(file: SeenFile, known: KnownFile) -> bool:
    same = known.state == PRESENT and known.sidecars == file.sidecars
    return same and same_picture(file, known)


class Gone:
    """Files that the catalog has as present or failed, and that are not there any more; by id."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._by_picture: dict[int, list[int]] = {}
        self._unlisted: tuple[str, ...] = ()

    def spare(self, place: str) -> None:
        """What lies in this folder or archive is not gone: nobody could look."""
        self._unlisted += (place,)

    def add(self, file: KnownFile) -> None:
        """This one was not seen."""
        if file.state == REMOVED or file.path.startswith(self._unlisted):
            return
        self._ids.add(file.id)
        if file.picture_id is not None:
            self._by_picture.setdefault(file.picture_id, []).append(file.id)

    def take(self, picture: int) -> int | None:
        """A file of this picture, if one is gone; not any more, as it has been found elsewhere."""
        files = self._by_picture.get(picture)
        if not files:
            return None
        self._ids.discard(files[-1])
        return files.pop()

    def __iter__(self) -> Iterator[int]:
        return iter(self._ids)


class Spool:
    """Files to read, kept on disk: however many there are, they take no memory."""

    def __init__(self) -> None:
        self._stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self.count = 0

    def add(self, unread: Unread) -> None:
        """One more."""
        pickle.dump(tuple(unread), self._stream, protocol=5)
        self.count += 1

    def __iter__(self) -> Iterator[Unread]:
        self._stream.seek(0)
        for _ in range(self.count):
            seen, known = pickle.load(self._stream)  # noqa: S301  (written by this very object)
            yield Unread(seen, known)

    def close(self) -> None:
        """Let go of the disk space."""
        self._stream.close()
