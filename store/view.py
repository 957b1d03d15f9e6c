"""What a question wants to know of the catalog: which pictures, and in which order."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, String, cast, func, select

from store.columns import columns
from store.database import stamp
from store.description import Description, description
from store.facets import Facets, facets
from store.filters import LIES, Filter, conditions
from store.index import Ids, ascending
from store.keywords import holding
from store.models import OCR, Caption, File, Picture, Setting

NEWEST = (Picture.taken_at.desc().nulls_last(), Picture.id)
ORDERS: dict[str, tuple[Any, ...]] = {
    "relevance": NEWEST,  # where nothing is more relevant than anything else
    "newest": NEWEST,
    "oldest": (Picture.taken_at.nulls_last(), Picture.id),
    "largest": ((Picture.width * Picture.height).desc(), Picture.id),
    "smallest": (Picture.width * Picture.height, Picture.id),
}


class View:
    """The catalog at one instant."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._matching: dict[tuple[Filter, ...], Ids] = {}

    def setting(self, name: str) -> Any:
        """The setting's value, or ``None``."""
        return self._connection.scalar(select(Setting.value).where(Setting.name == name))

    def living(self, ids: Sequence[int]) -> set[int]:
        """Those of the pictures that lie somewhere."""
        return set(
            self._connection.scalars(select(Picture.id).where(Picture.id.in_(ids), Picture.lying))
        )

    def matching(self, filters: Sequence[Filter]) -> Ids:
        """The ids of the pictures that meet all filters and lie somewhere, ascending: ``(m,)``.

        They are kept, for who counts them afterwards.
        """
        asked = tuple(filters)
        if asked not in self._matching:
            kept = columns(self._connection)
            ids = kept.matching(self._connection, filters) if kept else None
            ids = self._selected(filters) if ids is None else ids
            ids.flags.writeable = False
            self._matching[asked] = ids
        return self._matching[asked]

    def _selected(self, filters: Sequence[Filter]) -> Ids:
        """As one string: for half a million pictures several times faster than as many rows."""
        joined = func.aggregate_strings(cast(Picture.id, String), ",")
        numbers = self._connection.scalar(select(joined).where(*conditions(filters)))
        return ascending(np.fromstring(numbers or "", dtype=np.int64, sep=","))

    def count(self, filters: Sequence[Filter]) -> int:
        """How many pictures meet all filters and lie somewhere."""
        if (known := self._matching.get(tuple(filters))) is not None:
            return len(known)
        return self._counted(filters) if filters else self._counted_all()

    def _counted_all(self) -> int:
        """Kept with the connection until the catalog changes: every question asks for it."""
        now, kept = stamp(self._connection), self._connection.info
        if now is None or kept.get("counted", (None,))[0] != now:
            kept["counted"] = now, self._counted(())
        return int(kept["counted"][1])

    def _counted(self, filters: Sequence[Filter]) -> int:
        statement = select(func.count()).select_from(Picture).where(*conditions(filters))
        return self._connection.scalar(statement) or 0

    def listed(
        self,
        filters: Sequence[Filter],
        sort: str,
        k: int,
        offset: int = 0,
        among: Sequence[int] | None = None,
    ) -> list[int]:
        """``k`` matching ids from place ``offset`` on, in an order of `ORDERS` or by ``name``.

        ``among`` names the only ids that are asked for. What lacks the fact that sorts comes last.
        """
        statement = select(Picture.id).where(*conditions(filters)).limit(k).offset(offset)
        if among is not None:
            statement = statement.where(Picture.id.in_(among))
        if sort == "name":
            lying = select(File.picture_id, func.min(func.file_name(File.path)).label("name"))
            names = lying.where(LIES).group_by(File.picture_id).subquery()
            statement = statement.join(names, names.c.picture_id == Picture.id)
            statement = statement.order_by(func.lower(names.c.name), Picture.id)
        else:
            statement = statement.order_by(*ORDERS[sort])
        return list(self._connection.scalars(statement))

    def keywords(self, words: Sequence[str], filters: Sequence[Filter], k: int) -> list[int]:
        """``k`` matching ids whose names, captions or tags hold any of the words or phrases.

        Best first as the database ranks words, ties by id.
        """
        if not words:
            return []
        number, statement = holding(words, self._connection.dialect.name)
        if filters:
            statement = statement.where(number.in_(select(Picture.id).where(*conditions(filters))))
        return list(self._connection.scalars(statement.limit(k)))

    def captions(self) -> dict[int, list[str]]:
        """What people and files say of each picture that lies somewhere, by id; not words in it."""
        lying = select(Picture.id).where(Picture.lying)
        statement = select(Caption.picture_id, Caption.text).order_by(Caption.id)
        statement = statement.where(Caption.source != OCR, Caption.picture_id.in_(lying))
        found: dict[int, list[str]] = {}
        for number, line in self._connection.execute(statement):
            if line not in found.setdefault(number, []):
                found[number].append(line)
        return found

    def facets(self, filters: Sequence[Filter]) -> Facets:
        """As `store.facets` counts them."""
        return facets(self._connection, filters)

    def description(self, picture: int) -> Description:
        """As `store.description` reads it."""
        return description(self._connection, picture)
