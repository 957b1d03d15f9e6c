"""Everything the catalog knows of one picture beyond what every answer shows of it."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from store.models import Caption, Picture, Tag


class GivenTag(NamedTuple):
    """A tag, who gave it (see `store.models.Tag`), and how sure a model was, 0 to 1."""

    name: str
    source: str
    score: float | None


class Description(NamedTuple):
    """Bytes, degrees (WGS 84), sentences, and tags: people's by name, then a model's best."""

    size: int
    latitude: float | None
    longitude: float | None
    captions: tuple[str, ...]
    tags: tuple[GivenTag, ...]


def description(connection: Connection, picture: int) -> Description:
    """What is known of a picture of the catalog; several files may say the same, which counts once.

    Raises:
        NoResultFound: there is no such picture.
    """
    facts = select(Picture.size, Picture.latitude, Picture.longitude).where(Picture.id == picture)
    captions = select(Caption.text).where(Caption.picture_id == picture).order_by(Caption.id)
    tags = select(Tag.name, Tag.source, Tag.score).where(Tag.picture_id == picture)
    ordered = tags.order_by(Tag.score.desc().nulls_first(), Tag.name)
    return Description(
        *connection.execute(facts).one(),
        tuple(dict.fromkeys(connection.scalars(captions))),
        tuple(dict.fromkeys(GivenTag._make(row) for row in connection.execute(ordered))),
    )
