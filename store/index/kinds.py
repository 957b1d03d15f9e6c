"""What an index is made of: size and memory decide, in one table."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from store.index.device import gpus

ONE_LIST_UP_TO = 20_000  # below this, scanning everything takes a few milliseconds
MEMORY = 2 * 10**9  # bytes, unless `--memory` says otherwise
ID_BYTES = 8


class Code(NamedTuple):
    """How lists keep vectors.

    ``factory`` is FAISS's pattern for it (see `faiss.index_factory`), ``bytes`` what a vector of so
    many values takes, and ``made`` the FAISS class by which it is known.
    """

    factory: str
    bytes: Callable[[int], int]
    made: str


def parts(dim: int) -> int:
    """Into how many parts PQ takes a vector: pairs of values, or single ones."""
    return dim // 2 if dim % 2 == 0 else dim


# From the most exact to the smallest. PQ (Jegou et al. 2011) and RaBitQ (Gao and Long 2024) want
# vectors turned at random first (RR), so that no value says more than others; four bits a part are
# what FAISS's fast scan (fs) looks up in registers. The stored embeddings rank what the codes
# propose: of 100,000 vectors of 512 values, PQ finds 0.98 of the best for a text in half of the
# time that flat lists take (`python -m benchmarks.cluster milvus`). RaBitQ needs several times as
# many candidates; RaBitQ of four bits a value needs only twice as many as answers, but a query of a
# million took more than a millisecond in FAISS 1.15.
CODES = {
    "flat": Code("IVF{lists},Flat", lambda dim: 4 * dim, "IndexIVFFlat"),
    "fp16": Code("IVF{lists},SQfp16", lambda dim: 2 * dim, "IndexIVFScalarQuantizer"),
    "pq": Code(
        "RR{dim},IVF{lists},PQ{parts}x4fs", lambda dim: -(-parts(dim) // 2), "IndexIVFPQFastScan"
    ),
    "rabitq": Code(
        "RR{dim},IVF{lists},RaBitQfs", lambda dim: dim // 8 + 8, "IndexIVFRaBitQFastScan"
    ),
}
FLAT, SMALLEST = "flat", "rabitq"
WHOLE = ("flat", "fp16")  # GPUs search these; on a processor the codes of PQ find as much sooner


class Kind(NamedTuple):
    """The number of inverted lists, and the name in `CODES` of what is in them."""

    lists: int
    code: str

    def factory(self, dim: int) -> str:
        """The same in FAISS's words, for vectors of ``dim`` values."""
        return CODES[self.code].factory.format(dim=dim, lists=self.lists, parts=parts(dim))

    @property
    def exact(self) -> bool:
        """Whether the lists hold the embeddings themselves."""
        return self.code == FLAT


def lists_for(count: int) -> int:
    """How many inverted lists ``count`` embeddings get: one while small, then about 4 √count.

    Source: the FAISS wiki, "Guidelines to choose an index" (4 √n to 16 √n below a million).
    """
    return 1 if count <= ONE_LIST_UP_TO else int(4 * math.sqrt(count))


def kind_for(count: int, dim: int, memory: int = MEMORY) -> Kind:
    """The kind of index for ``count`` embeddings of ``dim`` values that fits into ``memory`` bytes.

    One list is always flat, which is exact and small; where nothing fits, the smallest code it is.
    """
    lists = lists_for(count)
    if lists == 1:
        return Kind(1, FLAT)
    names = (name for name in CODES if gpus() or name not in WHOLE)
    room = memory / count - ID_BYTES
    return Kind(lists, next((name for name in names if CODES[name].bytes(dim) <= room), SMALLEST))


def kind_of(ivf: Any) -> Kind:
    """The kind of an IVF index of FAISS.

    Raises:
        ValueError: no line of the table makes such an index.
    """
    made = type(ivf).__name__
    names = [name for name, code in CODES.items() if code.made == made]
    if not names:
        raise ValueError(f"an index of an unknown kind: {made}")
    return Kind(ivf.nlist, names[0])
