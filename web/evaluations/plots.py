"""Measures with their intervals as points on a line from 0 to 1: where everything goes in an SVG.

The table beside a plot says the same in figures, for whoever cannot see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluation.bootstrap import Interval

WIDTH, LEFT, RIGHT = 440, 76, 14
TOP, ROW, FOOT = 4, 26, 24
APART = 8  # between the marks of two runs in one row
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SHARES = ("r@1", "r@5", "r@10", "mrr", "ndcg@10", "accuracy", "macro_f1")
"""Measures between 0 and 1 that a plot shows, of those that a run has."""


@dataclass(frozen=True)
class Mark:
    """A point and its interval, of one of the runs, in the SVG's units."""

    run: int
    at: float
    low: float
    high: float
    y: float
    words: str


@dataclass(frozen=True)
class Row:
    """One measure."""

    name: str
    y: float
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Plot:
    """Rows of marks, and the lines that they are read by."""

    width: int
    height: int
    bottom: float
    left: float
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[Row, ...]


def plot(runs: Sequence[Mapping[str, Interval]]) -> Plot:
    """The measures of one direction, of one run or of several, those that all of them have."""
    names = [name for name in SHARES if all(name in one for one in runs)]
    rows = []
    for place, name in enumerate(names):
        middle = TOP + ROW * (place + 0.5)
        marks = [
            _mark(number, one[name], middle + APART * (number - (len(runs) - 1) / 2))
            for number, one in enumerate(runs)
        ]
        rows.append(Row(name, middle, tuple(marks)))
    bottom = TOP + ROW * len(names)
    ticks = tuple((_across(one), f"{one:g}") for one in TICKS)
    return Plot(WIDTH, bottom + FOOT, bottom, LEFT, ticks, tuple(rows))


def _mark(run: int, one: Interval, y: float) -> Mark:
    words = f"{one['value']:.3f} ({one['low']:.3f} to {one['high']:.3f})"
    at, low, high = _across(one["value"]), _across(one["low"]), _across(one["high"])
    return Mark(run, at, low, high, y, words)


def _across(share: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)
