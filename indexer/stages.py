"""How busy each stage of a run is, and which one limits it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

READ, DECODE, ENCODE, WRITE = STAGES = ("read", "decode", "encode", "write")


class Stages:
    """Seconds of work in each stage; reading and decoding share ``workers`` threads."""

    def __init__(self) -> None:
        self.workers = 1
        self.busy = dict.fromkeys(STAGES, 0.0)
        self._started = time.perf_counter()
        self._lock = threading.Lock()

    def start(self, workers: int) -> None:
        """The run begins now, with so many threads to read and decode."""
        self.workers = workers
        self.busy = dict.fromkeys(STAGES, 0.0)
        self._started = time.perf_counter()

    @contextmanager
    def at(self, stage: str) -> Iterator[None]:
        """The block is work of this stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            taken = time.perf_counter() - began
            with self._lock:
                self.busy[stage] += taken

    def shares(self) -> dict[str, float]:
        """How much of the time so far each stage was at work, 0 to 1."""
        passed = max(time.perf_counter() - self._started, 1e-9)
        lanes = {READ: self.workers, DECODE: self.workers, ENCODE: 1, WRITE: 1}
        return {stage: self.busy[stage] / passed / lanes[stage] for stage in STAGES}

    def __str__(self) -> str:
        shares = self.shares()
        limit = max(shares, key=lambda stage: shares[stage])
        parts = [f"{stage} {share:.0%}" for stage, share in shares.items()]
        return ", ".join(parts) + f"; {limit} limits"
