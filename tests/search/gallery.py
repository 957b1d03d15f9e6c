"""A collection of made-up pictures whose every fact is known, to compare answers with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from encoders import Embeddings, unit
from store import PRESENT, REMOVED, Collection, FileChange, NewPicture

COUNT = 120
CAMERAS = (None, "Canon EOS 5D", "NIKON D70", "Canon_100%")
TAGS = ("cat", "Dog", "red ball", "dog house")
FOLDERS = ("/album/2019/birds", "/album/2019", "/Album/birds_of_prey", "/other/birds/small")


@dataclass(frozen=True)
class Known:
    """One picture as the catalog has it; its id is its place from 1."""

    picture: NewPicture
    files: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(file.rsplit("/", 1)[-1] for file in self.files)


def known(number: int) -> Known:
    """The picture of this number, always the same."""
    random = np.random.default_rng(number)
    width, height = (int(side) for side in random.choice([400, 800, 1600], 2))
    dated, placed = random.random(2) < 0.8
    picture = NewPicture(
        f"{number:064}",
        width,
        height,
        str(random.choice(["JPEG", "PNG", "WEBP"])),
        int(random.integers(1000, 5_000_000)),
        b"",
        datetime(2018, 1, 1) + timedelta(days=int(random.integers(1500))) if dated else None,
        CAMERAS[int(random.integers(len(CAMERAS)))],
        float(random.uniform(-60, 60)) if placed else None,
        float(random.uniform(-180, 180)) if placed else None,
        tags=tuple(str(tag) for tag in random.choice(TAGS, 2, replace=False)[: number % 3]),
    )
    folders = random.choice(FOLDERS, 1 + number % 2, replace=False)
    return Known(picture, tuple(f"{folder}/IMG_{number}.{number % 7}.png" for folder in folders))


GALLERY = {number: known(number) for number in range(1, COUNT + 1)}


def vectors(count: int = COUNT) -> Embeddings:
    """Unit vectors of three dimensions; some are the same, others much alike."""
    rows = unit(np.random.default_rng(1).random((count, 3), dtype=np.float32))
    rows[10] = rows[11] = rows[5]
    return rows


def fill(collection: Collection) -> None:
    """Write and publish the whole gallery."""
    files = [
        FileChange(file, 1, 1, PRESENT, sha256=one.picture.sha256)
        for one in GALLERY.values()
        for file in one.files
    ]
    with collection.writing() as writer:
        writer.write([one.picture for one in GALLERY.values()], vectors(), files)
        writer.publish()


def remove(collection: Collection, numbers: list[int]) -> None:
    """Let every file of these pictures go, without publishing."""
    files = [FileChange(file, 1, 1, REMOVED) for one in numbers for file in GALLERY[one].files]
    with collection.writing() as writer:
        writer.write([], np.empty((0, 3), dtype=np.float32), files)
