"""How busy each stage of a run is, and which one limits it."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

READ, DECODE, ENCODE, WRITE = STAGES = ("read", "decode", "encode", "write")


class Stages:
    """Seconds of work in each stage; several threads read and decode, several workers may encode.

    A stage at 100 % was at work all the time, on all of its threads: nothing else could have made
    the run faster. What none of them accounts for is waiting, or the interpreter's lock.
    """

    def __init__(self) -> None:
        self.files = 0  # read so far
        self.busy = dict.fromkeys(STAGES, 0.0)
        self._lanes = dict.fromkeys(STAGES, 1)
        self._began = self._ended = 0.0
        self._lock = threading.Lock()

    @contextmanager
    def running(self, readers: int, encoders: int = 1) -> Iterator[None]:
        """Count from now until the block ends: so many read and decode at once, so many encode."""
        self.files, self.busy = 0, dict.fromkeys(STAGES, 0.0)
        self._lanes = {READ: readers, DECODE: readers, ENCODE: encoders, WRITE: 1}
        self._began, self._ended = time.perf_counter(), 0.0
        try:
            yield
        finally:
            self._ended = time.perf_counter()

    @contextmanager
    def at(self, stage: str) -> Iterator[None]:
        """The block is work of this stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.add({stage: time.perf_counter() - began})

    def add(self, seconds: Mapping[str, float]) -> None:
        """So many seconds of work were done in each of these stages."""
        with self._lock:
            for stage, taken in seconds.items():
                self.busy[stage] += taken

    @property
    def seconds(self) -> float:
        """How long it has taken so far, or took."""
        return (self._ended or time.perf_counter()) - self._began

    @property
    def shares(self) -> dict[str, float]:
        """How much of the time each stage was at work, 0 to 1."""
        passed = max(self.seconds, 1e-9)
        return {stage: self.busy[stage] / passed / self._lanes[stage] for stage in STAGES}

    @property
    def slowest(self) -> str:
        """The stage that limits the others."""
        return max(self.shares.items(), key=lambda one: one[1])[0]

    def __str__(self) -> str:
        parts = ", ".join(f"{stage} {share:.0%}" for stage, share in self.shares.items())
        return f"{parts} busy: {self.slowest} limits"
