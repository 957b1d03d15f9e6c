"""A collection: one directory with a catalog, embeddings and an index, made with one encoder."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from store.catalog import Catalog
from store.database import (
    catalog_of,
    place_of,
    point,
    succession_lock,
    without_password,
    writer_lock,
)
from store.embeddings import EmbeddingFile
from store.errors import (
    BadCatalogError,
    DamagedCollectionError,
    EncoderMismatchError,
    NoCollectionError,
    SameEncoderError,
)
from store.found import Latest, latest_generation, settings
from store.fusion import Fusion, fused_rows
from store.index import HERE, Gallery, Server, place_of_vectors
from store.room import room_for
from store.snapshot import Generation, Snapshot
from store.succession import FIRST_FILE, Succession, same_encoder
from store.thumbnails import Thumbnails
from store.words import WordRows
from store.writer import FOLDERS, VECTORS, Writer

Identity = Mapping[str, Any]


class Collection:
    """The parts of a collection, and the two ways to hold them: `snapshot` and `writing`."""

    def __init__(self, folder: Path) -> None:
        """Open the collection in ``folder``.

        Raises:
            NoCollectionError: there is none.
            NewerCollectionError: a newer mindseye made it.
            UnreachableError: the server that holds its catalog does not answer.
            DamagedCollectionError: its catalog cannot be read.
        """
        self.folder = folder
        url = catalog_of(folder)
        if url is None:
            raise NoCollectionError(f"no collection in {folder}; make one: mindseye index FOLDER")
        self._url = url
        try:
            self.catalog = Catalog(url)
            encoder = self.catalog.setting("encoder")
        except DatabaseError as error:
            raise DamagedCollectionError(
                f"{url.database} cannot be read ({error.orig}); put back a copy of it, or delete "
                "the collection and index again"
            ) from error
        if encoder is None:  # killed while it was being made
            self.catalog.close()
            raise NoCollectionError(f"no collection in {folder}; make one: mindseye index FOLDER")
        self.encoder: dict[str, Any] = encoder
        self.embeddings = self._embedding_file()
        self.thumbnails = Thumbnails(folder / "thumbnails.sqlite")
        self.words = WordRows(folder / "words.sqlite")
        self._loading = threading.Lock()
        self._loaded: Generation | None = None

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
                (folder / FIRST_FILE).touch()
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

    @property
    def vectors(self) -> str:
        """The address of the index that the next generation gets, or ``here``, the directory."""
        kept = self.catalog.setting(VECTORS)
        return str(kept["address"]) if kept else HERE

    def move_vectors(self, address: str) -> None:
        """Have the index there from the next generation on; nothing is encoded again.

        Raises:
            BadVectorsError: that is neither an address nor ``here``.
            UnreachableError: the server does not answer, or refuses us.
        """
        place = place_of_vectors(address)
        if place is None:
            self.catalog.set(**{VECTORS: None})
        elif self.vectors != str(place):
            Server(place)
            self.catalog.set(**{VECTORS: {"address": str(place), "owner": uuid4().hex[:8]}})

    def close(self) -> None:
        """Let go of the files."""
        self.catalog.close()
        self._loaded = None

    def _embedding_file(self) -> EmbeddingFile:
        name = self.catalog.setting("embeddings") or FIRST_FILE
        return EmbeddingFile(self.folder / name, self.encoder["dim"])

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The newest generation, held while the block runs, whatever a writer does meanwhile.

        Raises:
            DamagedCollectionError: its index or embeddings cannot be read.
        """
        with ExitStack() as stack:
            connection, generation = self._newest(stack)
            yield Snapshot(connection, generation, self.encoder)

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
                    if self._loaded is None or self._loaded.number != latest.number:
                        self._loaded = self._load(connection, latest)
                    return connection, self._loaded
            except DamagedCollectionError:
                if latest.number == failed:  # else a newer one may just have replaced its files
                    raise
                failed = latest.number

    def _load(self, connection: Connection, latest: Latest) -> Generation:
        encoder, name = settings(connection, "encoder", "embeddings")
        path, rows, dim = self.folder / latest.index, latest.rows, encoder["dim"]
        embeddings = EmbeddingFile(self.folder / (name or FIRST_FILE), dim).read(rows)
        try:
            ranked = fused_rows(path, rows, dim) if latest.fusion else embeddings
            gallery = Gallery.load(path, ranked)
        except (RuntimeError, OSError, ValueError) as error:  # gone or damaged
            raise DamagedCollectionError(
                f"cannot read {path}; rebuild it: mindseye index FOLDER"
            ) from error
        return Generation(latest.number, gallery, encoder, embeddings, Fusion.kept(latest.fusion))

    @contextmanager
    def alone(self, patience: float = 0) -> Iterator[None]:
        """Nobody else writes while the block runs; waits so many seconds for another writer.

        Raises:
            CollectionBusyError: another process is writing.
            DiskFullError: there is no room for what is written.
        """
        with room_for(self.folder), writer_lock(self.folder, self._url, patience):
            yield

    @contextmanager
    def writing(self, patience: float = 0) -> Iterator[Writer]:
        """The writer, alone: what an earlier one left unfinished is cleared away first.

        ``patience`` is how many seconds to wait for another one.

        Raises:
            CollectionBusyError: another process is writing.
            EncoderMismatchError: the encoder was changed since the collection was opened.
            DamagedCollectionError: embeddings are missing that the catalog names.
            DiskFullError: there is no room for what is written.
        """
        with self.alone(patience):
            self.require(self.catalog.setting("encoder"))
            self.embeddings = self._embedding_file()  # the encoder may have come back meanwhile
            self.embeddings.truncate(self.catalog.rows())
            yield Writer(self.folder, self.catalog, self.embeddings, self.thumbnails)

    @contextmanager
    def succession(self, encoder: Identity) -> Iterator[Succession]:
        """The embeddings of another encoder, to be filled beside those that are served.

        Indexing may go on meanwhile; `Succession.take_over` wants the writer as well.

        Raises:
            SameEncoderError: it is the collection's encoder already.
            CollectionBusyError: another process is at it.
            DiskFullError: there is no room for what is written.
        """
        if same_encoder(self.encoder, encoder):
            raise SameEncoderError(f"{self.folder} is encoded with {encoder['name']!r} already")
        with room_for(self.folder), succession_lock(self.folder):
            yield Succession(self.folder, self.catalog, encoder)
