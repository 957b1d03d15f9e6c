"""Threads that work ahead of their consumer, and one that hangs is left behind."""

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Generic, TypeVar

In = TypeVar("In")
Out = TypeVar("Out")


class Task(Generic[In, Out]):
    """Several items in a row for one thread; ``done`` grows as it works."""

    def __init__(self, items: Sequence[In]) -> None:
        self.items = items
        self.done: list[Out] = []
        self.left = False  # nobody waits for it any more
        self.finished: Future[None] = Future()


Work = Callable[[Task[In, Out]], None]


class Workers(Generic[In, Out]):
    """A daemon thread for each processor: a decoder that hangs must not hang the end as well."""

    def __init__(self, work: Work[In, Out], patience: float) -> None:
        self.count = os.cpu_count() or 1
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
            self._start()  # in place of the thread that hangs
            place = len(task.done)
            yield from task.done[:place]
            yield stuck(task.items[place])
            task = self._submit(task.items[place + 1 :])
        yield from task.done

    def _done(self, task: Task[In, Out]) -> bool:
        """Wait for the task; false if one item of it takes too long."""
        while True:
            before = len(task.done)
            try:
                task.finished.result(self._patience)
            except Late:
                if len(task.done) == before:
                    return False
            else:
                return True

    def _submit(self, items: Sequence[In]) -> Task[In, Out]:
        task = Task[In, Out](items)
        self._tasks.put(task)
        return task

    def _start(self) -> None:
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while task := self._tasks.get():
            if task.left:
                continue
            try:
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
