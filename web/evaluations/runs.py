"""Where runs lie, and how a request names one: by id, never by a path."""

from functools import lru_cache
from pathlib import Path

from flask import current_app

from evaluation import Comparison, Run, RunError, compare, find_run


class NoRunError(Exception):
    """No run has that id."""


def runs_folder() -> Path:
    """The folder that keeps the runs."""
    found: Path = current_app.extensions["runs"]
    return found


def run_of(number: str) -> Run:
    """The run of that id.

    Raises:
        NoRunError: there is none that this version can read.
    """
    try:
        return find_run(runs_folder(), number)
    except RunError as error:
        raise NoRunError("no run has that id, or another mindseye made it") from error


def against(after: str, before: str) -> Comparison:
    """What the run ``after`` does better or worse than ``before``.

    Raises:
        NoRunError: one of them is not there.
        RunError: they have nothing in common to compare.
    """
    for number in (after, before):
        run_of(number)
    return _compared(runs_folder(), before, after)


@lru_cache(maxsize=32)  # runs never change, and ten thousand permutations take a while
def _compared(folder: Path, before: str, after: str) -> Comparison:
    return compare(find_run(folder, before), find_run(folder, after))
