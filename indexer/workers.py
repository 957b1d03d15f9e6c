"""Threads that work ahead of their consumer, and one that hangs is left behind."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Generic, TypeVar

from encoders.device import threads

In = TypeVar("In")
Out = TypeVar("Out")


class Task(Generic[In, Out]):
    """Several items in a row for one thread; ``at`` and ``done`` say how far it is."""

    def __init__(self, items: Sequence[In]) -> None:
        self.items = items
        self.at = 0  # the place of the item in hand
        self.done: list[Out] = []
        self.left = False  # nobody waits for it any more
        self.finished: Future[None] = Future()

    def pick(self, place: int) -> In:
        """Take the item at this place in hand."""
        self.at = place
        return self.items[place]


Work = Callable[[Task[In, Out]], None]


class Workers(Generic[In, Out]):
    """A daemon thread for each processor: a decoder that hangs must not hang the end as well."""

    def __init__(self, work: Work[In, Out], patience: float) -> None:
        self.count = threads()
        self._work = work
        self._patience = patience
        self._tasks: SimpleQueue[Task[In, Out] | None] = SimpleQueue()
        for _ in range(self.count):
            self._start()

    def ahead(
        self, items: Iterable[Sequence[In]], depth: int, stuck: Callable[[In], Out]
    ) -> Generator[Out, None, None]:
        """What becomes of the items, in their order, at most ``depth`` tasks ahead.

        An item that takes longer than the patience of the workers becomes ``stuck(item)``.
        """
        running: deque[Task[In, Out]] = deque()
        try:
            for some in items:
                running.append(self._submit(some))
                if len(running) >= depth:
                    yield from self._results(running.popleft(), stuck)
            while running:
                yield from self._results(running.popleft(), stuck)
        finally:
            for task in running:
                task.left = True

    def close(self) -> None:
        """The threads end as soon as they have nothing to do."""
        for _ in range(self.count):
            self._tasks.put(None)

    def _results(self, task: Task[In, Out], stuck: Callable[[In], Out]) -> Iterator[Out]:
        while not self._done(task):
            task.left = True
            done, at = list(task.done), task.at
            yield from done
            yield stuck(task.items[at])
            task = Task([*task.items[len(done) : at], *task.items[at + 1 :]])
            self._start(task)  # in place of the thread that hangs
        yield from task.done

    def _done(self, task: Task[In, Out]) -> bool:
        """Wait for the task; false if one item of it takes too long."""
        while True:
            before = (task.at, len(task.done))
            try:
                task.finished.result(self._patience)
            except Late:
                if before == (task.at, len(task.done)):
                    return False
            else:
                return True

    def _submit(self, items: Sequence[In]) -> Task[In, Out]:
        task = Task[In, Out](items)
        self._tasks.put(task)
        return task

    def _start(self, first: Task[In, Out] | None = None) -> None:
        threading.Thread(target=self._serve, args=(first,), daemon=True).start()

    def _serve(self, first: Task[In, Out] | None) -> None:
        if first:
            self._do(first)
        while task := self._tasks.get():
            self._do(task)

    def _do(self, task: Task[In, Out]) -> None:
        try:
            if not task.left:
                self._work(task)
        except BaseException as error:  # the consumer raises it
            task.finished.set_exception(error)
        else:
            task.finished.set_result(None)


@contextmanager
def workers(work: Work[In, Out], patience: float) -> Iterator[Workers[In, Out]]:
    """Workers for as long as the block runs."""
    made = Workers(work, patience)
    try:
        yield made
    finally:
        made.close()
