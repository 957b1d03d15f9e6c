"""Where the lists of an index have their centres, and what its codes are like: from a sample.

The sample is kept in half precision, which moves no centre by more than rounding does, so that the
memory which training takes is a quarter of what FAISS's own training of an index would take.
"""

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from store.embeddings import Embeddings, gathered
from store.index.device import clustering_index
from store.index.exact import Ids

ROWS_PER_LIST = 30  # FAISS warns below 39; between 24 and 40, recall differs by 0.003 or less
ROWS_FOR_CODES = 4096  # as many as FAISS trains PQ of four bits with; from fewer, some repeatedly
BLOCK_ROWS = 1024  # that are read, turned or decoded at once: 2 MB of 512 float32 values

Halves = NDArray[np.float16]


def train(ivf: Any, turn: Any, embeddings: Embeddings, rows: Ids) -> None:
    """Give an IVF index of FAISS its centres and codes, from a sample of rows ``(n,)``.

    ``turn`` is the transform before it, or ``None``. Where the sample holds fewer different
    vectors than there are lists, each has a list of its own, and the other lists stay empty.
    """
    if turn:  # a random rotation: it only wants to know the number of values
        turn.train(np.ascontiguousarray(embeddings[rows[:1]]))
    wanted = min(len(rows), ivf.nlist * ROWS_PER_LIST)
    chosen = np.random.default_rng(0).choice(rows, wanted, replace=False)
    sample = _sampled(turn, embeddings, np.sort(chosen))
    ivf.quantizer.add(_centres(ivf, sample))
    few = np.linspace(0, len(sample) - 1, ROWS_FOR_CODES).astype(np.int64)
    ivf.train(sample[few].astype(np.float32))


def _sampled(turn: Any, embeddings: Embeddings, rows: Ids) -> Halves:
    """These rows, turned, each vector once: equal ones cannot be told apart by any list."""
    sample = np.empty((len(rows), embeddings.shape[1]), dtype=np.float16)
    met: set[int] = set()
    kept = 0
    for start in range(0, len(rows), BLOCK_ROWS):
        block = gathered(embeddings, rows[start : start + BLOCK_ROWS])
        halves = (turn.apply(block) if turn else block).astype(np.float16)
        for row in halves:
            before = len(met)
            met.add(hash(row.tobytes()))
            if len(met) > before:
                sample[kept] = row
                kept += 1
    return sample[:kept]


def _centres(ivf: Any, sample: Halves) -> Embeddings:
    """By k-means ``(lists, dim)``; zeros for lists that nothing is nearest to."""
    centres = np.zeros((ivf.nlist, ivf.d), dtype=np.float32)
    count = min(ivf.nlist, len(sample))
    how = ivf.cp
    how.min_points_per_centroid = 1  # a small sample is all there is
    how.decode_block_size = BLOCK_ROWS
    codec = faiss.IndexScalarQuantizer(ivf.d, faiss.ScalarQuantizer.QT_fp16)
    clustering: Any = faiss.Clustering(ivf.d, count, how)
    clustering.train_encoded(sample.view(np.uint8), codec, clustering_index(ivf.d))
    centres[:count] = faiss.vector_to_array(clustering.centroids).reshape(count, ivf.d)
    return centres
