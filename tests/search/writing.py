"""A writer in a process of its own, and what must be true after each of its steps.

    python -m tests.search.writing COLLECTION

Its steps are always the same, so whoever imports this module knows them.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from encoders import Embeddings, unit
from store import PRESENT, REMOVED, Collection, FileChange, NewPicture

ROUNDS = 15
LOOKS = 40  # different embeddings; pictures beyond have the same ones again
FIRST = range(1, 61)  # there before the writer begins


@dataclass(frozen=True)
class Step:
    """What a transaction does to some pictures, or the publishing of all that was done before."""

    kind: Literal["add", "remove", "restore", "publish"]
    numbers: tuple[int, ...] = ()


@dataclass
class State:
    """What is published as a generation, and what lies somewhere, by the pictures' numbers.

    Numbers are given in the order of adding, so they are the catalog's ids.
    """

    generation: int = 0
    published: set[int] = field(default_factory=set)
    living: set[int] = field(default_factory=set)

    def after(self, step: Step) -> "State":
        if step.kind == "publish":
            return State(self.generation + 1, set(self.living), self.living)
        changed = self.living - set(step.numbers)
        if step.kind != "remove":
            changed |= set(step.numbers)
        return State(self.generation, self.published, changed)


def steps() -> Iterator[Step]:
    """Adding, removing, restoring and publishing, over and over."""
    random = np.random.default_rng(0)
    living, gone, number = set(FIRST), set[int](), len(FIRST)
    for _ in range(ROUNDS):
        new = tuple(range(number + 1, number + 6))
        number += len(new)
        leaving = tuple(map(int, random.choice(sorted(living), 4, replace=False)))
        back = tuple(sorted(gone)[:2])
        living = living - set(leaving) | set(new) | set(back)
        gone = gone - set(back) | set(leaving)
        yield from (Step("add", new), Step("remove", leaving), Step("restore", back))
        yield Step("publish")


def states() -> list[State]:
    """What holds from the first step on, in order."""
    beginning = State().after(Step("add", tuple(FIRST))).after(Step("publish"))
    found = [beginning]
    for step in steps():
        found.append(found[-1].after(step))
    return found


def vectors(numbers: Sequence[int]) -> Embeddings:
    """The embedding of each picture, ``(n, 3)``."""
    looks = unit(np.random.default_rng(1).random((LOOKS, 3), dtype=np.float32))
    return looks[np.array(numbers, dtype=np.int64) % LOOKS]


def path(number: int) -> str:
    return f"/{'even' if number % 2 == 0 else 'odd'}/{number}.png"


def write(collection: Collection, step: Step) -> None:
    """Take one step."""
    new = step.numbers if step.kind == "add" else ()
    state = REMOVED if step.kind == "remove" else PRESENT
    pictures = [NewPicture(f"{one:064}", 1, 1, "PNG", 1, b"") for one in new]
    files = [FileChange(path(one), 1, 1, state, sha256=f"{one:064}") for one in step.numbers]
    with collection.writing() as writer:
        if step.kind == "publish":
            writer.publish()
        else:
            writer.write(pictures, vectors(new), files)


def begin(collection: Collection) -> None:
    """What is there before the writer begins."""
    write(collection, Step("add", tuple(FIRST)))
    write(collection, Step("publish"))


if __name__ == "__main__":
    written = Collection(Path(sys.argv[1]))
    for step in steps():
        write(written, step)
    written.close()
