"""What is said of pictures: facts, captions and tags, within them and beside their files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.orm import Session

from store.models import EMBEDDED, OCR, PRESENT, SIDECAR, Caption, File, Picture, Tag
from store.tags import MODELS


class Words(NamedTuple):
    """Sentences and keywords, in the order in which they were found."""

    captions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Said(NamedTuple):
    """All that people and files say of a picture, and words read off it; not what models say."""

    paths: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class About(NamedTuple):
    """What a picture says of itself; the camera's own clock, and degrees (WGS 84)."""

    taken_at: datetime | None = None
    camera: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    captions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def undescribed(session: Session, hashes: Iterable[str]) -> set[str]:
    """Those of the contents whose metadata nobody has read yet."""
    unread = select(Picture.sha256).where(Picture.sha256.in_(set(hashes)), ~Picture.described)
    return set(session.scalars(unread))


def describe(session: Session, picture: int, about: About) -> None:
    """Keep what the picture says of itself, in place of what was known before."""
    facts = about._asdict()
    words = Words(facts.pop("captions"), facts.pop("tags"))
    session.execute(update(Picture).where(Picture.id == picture).values(described=True, **facts))
    for table in (Caption, Tag):
        own = table.picture_id == picture, table.source == EMBEDDED
        session.execute(delete(table).where(*own))
    add_words(session, words, picture)


def forget_words(session: Session, files: Iterable[int]) -> None:
    """Drop the words that lay beside these files."""
    numbers = list(files)
    for table in (Caption, Tag):
        session.execute(delete(table).where(table.file_id.in_(numbers)))


def add_words(session: Session, words: Words, picture: int, file: int | None = None) -> None:
    """Keep words of a picture: its own, or those beside ``file``."""
    where = {
        "picture_id": picture,
        "file_id": file,
        "source": EMBEDDED if file is None else SIDECAR,
    }
    session.add_all(Caption(text=text, **where) for text in dict.fromkeys(words.captions))
    session.add_all(Tag(name=name, **where) for name in dict.fromkeys(words.tags))


def unread_texts(connection: Connection) -> list[tuple[int, str]]:
    """The pictures in whose pixels nobody has looked for words, each with a path; by id."""
    lying = select(Picture.id, func.min(File.path)).join(File).group_by(Picture.id)
    statement = lying.where(~Picture.text_read, File.state == PRESENT).order_by(Picture.id)
    return [(number, path) for number, path in connection.execute(statement)]


def keep_texts(connection: Connection, texts: Mapping[int, str]) -> None:
    """Keep what was read off these pictures, by id; an empty text says that there is none."""
    read = [{"picture_id": one, "source": OCR, "text": text} for one, text in texts.items() if text]
    if read:
        connection.execute(insert(Caption), read)
    connection.execute(update(Picture).where(Picture.id.in_(texts)).values(text_read=True))


def said(connection: Connection, pictures: Sequence[int]) -> list[Said]:
    """What is said of each of these pictures: where they lie now, captions and tags."""
    lying = select(File.picture_id, File.path).where(File.state == PRESENT).order_by(File.path)
    sentences = select(Caption.picture_id, Caption.text).order_by(Caption.id)
    names = select(Tag.picture_id, Tag.name).where(Tag.source.not_in(MODELS)).order_by(Tag.id)
    found: list[dict[int | None, dict[str, None]]] = []
    for statement, table in ((lying, File), (sentences, Caption), (names, Tag)):
        words: dict[int | None, dict[str, None]] = defaultdict(dict)
        for number, text in connection.execute(statement.where(table.picture_id.in_(pictures))):
            words[number][text] = None
        found.append(words)
    return [Said(*((*words.get(one, ()),) for words in found)) for one in pictures]


def captioned(connection: Connection) -> list[tuple[str, str]]:
    """What people and files say of pictures, as paths and sentences; what was read off is not."""
    lying = select(func.min(File.path).label("path"), File.picture_id).where(File.state == PRESENT)
    first = lying.group_by(File.picture_id).subquery()
    statement = select(first.c.path, Caption.text).join(
        Caption, Caption.picture_id == first.c.picture_id
    )
    statement = statement.where(Caption.source != OCR).order_by(first.c.path, Caption.id)
    return [(path, text) for path, text in connection.execute(statement)]
