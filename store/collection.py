"""A collection: one directory with a catalog, embeddings and an index, made with one encoder."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from store.catalog import Catalog
from store.database import catalog_of, place_of, point, without_password, writer_lock
from store.embeddings import EmbeddingFile, Embeddings
from store.errors import (
    BadCatalogError,
    DamagedCollectionError,
    EncoderMismatchError,
    NoCollectionError,
)
from store.found import FoundPicture, embedding_row, found_pictures, latest_generation
from store.index import Gallery, Ids, Index, Point, QueryKind, Scores, Tuning
from store.room import room_for
from store.thumbnails import Thumbnails
from store.view import View
from store.writer import FOLDERS, Writer

Identity = Mapping[str, Any]


class Snapshot:
    """One published generation, and the catalog as it was at one instant: what a reader sees."""

    def __init__(self, connection: Connection, number: int, gallery: Gallery | None) -> None:
        self._connection = connection
        self._gallery = gallery
        self.generation = number
        self.catalog = View(connection)

    @property
    def index(self) -> Index | None:
        """The index, or ``None`` before the first generation."""
        return self._gallery.index if self._gallery else None

    @property
    def tuning(self) -> Tuning | None:
        """What was measured of the index, or ``None`` where nothing was."""
        return self._gallery.tuning if self._gallery else None

    def shortcut(self, asked: QueryKind, k: int, candidates: int | None = None) -> Point | None:
        """How much of the index to look at, as `Gallery.shortcut`; ``None`` if there is none."""
        return self._gallery.shortcut(asked, k, candidates) if self._gallery else None

    def search(
        self,
        queries: Embeddings,
        k: int,
        nprobe: int,
        allowed: Ids | None = None,
        k_factor: int = 1,
    ) -> tuple[Scores, Ids]:
        """Scores and picture ids ``(queries, k)``, as `Gallery.search`; empty if none exists."""
        if self._gallery is None:
            return _nothing(len(queries))
        return self._gallery.search(queries, k, nprobe, allowed, k_factor)

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

    def embeddings_of(self, pictures: Sequence[int]) -> Embeddings:
        """The embeddings of these pictures of the generation, ``(n, dim)``, as a copy."""
        if self._gallery is None:
            return np.empty((0, 0), dtype=np.float32)
        rows = self._gallery.rows.rows(np.array(pictures, dtype=np.int64))
        return np.ascontiguousarray(self._gallery.embeddings[rows])

    def ids(self) -> Ids:
        """The ids of all pictures of the generation, ascending: ``(n,)``."""
        return self._gallery.rows.ids() if self._gallery else np.empty(0, dtype=np.int64)


def _nothing(queries: int) -> tuple[Scores, Ids]:
    return np.empty((queries, 0), dtype=np.float32), np.empty((queries, 0), dtype=np.int64)


class Collection:
    """The parts of a collection, and the two ways to hold them: `snapshot` and `writing`."""

    def __init__(self, folder: Path) -> None:
        """Open the collection in ``folder``.

        Raises:
            NoCollectionError: there is none.
            NewerCollectionError: a newer mindseye made it.
            UnreachableError: the server that holds its catalog does not answer.
        """
        self.folder = folder
        url = catalog_of(folder)
        if url is None:
            raise NoCollectionError(f"no collection in {folder}; make one: mindseye index FOLDER")
        self._url = url
        self.catalog = Catalog(url)
        encoder = self.catalog.setting("encoder")
        if encoder is None:  # killed while it was being made
            raise NoCollectionError(f"no collection in {folder}; make one: mindseye index FOLDER")
        self.encoder: dict[str, Any] = encoder
        self.embeddings = EmbeddingFile(folder / "embeddings.f32", encoder["dim"])
        self.thumbnails = Thumbnails(folder / "thumbnails.sqlite")
        self._loading = threading.Lock()
        self._loaded: tuple[int, Gallery] | None = None

    @classmethod
    def create(cls, folder: Path, encoder: Identity, catalog: str | None = None) -> "Collection":
        """Make an empty collection for embeddings of this encoder, ``encoder["dim"]`` wide.

        Its catalog lies beside the embeddings, unless ``catalog`` is the address of a server's.
        Opens the collection instead if it exists; check it with `require`.

        Raises:
            BadCatalogError: that is no address, or the catalog of another collection.
            UnreachableError: the server does not answer.
        """
        folder.mkdir(parents=True, exist_ok=True)
        url = place_of(folder, catalog)
        with writer_lock(folder, url):
            made = Catalog(url)
            if made.setting("encoder") is None:
                point(folder, url)
                (folder / "embeddings.f32").touch()
                Thumbnails(folder / "thumbnails.sqlite").create()
                made.set(encoder=dict(encoder))
            made.close()
        if catalog_of(folder) != without_password(url):
            raise BadCatalogError(
                f"{url.render_as_string()} is the catalog of another collection; use the directory "
                "that it was made with, or name an empty database"
            )
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

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that were indexed, by name, without those that lie inside another."""
        return tuple(self.catalog.setting(FOLDERS) or ())

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
        with self.catalog.reading() as connection:
            latest = latest_generation(connection)
            if latest is None:
                yield Snapshot(connection, 0, None)
                return
            with self._loading:
                if self._loaded is None or self._loaded[0] != latest[0]:
                    self._loaded = self._load(*latest)
                loaded = self._loaded
            yield Snapshot(connection, *loaded)

    def _load(self, number: int, rows: int, index: str) -> tuple[int, Gallery]:
        path = self.folder / index
        try:
            return number, Gallery.load(path, self.embeddings.read(rows))
        except (RuntimeError, OSError, ValueError) as error:  # gone or damaged
            raise DamagedCollectionError(
                f"cannot read {path}; rebuild it: mindseye index FOLDER"
            ) from error

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """The writer, alone: what an earlier one left unfinished is cleared away first.

        Raises:
            CollectionBusyError: another process is writing.
            DamagedCollectionError: embeddings are missing that the catalog names.
            DiskFullError: there is no room for what is written.
        """
        with room_for(self.folder), writer_lock(self.folder, self._url):
            self.embeddings.truncate(self.catalog.rows())
            yield Writer(self.folder, self.catalog, self.embeddings, self.thumbnails)
