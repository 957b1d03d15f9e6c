"""How long 5,000 pictures and 25,000 captions take to evaluate, and how much memory.

    python -m benchmarks.evaluate
    python -m benchmarks.evaluate --pictures 1000 --peer

The embeddings are synthetic: captions are noisy copies of their picture. The rest is what
`mindseye evaluate` does after encoding: both directions, every measure, every interval. The peer is
CLIP_benchmark (`pip install clip-benchmark`), its own evaluate() on the same embeddings; it knows
recall alone, without intervals. The two take turns, and their recalls must be the same.
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

Recalls = dict[str, float]


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


def ours(data: Embedded) -> Recalls:
    """Every measure both ways with its interval; of these the recalls."""
    found = from_embeddings(data).measures(Bootstrap())
    return {f"{way} r@{k}": found[way][f"r@{k}"]["value"] for way in WAYS for k in KS}


def theirs(data: Embedded) -> Recalls:
    """The same recalls by CLIP_benchmark, with a model that has the embeddings already."""
    import torch
    from clip_benchmark.metrics.zeroshot_retrieval import evaluate

    class Known:
        encode_image = encode_text = staticmethod(lambda rows: rows)

    captions = np.arange(len(data.texts)).reshape(-1, CAPTIONS).tolist()
    loader = [
        (torch.from_numpy(data.pictures[start : start + 64]), captions[start : start + 64])
        for start in range(0, len(captions), 64)
    ]
    texts = torch.from_numpy(data.texts)
    found = evaluate(Known(), loader, lambda rows: texts[rows], "cpu", False, list(KS))
    names = {"text_to_image": "image_retrieval_recall", "image_to_text": "text_retrieval_recall"}
    return {f"{way} r@{k}": found[f"{names[way]}@{k}"] for way in WAYS for k in KS}


def same(one: Recalls, other: Recalls) -> bool:
    """Whether all are equal as 32-bit numbers, which is what the peer computes."""
    return {name: np.float32(value) for name, value in one.items()} == {
        name: np.float32(value) for name, value in other.items()
    }


def seconds(run: Callable[[Embedded], Recalls], data: Embedded) -> float:
    """How long one evaluation takes."""
    start = time.perf_counter()
    run(data)
    return time.perf_counter() - start


def peak_mb() -> float:
    """The most memory that this process ever had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def main() -> None:
    """Print a line for each side."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer", action="store_true", help="CLIP_benchmark's own code beside ours")
    options = parser.parse_args()
    data = synthetic(options.pictures, options.dim)
    print(f"{options.pictures} pictures, {len(data.texts)} captions, {options.dim} dimensions")
    sides = {"mindseye": ours} | ({"CLIP_benchmark": theirs} if options.peer else {})
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(options.repeats):
        for name, run in sides.items():
            taken[name].append(seconds(run, data))
    for name, times in taken.items():
        print(f"{name}: {statistics.median(times):.1f} s ({min(times):.1f}-{max(times):.1f})")
    found = ours(data)
    print(", ".join(f"{name} {value:.4f}" for name, value in found.items()))
    if options.peer:
        print("the same recalls, to the last digit:", same(found, theirs(data)))
    else:
        print(f"peak memory: {peak_mb():.0f} MB")


if __name__ == "__main__":
    main()
