"""Several processes that answer at one port: started, started again when one dies, ended together.

The process that starts them answers nothing itself. It alone hears Ctrl-C and tells them; if it is
killed, they notice and end too.
"""

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.synchronize import Event

import click

Answer = Callable[[Callable[[], object]], None]
"""What a worker does from loading to its end; calls what it is given once it can be asked."""

PERIOD = 0.1  # seconds between two looks at the workers and at what was pressed

log = logging.getLogger(__name__)


class Worker:
    """One process; ``ready`` once it can be asked."""

    def __init__(self, answer: Answer) -> None:
        context = multiprocessing.get_context("spawn")  # a fork would inherit locks that are held
        self._ready = context.Event()
        self.process = context.Process(target=_work, args=(answer, self._ready))
        with _unheard(signal.SIGINT):  # which the process inherits
            self.process.start()

    @property
    def ready(self) -> bool:
        """Whether it came so far, even if it has ended since."""
        return self._ready.is_set()


def work_together(count: int, answer: Answer, ready: Callable[[], object]) -> None:
    """Keep so many workers at it until Ctrl-C or SIGTERM; calls ``ready`` once all can be asked.

    Raises:
        click.exceptions.Exit: one could not start at all; it has said why.
    """
    heard: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _frame: heard.append(number))
    workers = [Worker(answer) for _ in range(count)]
    try:
        _until(lambda: bool(heard) or all(one.ready for one in workers), workers)
        if not heard:
            ready()
        while not heard:
            _until(lambda: bool(heard) or any(_gone(one) for one in workers), workers)
            for place in [place for place, one in enumerate(workers) if _gone(one)]:
                if not heard:
                    log.warning("a worker died (%s); starting another", _how(workers[place]))
                    workers[place] = Worker(answer)
    finally:
        _end(workers, heard)


def _until(over: Callable[[], bool], workers: list[Worker]) -> None:
    while not over():
        for one in workers:
            if _gone(one) and not one.ready:
                raise click.exceptions.Exit(one.process.exitcode or 1)
        wait([one.process.sentinel for one in workers if one.process.is_alive()], PERIOD)


def _gone(worker: Worker) -> bool:
    return worker.process.exitcode is not None


def _how(worker: Worker) -> str:
    code = worker.process.exitcode or 0
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _end(workers: list[Worker], heard: list[int]) -> None:
    """Tell them to end; once it is heard a second time, they are killed."""
    for one in workers:
        one.process.terminate()
    while alive := [one.process for one in workers if one.process.is_alive()]:
        wait([process.sentinel for process in alive], PERIOD)
        if len(heard) > 1:
            for process in alive:
                process.kill()


@contextmanager
def _unheard(number: signal.Signals) -> Iterator[None]:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


def _work(answer: Answer, ready: Event) -> None:
    logging.basicConfig(format="%(message)s")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        answer(ready.set)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
