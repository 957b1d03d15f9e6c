"""The database behind a catalog: SQLite in the collection's directory, or a PostgreSQL server.

Everything that differs between the two is in this folder; models and migrations are shared.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Table, make_url
from sqlalchemy.exc import ArgumentError

from store.database import postgres, sqlite
from store.errors import BadCatalogError

FILE = "catalog.sqlite"  # in the directory of a collection that is all in one place
POINTER = "catalog.url"  # the same where the catalog is on a server: its address
SERVER = "postgresql"


def engine_of(catalog: URL) -> Engine:
    """Connections that see one state of the catalog each, from the first statement on.

    Raises:
        UnreachableError: the server does not answer, or refuses us.
    """
    server = catalog.get_backend_name() == SERVER
    return postgres.engine(catalog) if server else sqlite.engine(catalog)


def stamp(connection: Connection) -> tuple[int, int] | None:
    """What differs on this connection whenever the catalog does; ``None`` if nobody can tell."""
    return sqlite.stamp(connection) if connection.dialect.name == "sqlite" else None


@contextmanager
def writer_lock(folder: Path, catalog: URL, patience: float = 0) -> Iterator[None]:
    """Hold the lock of the collection in ``folder``; it is freed even if we are killed.

    ``patience`` is how many seconds to wait for another process to let go of it.

    Raises:
        CollectionBusyError: another process holds it; the message says which.
        UnreachableError: the server does not answer, or refuses us.
    """
    server = catalog.get_backend_name() == SERVER
    lock = postgres.writer_lock(catalog, patience) if server else sqlite.lock(folder, patience)
    with lock:
        yield


@contextmanager
def succession_lock(folder: Path) -> Iterator[None]:
    """Change the encoder alone; what grows meanwhile lies in the directory, whatever the database.

    Raises:
        CollectionBusyError: another process is at it; the message says which.
    """
    with sqlite.lock(folder, name="reindex"):
        yield


@contextmanager
def copy_lock(folder: Path) -> Iterator[None]:
    """Copy a collection into the directory alone, whatever the database.

    Raises:
        CollectionBusyError: another process is at it; the message says which.
    """
    with sqlite.lock(folder, name="copy"):
        yield


def started_after(connection: Connection, table: Table) -> None:
    """Let the numbers that the database gives follow those that the table's rows have."""
    if connection.dialect.name == SERVER and table.autoincrement_column is not None:
        postgres.start_after(connection, table.name, table.autoincrement_column.name)


def catalog_of(folder: Path) -> URL | None:
    """Where the catalog of the collection in ``folder`` is, or ``None`` if there is none."""
    if (folder / POINTER).exists():
        return _parsed((folder / POINTER).read_text(encoding="utf-8").strip())
    return _beside(folder) if (folder / FILE).exists() else None


def place_of(folder: Path, wanted: str | None) -> URL:
    """Where the catalog of the collection in ``folder`` is or will be.

    Raises:
        BadCatalogError: ``wanted`` is no address, or the collection has its catalog elsewhere.
    """
    has, asked = catalog_of(folder), _parsed(wanted) if wanted else None
    if has and asked and has != without_password(asked):
        raise BadCatalogError(
            f"{folder} has its catalog in {has.render_as_string()}, not in "
            f"{asked.render_as_string()}; leave out --catalog, or name another --collection"
        )
    return has or asked or _beside(folder)


def point(folder: Path, catalog: URL) -> None:
    """Let the collection in ``folder`` have its catalog there; a password is not written down."""
    if catalog.get_backend_name() == SERVER:
        text = without_password(catalog).render_as_string()
        (folder / POINTER).write_text(text + "\n", encoding="utf-8")


def without_password(catalog: URL) -> URL:
    """The address as it may be shown and written down."""
    return catalog._replace(password=None)


def _beside(folder: Path) -> URL:
    return URL.create("sqlite", database=str(folder / FILE))


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        url = URL.create("")
    if url.get_backend_name() != SERVER or not url.database:
        raise BadCatalogError(
            f"{address!r} is no address of a catalog; give postgresql://USER@HOST/DATABASE"
        )
    return url.set(drivername="postgresql+psycopg")
