"""A full disk, which each part of a collection reports in its own way, as one error."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import OperationalError

from store.errors import DiskFullError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def room_for(folder: Path) -> Iterator[None]:
    """Writing into ``folder`` while the block runs.

    Raises:
        DiskFullError: there was no room, whoever of Python, SQLite and FAISS noticed it.
    """
    try:
        yield
    except (OSError, OperationalError, sqlite3.OperationalError, RuntimeError) as error:
        if _is_full(error):
            raise DiskFullError(
                f"the disk that holds {folder} is full; make room and run the same command again: "
                "what was written is kept"
            ) from error
        raise


def _is_full(error: Exception) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    cause = error.orig if isinstance(error, OperationalError) else error
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode == sqlite3.SQLITE_FULL
    return any(os.strerror(number) in str(error) for number in _FULL)  # FAISS says no more
