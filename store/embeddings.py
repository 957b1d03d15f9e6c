"""The embeddings of a collection: float32 rows in one file that only grows, read by mapping it."""

import mmap
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from store.errors import DamagedCollectionError

Embeddings = NDArray[np.float32]

ROWS_AT_ONCE = 256  # scattered ones bring in 16 pages of 4 kB each, which makes 16 MB


class EmbeddingFile:
    """Rows of ``dim`` float32 values in the machine's little-endian order, without a header.

    Which rows count is the catalog's knowledge: a row that it does not name is the remains of a
    write that was cut off.
    """

    def __init__(self, path: Path, dim: int) -> None:
        self.path = path
        self.dim = dim
        self._row_bytes = dim * np.dtype("<f4").itemsize

    def append(self, rows: Embeddings) -> int:
        """Add ``(n, dim)`` rows, wait until they are on the disk, return the first one's number."""
        if rows.ndim != 2 or rows.shape[1] != self.dim:
            raise ValueError(f"embeddings of shape {rows.shape}, expected (n, {self.dim})")
        with self.path.open("ab") as stream:
            first = stream.tell() // self._row_bytes
            stream.write(np.ascontiguousarray(rows, dtype="<f4").tobytes())
            stream.flush()
            os.fsync(stream.fileno())
        return first

    def rows(self) -> int:
        """How many whole rows the file holds, whether or not the catalog names them."""
        return self.path.stat().st_size // self._row_bytes if self.path.exists() else 0

    def surplus(self, rows: int) -> int:
        """How many bytes lie behind the first ``rows`` rows."""
        size = self.path.stat().st_size if self.path.exists() else 0
        return max(0, size - rows * self._row_bytes)

    def lengthen(self, rows: int) -> None:
        """Where there are fewer rows, or a part of one, put zeros for those that are missing."""
        with self.path.open("ab") as stream:
            stream.truncate(self.rows() * self._row_bytes)
            stream.truncate(max(self.rows(), rows) * self._row_bytes)

    def read(self, rows: int) -> Embeddings:
        """The first ``rows`` rows as a read-only matrix ``(rows, dim)``, mapped and not copied.

        Raises:
            DamagedCollectionError: the file holds fewer rows than that.
        """
        if rows == 0:
            return np.empty((0, self.dim), dtype=np.float32)
        self._check(rows)
        return np.memmap(self.path, dtype="<f4", mode="r", shape=(rows, self.dim))

    def truncate(self, rows: int) -> None:
        """Drop what lies behind the first ``rows`` rows: the remains of an unfinished write.

        Raises:
            DamagedCollectionError: the file holds fewer rows than that.
        """
        if rows:
            self._check(rows)
        with self.path.open("ab") as stream:
            stream.truncate(rows * self._row_bytes)

    def _check(self, rows: int) -> None:
        if self.rows() < rows:
            raise DamagedCollectionError(
                f"{self.path} holds {self.rows()} embeddings, and the catalog names "
                f"{rows}; delete the collection and index again"
            )


def scattered(embeddings: Embeddings) -> Embeddings:
    """The same ``(rows, dim)``, for reading single rows here and there.

    What is mapped from a file is mapped once more: reading a row that is not in memory then brings
    its own pages, and not the megabytes around it, which a scan is glad of (madvise(2)).
    """
    if not isinstance(embeddings, np.memmap) or not hasattr(mmap, "MADV_RANDOM"):
        return embeddings
    if not isinstance(embeddings.base, mmap.mmap):  # a part does not know where it lies
        return embeddings
    with Path(str(embeddings.filename)).open("rb") as stream:
        mapped = mmap.mmap(stream.fileno(), embeddings.nbytes, access=mmap.ACCESS_READ)
    mapped.madvise(mmap.MADV_RANDOM)
    return np.frombuffer(mapped, dtype=np.float32).reshape(embeddings.shape)


def gathered(embeddings: Embeddings, rows: NDArray[np.int64]) -> Embeddings:
    """A copy ``(n, dim)`` of these rows; the pages of a mapped file that it read are let go.

    They stay in the system's cache, but count no more as this process's memory: who goes through
    all embeddings block by block needs as much for a million as for a thousand.
    """
    copy = np.empty((len(rows), embeddings.shape[1]), dtype=np.float32)
    pages = embeddings.base if hasattr(mmap, "MADV_DONTNEED") else None
    for start in range(0, len(rows), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        copy[some] = embeddings[rows[some]]
        if isinstance(pages, mmap.mmap):
            pages.madvise(mmap.MADV_DONTNEED)
    return copy
