"""Ctrl-C during long work: the first lets it end in order, a second ends it at once."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from mindseye.errors import STOPPED

Stop = Callable[[], None]
"""Called now and then; raises `KeyboardInterrupt` once Ctrl-C was pressed."""

STOPPING = b"stopping after what is in hand; Ctrl-C again stops at once\n"


@contextmanager
def resumable(said: str) -> Iterator[Stop]:
    """As `in_order`; the command then says what becomes of its work, and ends with code 130."""
    try:
        with in_order() as stop:
            yield stop
    except KeyboardInterrupt:
        click.echo(f"stopped; {said}", err=True)
        raise click.exceptions.Exit(STOPPED) from None


@contextmanager
def in_order() -> Iterator[Stop]:
    """Within the block Ctrl-C is only noted; the function given raises `KeyboardInterrupt` for it.

    The exception that Python raises by itself can land between any two lines: in a library that is
    clearing up, where it is lost, or just before what was about to be closed.
    """
    pressed = False

    def note(_signal: int, _frame: object) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True
        os.write(2, STOPPING)  # not through sys.stderr, which may be in the middle of a line

    def stop() -> None:
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
