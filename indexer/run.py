"""One run of the indexer: scan, compare with the catalog, read, encode, write, publish."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np

from encoders import Encoder
from indexer.account import Account
from indexer.background import background
from indexer.read import Reader, ReadFile, ahead, words_beside
from indexer.scan import SeenFile, scan, sources, storable
from store import FAILED, PRESENT, REMOVED, Collection, FileChange, KnownFile, Writer

Item = TypeVar("Item")

Progress = Callable[[int, int, Account], None]
"""Called with files read so far, files to read, and the account until now."""

BATCHES_AHEAD = 2  # decoded before they are asked for: 13 MB of pixels on a CPU, 100 MB on a GPU


def index(
    collection: Collection,
    encoder: Encoder,
    folders: Iterable[Path],
    progress: Progress = lambda *_: None,
) -> Account:
    """Make the collection hold exactly what lies below ``folders``; the account of every file.

    Files outside the folders keep their state. Whatever stops it, the pictures written so far are
    published, and the next run goes on from there.

    Raises:
        SourceError: a folder is missing.
        EncoderMismatchError: the collection was made with another encoder.
        CollectionBusyError: another process is writing.
    """
    roots = sources(folders)
    collection.require(asdict(encoder.identity))
    with collection.writing() as writer:
        writer.remember(roots)
        try:
            return _Run(collection, encoder, writer, roots, progress).all()
        finally:
            writer.publish(partial(background, encoder))


class _Run:
    def __init__(
        self,
        collection: Collection,
        encoder: Encoder,
        writer: Writer,
        roots: Sequence[str],
        progress: Progress,
    ) -> None:
        self._catalog = collection.catalog
        self._encoder = encoder
        self._writer = writer
        self._roots = roots
        self._progress = progress
        self._account = Account()
        self._known: dict[str, KnownFile] = {}
        self._gone: dict[str, KnownFile] = {}  # present in the catalog, but not seen
        self._gone_from: dict[int, list[str]] = {}  # the same, by picture

    def all(self) -> Account:
        known = self._catalog.files_under(self._roots, os.sep)
        self._known = {file.path: file for file in known}
        unread = self._compare([file for root in self._roots for file in scan(root)])
        self._read(unread)
        self._remove()
        return self._account

    def _compare(self, seen: Sequence[SeenFile]) -> list[SeenFile]:
        """Settle what needs no reading; returns the rest."""
        unlisted = tuple(file.path + os.sep for file in seen if file.is_folder)
        paths = {file.path for file in seen}
        for path, known in self._known.items():
            if known.state != REMOVED and path not in paths and not path.startswith(unlisted):
                self._gone[path] = known
                if known.picture_id is not None:
                    self._gone_from.setdefault(known.picture_id, []).append(path)
        changes: list[FileChange] = []
        unread = [file for file in seen if not self._settled(file, changes)]
        self._became(changes)
        return unread

    def _settled(self, file: SeenFile, changes: list[FileChange]) -> bool:
        known = self._known.get(file.path)
        same = known is not None and (known.size, known.mtime_ns) == (file.size, file.mtime_ns)
        if not file.is_folder and not file.is_picture:
            self._account.count("skipped")
        elif file.reason:
            self._account.fail(file.path, file.reason)
            if not file.is_folder and storable(file.path):
                changes.append(FileChange(*file[:3], FAILED, file.reason))
        elif not same or known is None or known.state == FAILED:
            return False  # what failed is tried again: permissions leave no trace in the times
        elif known.state == PRESENT and known.sidecars == file.sidecars:
            self._account.count("unchanged")
        elif known.picture_id is not None:  # its words may have changed, the picture has not
            self._account.count("changed" if known.state == PRESENT else "restored")
            found = FileChange(*file[:3], PRESENT, sidecars=file.sidecars)
            changes.append(found._replace(words=words_beside(file)))
        else:
            return False
        return True

    def _read(self, unread: Sequence[SeenFile]) -> None:
        reader = Reader(self._encoder, self._catalog)
        size = self._encoder.batch_size  # one transaction; a kill costs at most this much encoding
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            done = 0
            files = ahead(pool, reader.read, unread, BATCHES_AHEAD * size)
            for batch in _batches(files, size):
                self._write(batch)
                done += len(batch)
                self._progress(done, len(unread), self._account)

    def _write(self, batch: Sequence[ReadFile]) -> None:
        ids = self._catalog.pictures(file.sha256 for file in batch)
        lying = self._catalog.present_files(ids.values())
        new: dict[str, ReadFile] = {}
        changes: list[FileChange] = []
        for file in batch:
            first = bool(file.sha256) and file.sha256 not in ids and file.sha256 not in new
            if first:
                new[file.sha256] = file
            changes += self._verdict(file, first, ids.get(file.sha256), lying)
        pixels = [file.pixels for file in new.values() if file.pixels is not None]
        pictures = [file.picture for file in new.values() if file.picture is not None]
        encoder = self._encoder
        embeddings = encoder.encode_images(pixels) if pixels else _no_embeddings(encoder)
        self._writer.write(pictures, embeddings, changes)

    def _verdict(
        self, file: ReadFile, first: bool, picture: int | None, lying: dict[int, list[str]]
    ) -> list[FileChange]:
        """Count the file in its state; what the catalog has to know of it."""
        path, seen = file.seen.path, file.seen[:3]
        if file.reason:
            self._account.fail(path, file.reason)
            return [FileChange(*seen, FAILED, file.reason)] if storable(path) else []
        change = FileChange(
            *seen,
            PRESENT,
            sha256=file.sha256,
            sidecars=file.seen.sidecars,
            words=file.words,
            about=file.about,
        )
        known = self._known.get(path)
        if known and known.state == PRESENT:
            same = picture is not None and known.picture_id == picture
            same = same and known.sidecars == file.seen.sidecars
            self._account.count("unchanged" if same else "changed")
        elif first:
            self._account.count("indexed")
        elif picture in self._gone_from:
            return self._moved(change, picture)
        else:
            elsewhere = picture is None or bool(lying.get(picture))
            self._account.count("duplicate" if elsewhere else "restored")
        return [change]

    def _moved(self, change: FileChange, picture: int) -> list[FileChange]:
        old = self._gone_from[picture].pop()
        if not self._gone_from[picture]:
            del self._gone_from[picture]
        known = self._gone.pop(old)
        self._account.count("moved")
        if change.path in self._known:  # the new path has a row of its own, from an earlier life
            return [change, FileChange(old, known.size, known.mtime_ns, REMOVED)]
        return [change._replace(moved_from=old)]

    def _remove(self) -> None:
        self._became([FileChange(*file[:3], REMOVED) for file in self._gone.values()])
        self._account.removed = len(self._gone)

    def _became(self, changes: Sequence[FileChange]) -> None:
        for batch in _batches(changes, 500):  # SQLite takes 32,766 paths in one statement
            self._writer.write((), _no_embeddings(self._encoder), batch)


def _no_embeddings(encoder: Encoder) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.empty((0, encoder.identity.dim), dtype=np.float32)


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
