"""A PostgreSQL server of our own, in a scratch folder, reached through a socket file only."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ACCOUNT = "postgres"  # what Debian's package runs it as; it refuses to run as root


class Postgres:
    """A running server; each database of it is one collection's catalog."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def url(self, database: str) -> str:
        """The address of a database, as a user writes it."""
        return f"postgresql://{ACCOUNT}@/{database}?host={self._folder}"

    def database(self, like: str = "template0") -> str:
        """A new database with the content of another one; its name."""
        self._made += 1
        name = f"catalog_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}".encode())
        return name


def programs() -> Path | None:
    """Where the server's programs lie, or ``None`` if it is not installed."""
    installed = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = [Path(installed)] if installed else debian[-1:]
    return found[0].parent if found else None


@contextmanager
def postgres(programs: Path) -> Iterator[Postgres]:
    """A server that lives while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="mindseye-"))  # short: a socket's name has few letters
    account = ACCOUNT if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account)
    as_account = {"user": account, "cwd": folder, "env": {"PATH": os.defpath}}
    init = [programs / "initdb", "-D", folder / "data", "-U", ACCOUNT, "-E", "UTF8", "--no-sync"]
    subprocess.run(init, check=True, capture_output=True, **as_account)
    control = [programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log"]
    quick = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=40"
    subprocess.run([*control, "-o", quick, "start"], check=True, capture_output=True, **as_account)
    try:
        yield Postgres(folder)
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, check=True, capture_output=True, **as_account)
        shutil.rmtree(folder)
