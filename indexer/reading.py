"""Who reads the files of a run: threads of this machine, or workers of a cluster."""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from typing import Protocol

from encoders import Encoder
from encoders.device import threads
from indexer.batches import batches
from indexer.compare import Unread
from indexer.read import Loaded, Reader, ReadFile, known_to
from indexer.stages import Stages
from indexer.workers import Task, workers
from store import Catalog

BATCHES_AHEAD = 2  # decoded before they are asked for: 13 MB of pixels on a CPU, 100 MB on a GPU
FILES_IN_A_TASK = 8  # a worker holds the bytes of so many at once, for one question to the catalog
PATIENCE = 120.0  # seconds that one file may take to be read and decoded


class Reading(Protocol):
    """Makes read files of unread ones, in their order and only so far ahead of who asks.

    So many ``readers`` read and decode at once, and so many ``encoders`` encode.
    """

    @property
    def readers(self) -> int: ...

    @property
    def encoders(self) -> int: ...

    def files(
        self, unread: Iterable[Unread], pulse: Callable[[], None]
    ) -> Generator[ReadFile, None, None]:
        """The files after reading; ``pulse`` is called while nothing comes, and may raise."""
        ...


class Threads:
    """Reads in threads of this machine; whoever takes the files encodes them."""

    encoders = 1

    def __init__(
        self, encoder: Encoder, catalog: Catalog, stages: Stages, patience: float = PATIENCE
    ) -> None:
        self._reader = Reader(encoder, stages)
        self._batch_size = encoder.batch_size
        self._catalog = catalog
        self._patience = patience
        self.readers = threads()

    def files(
        self, unread: Iterable[Unread], pulse: Callable[[], None]
    ) -> Generator[ReadFile, None, None]:
        """The files after reading; one that takes too long has failed."""
        del pulse  # no file takes longer than the patience
        with workers(self.work, self._patience) as pool:
            depth = max(BATCHES_AHEAD * self._batch_size // FILES_IN_A_TASK, 2 * pool.count)
            tasks = batches(unread, FILES_IN_A_TASK)
            reason = too_long(self._patience)
            files = pool.ahead(tasks, depth, lambda one: ReadFile(one, reason))
            with closing(files):
                yield from files

    def work(self, task: Task[Unread, ReadFile]) -> None:
        """Read the files of a task: all bytes, one question to the catalog, then the pictures."""
        loaded: list[Loaded] = []
        for place in range(len(task.items)):
            loaded.append(self._reader.load(task.pick(place)))
        known = known_to(self._catalog, [one.sha256 for one in loaded])
        loaded.reverse()  # each is let go when it has been decoded
        for place in range(len(task.items)):
            if task.left:
                return
            task.pick(place)
            task.done.append(self._reader.decode(loaded.pop(), known))


def too_long(patience: float) -> str:
    """Why a file fails that its reader was left behind with."""
    return f"took longer than {patience:g} s to read; it was left behind"
