"""The server that runs for a collection: how it makes itself known, and how others find it.

While it runs it holds a lock in the collection's directory, which the system frees however it ends,
and says in a file beside it, for its own user only, where it listens. A file without a held lock is
left over from a server that was killed.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

PATIENCE = 1.0  # seconds; somebody who looks for a server holds the lock for an instant
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask one that listens everywhere


class Server(NamedTuple):
    """Where a server listens and what it wants to be told; ``machine`` is the one that it is on."""

    host: str
    port: int
    pid: int
    token: str
    machine: str

    @property
    def address(self) -> str:
        """As a browser takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


@contextmanager
def announced(folder: Path, host: str, port: int, token: str) -> Iterator[None]:
    """Let others find the server of this process while the block runs.

    A second server of the same collection is not announced: one is enough.
    """
    lock = _lock(folder)
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        yield
        return
    try:
        _write(folder, Server(ANY.get(host, host), port, os.getpid(), token, socket.gethostname()))
        yield
    finally:
        _file(folder).unlink(missing_ok=True)
        lock.release()


def server_of(folder: Path) -> Server | None:
    """The running server of the collection in ``folder``, if there is one on this machine."""
    try:
        known = Server(**json.loads(_file(folder).read_text()))
        with _lock(folder).acquire(blocking=False):
            return None  # nobody holds it: the file is left over
    except Timeout:
        return known if known.machine == socket.gethostname() else None
    except (OSError, ValueError, TypeError):  # none, somebody else's, or not one of ours
        return None


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / "server.lock")


def _file(folder: Path) -> Path:
    return folder / "server.json"


def _write(folder: Path, server: Server) -> None:
    scratch = folder / "server.new"
    scratch.unlink(missing_ok=True)
    scratch.touch(0o600, exist_ok=False)  # before the token is in it
    scratch.write_text(json.dumps(server._asdict()))
    scratch.replace(_file(folder))
