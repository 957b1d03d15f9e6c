"""What runs on the machines of a cluster: an encoder, and threads that read files for it."""

import platform
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from encoders import Encoder, Identity
from indexer.compare import Unread
from indexer.errors import ClusterError, IndexerError
from indexer.read import Known, Loaded, Reader, ReadFile
from indexer.reading import too_long
from indexer.sources import sources
from indexer.stages import ENCODE, Stages
from indexer.workers import In, Out, Task, workers

Load = Callable[[], Encoder]


@dataclass(frozen=True)
class Job:
    """What a worker needs to know: its encoder, the places it has to see, seconds for one file."""

    load: Load
    identity: Identity
    places: tuple[str, ...]
    patience: float


class Encoded(NamedTuple):
    """The files of a part, new pictures with their embeddings, and the seconds that it took."""

    files: list[ReadFile]
    seconds: dict[str, float]


class Worker:
    """Reads, decodes and encodes parts of the files; an actor of Ray, with several threads.

    A part comes in two calls. Between them lies one question to the catalog, which only the writer
    can ask: so nothing is decoded that is known.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._parts: dict[int, list[Loaded]] = {}
        self._encoding = threading.Lock()

    def start(self) -> None:
        """Get ready.

        Raises:
            ClusterError: the encoder is another one here, or a place is not seen from here.
        """
        here = platform.node()
        try:
            sources(self._job.places)
        except IndexerError as error:
            raise ClusterError(
                f"the worker on {here} cannot see what is to be indexed: {error}; every machine "
                "of the cluster must see it at the same path, or in object storage"
            ) from error
        self._encoder = self._job.load()
        ours, theirs = (
            asdict(one) | {"name": ""} for one in (self._encoder.identity, self._job.identity)
        )
        if ours != theirs:
            name = self._job.identity.name
            raise ClusterError(
                f"the encoder {name!r} is another one on {here}; install the same weights there"
            )

    def read(self, number: int, items: Sequence[Unread]) -> tuple[list[str], dict[str, float]]:
        """Load the files of a part: the hash of each, empty for one that failed, and seconds."""
        stages, late = Stages(), too_long(self._job.patience)
        load = Reader(self._encoder, stages).load
        loaded = self._each(load, items, lambda one: Loaded(one, reason=late))
        self._parts[number] = loaded
        return [one.sha256 for one in loaded], stages.busy

    def encode(self, number: int, known: Known) -> Encoded:
        """Decode what is new in a part that was read, and encode it."""
        stages, late = Stages(), too_long(self._job.patience)
        decode = partial(Reader(self._encoder, stages).decode, known=known)
        loaded = self._parts.pop(number)
        files = self._each(decode, loaded, lambda one: ReadFile(one.unread, late))
        with self._encoding, stages.at(ENCODE):
            return Encoded(self._embedded(files), stages.busy)

    def _each(
        self, make: Callable[[In], Out], items: Sequence[In], stuck: Callable[[In], Out]
    ) -> list[Out]:
        def work(task: Task[In, Out]) -> None:
            for place in range(len(task.items)):  # of one that hung, nothing is left to do
                task.done.append(make(task.pick(place)))

        with workers(work, self._job.patience) as pool:
            tasks = ([one] for one in items)
            with closing(pool.ahead(tasks, 2 * pool.count, stuck)) as done:
                return list(done)

    def _embedded(self, files: Sequence[ReadFile]) -> list[ReadFile]:
        """The files with embeddings in place of pixels; each content is encoded once."""
        new = {one.sha256: one.pixels for one in files if one.pixels is not None}
        rows = self._encoder.encode_images(list(new.values())) if new else np.empty((0, 0))
        of = dict(zip(new, rows, strict=True))
        return [replace(one, pixels=None, embedding=of.get(one.sha256)) for one in files]
