"""What pictures are ranked by where their words count: their embeddings, fused with those of words.

The file of a generation lies beside its index, and is a cache like it. Its rows are those of the
embeddings: zeros stand for pictures that cannot be found.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from store.about import Said
from store.embeddings import Embeddings
from store.found import settings
from store.index import Ids
from store.index.files import fused_beside, writing
from store.models import CONCAT, FUSION, FUSION_WEIGHT, SUM

WEIGHT = 0.5  # of the words, where the collection says nothing else
ROWS_AT_ONCE = 4096


class Fusion(NamedTuple):
    """``sum`` or ``concat``, and the weight of the words, 0 to 1."""

    way: str
    weight: float

    @classmethod
    def kept(cls, value: Sequence[str | float] | None) -> "Fusion | None":
        """From the two as JSON has them."""
        return cls(str(value[0]), float(value[1])) if value else None

    @classmethod
    def wanted(cls, connection: Connection) -> "Fusion | None":
        """What the next generation is to be fused with; ``None`` where only pixels count."""
        way, weight = settings(connection, FUSION, FUSION_WEIGHT)
        return cls(way, WEIGHT if weight is None else weight) if way in (SUM, CONCAT) else None


Fuse = Callable[[Fusion, Embeddings, Sequence[Said]], Embeddings]
"""Embeddings ``(n, dim)`` and what is said of their pictures, to what these are ranked by."""


def write_fused(
    index: Path,
    fused: Callable[[Embeddings, Ids], Embeddings],
    ids: Ids,
    rows: Ids,
    embeddings: Embeddings,
) -> None:
    """Write the file beside ``index``, of these ids and rows ``(n,)`` of the embeddings."""
    order = np.argsort(rows)
    ids, rows = ids[order], rows[order]
    with writing(fused_beside(index)) as scratch, scratch.open("wb") as stream:
        for start in range(0, len(embeddings), ROWS_AT_ONCE):
            block = np.zeros_like(embeddings[start : start + ROWS_AT_ONCE])
            first, last = np.searchsorted(rows, (start, start + ROWS_AT_ONCE))
            if last > first:
                some = rows[first:last]
                block[some - start] = fused(embeddings[some], ids[first:last])
            stream.write(np.ascontiguousarray(block, dtype="<f4").tobytes())


def fused_rows(index: Path, rows: int, dim: int) -> Embeddings:
    """The file beside ``index`` as a read-only matrix ``(rows, dim)``, mapped and not copied.

    Raises:
        OSError, ValueError: it is gone, or has not as many rows.
    """
    if not rows:
        return np.empty((0, dim), dtype=np.float32)
    return np.memmap(fused_beside(index), dtype="<f4", mode="r", shape=(rows, dim))


def changed(old: Embeddings, was: Ids, new: Embeddings, rows: Ids) -> NDArray[np.bool_]:
    """Where rows ``(n,)`` of ``new`` are not what those of ``old`` were, -1 for none: ``(n,)``."""
    found = np.zeros(len(rows), dtype=bool)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        here = np.flatnonzero(was[block] >= 0) + start
        found[here] = (old[was[here]] != new[rows[here]]).any(axis=1)
    return found
