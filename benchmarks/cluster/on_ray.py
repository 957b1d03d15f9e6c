"""The same pictures indexed in this process and on Ray clusters of one and two workers, in turns.

All of them are on this machine. The processors are the same few, so what is measured is what Ray
costs, not what more machines bring: one worker has all processors, two have half of them each.
What every side keeps is compared with what this process keeps.
"""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

import encoders
from benchmarks.index.material import Taken, jpegs, rate, ratio, scenes
from indexer import Cluster, connected, index
from store import Collection

SIZE = (1024, 768)
WARM = 64  # pictures, before a run that counts
ENCODER = "starter"


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
