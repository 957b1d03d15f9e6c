"""A catalog in one file of the collection's directory."""

import json
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler

from store.errors import CollectionBusyError
from store.filters import FUNCTIONS


class Compiler(SQLiteCompiler):
    """SQLite's own LIKE does not mind case, and to lower every path first takes as long again."""

    def visit_ilike_op_binary(self, *what: Any, **how: Any) -> str:
        """ILIKE is LIKE."""
        like: Any = self.visit_like_op_binary
        return str(like(*what, **how))


def engine(catalog: URL) -> Engine:
    """Connections to the file, in WAL mode: reading and writing do not wait for each other."""
    made = create_engine(catalog, connect_args={"timeout": 30})
    made.dialect.statement_compiler = Compiler
    event.listen(made, "connect", _on_connect)
    event.listen(made, "begin", _on_begin)
    return made


@contextmanager
def lock(folder: Path, patience: float = 0, name: str = "writer") -> Iterator[None]:
    """A lock file, which the system frees when its process ends."""
    holder = folder / f"{name}.json"
    held = FileLock(folder / f"{name}.lock")
    try:
        held.acquire(timeout=patience)
    except Timeout:
        raise CollectionBusyError(f"{folder} is being written by {_name(holder)}") from None
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "host": platform.node()}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        held.release()


def stamp(connection: Connection) -> tuple[int, int]:
    """What differs on this connection whenever the catalog does: others' changes, and its own."""
    file: Any = connection.connection.driver_connection
    return file.execute("PRAGMA data_version").fetchone()[0], file.total_changes


def _name(holder: Path) -> str:
    try:
        known = json.loads(holder.read_text())
        return f"process {known['pid']} on {known['host']}; wait for it, or stop it"
    except (OSError, ValueError, KeyError):
        return "another process; wait for it, or stop it"


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # our "begin" below starts transactions, reads included
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    for function, arguments in FUNCTIONS.items():
        name = function.__name__
        connection.create_function(name, arguments, _unless_null(function), deterministic=True)


def _unless_null(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: None if None in values else function(*values)


def _on_begin(connection: Connection) -> None:
    connection.connection.cursor().execute("BEGIN")  # without what SQLAlchemy adds to a statement
