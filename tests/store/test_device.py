"""FAISS on GPUs: what goes there and what does not, with the processor in a GPU's place."""

from typing import Any

import faiss
import numpy as np
import pytest

from encoders import Embeddings, unit
from store.index import Index, Kind
from store.index.device import MANY, gpus
from store.index.kinds import CODES

DIM, COUNT, LISTS = 32, 3000, 8


def random(count: int, seed: int) -> Embeddings:
    return unit(np.random.default_rng(seed).normal(size=(count, DIM)))


def built(code: str) -> Index:
    rows = np.arange(COUNT)
    index = Index.build(Kind(LISTS, code), random(COUNT, 0), rows, rows)
    index.remove(np.arange(10))
    index.add(random(10, 1), np.arange(COUNT, COUNT + 10))
    return index


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of what was copied to the only GPU of a machine that has one."""
    types: list[str] = []

    def copy(index: Any) -> Any:
        types.append(type(faiss.downcast_index(index)).__name__)
        return index

    monkeypatch.setattr("store.index.device.gpus", lambda: 1)
    monkeypatch.setattr(faiss, "index_cpu_to_all_gpus", copy)
    return types


@pytest.mark.parametrize("code", CODES)
def test_an_index_made_with_a_gpu_answers_as_one_made_without(
    code: str, request: pytest.FixtureRequest
) -> None:
    plain = built(code)
    copied = request.getfixturevalue("copied")
    index = built(code)
    assert copied == ["IndexFlatIP", "IndexFlat"]  # for the clustering, and the centres
    assert len(index) == len(plain) == COUNT
    np.testing.assert_array_equal(index.ids(), plain.ids())
    for nprobe in (2, LISTS):
        expected, got = plain.search(random(5, 2), 9, nprobe), index.search(random(5, 2), 9, nprobe)
        np.testing.assert_array_equal(got[1], expected[1])


@pytest.mark.parametrize(("code", "fits"), [("flat", True), ("fp16", True), ("rabitq", False)])
def test_many_queries_go_to_a_gpu_if_it_knows_the_kind(
    copied: list[str], code: str, fits: bool
) -> None:
    index = built(code)
    copied.clear()
    index.search(random(MANY - 1, 2), 9, 2)
    index.search(random(MANY, 2), 9, 2, allowed=np.arange(50))  # no selectors there
    assert copied == []
    for _ in range(2):
        index.search(random(MANY, 2), 9, 2)
    assert len(copied) == fits
    index.remove(np.array([20]))
    index.search(random(MANY, 2), 9, 2)
    assert len(copied) == 2 * fits


@pytest.mark.gpu
@pytest.mark.skipif(not gpus(), reason="FAISS has no GPU here")
@pytest.mark.parametrize("code", CODES)
def test_a_real_gpu_finds_the_same(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert gpus()
    index = built(code)
    many = index.search(random(MANY, 2), 9, LISTS)[1]
    monkeypatch.setattr("store.index.device.gpus", lambda: 0)
    plain = index.search(random(MANY, 2), 9, LISTS)[1]
    assert (many == plain).mean() > 0.99
