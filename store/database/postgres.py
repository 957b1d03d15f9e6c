"""A catalog on a PostgreSQL server: one database, or one schema of it, is one collection.

The password comes from where PostgreSQL's own programs take it: PGPASSWORD or the file .pgpass.
"""

import importlib.util
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from store.errors import CollectionBusyError, UnreachableError

LOCK = 0x6D696E64  # any number, always the same: the first half of the lock's key
BETWEEN = 0.2  # seconds between two attempts to get the lock
WAIT = 10  # seconds for a server to answer


def engine(catalog: URL) -> Engine:
    """Connections whose transactions each see one state; one that broke is replaced.

    Raises:
        UnreachableError: the server does not answer, or refuses us.
    """
    made = create_engine(
        catalog, isolation_level="REPEATABLE READ", pool_pre_ping=True, connect_args=_options()
    )
    with _reached(made):
        return made


@contextmanager
def writer_lock(catalog: URL, patience: float = 0) -> Iterator[None]:
    """An advisory lock, which the server frees when the connection ends, from any machine."""
    alone = create_engine(catalog, poolclass=NullPool, connect_args=_options())
    with _reached(alone.execution_options(isolation_level="AUTOCOMMIT")) as connection:
        key = {"lock": LOCK, "schema": connection.scalar(text("SELECT hashtext(current_schema())"))}
        deadline = time.monotonic() + patience
        while not connection.scalar(text("SELECT pg_try_advisory_lock(:lock, :schema)"), key):
            if time.monotonic() < deadline:
                time.sleep(BETWEEN)
                continue
            holder = connection.scalar(text(HOLDER), key) or "another process"
            where = catalog.render_as_string()
            raise CollectionBusyError(
                f"{where} is being written by {holder}; wait for it, or stop it"
            )
        yield


def start_after(connection: Connection, table: str, column: str) -> None:
    """Let the sequence of a column go on after the largest number in it; SQLite does by itself."""
    quoted = f'"{table}"'
    largest = f'SELECT max("{column}") FROM {quoted}'  # noqa: S608 - names of our own models
    statement = text(f"SELECT setval(pg_get_serial_sequence(:table, :column), ({largest}))")
    connection.execute(statement, {"table": quoted, "column": column})


HOLDER = """
    SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid = :lock
        AND objid::bigint = (:schema)::bigint & 4294967295
"""


def _options() -> dict[str, object]:
    if importlib.util.find_spec("psycopg") is None:
        raise UnreachableError(
            "a catalog in PostgreSQL needs psycopg: pip install 'mindseye[postgresql]'"
        )
    who = f"process {os.getpid()} on {platform.node()}"
    return {"connect_timeout": WAIT, "application_name": who}


@contextmanager
def _reached(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[-1]
        raise UnreachableError(
            f"cannot use the catalog {engine.url.render_as_string()}: {reason}; start the server, "
            "or set PGPASSWORD"
        ) from error
    with connection:
        yield connection
