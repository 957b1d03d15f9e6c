"""What the pictures that meet some filters have in common: of each facet its values, counted."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, case, cast, extract, func, select

from store.filters import Filter, conditions, on_files
from store.models import File, Picture, Tag

# Grouping is by a label: PostgreSQL does not see that an expression with values in it is the same.
Facets = dict[str, list[tuple[str, int]]]

VALUES = 50  # the most frequent of each facet
ABOUT_PICTURE: dict[str, ColumnElement[Any]] = {
    "year": cast(extract("year", Picture.taken_at), String),
    "format": Picture.format.expression,
    "orientation": case(
        (Picture.width > Picture.height, "landscape"),
        (Picture.width < Picture.height, "portrait"),
        else_="square",
    ),
    "camera": Picture.camera.expression,
}


def facets(connection: Connection, filters: Sequence[Filter]) -> Facets:
    """Of folder, year, format, orientation, camera and tag the values, most frequent first.

    The folders are those directly below the one that everything lies in.
    """
    chosen = select(Picture.id).where(*conditions(filters))
    lying = on_files(filters)
    if filters:
        lying.append(File.picture_id.in_(chosen))
    below = func.folder_below(File.path, _common_folder(connection, lying))
    tagged = Picture.id == Tag.picture_id, *conditions(filters)
    return {
        "folder": _counted(connection, below, File.picture_id, *lying),
        **(_about_pictures(connection, filters) if filters else _about_all(connection)),
        "tag": _counted(connection, Tag.name.expression, Tag.picture_id, *tagged),
    }


def _about_all(connection: Connection) -> Facets:
    """The facets that every picture has one value of, each from the index of its column."""
    return {
        name: _ranked(connection, value, func.count(), Picture.lying.expression)
        for name, value in ABOUT_PICTURE.items()
    }


def _about_pictures(connection: Connection, filters: Sequence[Filter]) -> Facets:
    """The facets that every picture has one value of, from one look at all of them."""
    values = [value.label(f"facet_{name}") for name, value in ABOUT_PICTURE.items()]
    statement = select(*values, func.count()).where(*conditions(filters))
    statement = statement.group_by(*(value.name for value in values))
    counts: dict[str, Counter[str]] = {name: Counter() for name in ABOUT_PICTURE}
    for *row, number in connection.execute(statement):
        for counter, value in zip(counts.values(), row, strict=True):
            counter[value] += number
    return {name: _commonest(counter) for name, counter in counts.items()}


def _commonest(counter: Counter[str]) -> list[tuple[str, int]]:
    known = [(value, number) for value, number in counter.items() if value is not None]
    return sorted(known, key=lambda pair: (-pair[1], pair[0]))[:VALUES]


def _common_folder(connection: Connection, lying: Sequence[ColumnElement[bool]]) -> str:
    """The folder that holds all these files, with a separator at its end.

    What the first and the last path share, all between them share too.
    """
    outer = select(func.min(File.path), func.max(File.path)).where(*lying)
    first, last = connection.execute(outer).one()
    # By characters, since paths of two drives have no common path; the cut below is at a separator.
    shared = os.path.commonprefix([first or "", last or ""])  # noqa: RUF071
    return shared[: shared.rfind(os.sep) + 1]


def _counted(
    connection: Connection, value: ColumnElement[Any], picture: Any, *where: ColumnElement[bool]
) -> list[tuple[str, int]]:
    """The values with how many pictures have each: one may have several, or one twice."""
    return _ranked(connection, value, func.count(picture.distinct()), *where)


def _ranked(
    connection: Connection,
    value: ColumnElement[Any],
    number: ColumnElement[int],
    *where: ColumnElement[bool],
) -> list[tuple[str, int]]:
    named = value.label("facet")
    statement = select(named, number).where(*where).group_by(named.name)
    statement = statement.order_by(number.desc(), named).limit(VALUES + 1)  # one may be unknown
    known = [(str(one), count) for one, count in connection.execute(statement) if one is not None]
    return known[:VALUES]
