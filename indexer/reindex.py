"""Another encoder for a collection, without downtime: encode beside it, then change over."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import partial

import numpy as np

from encoders import Embeddings, Encoder, Pixels
from indexer.background import background
from indexer.original import original
from indexer.run import batches
from indexer.usual import measure_usual
from store import Collection, Succession, Unencoded

Progress = Callable[[int, int], None]
"""Called with rows encoded so far, and rows to encode."""

BATCHES_AHEAD = 2
WAIT_FOR_WRITER = 600.0  # seconds; everything is encoded by then, so waiting is worth it


def reindex(
    collection: Collection,
    encoder: Encoder,
    *,
    keep_old: bool = False,
    progress: Progress = lambda *_: None,
) -> list[str]:
    """Encode every picture with ``encoder``, then make it the collection's; the files left out.

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
        filling = _Filling(encoder, succession, pool, progress)
        filling.fill()
        with collection.writing(patience=WAIT_FOR_WRITER):
            filling.fill()  # what was indexed while we waited
            texts = partial(background, encoder)
            lost = succession.take_over(keep_old=keep_old, texts=texts)
    measure_usual(collection, encoder)
    return lost


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
