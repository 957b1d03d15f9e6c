"""One writer at a time."""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from store.errors import CollectionBusyError


@contextmanager
def writer_lock(folder: Path, name: str = "writer", patience: float = 0) -> Iterator[None]:
    """Hold the lock of the collection in ``folder``; the system frees it even if we are killed.

    ``patience`` is how many seconds to wait for another process to let go of it.

    Raises:
        CollectionBusyError: another process holds it; the message says which.
    """
    holder = folder / f"{name}.json"
    lock = FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=patience)
    except Timeout:
        raise CollectionBusyError(f"{folder} is being written by {_name(holder)}") from None
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "host": platform.node()}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _name(holder: Path) -> str:
    try:
        known = json.loads(holder.read_text())
        return f"process {known['pid']} on {known['host']}; wait for it, or stop it"
    except (OSError, ValueError, KeyError):
        return "another process; wait for it, or stop it"
