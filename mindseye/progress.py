"""One line of progress on standard error: a bar in a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

SECONDS_BETWEEN_LINES = 5

Update = Callable[[int, int, str], None]
"""Called with how much is done, how much there is, and a word about it."""


@contextmanager
def progress(verb: str) -> Iterator[Update]:
    """Show how far ``verb`` has come, with pictures per second and the time left."""
    if sys.stderr.isatty():
        with _bar(verb) as update:
            yield update
    else:
        yield _lines(verb)


@contextmanager
def _bar(verb: str) -> Iterator[Update]:
    from rich import progress as rich  # not for commands that are over before a bar is drawn
    from rich.console import Console

    columns = (
        rich.TextColumn("{task.description}"),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TextColumn("{task.fields[speed]}"),
        rich.TimeRemainingColumn(),
        rich.TextColumn("{task.fields[word]}"),
    )
    with rich.Progress(*columns, console=Console(stderr=True)) as bar:
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


def _lines(verb: str) -> Update:
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
        left = f", {speed:.0f}/s, {(total - done) / speed:.0f} s left" if done else ""
        line = f"{verb} {done}/{total}{left}"
        click.echo(f"{line}, {word}" if word else line, err=True)

    return update
