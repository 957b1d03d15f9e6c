"""How fast stored embeddings are tagged: a collection on disk, the real tagger, the real catalog.

    python -m benchmarks.label --pictures 100000 --labels 1000

Embeddings and labels are random; a picture lies between ``FIT`` labels that fit it. What is timed
is `indexer.tag.tag`, as `mindseye tag` calls it: embeddings from disk, scores, tags into the
catalog, first into an empty one and then instead of those. Neither labels nor background are
encoded: that is done once, and kept in the cache.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

import encoders
from encoders import Embeddings, Encoder, unit
from encoders.labels import ZeroShot
from indexer.tag import Tagged, tag
from store import PRESENT, Collection, FileChange, NewPicture

BLOCK = 5000
BACKGROUND = 256  # as many as come with mindseye
FIT = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--labels", type=int, default=1000)
    given = parser.parse_args()
    encoder = encoders.load("starter")
    random = np.random.default_rng(0)
    labels = rows_of(random, given.labels, encoder)
    names = [f"label {number}" for number in range(given.labels)]
    tagger = ZeroShot.fit(encoder, names, labels, rows_of(random, BACKGROUND, encoder))
    print(
        f"{given.pictures} embeddings of {encoder.identity.dim} dimensions, {given.labels} labels, "
        f"{os.cpu_count()} cores"
    )
    with tempfile.TemporaryDirectory() as folder:
        collection = filled(Path(folder), encoder, pictures(random, labels, given.pictures))
        for catalog in ("empty", "full of the tags before"):
            timed = Timed(tagger)
            start = time.perf_counter()
            found = tag(collection, timed)
            print(f"a catalog {catalog}: {told(time.perf_counter() - start, timed, found)}")


class Timed:
    """A tagger that counts the seconds of its scores."""

    source = ZeroShot.source

    def __init__(self, tagger: ZeroShot) -> None:
        self.encoder, self.names = tagger.encoder, tagger.names
        self.seconds = 0.0
        self._tagger = tagger

    def scores(self, rows: Embeddings) -> Embeddings:
        start = time.perf_counter()
        found = self._tagger.scores(rows)
        self.seconds += time.perf_counter() - start
        return found


def told(seconds: float, timed: Timed, found: Tagged) -> str:
    """The whole, its parts, and what came of it."""
    return (
        f"{seconds:.1f} s = {timed.seconds:.1f} s scores + {seconds - timed.seconds:.1f} s "
        f"embeddings from disk and {found.tags} tags into the catalog, "
        f"on {found.tagged} pictures"
    )


def rows_of(random: np.random.Generator, count: int, encoder: Encoder) -> Embeddings:
    """Random unit vectors ``(count, dim)``."""
    return unit(random.normal(size=(count, encoder.identity.dim)).astype(np.float32))


def pictures(random: np.random.Generator, labels: Embeddings, count: int) -> Iterator[Embeddings]:
    """Blocks of embeddings, each the mean of a few labels, and noise as long as they are."""
    for first in range(0, count, BLOCK):
        own = random.integers(0, len(labels), (min(BLOCK, count - first), FIT))
        near = labels[own].mean(axis=1)
        yield unit(near + unit(random.normal(size=near.shape).astype(np.float32)) / FIT)


def filled(folder: Path, encoder: Encoder, blocks: Iterator[Embeddings]) -> Collection:
    """A collection with a picture for each embedding; the pictures themselves are nowhere."""
    collection = Collection.create(folder, asdict(encoder.identity))
    count = 0
    with collection.writing() as writer:
        for rows in blocks:
            hashes = [f"{number:064x}" for number in range(count, count + len(rows))]
            new = [NewPicture(one, 4, 3, "PNG", 1, b"") for one in hashes]
            writer.write(
                new, rows, [FileChange(f"/{one}.png", 1, 1, PRESENT, sha256=one) for one in hashes]
            )
            count += len(rows)
    return collection


if __name__ == "__main__":
    main()
