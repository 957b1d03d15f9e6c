"""Lists that no longer fit what is in them are made anew, beside the ones that are searched."""

import numpy as np
import pytest

from encoders import Embeddings, unit
from store import Collection
from store.index import Index
from tests.store.parts import WHO, picture, present, removed, vectors

FIRST, DIM = 400, WHO["dim"]


def texts() -> Embeddings:
    return vectors(range(5000, 5020))


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the indexes that were made, of which the first is of 400 pictures."""
    sizes: list[int] = []
    build = Index.build

    def counted(kind, embeddings, rows, ids):  # type: ignore[no-untyped-def]
        sizes.append(len(ids))
        return build(kind, embeddings, rows, ids)

    monkeypatch.setattr("store.index.kinds.ONE_LIST_UP_TO", 50)  # "large" begins early
    monkeypatch.setattr(Index, "build", counted)
    return sizes


def publish(collection: Collection, rows: Embeddings, first: int) -> int:
    numbers = range(first, first + len(rows))
    with collection.writing() as writer:
        writer.write([picture(one) for one in numbers], rows, [present(one) for one in numbers])
        return writer.publish(texts)


def test_pictures_like_the_others_are_added_to_the_lists_that_there_are(
    empty: Collection, builds: list[int]
) -> None:
    publish(empty, vectors(range(FIRST)), 0)
    publish(empty, vectors(range(FIRST, FIRST + 150)), FIRST)
    assert builds == [FIRST]


def test_uneven_lists_are_made_anew_while_the_old_ones_serve(
    empty: Collection, builds: list[int]
) -> None:
    publish(empty, vectors(range(FIRST)), 0)
    alike = unit(vectors([1]) + 0.01 * np.random.default_rng(0).normal(size=(150, 4)))
    reader = Collection(empty.folder)
    with reader.snapshot() as before:
        assert before.index and before.tuning
        trained = before.tuning.imbalance
        assert publish(empty, alike, FIRST) == 2
        assert (before.generation, len(before.index)) == (1, FIRST)
        found = before.search(vectors([7]), 1, before.index.lists, k_factor=FIRST)
        assert found[1].tolist() == [[8]]
    assert builds == [FIRST, FIRST + 150]
    with reader.snapshot() as after:
        assert after.index and after.tuning
        assert after.tuning.imbalance == after.index.imbalance != trained
        assert len(after.index) == FIRST + 150
    publish(empty, vectors([]), FIRST + 150)
    assert builds == [FIRST, FIRST + 150]  # as uneven as when they were made, which is well


@pytest.mark.parametrize("left", [60, 300])
def test_lists_too_many_or_too_few_are_made_anew(
    empty: Collection, builds: list[int], left: int
) -> None:
    publish(empty, vectors(range(FIRST)), 0)
    with empty.writing() as writer:
        writer.write([], vectors([]), [removed(one) for one in range(left, FIRST)])
        writer.publish(texts)
    assert builds == ([FIRST, left] if left == 60 else [FIRST])
