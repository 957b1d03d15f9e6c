"""The texts of many people's queries: remembered, and encoded together when they come together."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from encoders.protocol import Embeddings

REMEMBERED = 4096  # texts; at 512 dimensions 8 MB
TOGETHER = 16  # texts of a batch: on a CPU more make each hardly cheaper, and the first ones wait


class Reading(Protocol):
    """The half of an encoder that reads texts."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings: ...


class TextQueries:
    """Embeddings of single texts for many threads, from the memory or from one common batch.

    One thread encodes what waits, in the order in which it came, and never waits for more; while it
    is busy, new texts gather for its next batch. Each of the others waits for its own text alone:
    with a lock that 50 of them pass on from one to the next, the slowest wait twice as long.
    """

    def __init__(self, encoder: Reading, remembered: int = REMEMBERED) -> None:
        """``remembered`` is how many texts are kept, those that were asked for last."""
        self._encoder = encoder
        self._most = remembered
        self._known: OrderedDict[str, Embeddings] = OrderedDict()
        self._waiting: dict[str, Future[Embeddings]] = {}
        self._memory = threading.Lock()
        self._encoding = ThreadPoolExecutor(1, "texts")

    def embed(self, text: str) -> Embeddings:
        """The embedding of one text, ``(1, dim)``, not to be written to.

        Raises:
            whatever the encoder raises, in every thread whose text was in that batch.
        """
        with self._memory:
            if text in self._known:
                self._known.move_to_end(text)
                return self._known[text]
            wanted = self._waiting.get(text)
            if wanted is None:
                wanted = self._waiting[text] = Future()
                self._encoding.submit(self._encode_waiting)
        return wanted.result()

    def _encode_waiting(self) -> None:
        with self._memory:
            batch = {text: self._waiting.pop(text) for text in [*self._waiting][:TOGETHER]}
        if not batch:  # all were in an earlier one
            return
        try:
            rows = self._encoder.encode_texts(list(batch))
        except BaseException as error:  # nobody may be left waiting
            for future in batch.values():
                future.set_exception(error)
            return
        rows.flags.writeable = False
        with self._memory:
            for place, (text, future) in enumerate(batch.items()):
                self._known[text] = rows[place : place + 1]
                future.set_result(self._known[text])
            while len(self._known) > self._most:
                self._known.popitem(last=False)
