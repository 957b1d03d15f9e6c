"""How much is done at once: what comes on top is told so at once, and may come again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

SEARCHES = 64  # at once; their texts are encoded together, so more would only wait longer
DECODINGS = 2  # of uploaded pictures at once: at the most pixels, 150 MB each
STREAMS = 8  # jobs being watched at once, each by a thread that mostly waits
THREADS = SEARCHES + STREAMS + 32  # the rest is free for pictures, and for saying no


class BusyError(Exception):
    """All places are taken."""


class Capacity:
    """The places of one application."""

    def __init__(
        self, searches: int = SEARCHES, decodings: int = DECODINGS, streams: int = STREAMS
    ) -> None:
        self._places = {
            "searches": threading.BoundedSemaphore(searches),
            "decodings": threading.BoundedSemaphore(decodings),
            "streams": threading.BoundedSemaphore(streams),
        }

    @contextmanager
    def place(self, kind: str) -> Iterator[None]:
        """A place among the ``searches``, ``decodings`` or ``streams`` while the block runs.

        Raises:
            BusyError: none is free.
        """
        if not self._places[kind].acquire(blocking=False):
            raise BusyError(f"too many {kind} at once; try again in a second")
        try:
            yield
        finally:
            self._places[kind].release()


def capacity() -> Capacity:
    """The places of the application that answers this request."""
    found: Capacity = current_app.extensions["capacity"]
    return found
