"""Colours that encodes one picture each time it is let: jobs that a test can hold still."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Semaphore

from flask import Flask

from encoders import Embeddings, Pixels
from tests.colours import Colours
from web.jobs import Job, Jobs

PATIENCE = 60  # seconds; a busy machine is no reason to fail


class Paused(Colours):
    """Waits before each picture, and does not wait before texts."""

    batch_size = 1

    def __init__(self) -> None:
        super().__init__()
        self._permits = Semaphore(0)

    def let(self, pictures: int = 1000) -> None:
        """So many pictures may be encoded."""
        self._permits.release(pictures)

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        for _ in prepared:
            assert self._permits.acquire(timeout=PATIENCE)
        return super().encode_images(prepared)


def waited(jobs: Jobs, number: str, over: Callable[[Job], bool]) -> Job:
    """The job of that id, once it is so far."""
    until = time.monotonic() + PATIENCE
    while not over(job := jobs.find(number)):
        assert time.monotonic() < until, f"nothing more than {job}"
        time.sleep(0.01)
    return job


def ended(jobs: Jobs, number: str) -> Job:
    """The job, once it has ended and another may start."""
    job = waited(jobs, number, lambda job: job.state != "running")
    lock = jobs.take()
    assert lock
    lock.release()
    return job


@contextmanager
def closing(app: Flask, encoder: Paused) -> Iterator[Jobs]:
    """The jobs of the application, all let go and over at the end."""
    jobs: Jobs = app.extensions["jobs"]
    try:
        yield jobs
    finally:
        encoder.let()
        jobs.close()
