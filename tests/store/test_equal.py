"""Thousands of pictures that are all alike, such as blank scans: few lists, few candidates."""

import tracemalloc

import numpy as np
import pytest

from encoders import Embeddings, unit
from store.index import Gallery, Index, Kind, RowTable, measured
from store.index.kinds import CODES, FLAT

DIM, COUNT, DISTINCT, LISTS = 32, 6000, 8, 100
IDS = np.arange(COUNT) * 2 + 1


def random(count: int, seed: int) -> Embeddings:
    return unit(np.random.default_rng(seed).normal(size=(count, DIM)))


def alike(kind: Kind) -> Gallery:
    """Pictures of which each looks like an eighth of the others."""
    embeddings = random(DISTINCT, seed=0)[np.arange(COUNT) % DISTINCT]
    index = Index.build(kind, embeddings, np.arange(COUNT), IDS)
    return Gallery(index, RowTable.build(IDS, np.arange(COUNT)), embeddings)


@pytest.mark.parametrize("code", CODES)
def test_each_value_has_a_list_and_the_others_stay_empty(code: str) -> None:
    index = alike(Kind(LISTS, code)).index
    assert isinstance(index, Index)
    lengths = [index._ivf.invlists.list_size(number) for number in range(LISTS)]
    assert sorted(lengths)[-DISTINCT - 1 :] == [0, *[COUNT // DISTINCT] * DISTINCT]


def test_any_of_the_equal_ones_is_right_so_that_few_lists_are_enough() -> None:
    gallery = alike(Kind(LISTS, "pq"))
    gallery.tuning = measured(gallery, random(200, seed=1), 0.98)
    curve = gallery.tuning.curves["picture"]
    assert {(one.nprobe, one.recall) for one in curve if one.depth == 10} == {(1, 1.0)}
    point = gallery.tuning.cheapest(gallery.index.kind, DIM, "text", 10)
    assert point
    assert point.nprobe <= 2 * DISTINCT
    assert point.k_factor == 2
    queries = random(50, seed=2)
    scores, _ = gallery.search(queries, 10, **point.effort._asdict())
    np.testing.assert_array_equal(scores[:, 0], gallery.scan(queries, 10)[0][:, 0])


def test_a_search_for_many_keeps_no_list_of_all_that_are_equal() -> None:
    gallery, queries = alike(Kind(1, FLAT)), random(2000, seed=3)
    tracemalloc.start()
    scores, ids = gallery.search(queries, 3, 1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    nearest = np.argmax(queries @ gallery.embeddings[:DISTINCT].T, axis=1)
    np.testing.assert_array_equal(ids, IDS[nearest[:, None] + DISTINCT * np.arange(3)])
    assert (scores == scores[:, :1]).all()
    assert most < 50_000_000  # bytes; with lists of all 750 for each, it is 62 MB
