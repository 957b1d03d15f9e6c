"""What a picture of a collection takes on the disk, part by part, and an embedding in each index.

Also the seconds of all cores that building each kind of index takes: the figures that
docs/sizing.md multiplies. The indexes are built over made-up unit vectors.
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.index.material import processor_time
from encoders import unit
from store import Collection, facts
from store.index import Index, Kind
from store.index.kinds import CODES, lists_for


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
