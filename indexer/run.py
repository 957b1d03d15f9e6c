"""One run of the indexer: scan, compare with the catalog, read, encode, write, publish."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import numpy as np

from encoders import Embeddings, Encoder
from indexer.account import Account
from indexer.batches import batches
from indexer.cluster import Cluster, Job
from indexer.compare import Gone, Spool, Unread, differing, same_picture
from indexer.publishing import publish
from indexer.read import ReadFile, words_beside
from indexer.reading import PATIENCE, Reading, Threads
from indexer.sources import MISSING, SeenFile, Source, roots, sources, storable
from indexer.stages import ENCODE, WRITE, Stages
from indexer.verdict import Verdicts
from store import FAILED, PRESENT, REMOVED, Collection, FileChange, KnownFile, NewPicture, Writer

Progress = Callable[[int, int, Account], None]
"""Called with files read so far, files to read, and the account until now."""

CHANGES_AT_ONCE = 500


def index(
    collection: Collection,
    encoder: Encoder,
    given: Iterable[Path | str | Source],
    progress: Progress = lambda *_: None,
    *,
    stages: Stages | None = None,
    patience: float = PATIENCE,
    cluster: Cluster | None = None,
) -> Account:
    """Make the collection hold exactly what lies in these places; the account of every file.

    Places are folders, archives, single files, addresses of object storage, or ``-`` for a list of
    paths on standard input; files outside them keep their state. Whatever stops it, the pictures
    written so far are published, and the next run goes on from there. ``stages`` is told how busy
    each stage is; a file that takes longer than ``patience`` seconds has failed. The workers of a
    ``cluster`` read and encode in place of this process, which alone writes.

    Raises:
        SourceError: a place is missing.
        ClusterError: no worker can start, or does not see a place.
        EncoderMismatchError: the collection was made with another encoder.
        CollectionBusyError: another process is writing.
        DiskFullError: there is no room for what is written; what was written before is kept.
    """
    places = sources(given)
    collection.require(asdict(encoder.identity))
    stages = stages or Stages()
    with collection.writing() as writer:
        writer.remember(place.root for place in places if place.root)
        run = _Run(collection, encoder, writer, progress, stages)
        try:
            if cluster:
                who = Job(cluster.load, encoder.identity, roots(places), patience)
                reading: Reading = cluster.reading(who, collection.catalog, stages)
            else:
                reading = Threads(encoder, collection.catalog, stages, patience)
            account = run.all(places, reading)
        finally:
            publish(collection, writer, encoder, run.tell_words)
        return account


class _Run:
    def __init__(
        self,
        collection: Collection,
        encoder: Encoder,
        writer: Writer,
        progress: Progress,
        stages: Stages,
    ) -> None:
        self._catalog = collection.catalog
        self._encoder = encoder
        self._writer = writer
        self._progress = progress
        self._stages = stages
        self._account = Account()
        self._gone = Gone()
        self._in_flight: set[str] = set()  # contents that are just being written
        self._verdicts = Verdicts(self._account, self._gone, self._catalog)

    def all(self, places: Sequence[Source], reading: Reading) -> Account:
        with closing(Spool()) as spool:
            for place in places:
                self._compare(place, spool)
            self._read(spool, reading)
        self._remove()
        return self._account

    def tell_words(self, done: int, total: int) -> None:
        """Words are encoded, of those that are new: so many of so many."""
        self._progress(done, total, self._account)

    def _compare(self, place: Source, spool: Spool) -> None:
        """Settle what needs no reading; the rest goes into the spool."""
        changes = self._settled(place, spool)
        with closing(changes):
            for batch in batches(changes, CHANGES_AT_ONCE):
                self._became(batch)

    def _settled(self, place: Source, spool: Spool) -> Generator[FileChange, None, None]:
        known_here = place.known(self._catalog)
        for file, known in differing(place.seen(), known_here, self._account):
            if file is None:
                if known is not None:
                    self._gone.add(known)
            elif not file.is_place and not file.is_picture:
                self._account.count("skipped")
            elif file.reason:
                yield from self._failed(file, known)
            elif known and known.picture_id is not None and same_picture(file, known):
                # Its words may have changed, the picture has not.
                self._account.count("changed" if known.state == PRESENT else "restored")
                found = FileChange(*file[:3], PRESENT, sidecars=file.sidecars)
                yield found._replace(words=words_beside(file))
            else:  # what failed is tried again: permissions leave no trace in the times
                spool.add(Unread(file, known))

    def _failed(self, file: SeenFile, known: KnownFile | None) -> Iterator[FileChange]:
        if file.reason == MISSING and known:
            self._gone.add(known)
            return
        self._account.fail(file.path, str(file.reason))
        if file.is_place:
            self._gone.spare(file.path)
        if storable(file.path) and file.reason != MISSING:
            yield FileChange(*file[:3], FAILED, file.reason)

    def _read(self, spool: Spool, reading: Reading) -> None:
        size = self._encoder.batch_size  # one transaction; a kill costs at most this much encoding

        def tell() -> None:
            self._progress(self._stages.files, spool.count, self._account)

        busy = self._stages.running(reading.readers, reading.encoders)
        files = reading.files(spool, tell)
        with busy, closing(files), ThreadPoolExecutor(1) as writing:
            written: Future[None] | None = None
            for batch in batches(files, size):
                new = self._new(batch)
                embeddings = self._encode(new)
                if written:
                    written.result()
                changes = self._verdicts.of(batch)
                pictures = [file.picture for file in new if file.picture is not None]
                self._in_flight = {picture.sha256 for picture in pictures}
                written = writing.submit(self._write, pictures, embeddings, changes)
                self._stages.files += len(batch)
                tell()
            if written:
                written.result()

    def _new(self, batch: Sequence[ReadFile]) -> list[ReadFile]:
        """The first file of each content that is to be encoded."""
        new = {file.sha256: file for file in reversed(batch) if file.picture is not None}
        known = self._catalog.pictures(new) if new else {}
        known_soon = known.keys() | self._in_flight
        return [file for sha256, file in reversed(new.items()) if sha256 not in known_soon]

    def _encode(self, new: Sequence[ReadFile]) -> Embeddings:
        encoded = [file.embedding for file in new if file.embedding is not None]
        pixels = [file.pixels for file in new if file.pixels is not None]
        if not pixels:
            return np.stack(encoded) if encoded else self._nothing()
        with self._stages.at(ENCODE):
            return self._encoder.encode_images(pixels)

    def _write(
        self, new: Sequence[NewPicture], embeddings: Embeddings, changes: Sequence[FileChange]
    ) -> None:
        with self._stages.at(WRITE):
            self._writer.write(new, embeddings, changes)

    def _remove(self) -> None:
        for some in batches(self._gone, CHANGES_AT_ONCE):
            files = self._catalog.files_with(some)
            self._became([FileChange(*file[:3], REMOVED) for file in files])
            self._account.removed += sum(not file.path.endswith(os.sep) for file in files)

    def _became(self, changes: Sequence[FileChange]) -> None:
        self._write((), self._nothing(), changes)

    def _nothing(self) -> Embeddings:
        return np.empty((0, self._encoder.identity.dim), dtype=np.float32)
