"""How long a benchmark of 5,000 pictures and 25,000 captions takes, and how much memory.

    python -m benchmarks.evaluate
    python -m benchmarks.evaluate --pictures 1000 --peer   # CLIP_benchmark's own code beside ours

The embeddings are synthetic: captions are noisy copies of their picture. Everything else is what
`mindseye evaluate` does after encoding, both directions with every measure and its interval. The
peer is `pip install --no-deps clip-benchmark`; it knows recall only, needs all scores at once and
a one-hot of them, hence fewer pictures. The two take turns, and their recalls must be equal.
"""

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from encoders import unit
from evaluation import Bootstrap, Dataset, from_embeddings
from evaluation.metrics import KS
from evaluation.retrieval import WAYS, Embedded

CAPTIONS = 5  # of each picture
NOISE = 5.0  # of a caption, for figures like those of a good model on COCO


def synthetic(pictures: int, dim: int) -> Embedded:
    """Random pictures, and captions around them."""
    random = np.random.default_rng(0)
    rows = unit(random.standard_normal((pictures, dim), dtype=np.float32))
    owners = np.repeat(np.arange(pictures), CAPTIONS)
    noise = unit(random.standard_normal((len(owners), dim), dtype=np.float32))
    names = tuple(f"{number}.jpg" for number in range(pictures))
    captions = tuple(tuple(f"{name} {one}" for one in range(CAPTIONS)) for name in names)
    dataset = Dataset("synthetic", names, tuple(map(Path, names)), captions)
    return Embedded(dataset, rows, unit(rows[owners] + NOISE * noise), owners)


def ours(data: Embedded) -> dict[str, float]:
    """Every measure both ways with its interval; of these the recalls."""
    found = from_embeddings(data).measures(Bootstrap())
    return {f"{way} r@{k}": found[way][f"r@{k}"]["value"] for way in WAYS for k in KS}


def theirs(data: Embedded) -> dict[str, float]:
    """The same recalls by CLIP_benchmark's code, as its evaluate() calls it."""
    import torch
    from clip_benchmark.metrics.zeroshot_retrieval import batchify, recall_at_k

    scores = torch.from_numpy(data.texts @ data.pictures.T)
    right = torch.zeros_like(scores, dtype=torch.bool)
    right[torch.arange(len(scores)), torch.from_numpy(data.owners)] = True
    found = {}
    for way, side, pairs in ((WAYS[0], scores, right), (WAYS[1], scores.T, right.T)):
        for k in KS:
            hits = batchify(recall_at_k, side, pairs, 64, "cpu", k=k) > 0
            found[f"{way} r@{k}"] = hits.double().mean().item()
    return found


def seconds(run: Callable[[Embedded], dict[str, float]], data: Embedded) -> float:
    start = time.perf_counter()
    run(data)
    return time.perf_counter() - start


def peak_mb() -> float:
    """The most memory that this process ever had, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer", action="store_true")
    options = parser.parse_args()
    data = synthetic(options.pictures, options.dim)
    sides = {"mindseye": ours} | ({"CLIP_benchmark": theirs} if options.peer else {})
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(options.repeats):
        for name, run in sides.items():
            taken[name].append(seconds(run, data))
    print(f"{options.pictures} pictures, {len(data.texts)} captions, {options.dim} dimensions")
    for name, times in taken.items():
        middle, least, most = statistics.median(times), min(times), max(times)
        print(f"{name}: {middle:.1f} s ({least:.1f}-{most:.1f})")
    print(f"peak memory: {peak_mb():.0f} MB")
    found = ours(data)
    print(", ".join(f"{name} {value:.4f}" for name, value in found.items()))
    if options.peer:
        print("the same recalls, to the last digit:", found == theirs(data))


if __name__ == "__main__":
    main()
