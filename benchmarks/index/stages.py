"""How much of the slowest stage's own speed a whole run keeps."""

import argparse
import os
import shutil
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import encoders
from benchmarks.index.material import in_turns, jpegs, rate, scenes
from encoders import Encoder
from indexer import Stages, index
from indexer.batches import batches
from indexer.compare import Unread
from indexer.read import ReadFile
from indexer.reading import Threads
from indexer.sources import SeenFile, read_bytes
from indexer.workers import Task
from store import PRESENT, Collection, FileChange

SIZE = (1024, 768)
GATE = 0.90


def measure(folder: Path, options: argparse.Namespace) -> None:
    """The whole run and each stage alone, in turns, with the starter."""
    encoder = encoders.load("starter")
    files = jpegs(folder / "photos", scenes(options.photos, options.pictures, SIZE))
    alone = Alone(folder / "alone", files, encoder)
    stages = Stages()

    def whole() -> None:
        with_new(
            folder / "whole",
            encoder,
            lambda to: index(to, encoder, [files[0].parent], stages=stages),
        )

    sides = {"the whole run": whole, "read": alone.read, "read and decode": alone.decode}
    sides |= {"encode": alone.encode, "write": alone.write}
    taken = dict(zip(sides, in_turns(list(sides.values()), options.repeats), strict=True))
    print(f"| starter, {options.pictures} JPEGs of {SIZE[0]} × {SIZE[1]} | speed |")
    print("|---|---|")
    for name, seconds in taken.items():
        print(
            f"| {name}{'' if name == 'the whole run' else ' alone'} | {rate(len(files), seconds)} |"
        )
    medians = {name: statistics.median(seconds) for name, seconds in taken.items()}
    run = medians.pop("the whole run")
    slowest = max(medians, key=lambda name: medians[name])
    print(
        f"\nachieved ÷ slowest stage alone ({slowest}): {medians[slowest] / run:.2f}, gate {GATE}"
    )
    print(f"the last run, as it accounts for itself: {stages}\n", flush=True)


class Alone:
    """Each stage on what the others have made ready; reading and decoding on all cores."""

    def __init__(self, folder: Path, files: Sequence[Path], encoder: Encoder) -> None:
        self._encoder = encoder
        self._folder = folder
        self._seen = [SeenFile(str(file), file.stat().st_size, 1) for file in files]
        self._collection = Collection.create(folder / "empty", asdict(encoder.identity))
        self._threads = Threads(encoder, self._collection.catalog, Stages())
        self._ready = self.decode()
        self._embeddings = self.encode()

    def read(self) -> None:
        """The bytes of every file."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda seen: len(read_bytes(seen.path)), self._seen))

    def decode(self) -> list[ReadFile]:
        """From files to pixels, thumbnails and metadata."""
        tasks = [Task([Unread(one, None) for one in some]) for some in batches(self._seen, 8)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(self._threads.work, tasks))
        return [file for task in tasks for file in task.done]

    def encode(self) -> list[encoders.Embeddings]:
        """All pixels, batch by batch."""
        pixels = [file.pixels for file in self._ready if file.pixels is not None]
        return [
            self._encoder.encode_images(some) for some in batches(pixels, self._encoder.batch_size)
        ]

    def write(self) -> None:
        """Embeddings, thumbnails and catalog, and the index that is published."""
        with_new(self._folder / "written", self._encoder, self._write)

    def _write(self, collection: Collection) -> None:
        with collection.writing() as writer:
            ready = batches(self._ready, self._encoder.batch_size)
            for some, embeddings in zip(ready, self._embeddings, strict=True):
                became = [
                    FileChange(*one.unread.seen[:3], PRESENT, sha256=one.sha256) for one in some
                ]
                writer.write([one.picture for one in some if one.picture], embeddings, became)


def with_new(folder: Path, encoder: Encoder, work: object) -> None:
    """Do the work with an empty collection, and throw that away."""
    collection = Collection.create(folder, asdict(encoder.identity))
    work(collection)  # type: ignore[operator]
    collection.close()
    shutil.rmtree(folder)
