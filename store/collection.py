"""A collection: one directory with a catalog, embeddings and an index, made with one encoder."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection

from store.catalog import Catalog
from store.embeddings import EmbeddingFile, Embeddings
from store.errors import (
    DamagedCollectionError,
    EncoderMismatchError,
    NoCollectionError,
    SameEncoderError,
)
from store.found import FoundPicture, embedding_row, found_pictures, latest_generation, settings
from store.index import Gallery, Ids, Index, RowTable, Scores, beside
from store.lock import writer_lock
from store.succession import FIRST_FILE, Succession, same_encoder
from store.thumbnails import Thumbnails
from store.view import View
from store.writer import Writer

Identity = Mapping[str, Any]


class Generation(NamedTuple):
    """A published state as it is loaded: its number, what it finds, and the encoder it needs."""

    number: int
    gallery: Gallery
    encoder: dict[str, Any]


class Snapshot:
    """One published generation, and the catalog as it was at one instant: what a reader sees.

    ``encoder`` is the identity of the only encoder whose embeddings may be compared with its own.
    """

    def __init__(
        self, connection: Connection, number: int, gallery: Gallery | None, encoder: dict[str, Any]
    ) -> None:
        self._connection = connection
        self._gallery = gallery
        self.generation = number
        self.catalog = View(connection)
        self.encoder = encoder

    @property
    def index(self) -> Index | None:
        """The index, or ``None`` before the first generation."""
        return self._gallery.index if self._gallery else None

    def search(
        self, queries: Embeddings, k: int, nprobe: int, allowed: Ids | None = None
    ) -> tuple[Scores, Ids]:
        """Scores and picture ids ``(queries, k)``, as `Gallery.search`; empty if none exists."""
        if self._gallery is None:
            return _nothing(len(queries))
        return self._gallery.search(queries, k, nprobe, allowed)

    def scan(self, queries: Embeddings, k: int, allowed: Ids | None = None) -> tuple[Scores, Ids]:
        """The same by brute force, as `Gallery.scan`: exact whatever the index is."""
        if self._gallery is None:
            return _nothing(len(queries))
        return self._gallery.scan(queries, k, allowed)

    def pictures(self, ids: list[int]) -> dict[int, FoundPicture]:
        """Those of the pictures that lie somewhere now, by id."""
        return found_pictures(self._connection, ids)

    def embedding(self, picture: int) -> Embeddings | None:
        """The embedding of a picture as ``(1, dim)``, or ``None`` if there is no such picture."""
        row = embedding_row(self._connection, picture)
        if row is None or self._gallery is None or row >= len(self._gallery.embeddings):
            return None
        return np.array(self._gallery.embeddings[row : row + 1])


def _nothing(queries: int) -> tuple[Scores, Ids]:
    return np.empty((queries, 0), dtype=np.float32), np.empty((queries, 0), dtype=np.int64)


class Collection:
    """The parts of a collection, and the two ways to hold them: `snapshot` and `writing`."""

    def __init__(self, folder: Path) -> None:
        """Open the collection in ``folder``.

        Raises:
            NoCollectionError: there is none.
            NewerCollectionError: a newer mindseye made it.
        """
        self.folder = folder
        if not (folder / "catalog.sqlite").exists():
            raise NoCollectionError(f"no collection in {folder}; make one: mindseye index FOLDER")
        self.catalog = Catalog(folder / "catalog.sqlite")
        encoder = self.catalog.setting("encoder")
        if encoder is None:  # killed while it was being made
            raise NoCollectionError(f"no collection in {folder}; make one: mindseye index FOLDER")
        self.encoder: dict[str, Any] = encoder
        name = self.catalog.setting("embeddings") or FIRST_FILE
        self.embeddings = EmbeddingFile(folder / name, encoder["dim"])
        self.thumbnails = Thumbnails(folder / "thumbnails.sqlite")
        self._loading = threading.Lock()
        self._loaded: Generation | None = None

    @classmethod
    def create(cls, folder: Path, encoder: Identity) -> "Collection":
        """Make an empty collection for embeddings of this encoder, ``encoder["dim"]`` wide.

        Opens the collection instead if it exists; check it with `require`.
        """
        folder.mkdir(parents=True, exist_ok=True)
        with writer_lock(folder):
            catalog = Catalog(folder / "catalog.sqlite")
            if catalog.setting("encoder") is None:
                (folder / FIRST_FILE).touch()
                Thumbnails(folder / "thumbnails.sqlite").create()
                catalog.set(encoder=dict(encoder))
            catalog.close()
        return cls(folder)

    def require(self, encoder: Identity) -> None:
        """Refuse an encoder that is not the one the collection was made with.

        Its name may differ: the same weights may lie in another directory by now.

        Raises:
            EncoderMismatchError: naming both, and the first difference.
        """
        for field in sorted((self.encoder.keys() | encoder.keys()) - {"name"}):
            ours, theirs = self.encoder.get(field), encoder.get(field)
            if ours != theirs:
                raise EncoderMismatchError(
                    f"{self.folder} was made with the encoder {self.encoder['name']!r}, not with "
                    f"{encoder['name']!r} ({field}: {ours} against {theirs}); use that encoder, or "
                    "index into another collection"
                )

    def rename_encoder(self, encoder: Identity) -> None:
        """Keep the name under which the same encoder is found now: its directory may have moved.

        Raises:
            EncoderMismatchError: it is not the same encoder.
        """
        self.require(encoder)
        if self.encoder["name"] != encoder["name"]:
            self.catalog.set(encoder=dict(encoder))
            self.encoder = dict(encoder)

    def close(self) -> None:
        """Let go of the files."""
        self.catalog.close()
        self._loaded = None

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The newest generation, held while the block runs, whatever a writer does meanwhile.

        Raises:
            DamagedCollectionError: its index or embeddings cannot be read.
        """
        with ExitStack() as stack:
            connection, generation = self._newest(stack)
            if generation is None:
                yield Snapshot(connection, 0, None, self.encoder)
            else:
                yield Snapshot(connection, *generation)

    def _newest(self, stack: ExitStack) -> tuple[Connection, Generation | None]:
        """A connection, and the newest generation that it sees, loaded."""
        failed = 0
        while True:
            with stack.pop_all():  # the connection of the attempt before
                connection = stack.enter_context(self.catalog.reading())
            latest = latest_generation(connection)
            if latest is None:
                return connection, None
            try:
                with self._loading:
                    if self._loaded is None or self._loaded.number != latest[0]:
                        self._loaded = self._load(connection, *latest)
                    return connection, self._loaded
            except DamagedCollectionError:
                if latest[0] == failed:  # else a newer one may just have replaced its files
                    raise
                failed = latest[0]

    def _load(self, connection: Connection, number: int, rows: int, index: str) -> Generation:
        encoder, name = settings(connection, "encoder", "embeddings")
        path = self.folder / index
        embeddings = EmbeddingFile(self.folder / (name or FIRST_FILE), encoder["dim"])
        try:
            table = RowTable.load(beside(path))
            gallery = Gallery(Index.load(path), table, embeddings.read(rows))
        except (RuntimeError, OSError, ValueError) as error:  # gone or damaged
            raise DamagedCollectionError(
                f"cannot read {path}; rebuild it: mindseye index FOLDER"
            ) from error
        return Generation(number, gallery, encoder)

    @contextmanager
    def writing(self, patience: float = 0) -> Iterator[Writer]:
        """The writer, alone: what an earlier one left unfinished is cleared away first.

        ``patience`` is how many seconds to wait for another one.

        Raises:
            CollectionBusyError: another process is writing.
            EncoderMismatchError: the encoder was changed since the collection was opened.
            DamagedCollectionError: embeddings are missing that the catalog names.
        """
        with writer_lock(self.folder, patience=patience):
            self.require(self.catalog.setting("encoder"))
            self.embeddings.truncate(self.catalog.rows())
            yield Writer(self.folder, self.catalog, self.embeddings, self.thumbnails)

    @contextmanager
    def succession(self, encoder: Identity) -> Iterator[Succession]:
        """The embeddings of another encoder, to be filled beside those that are served.

        Indexing may go on meanwhile; `Succession.take_over` wants the writer as well.

        Raises:
            SameEncoderError: it is the collection's encoder already.
            CollectionBusyError: another process is at it.
        """
        if same_encoder(self.encoder, encoder):
            raise SameEncoderError(f"{self.folder} is encoded with {encoder['name']!r} already")
        with writer_lock(self.folder, "reindex"):
            yield Succession(self.folder, self.catalog, encoder)
