"""Embeddings of pictures and texts as joint encoders make them, from a seed: any number of them.

What makes words hard for an index of pictures, and so what the vectors must have:

- *A gap*: all pictures share one direction and all texts another, so a text is far from every
  picture, and nearest to many of them by nearly as much (Liang et al. 2022, "Mind the gap").
- *Few effective dimensions*: a spectrum that falls as a power.
- *Topics within topics*: a tree of three levels whose leaves differ in size, log-normally; a
  picture is a path through the tree and details of its own.
- *Words say less, and something else*: a text follows a path as well, but without half of the
  directions' weight, and with a variation of its own that lies partly where pictures have none.

What that makes of an index is printed by ``python -m benchmarks.search.vectors``: over 200,000 ×
512, IVF with 4 √n flat lists, 500 queries of each kind, recall@10 at nprobe 4 and 32 is 0.98 and
1.00 for pictures, 0.77 and 0.97 for texts. Real joint embeddings, grown to as many, gave 0.94 for
pictures at 4, and 0.75 and 0.98 for texts.
"""

import argparse
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from store.embeddings import EmbeddingFile, Embeddings

BRANCHES = (32, 16, 16)
SPREADS = (0.45, 0.35, 0.3)  # of the offsets at each level of the tree
DETAIL = 0.58  # what a picture has beyond its topic
TAIL = 1.2  # of the sizes of the leaves
GAP = 0.5
DECAY = 0.6  # of the spectrum
LOST = 0.6  # how much of a direction a text does not mention, in half of them
OWN = 1.0  # how far texts vary by themselves
BLOCK = 20_000
PROBES = (1, 2, 4, 8, 16, 32, 64, 128)


class World:
    """The topics from which pictures and texts of ``dim`` values are drawn."""

    def __init__(self, dim: int = 512, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        spectrum = (np.arange(dim) + 8.0) ** -DECAY
        self._spectrum = _float(spectrum / np.linalg.norm(spectrum))
        self._wording = (self._spectrum + random.permutation(self._spectrum)) / 2
        counts = np.cumprod(BRANCHES)
        self._levels = [
            random.standard_normal((count, dim), dtype=np.float32) * self._spectrum * spread
            for count, spread in zip(counts, SPREADS, strict=True)
        ]
        weights = random.lognormal(sigma=TAIL, size=counts[-1])
        self._weights = weights / weights.sum()
        directions = random.standard_normal((2, dim)) * self._spectrum
        self._gap = _float(GAP * directions / np.linalg.norm(directions, axis=1, keepdims=True))
        self._said = _float(1 - LOST * (random.random(dim) < 0.5))
        self.dim = dim

    def pictures(self, count: int, seed: int) -> Embeddings:
        """Unit vectors ``(count, dim)`` of pictures; another seed gives others of the same kind."""
        return _unit(self._meanings(count, np.random.default_rng(seed)) + self._gap[0])

    def texts(self, count: int, seed: int) -> Embeddings:
        """Unit vectors ``(count, dim)`` of texts."""
        random = np.random.default_rng(seed)
        meant = self._meanings(count, random) * self._said
        own = random.standard_normal((count, self.dim), dtype=np.float32) * self._wording * OWN
        return _unit(meant + own + self._gap[1])

    def _meanings(self, count: int, random: np.random.Generator) -> NDArray[np.float32]:
        leaves = random.choice(len(self._weights), count, p=self._weights)
        detail = random.standard_normal((count, self.dim), dtype=np.float32)
        made = detail * self._spectrum * DETAIL
        for level in self._levels:
            made += level[leaves * len(level) // len(self._weights)]
        return made


def gallery(world: World, count: int, folder: Path) -> Embeddings:
    """The first ``count`` pictures of the world, on disk as a collection keeps them, mapped."""
    file = EmbeddingFile(vectors_file(folder, world.dim), world.dim)
    have = file.path.stat().st_size // (4 * world.dim) if file.path.exists() else 0
    file.path.touch()
    file.truncate(have // BLOCK * BLOCK)
    for block in range(have // BLOCK, -(-count // BLOCK)):
        file.append(world.pictures(BLOCK, seed=1000 + block))
    return file.read(count)


def vectors_file(folder: Path, dim: int = 512) -> Path:
    """Where `gallery` keeps them."""
    return folder / f"world-{dim}.f32"


def _float(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)


def _unit(rows: NDArray[np.float32]) -> Embeddings:
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def recall(found: NDArray[np.int64], exact: NDArray[np.int64]) -> float:
    """How much of the exact answers ``(queries, k)`` was found, 0 to 1."""
    pairs = zip(found.tolist(), exact.tolist(), strict=True)
    return float(np.mean([len(set(one) & set(other)) / len(other) for one, other in pairs]))


def curve(pictures: Embeddings, queries: Embeddings, index: faiss.IndexIVF) -> list[float]:
    """The recall@10 of the index at each of `PROBES`."""
    exact = faiss.knn(queries, pictures, 10, faiss.METRIC_INNER_PRODUCT)[1]
    searches = (faiss.SearchParametersIVF(nprobe=probes) for probes in PROBES)
    return [recall(index.search(queries, 10, params=one)[1], exact) for one in searches]


def main() -> None:
    """Print how hard the world is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=200_000)
    world, count = World(), parser.parse_args().pictures
    pictures = np.concatenate(
        [world.pictures(BLOCK, seed=1000 + block) for block in range(-(-count // BLOCK))]
    )[:count]
    lists = int(4 * np.sqrt(count))
    index = faiss.index_factory(world.dim, f"IVF{lists},Flat", faiss.METRIC_INNER_PRODUCT)
    index.train(pictures[: 64 * lists])
    index.add(pictures)
    print(f"| recall@10 at nprobe | {' | '.join(map(str, PROBES))} |")
    print("|---|" + len(PROBES) * "---|")
    for name, queries in (("pictures", world.pictures(500, 7)), ("texts", world.texts(500, 8))):
        found = curve(pictures, queries, index)
        print(f"| {name} | {' | '.join(f'{one:.3f}' for one in found)} |")


if __name__ == "__main__":
    main()
