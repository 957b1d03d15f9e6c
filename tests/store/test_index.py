"""The FAISS index against NumPy: exact where every list is probed, and ids that are ours."""

from pathlib import Path

import numpy as np
import pytest

from encoders import Embeddings, unit
from store.index import Ids, Index, Kind
from store.index.kinds import FLAT, ONE_LIST_UP_TO, lists_for

MANY = ONE_LIST_UP_TO + 1


def random(count: int, seed: int = 0, dim: int = 8) -> Embeddings:
    return unit(np.random.default_rng(seed).normal(size=(count, dim)))


def brute_force(rows: Embeddings, ids: Ids, queries: Embeddings, k: int) -> Ids:
    scores = queries @ rows.T
    order = np.lexsort((np.broadcast_to(ids, scores.shape), -scores))
    return ids[order[:, :k]]


def built(rows: Embeddings, ids: Ids) -> Index:
    """As many lists as so many get, which hold whole vectors, over all rows."""
    return Index.build(Kind(lists_for(len(ids)), FLAT), rows, np.arange(len(ids)), ids)


@pytest.fixture(scope="module")
def many() -> Index:
    return built(random(MANY), np.arange(MANY) * 7)


def test_a_small_index_answers_as_numpy_does() -> None:
    rows, ids, queries = random(500), np.arange(500) * 3 + 10, random(20, seed=1)
    index = built(rows, ids)
    assert index.lists == 1
    scores, got = index.search(queries, 10, nprobe=1)
    np.testing.assert_array_equal(got, brute_force(rows, ids, queries, 10))
    np.testing.assert_allclose(scores[:, 0], (queries @ rows.T).max(1), rtol=1e-5)


def test_many_lists_answer_as_numpy_does_when_all_are_probed(many: Index) -> None:
    queries = random(20, seed=1)
    assert many.lists > 500
    _, got = many.search(queries, 10, nprobe=many.lists)
    np.testing.assert_array_equal(got, brute_force(random(MANY), np.arange(MANY) * 7, queries, 10))


def test_probing_one_list_of_many_finds_less_and_changes_nothing_for_others(many: Index) -> None:
    queries = random(20, seed=1)
    before = many.search(queries, 10, nprobe=many.lists)[1]
    few = many.search(queries, 10, nprobe=1)[1]
    assert (few != before).any()
    np.testing.assert_array_equal(many.search(queries, 10, nprobe=many.lists)[1], before)


def test_ids_are_what_was_added_and_not_removed() -> None:
    index = built(random(4), np.array([9, 2, 7, 4]))
    assert index.ids().tolist() == [2, 4, 7, 9]
    index.add(random(1, seed=5), np.array([3]))
    index.remove(np.array([9, 4, 1000]))
    assert index.ids().tolist() == [2, 3, 7]
    assert len(index) == 3
    assert 9 not in index.search(random(1), 3, 1)[1]


def test_the_ids_of_many_lists_are_sorted_too(many: Index) -> None:
    np.testing.assert_array_equal(many.ids(), np.arange(MANY) * 7)


def test_where_there_are_fewer_than_k_the_rest_is_minus_one() -> None:
    _, ids = built(random(2), np.array([5, 6])).search(random(1), 4, 1)
    assert set(ids[0, :2]) == {5, 6}
    assert ids[0, 2:].tolist() == [-1, -1]


def test_an_empty_index_answers_only_padding() -> None:
    index = built(random(1)[:0], np.empty(0, dtype=np.int64))
    assert index.ids().tolist() == []
    assert index.search(random(1), 2, 1)[1].tolist() == [[-1, -1]]


@pytest.mark.parametrize("shape", [(2, 7), (2, 9), (8,)])
def test_vectors_of_another_shape_are_refused_in_our_words(shape: tuple[int, ...]) -> None:
    index, wrong = built(random(3), np.arange(3)), np.zeros(shape, dtype=np.float32)
    with pytest.raises(ValueError, match=r"vectors of shape .*, expected \(n, 8\)"):
        index.search(wrong, 1, 1)
    with pytest.raises(ValueError, match=r"vectors of shape .*, expected \(n, 8\)"):
        index.add(wrong, np.arange(2))


def test_as_many_ids_as_vectors_are_wanted() -> None:
    index = built(random(3), np.arange(3))
    with pytest.raises(ValueError, match="1 ids for 2 embeddings"):
        index.add(random(2), np.array([9]))


def test_a_saved_index_answers_as_before_mapped_or_not(tmp_path: Path) -> None:
    index = built(random(50), np.arange(50))
    index.save(tmp_path / "saved.faiss")
    assert [file.name for file in tmp_path.iterdir()] == ["saved.faiss"]
    for mapped in (True, False):
        loaded = Index.load(tmp_path / "saved.faiss", mapped=mapped)
        expected, got = index.search(random(3), 5, 1), loaded.search(random(3), 5, 1)
        np.testing.assert_array_equal(got, expected)
        np.testing.assert_array_equal(loaded.ids(), index.ids())


@pytest.mark.parametrize(
    ("count", "lists"), [(0, 1), (20_000, 1), (20_001, 565), (1_000_000, 4000)]
)
def test_lists_grow_with_the_root_of_the_collection(count: int, lists: int) -> None:
    assert lists_for(count) == lists
