"""Another encoder for a collection, without downtime: encode beside it, then change over."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import partial

import numpy as np

from encoders import Embeddings, Encoder, Pixels
from encoders.joint import Joint
from indexer.background import background
from indexer.batches import batches
from indexer.fusion import Fusing
from indexer.original import original
from indexer.usual import measure_usual
from store import Collection, Succession, Unencoded, same_encoder

Progress = Callable[[int, int], None]
"""Called with rows encoded so far, and rows to encode."""

BATCHES_AHEAD = 2
ROWS_AT_ONCE = 4096  # embeddings that an adapter moves at once; 16 MB
WAIT_FOR_WRITER = 600.0  # seconds; everything is encoded by then, so waiting is worth it


def reindex(
    collection: Collection,
    encoder: Encoder,
    *,
    keep_old: bool = False,
    progress: Progress = lambda *_: None,
) -> list[str]:
    """Encode every picture with ``encoder``, then make it the collection's; the files left out.

    An adapter of the collection's encoder takes the stored embeddings: no picture is opened.
    Searching and indexing go on meanwhile. Whatever stops it, the same call goes on from there.
    ``keep_old`` keeps the present embeddings, so that changing back encodes only what is new.

    Raises:
        CollectionBusyError: another process is changing the encoder, or does not stop writing.
        SameEncoderError: it is the collection's encoder already.
    """
    with (
        ThreadPoolExecutor(os.cpu_count()) as pool,
        collection.succession(asdict(encoder.identity)) as succession,
    ):
        filling = _adapting(collection, encoder, succession, progress) or _Filling(
            encoder, succession, pool, progress
        )
        filling.fill()
        with collection.writing(patience=WAIT_FOR_WRITER):
            filling.fill()  # what was indexed while we waited
            texts = partial(background, encoder)
            fuse = Fusing(collection.words, encoder, progress)
            lost = succession.take_over(keep_old=keep_old, texts=texts, fuse=fuse)
    measure_usual(collection, encoder)
    return lost


def _adapting(
    collection: Collection, encoder: Encoder, succession: Succession, progress: Progress
) -> "_Adapting | None":
    base = encoder.base if isinstance(encoder, Joint) else None
    if not isinstance(encoder, Joint) or base is None:
        return None
    suits = same_encoder(collection.encoder, asdict(base))
    return _Adapting(collection, encoder, succession, progress) if suits else None


class _Adapting:
    """Fills a succession from the embeddings that the collection has."""

    def __init__(
        self, collection: Collection, encoder: Joint, succession: Succession, progress: Progress
    ) -> None:
        self._collection = collection
        self._encoder = encoder
        self._succession = succession
        self._progress = progress

    def fill(self) -> None:
        """Until no row is waiting."""
        while waiting := self._succession.waiting(ROWS_AT_ONCE):
            first, last = waiting[0].row, waiting[-1].row + 1
            rows = self._collection.embeddings.read(last)[first:last]
            self._succession.append(self._encoder.adapt(rows))
            self._progress(self._succession.done, self._succession.total)


class _Filling:
    def __init__(
        self,
        encoder: Encoder,
        succession: Succession,
        pool: ThreadPoolExecutor,
        progress: Progress,
    ) -> None:
        self._encoder = encoder
        self._succession = succession
        self._pool = pool
        self._progress = progress

    def fill(self) -> None:
        """Until no row is waiting."""
        size = self._encoder.batch_size
        while waiting := self._succession.waiting(100 * size):
            reading: deque[list[Future[Pixels | None]]] = deque()
            for some in batches(waiting, size):
                reading.append([self._pool.submit(self._pixels, one) for one in some])
                if len(reading) > BATCHES_AHEAD:
                    self._append(reading.popleft())
            while reading:
                self._append(reading.popleft())

    def _append(self, batch: Sequence[Future[Pixels | None]]) -> None:
        self._succession.append(self._encode([one.result() for one in batch]))
        self._progress(self._succession.done, self._succession.total)

    def _pixels(self, picture: Unencoded) -> Pixels | None:
        found = original(picture.files, picture.sha256, self._encoder.image_size)
        return self._encoder.prepare(found.image) if found else None

    def _encode(self, batch: Sequence[Pixels | None]) -> Embeddings:
        rows = np.zeros((len(batch), self._encoder.identity.dim), dtype=np.float32)
        here = [place for place, pixels in enumerate(batch) if pixels is not None]
        if here:
            rows[here] = self._encoder.encode_images([one for one in batch if one is not None])
        return rows
