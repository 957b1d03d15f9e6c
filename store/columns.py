"""Numbers of the pictures that lie somewhere, sorted and in memory: filters on them ask nobody.

A cache of the catalog, kept with a connection for as long as the catalog stays as it is. Each
filter is an interval of a column, so two binary searches find what meets it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Integer, String, cast, func, select

from store.database import stamp
from store.filters import Filter
from store.index import Ids, ascending
from store.models import Picture

ASKED = 8  # so many questions are answered by the database before a column is read: as long, or so
LEAST, MOST = -(2**63), 2**63 - 1

COLUMNS: dict[str, Any] = {
    "id": Picture.id,
    "size": Picture.size,
    "width": Picture.width,
    "height": Picture.height,
    "wider": Picture.width - Picture.height,
    # As 20240517: the first ten letters of what SQLite keeps.
    "day": cast(func.replace(func.substr(Picture.taken_at, 1, 10), "-", ""), Integer),
}


class Interval(NamedTuple):
    """What a filter asks of a column: ``least <= value < below``."""

    column: str
    least: int
    below: int


class Column(NamedTuple):
    """The known values ``(n,)``, ascending, and the ids of their pictures ``(n,)``."""

    values: Ids
    ids: Ids

    def within(self, one: Interval) -> Ids:
        """The ids of the pictures whose value lies in the interval, in the order of the values."""
        first, end = np.searchsorted(self.values, (one.least, one.below))
        return self.ids[first : max(first, end)]


class Columns:
    """The columns of one state of the catalog; each is read when it has been asked for enough."""

    def __init__(self, state: tuple[int, int]) -> None:
        self.state = state
        self._asked: dict[str, int] = {}
        self._read: dict[str, Column] = {}

    def matching(self, connection: Connection, filters: Sequence[Filter]) -> Ids | None:
        """As `View.matching`; ``None`` where the database is to be asked."""
        intervals = [interval(one) for one in filters]
        known = [one for one in intervals if one is not None]
        if len(known) < len(intervals):
            return None
        names = {one.column for one in known} | {"id"}
        has = [self._has(connection, name) for name in names]
        return self._meeting(filters, known) if all(has) else None

    def _meeting(self, filters: Sequence[Filter], intervals: Sequence[Interval]) -> Ids:
        """From the fewest on; what is not known is in no column, so it meets the opposite."""
        wanted: list[Ids] = []
        unwanted: list[Ids] = []
        for one, asked in zip(filters, intervals, strict=True):
            (unwanted if one.negative else wanted).append(self._read[asked.column].within(asked))
        chosen, *others = sorted(wanted, key=len) or [self._read["id"].ids]
        for ids in others:
            chosen = chosen[self._among(ids)[chosen]]
        for ids in unwanted:
            chosen = chosen[~self._among(ids)[chosen]]
        return ascending(chosen)

    def _among(self, ids: Ids) -> NDArray[np.bool_]:
        """By id up to the greatest that lies somewhere: whether it is one of these."""
        last = self._read["id"].values[-1:].max(initial=-1)
        there = np.zeros(int(last) + 1, dtype=bool)
        there[ids] = True
        return there

    def _has(self, connection: Connection, name: str) -> bool:
        self._asked[name] = self._asked.get(name, 0) + 1
        if name not in self._read and self._asked[name] > ASKED:
            self._read[name] = _read(connection, name)
        return name in self._read


def columns(connection: Connection) -> Columns | None:
    """Those of the state that the connection sees; ``None`` where nobody can tell states apart."""
    now = stamp(connection)
    if now is None:
        return None
    kept: Columns | None = connection.info.get("columns")
    if kept is None or kept.state != now:
        kept = connection.info["columns"] = Columns(now)
    return kept


def interval(one: Filter) -> Interval | None:
    """The filter as an interval of a column, or ``None`` if it is none."""
    made = INTERVALS.get(one.field)
    return made(one) if made else None


def _read(connection: Connection, name: str) -> Column:
    """One string, as in `View.matching`, for the same reason."""
    value = COLUMNS[name]
    pair = cast(Picture.id, String) + "," + cast(value, String)
    statement = select(func.aggregate_strings(pair, ","))
    text = connection.scalar(statement.where(Picture.lying, value.is_not(None)))
    ids, values = np.fromstring(text or "", dtype=np.int64, sep=",").reshape(-1, 2).T
    order = np.argsort(values, kind="stable")
    return Column(values[order], ids[order])


def _number(one: Filter) -> Interval | None:
    if not isinstance(one.value, int):
        return None
    value = one.value
    least, below = {
        "<": (LEAST, value),
        "<=": (LEAST, value + 1),
        "=": (value, value + 1),
        ">=": (value, MOST),
        ">": (value + 1, MOST),
    }[one.op]
    return Interval(one.field, least, below)


def _day(one: Filter) -> Interval | None:
    if not isinstance(one.value, datetime) or one.value.time() != time():
        return None
    day = (one.value.year * 100 + one.value.month) * 100 + one.value.day
    return Interval("day", *((day, MOST) if one.field == "after" else (LEAST, day)))


def _year(one: Filter) -> Interval:
    year = int(str(one.value))
    return Interval("day", year * 10_000, (year + 1) * 10_000)


def _orientation(one: Filter) -> Interval:
    shapes = {"landscape": (1, MOST), "portrait": (LEAST, 0), "square": (0, 1)}
    return Interval("wider", *shapes[str(one.value)])


INTERVALS: dict[str, Callable[[Filter], Interval | None]] = {
    "size": _number,
    "width": _number,
    "height": _number,
    "after": _day,
    "before": _day,
    "year": _year,
    "orientation": _orientation,
}
