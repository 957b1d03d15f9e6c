"""Another encoder for a collection, without downtime: encode beside it, then change over."""

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np

from encoders import Embeddings, Encoder, PictureError, Pixels, open_picture
from indexer.read import ahead
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
    """
    with (
        ThreadPoolExecutor(os.cpu_count()) as pool,
        collection.succession(asdict(encoder.identity)) as succession,
    ):
        filling = _Filling(encoder, succession, pool, progress)
        filling.fill()
        with collection.writing(patience=WAIT_FOR_WRITER):
            filling.fill()  # what was indexed while we waited
            return succession.take_over(keep_old=keep_old)


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
            read = ahead(self._pool, self._pixels, waiting, BATCHES_AHEAD * size)
            for _ in range(0, len(waiting), size):
                batch = [pixels for _, pixels in zip(range(size), read, strict=False)]
                self._succession.append(self._encode(batch))
                self._progress(self._succession.done, self._succession.total)

    def _pixels(self, picture: Unencoded) -> Pixels | None:
        """The picture from the first of its files that still holds it."""
        for file in picture.files:
            with suppress(OSError, PictureError):
                data = Path(file).read_bytes()
                if hashlib.sha256(data).hexdigest() == picture.sha256:
                    opened = open_picture(data, at_least=self._encoder.image_size)
                    return self._encoder.prepare(opened.image)
        return None

    def _encode(self, batch: list[Pixels | None]) -> Embeddings:
        rows = np.zeros((len(batch), self._encoder.identity.dim), dtype=np.float32)
        here = [place for place, pixels in enumerate(batch) if pixels is not None]
        if here:
            rows[here] = self._encoder.encode_images([one for one in batch if one is not None])
        return rows
