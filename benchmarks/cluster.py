"""Beyond one machine: `python -m benchmarks.cluster ray`, or `sizes --collection DIRECTORY`.

`ray` indexes the same pictures in this process and on Ray clusters of one and of two workers, all
of them on this machine, in turns. The processors are the same few, so what is measured is what Ray
costs, not what more machines bring: one worker has all processors, two have half of them each.
What every side keeps is compared with what this process keeps.

`sizes` says what a picture of a collection takes on the disk, part by part, and what an embedding
takes in each kind of index, with the seconds of all cores that building it takes: the figures that
docs/sizing.md multiplies. The indexes are built over made-up unit vectors.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

import encoders
from benchmarks.index.material import Taken, jpegs, processor_time, rate, ratio, scenes
from encoders import unit
from indexer import Cluster, connected, index
from store import Collection, facts
from store.index import Index, Kind
from store.index.kinds import CODES, ONE_LIST_UP_TO, lists_for

SIZE = (1024, 768)
WARM = 64  # pictures, before a run that counts
ENCODER = "starter"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = parser.add_subparsers(dest="part", required=True)
    part = parts.add_parser("ray", help="indexing with 1 and 2 workers")
    part.add_argument("--pictures", type=int, default=128)
    part.add_argument("--repeats", type=int, default=3)
    part.add_argument("--photos", type=Path, help="a folder of photos  [default: generated ones]")
    part.set_defaults(measure=on_ray)
    part = parts.add_parser("sizes", help="bytes a picture")
    part.add_argument("--collection", type=Path, required=True)
    more = f"more than {ONE_LIST_UP_TO}: fewer are one list, which is always flat"
    part.add_argument("--vectors", type=int, default=50_000, help=more)
    part.add_argument("--dim", type=int, default=512)
    part.set_defaults(measure=sizes)
    given = parser.parse_args()
    if given.part == "sizes" and given.vectors <= ONE_LIST_UP_TO:
        parser.error(f"--vectors: {more}")
    with tempfile.TemporaryDirectory() as folder:
        given.measure(Path(folder), given)


def on_ray(folder: Path, given: argparse.Namespace) -> None:
    """Both kinds of cluster and this process, in turns."""
    files = jpegs(folder / "photos", scenes(given.photos, given.pictures, SIZE))
    sides = Sides(folder, files)
    workers = (0, 1, 2)
    taken: dict[int, Taken] = {count: [] for count in workers}
    kept: dict[int, np.ndarray] = {}
    for _ in range(given.repeats):
        for count in workers:
            seconds, kept[count] = sides.run(count)
            taken[count].append(seconds)
    print(f"| {given.pictures} JPEGs of {SIZE[0]} × {SIZE[1]} | speed | ratio | least cosine |")
    print("|---|---|---|---|")
    for count in workers:
        name = f"{count} worker{'s'[: count > 1]} on Ray" if count else "this process"
        cosine = (kept[count] * kept[0]).sum(axis=1).min()
        speed = rate(given.pictures, taken[count])
        print(f"| {name} | {speed} | {ratio(taken[count], taken[0]):.2f} × | {cosine:.5f} |")


class Sides:
    """Runs over the same files, each into a new collection."""

    def __init__(self, folder: Path, files: list[Path]) -> None:
        self._encoder = encoders.load(ENCODER)
        encoders.check(self._encoder)
        self._folder = folder
        self._files = files
        self._made = 0

    def run(self, workers: int) -> tuple[float, np.ndarray]:
        """Seconds from files to a search, workers ready; and the embeddings ``(n, dim)``."""
        with ExitStack() as stack:
            cluster = stack.enter_context(self._cluster(workers)) if workers else None
            if cluster:
                self._index(self._files[:WARM], cluster).close()  # this is when workers start
            began = time.perf_counter()
            made = self._index(self._files, cluster)
            taken = time.perf_counter() - began
        _, rows = made.catalog.living()
        kept = np.array(made.embeddings.read(made.embeddings.rows())[rows])
        made.close()
        return taken, kept

    def _index(self, files: list[Path], cluster: Cluster | None) -> Collection:
        self._made += 1
        who = asdict(self._encoder.identity)
        made = Collection.create(self._folder / f"collection {self._made}", who)
        account = index(made, self._encoder, files, cluster=cluster)
        if account.indexed != len(files):
            raise SystemExit(f"something is lost: {account.summary()}")
        return made

    @contextmanager
    def _cluster(self, workers: int) -> Iterator[Cluster]:
        """A cluster of so many machines that share the processors of this one."""
        from ray.cluster_utils import Cluster as Machines

        each = {"num_cpus": max(1, (os.cpu_count() or 1) // workers), "include_dashboard": False}
        machines = Machines(initialize_head=True, head_node_args=each)
        try:
            for _ in range(workers - 1):
                machines.add_node(num_cpus=each["num_cpus"])
            with connected(machines.address, partial(encoders.load, ENCODER)) as cluster:
                yield cluster
        finally:
            machines.shutdown()  # type: ignore[no-untyped-call]


def sizes(folder: Path, given: argparse.Namespace) -> None:
    """What a picture takes in the collection, and an embedding in each kind of index."""
    held = facts(Collection(given.collection))
    print(f"| {held.searchable:,} pictures of {held.dimensions} dimensions | bytes a picture |")
    print("|---|---|")
    for part, size in held.sizes.items():
        print(f"| {part} | {size / held.searchable:,.0f} |")
    random = np.random.default_rng(0)
    vectors = unit(random.normal(size=(given.vectors, given.dim)).astype(np.float32))
    numbers = np.arange(given.vectors)
    lists = lists_for(given.vectors)
    print(f"\n| index of {given.vectors:,} × {given.dim}, {lists} lists | bytes each | core-s |")
    print("|---|---|---|")
    for code in CODES:
        began = processor_time()
        Index.build(Kind(lists, code), vectors, numbers, numbers).save(folder / code)
        seconds = processor_time() - began
        size = (folder / code).stat().st_size / given.vectors
        print(f"| {code} | {size:,.0f} | {seconds:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
