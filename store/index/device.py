"""FAISS on GPUs, where there are any: for training, for adding, and for many queries at once.

Lists and codes stay on the processor; what is copied is told with each function. Source: the FAISS
wiki, "Faiss on the GPU".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import faiss

MANY = 32  # queries from which on copying them to a GPU and back is worth it
KINDS = (faiss.IndexIVFFlat, faiss.IndexIVFScalarQuantizer)  # of which FAISS has GPU versions


def gpus() -> int:
    """How many GPUs FAISS can use; a build without them has none."""
    return int(faiss.get_num_gpus())


def clustering_index(dim: int) -> Any:
    """An empty index by which k-means looks for nearest centres: on all GPUs, if there are any."""
    flat = faiss.IndexFlatIP(dim)
    return _copied(flat) if gpus() else flat


class Copy:
    """The parts of an IVF index that GPUs hold: its centres, and all of it if FAISS can.

    Made when they are first needed, and dropped when the index changes.
    """

    def __init__(self, ivf: Any) -> None:
        self._ivf = ivf
        self._centres: Any = None
        self._whole: Any = None

    @contextmanager
    def assigning(self) -> Iterator[None]:
        """While the block runs, GPUs look for the lists that new vectors belong to."""
        if not gpus() or self._ivf.nlist == 1:
            yield
            return
        if self._centres is None:
            self._centres = _copied(self._ivf.quantizer)
        own, self._ivf.quantizer = self._ivf.quantizer, self._centres
        try:
            yield
        finally:  # the index owns it, and would free a copy that is not its own
            self._ivf.quantizer = own

    def whole(self, queries: int) -> Any:
        """The index on the GPUs, or ``None`` where so many queries are better off without."""
        if queries < MANY or not gpus() or not isinstance(self._ivf, KINDS):
            return None
        if self._whole is None:
            self._whole = _copied(self._ivf)
        return self._whole

    def drop(self) -> None:
        """Forget the copy of lists that have changed; centres do not."""
        self._whole = None


def _copied(index: Any) -> Any:
    return faiss.index_cpu_to_all_gpus(index)
