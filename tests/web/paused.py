"""Colours that encodes one picture each time it is let: jobs that a test can hold still."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Semaphore

from flask import Flask

from encoders import Embeddings, Pixels
from tests.colours import Colours
from web.jobs import Job, Jobs

PATIENCE = 20  # seconds


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


def ended(job: Job) -> Job:
    """The job, once it has ended."""
    version = -1
    while job.state == "running":
        newer = job.wait(version, PATIENCE)
        assert newer != version, "nothing moved"
        version = newer
    return job


def reached(job: Job, done: int) -> None:
    """Wait until the job is so far."""
    version = -1
    while job.done < done:
        newer = job.wait(version, PATIENCE)
        assert newer != version, "nothing moved"
        version = newer


@contextmanager
def closing(app: Flask, encoder: Paused) -> Iterator[Jobs]:
    """The jobs of the application, all let go and over at the end."""
    jobs: Jobs = app.extensions["jobs"]
    try:
        yield jobs
    finally:
        encoder.let()
        jobs.close()
