"""One line of progress on standard error: a bar in a terminal, a line now and then in a log."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 5

Update = Callable[[int, int, str], None]
"""Called with how much is done, how much there is, and a word about it."""


@contextmanager
def progress(verb: str) -> Iterator[Update]:
    """Show how far ``verb`` has come, with pictures per second and the time left."""
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(verb, console) as update:
            yield update
    else:
        yield _lines(verb, console)


@contextmanager
def _bar(verb: str, console: Console) -> Iterator[Update]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]} {task.fields[word]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(verb, total=None, speed="", word="")
        started, before = time.monotonic(), 0

        def update(done: int, total: int, word: str) -> None:
            nonlocal started, before
            if done < before:  # another round begins
                bar.reset(task)
                started = time.monotonic()
            before = done
            speed = f"{done / (time.monotonic() - started):.0f}/s"
            bar.update(task, completed=done, total=total, speed=speed, word=word)

        yield update


def _lines(verb: str, console: Console) -> Update:
    started = last = time.monotonic()
    before = 0

    def update(done: int, total: int, word: str) -> None:
        nonlocal started, last, before
        now = time.monotonic()
        if done < before:  # another round begins
            started = last
        before = done
        if done < total and now - last < SECONDS_BETWEEN_LINES:
            return
        last = now
        speed = done / max(now - started, 1e-3)
        left = (total - done) / max(speed, 1e-3)
        line = f"{verb} {done}/{total}, {speed:.0f}/s, {left:.0f} s left {word}"
        console.print(line.rstrip(), highlight=False)

    return update
