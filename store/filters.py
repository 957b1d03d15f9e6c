"""What a picture can be asked to be, apart from what it shows: conditions over the catalog."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from store.models import PRESENT, File, Picture, Tag

EARTH_KM = 6371.0088  # the mean radius
KM_PER_DEGREE = radians(EARTH_KM)
LIES = File.state == PRESENT


class Near(NamedTuple):
    """A circle on the earth: degrees (WGS 84), and a radius in kilometres."""

    latitude: float
    longitude: float
    km: float


@dataclass(frozen=True)
class Filter:
    """One condition; ``field`` is a name of `FIELDS`, ``negative`` asks for its opposite.

    ``op`` is one of ``= < <= > >=`` for a number, and ``=`` for anything else.
    """

    field: str
    value: str | int | datetime | Near
    op: str = "="
    negative: bool = False


def conditions(filters: Sequence[Filter]) -> list[ColumnElement[bool]]:
    """The filters as conditions on `Picture`; that it lies somewhere is always the first.

    All positive filters on files are met by one and the same file; a negative one by none.
    """
    wanted = on_files(filters)
    lies = Picture.lying.expression if len(wanted) == 1 else _has_file(wanted)
    negative = [one for one in filters if one.field in FILE_FIELDS and one.negative]
    own = [_own(one) for one in filters if one.field not in FILE_FIELDS]
    return [lies, *own, *(~_has_file((LIES, _condition(one))) for one in negative)]


def on_files(filters: Sequence[Filter]) -> list[ColumnElement[bool]]:
    """What the filters ask of `File`: that it lies there, and meets the positive ones on files."""
    wanted = [one for one in filters if one.field in FILE_FIELDS and not one.negative]
    return [LIES, *map(_condition, wanted)]


def _has_file(which: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """One look at all files; no file without a picture may make its opposite unknown."""
    return Picture.id.in_(select(func.coalesce(File.picture_id, 0)).where(*which))


def _own(one: Filter) -> ColumnElement[bool]:
    condition = _condition(one)
    # What is not known is not what was asked for, so it meets the opposite.
    return ~func.coalesce(condition, False) if one.negative else condition


def _condition(one: Filter) -> ColumnElement[bool]:
    return FIELDS[one.field](one)


def _folder(one: Filter) -> ColumnElement[bool]:
    value = str(one.value).replace("/", os.sep).rstrip(os.sep)
    if Path(value + os.sep).is_absolute():
        below = value + os.sep
        return and_(File.path >= below, File.path < value + chr(ord(os.sep) + 1))
    within = f"%{os.sep}{_escaped(value.lstrip(os.sep))}{os.sep}%"
    return File.path.ilike(within, escape="\\")


def _name(one: Filter) -> ColumnElement[bool]:
    pattern = _pattern(str(one.value), whole=False)
    name = func.file_name(File.path)
    # The first condition is native, and spares the second most of the paths.
    within = File.path.ilike(f"%{pattern.lstrip('%')}", escape="\\")
    return and_(within, name.ilike(pattern, escape="\\"))


def _tag(one: Filter) -> ColumnElement[bool]:
    same = Tag.name.ilike(_pattern(str(one.value), whole=True), escape="\\")
    return Picture.id.in_(select(Tag.picture_id).where(same))


def _camera(one: Filter) -> ColumnElement[bool]:
    return Picture.camera.ilike(_pattern(str(one.value), whole=False), escape="\\")


def _pattern(value: str, *, whole: bool) -> str:
    r"""``*`` and ``?`` as LIKE has them; without one of them, anything that contains the value."""
    escaped = _escaped(value)
    if whole or set(value) & set("*?"):
        return escaped.replace("*", "%").replace("?", "_")
    return f"%{escaped}%"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _year(one: Filter) -> ColumnElement[bool]:
    year = int(str(one.value))
    first, next_one = datetime(year, 1, 1), datetime(year + 1, 1, 1)
    return and_(Picture.taken_at >= first, Picture.taken_at < next_one)


def _orientation(one: Filter) -> ColumnElement[bool]:
    wanted = {"landscape": ">", "portrait": "<", "square": "="}[str(one.value)]
    return Picture.width.op(wanted, is_comparison=True)(Picture.height)


def _near(one: Filter) -> ColumnElement[bool]:
    if not isinstance(one.value, Near):
        raise TypeError(f"near takes a Near, not {one.value!r}")
    latitude, longitude, km = one.value
    high = km / KM_PER_DEGREE
    within: list[ColumnElement[bool]] = [Picture.latitude.between(latitude - high, latitude + high)]
    if abs(latitude) + high < 89:  # away from the poles a box is a quick first look
        wide = high / cos(radians(abs(latitude) + high))
        turns = (longitude - 360, longitude, longitude + 360)
        sides = [Picture.longitude.between(turn - wide, turn + wide) for turn in turns]
        within.append(or_(*sides))
    place = (Picture.latitude, Picture.longitude, latitude, longitude)
    return and_(*within, func.distance_km(*place) <= km)


def _number(column: InstrumentedAttribute[int]) -> Callable[[Filter], ColumnElement[bool]]:
    return lambda one: column.op(one.op, is_comparison=True)(one.value)


FIELDS: dict[str, Callable[[Filter], ColumnElement[bool]]] = {
    "folder": _folder,
    "name": _name,
    "type": lambda one: Picture.format == one.value,
    "after": lambda one: Picture.taken_at >= one.value,
    "before": lambda one: Picture.taken_at < one.value,
    "year": _year,
    "width": _number(Picture.width),
    "height": _number(Picture.height),
    "size": _number(Picture.size),
    "orientation": _orientation,
    "camera": _camera,
    "tag": _tag,
    "near": _near,
}
FILE_FIELDS = {"folder", "name"}


def file_name(path: str) -> str:
    """The last part of a path; SQLite knows it as ``file_name``."""
    return path.rsplit(os.sep, 1)[-1]


def folder_below(path: str, folder: str) -> str | None:
    """The folder directly below ``folder`` that holds the path, if one does.

    ``folder`` ends with a separator; SQLite knows the function as ``folder_below``.
    """
    end = path.find(os.sep, len(folder))
    return path[:end] if end >= 0 else None


def distance_km(latitude: float, longitude: float, other: float, elsewhere: float) -> float:
    """Along a great circle, by the haversine formula; SQLite knows it as ``distance_km``.

    Source: R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68 (1984).
    """
    up, turn = radians(other - latitude), radians(elsewhere - longitude)
    half = sin(up / 2) ** 2 + cos(radians(latitude)) * cos(radians(other)) * sin(turn / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


FUNCTIONS: dict[Callable[..., Any], int] = {
    file_name: 1,
    folder_below: 2,
    distance_km: 4,
}  # with how many arguments each takes
