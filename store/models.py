"""The catalog's tables: the truth about what exists."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

# SQLite numbers rows by itself only where the column is a plain INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

PRESENT, REMOVED, FAILED = "present", "removed", "failed"
EMBEDDED = "embedded"  # the source of words that a picture carries within
UNKNOWN_TIME = -1  # of a file that the next run is to read, whether or not it has changed
SIDECAR = "sidecar"  # the source of words that lie beside one of its files
OCR = "ocr"  # the source of words that are read off its pixels
ZERO_SHOT, CLASSIFIER = "zero-shot", "classifier"  # the sources of tags that models give


FUSION = "fusion"  # the setting that says whether the words of pictures count in every search
FUSION_WEIGHT = "fusion_weight"  # the setting that says how much the words do, if they do
NO_FUSION, SUM, CONCAT, LATE = "none", "sum", "concat", "late"
USUAL = "usual_score"  # the setting that `indexer.usual` keeps


class Base(DeclarativeBase):
    """The tables of a catalog."""


class Picture(Base):
    """One image content, known by its SHA-256; ``row`` is its place in the embeddings.

    ``taken_at`` is the camera's own clock, without a zone; the place is in degrees (WGS 84).
    ``described`` says whether its metadata have been read: before schema 3, nobody did;
    ``text_read`` whether anybody has looked for words in its pixels.
    Not ``encoded`` are those that could not be read when the collection's encoder was changed.
    ``lying`` says whether a file of it is present; triggers on `File` keep it.
    """

    __tablename__ = "picture"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    row: Mapped[int] = mapped_column(BigInteger, unique=True)
    width: Mapped[int]
    height: Mapped[int]
    format: Mapped[str] = mapped_column(String(16))
    size: Mapped[int] = mapped_column(BigInteger)
    taken_at: Mapped[datetime | None] = mapped_column(DateTime)
    camera: Mapped[str | None]
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    described: Mapped[bool] = mapped_column(default=True, server_default="0")
    text_read: Mapped[bool] = mapped_column(default=False, server_default="0")
    encoded: Mapped[bool] = mapped_column(default=True, server_default="1")
    lying: Mapped[bool] = mapped_column(default=False, server_default="0")
    files: Mapped[list["File"]] = relationship(back_populates="picture")

    # What filters ask for, of those that lie somewhere: answered by an index alone. That it lies
    # comes last, or SQLite takes any of these for a short way to few pictures.
    __table_args__ = (
        Index("ix_picture_size", "size", "lying"),
        Index("ix_picture_width", "width", "height", "lying"),
        Index("ix_picture_height", "height", "lying"),
        Index("ix_picture_format", "format", "lying"),
        Index("ix_picture_taken_at", "taken_at", "lying"),
        Index("ix_picture_camera", "camera", "lying"),
        Index("ix_picture_place", "latitude", "longitude", "lying"),
    )


class File(Base):
    """One path at which a picture was seen, or failed to be one.

    ``sidecars`` stands for sizes and times of the files with words beside it; 0 if there are none.
    """

    __tablename__ = "file"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    path: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None]
    sidecars: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    picture_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("picture.id"))
    picture: Mapped[Picture | None] = relationship(back_populates="files")

    # With the state in it, whether a picture lies somewhere is answered by the index alone.
    __table_args__ = (Index("ix_file_picture_id", "picture_id", "state"),)


class Caption(Base):
    """A sentence about a picture; ``source`` says where it was found, and beside which file."""

    __tablename__ = "caption"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    picture_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("picture.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("file.id"), index=True)
    source: Mapped[str] = mapped_column(String(16))
    text: Mapped[str]


class Tag(Base):
    """A keyword of a picture; ``source`` says who gave it, ``score`` how sure a model was.

    One that lies beside a file names that file: another file of the picture may say it too.
    """

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    picture_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("picture.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("file.id"), index=True)
    name: Mapped[str] = mapped_column(index=True)
    source: Mapped[str] = mapped_column(String(16))
    score: Mapped[float | None] = mapped_column(Double)


class Judgement(Base):
    """Somebody's word that a picture is right for a query, as the query language writes it."""

    __tablename__ = "judgement"
    __table_args__ = (UniqueConstraint("query", "picture_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    query: Mapped[str]
    picture_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("picture.id"), index=True)
    judged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Generation(Base):
    """A published state: how many embeddings it spans, and the file that holds its index.

    ``fusion`` is how words take part in what the index holds (see `store.fusion`), if they do.
    """

    __tablename__ = "generation"

    number: Mapped[int] = mapped_column(Id, primary_key=True)
    rows: Mapped[int] = mapped_column(BigInteger)
    index: Mapped[str]
    fusion: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    published_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=lambda: datetime.now(UTC)
    )


class Setting(Base):
    """A fact about the whole collection, such as its encoder's identity."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
