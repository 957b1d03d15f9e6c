"""Pictures without pixels: what the store wants to know of one, made up from a number."""

from collections.abc import Sequence

import numpy as np

from encoders import Embeddings, unit
from store import PRESENT, REMOVED, Collection, FileChange, NewPicture, Writer

WHO = {"name": "tiny", "weights": "one", "dim": 4}


def vectors(numbers: Sequence[int], dim: int = 4) -> Embeddings:
    """A unit vector for each number, always the same one: ``(n, dim)``."""
    rows = [np.random.default_rng(one).normal(size=dim) for one in numbers]
    return unit(np.array(rows).reshape(-1, dim))


def sha256(number: int) -> str:
    return f"{number:064x}"


def picture(number: int) -> NewPicture:
    return NewPicture(sha256(number), 40, 30, "PNG", 100, b"a jpeg %d" % number)


def present(number: int) -> FileChange:
    return FileChange(f"/photos/{number}.png", 100, number, PRESENT, sha256=sha256(number))


def removed(number: int) -> FileChange:
    return FileChange(f"/photos/{number}.png", 100, number, REMOVED)


def put(writer: Writer, numbers: Sequence[int]) -> None:
    """Write the pictures of these numbers, each at one path."""
    writer.write(
        [picture(one) for one in numbers], vectors(numbers), [present(one) for one in numbers]
    )


def fill(collection: Collection, numbers: Sequence[int]) -> int:
    """Write and publish these pictures; the generation."""
    with collection.writing() as writer:
        put(writer, numbers)
        return writer.publish()


def found(collection: Collection, number: int, k: int = 1) -> list[str]:
    """The paths that the collection answers to the vector of this number, best first."""
    with collection.snapshot() as snapshot:
        _, ids = snapshot.search(vectors([number]), k, 1)
        pictures = snapshot.pictures(ids[0].tolist())
        return [pictures[one].files[0] for one in ids[0].tolist() if one in pictures]
