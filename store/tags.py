"""Tags that models gave: replaced as a whole, never mixed with those of people and files."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from store.models import CLASSIFIER, ZERO_SHOT, Tag

MODELS = (ZERO_SHOT, CLASSIFIER)
ROWS_AT_ONCE = 10_000


class NewTag(NamedTuple):
    """A label for a picture, and how likely a model finds it, 0 to 1."""

    picture_id: int
    name: str
    score: float


def tagged_pictures(connection: Connection, names: Sequence[str]) -> list[tuple[int, str]]:
    """Pictures that people or files, not models, gave one of these tags, each with the tag."""
    statement = select(Tag.picture_id, Tag.name).distinct().order_by(Tag.picture_id)
    statement = statement.where(Tag.name.in_(names), Tag.source.not_in(MODELS))
    return [(row.picture_id, row.name) for row in connection.execute(statement)]


def replace_tags(connection: Connection, source: str, tags: Iterable[NewTag]) -> int:
    """Make these the only tags of a model's ``source``; how many they are.

    Raises:
        ValueError: the source is not a model's.
    """
    if source not in MODELS:
        raise ValueError(f"tags of the source {source!r} are not a model's; they stay")
    connection.execute(delete(Tag).where(Tag.source == source))
    written, iterator = 0, iter(tags)
    while batch := [tag._asdict() | {"source": source} for tag in islice(iterator, ROWS_AT_ONCE)]:
        connection.execute(insert(Tag), batch)
        written += len(batch)
    return written
