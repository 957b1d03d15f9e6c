"""The files of an index: where they lie, and how they come to be there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def rows_beside(index: Path) -> Path:
    """The file of the rows that belong to the index in this file."""
    return _beside(index, "rows", ".npy")


def tuning_beside(index: Path) -> Path:
    """The file of what was measured of the index in this file."""
    return _beside(index, "tuning", ".json")


def fused_beside(index: Path) -> Path:
    """The file of what the pictures of the index in this file are ranked by, if words count."""
    return _beside(index, "fused", ".f32")


def files_of(index: Path) -> tuple[Path, ...]:
    """Everything that was saved with the index in this file, the index itself last."""
    return rows_beside(index), tuning_beside(index), fused_beside(index), index


def indexes(folder: Path) -> list[Path]:
    """The files of the indexes of all generations that are kept, the newest last."""
    return sorted((*folder.glob("index-*.faiss"), *folder.glob("index-*.milvus")))


def _beside(index: Path, part: str, suffix: str) -> Path:
    return index.with_name(f"{part}-{index.stem.removeprefix('index-')}{suffix}")


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A file to write to, which then takes the place of ``path``: a reader sees all or nothing."""
    scratch = path.with_suffix(".new")
    yield scratch
    with scratch.open("rb+") as stream:
        os.fsync(stream.fileno())
    scratch.replace(path)
