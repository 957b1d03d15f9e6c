"""What a second run costs: nothing changed, and a hundredth come and a hundredth gone."""

import argparse
import os
import statistics
from dataclasses import asdict
from pathlib import Path

from benchmarks.index.material import Run, in_turns, processor_time
from benchmarks.index.memory import A_FOLDER, Wide, fill
from indexer import Account, index
from store import Collection

UNCHANGED_GATE = 2.0  # times walking and `stat`
CHANGED_GATE = 20.0  # times faster than indexing everything


def measure(folder: Path, options: argparse.Namespace) -> None:
    """Index so many small pictures, and then again; in seconds of the processor."""
    photos, count = folder / "photos", options.files
    fill(photos, count)
    encoder = Wide()
    collection = Collection.create(folder / "collection", asdict(encoder.identity))

    def run() -> Account:
        return index(collection, encoder, [photos])

    first = _seconds(run)
    walked, again = in_turns([lambda: walk(photos), run], options.repeats, processor_time)
    change(photos, count // 100)
    changed = _seconds(run)
    walk_median, again_median = statistics.median(walked), statistics.median(again)
    print(f"| {count:,} small pictures | processor seconds | ratio | aim |")
    print("|---|---|---|---|")
    print(f"| walking and `stat` | {walk_median:.2f} | | |")
    unchanged = f"{again_median / walk_median:.2f} × walking"
    print(f"| nothing changed | {again_median:.2f} | {unchanged} | ≤ {UNCHANGED_GATE:.0f} × |")
    faster = f"{first / changed:.0f} × faster than all"
    print(f"| 1 % come, 1 % gone | {changed:.2f} | {faster} | ≥ {CHANGED_GATE:.0f} × |")
    print(f"| everything | {first:.2f} | | |\n")


def walk(folder: Path) -> int:
    """Look at every file once; how many there are."""
    return sum(
        os.stat(f"{place}/{name}").st_size > 0  # noqa: PTH116  (as fast as it can be)
        for place, _, names in os.walk(folder)
        for name in names
    )


def change(folder: Path, count: int) -> None:
    """So many pictures go, and as many others come."""
    for number in range(1, count + 1):
        old = folder / f"{number // A_FOLDER:03}" / f"{number}.jpg"
        old.with_name(f"new {number}.jpg").write_bytes(old.read_bytes() + b"new")
        old.unlink()


def _seconds(run: Run) -> float:
    began = processor_time()
    run()
    return processor_time() - began
