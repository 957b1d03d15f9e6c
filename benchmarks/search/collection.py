"""A collection of any size, filled with made-up pictures through the store's own way in."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import open_clip
import torch

import encoders
from benchmarks.search.vectors import World, gallery
from encoders import Encoder
from store import PRESENT, Collection, FileChange, NewPicture

ARCHITECTURE = "ViT-B-32"
CAMERAS = ("Canon EOS 5D", "NIKON D70", "Pixel 8", "iPhone 15")
SIDES = (640, 1024, 2048, 4000)
THINGS = ("dog", "cat", "beach", "mountain", "tower", "guitar", "bridge", "sunset", "train", "face")
PART = 10_000  # pictures in a transaction
SIZES = 1_000_000  # bytes of pictures are below this, and so `size:<N` lets N in a million through


def encoder(cache: Path) -> Encoder:
    """ViT-B/32 with random weights, always the same, through the code that loads real ones."""
    file = cache / f"{ARCHITECTURE}.pt"
    if not file.exists():
        torch.manual_seed(0)
        torch.save(open_clip.create_model(ARCHITECTURE).state_dict(), file)
    return encoders.load(f"open_clip:{ARCHITECTURE}@{file}")


def filled(count: int, cache: Path) -> Collection:
    """The collection of that many pictures, made if it is not there, and published."""
    collection = Collection.create(folder(count, cache), asdict(encoder(cache).identity))
    rows = gallery(World(), count, cache)
    with collection.writing() as writer:
        for start in range(collection.catalog.rows(), count, PART):
            numbers = range(start, min(start + PART, count))
            files = [FileChange(path(one), 1, 1, PRESENT, sha256=f"{one:064x}") for one in numbers]
            writer.write(list(pictures(numbers)), rows[numbers.start : numbers.stop], files)
        writer.publish(lambda: World().texts(1000, seed=5))
    return collection


def folder(count: int, cache: Path) -> Path:
    """Where the collection of that many pictures lies."""
    return cache / f"collection-{count}"


def path(number: int) -> str:
    """Ten folders of years with a hundred albums each."""
    year, album, thing = 2010 + number % 10, number // 10 % 100, THINGS[number % len(THINGS)]
    return f"/pictures/{year}/album-{album:02}/{thing}-{number:07}.jpg"


def pictures(numbers: range) -> Iterator[NewPicture]:
    """What the catalog is told of each picture."""
    random = np.random.default_rng(numbers.start)
    sides = random.choice(SIDES, (len(numbers), 2)).tolist()
    days = random.integers(3650, size=len(numbers)).tolist()
    sizes = random.integers(SIZES, size=len(numbers)).tolist()
    for number, (width, height), day, size in zip(numbers, sides, days, sizes, strict=True):
        yield NewPicture(
            f"{number:064x}",
            width,
            height,
            ("JPEG", "PNG")[number % 8 == 0],
            size,
            b"",
            datetime(2010, 1, 1) + timedelta(days=day),
            CAMERAS[number % len(CAMERAS)],
        )
