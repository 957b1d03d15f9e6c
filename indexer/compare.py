"""What is there against what the catalog knows, line by line; only differences are held."""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from indexer.sources import SeenFile
from store import REMOVED, KnownFile


class Unread(NamedTuple):
    """A file to read, and what the catalog knows of its path."""

    seen: SeenFile
    known: KnownFile | None


def pairs(
    seen: Iterable[SeenFile], known: Iterable[KnownFile]
) -> Iterator[tuple[SeenFile | None, KnownFile | None]]:
    """Both sides of each path, in the order of paths."""
    others = iter(known)
    other = next(others, None)
    for file in seen:
        while other is not None and other.path < file.path:
            yield None, other
            other = next(others, None)
        if other is not None and other.path == file.path:
            yield file, other
            other = next(others, None)
        else:
            yield file, None
    while other is not None:
        yield None, other
        other = next(others, None)


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
