"""Every kind of index: what the table chooses, and that codes live through all that lists do."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from encoders import Embeddings, unit
from store import Collection
from store.index import Gallery, Index, Kind, RowTable, kind_for
from store.index.kinds import CODES, FLAT
from tests.store.parts import fill

DIM, COUNT, LISTS = 64, 6000, 20
MB, GB = 10**6, 10**9
HUNDRED = np.arange(100)


def random(count: int, seed: int) -> Embeddings:
    return unit(np.random.default_rng(seed).normal(size=(count, DIM)))


def built(code: str) -> Index:
    ids = np.arange(COUNT) * 3
    return Index.build(Kind(LISTS, code), random(COUNT, seed=0), np.arange(COUNT), ids)


def searched(index: Index, k: int = 10, k_factor: int = 10) -> tuple[Embeddings, Embeddings]:
    """The answers to 50 queries through a gallery of all that was ever added, all lists probed."""
    embeddings = np.vstack([random(COUNT, seed=0), random(100, seed=1)])
    table = RowTable.build(np.arange(len(embeddings)) * 3, np.arange(len(embeddings)))
    gallery = Gallery(index, table, embeddings)
    return gallery.search(random(50, seed=2), k, LISTS, k_factor=k_factor)


@pytest.mark.parametrize(
    ("count", "memory", "kind"),
    [
        (0, GB, Kind(1, "flat")),
        (20_000, 1, Kind(1, "flat")),
        (20_001, GB, Kind(565, "pq")),
        (1_000_000, 3 * GB, Kind(4000, "pq")),
        (1_000_000, 100 * MB, Kind(4000, "rabitq")),
        (1_000_000, MB, Kind(4000, "rabitq")),
    ],
)
def test_size_and_memory_decide(count: int, memory: int, kind: Kind) -> None:
    assert kind_for(count, 512, memory) == kind


@pytest.mark.parametrize(("memory", "code"), [(3 * GB, "flat"), (2 * GB, "fp16"), (GB, "pq")])
def test_with_a_gpu_whole_vectors_are_kept_where_they_fit(
    memory: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.index.kinds.gpus", lambda: 1)
    assert kind_for(1_000_000, 512, memory) == Kind(4000, code)


@pytest.mark.parametrize("code", CODES)
def test_the_table_says_how_many_bytes_a_vector_takes(code: str, tmp_path: Path) -> None:
    index = built(code)
    index.save(tmp_path / "index.faiss")
    fixed = 4 * DIM * LISTS + 4 * DIM * DIM + 40_000  # centres, rotation, and lists' last blocks
    taken = (tmp_path / "index.faiss").stat().st_size - 8 * COUNT
    assert CODES[code].bytes(DIM) * COUNT <= taken <= CODES[code].bytes(DIM) * COUNT + fixed


@pytest.mark.parametrize("code", CODES)
def test_a_loaded_index_knows_its_kind_and_answers_as_before(code: str, tmp_path: Path) -> None:
    index = built(code)
    index.save(tmp_path / "index.faiss")
    for mapped in (True, False):
        loaded = Index.load(tmp_path / "index.faiss", mapped=mapped)
        assert loaded.kind == Kind(LISTS, code)
        np.testing.assert_array_equal(loaded.ids(), np.arange(COUNT) * 3)
        np.testing.assert_array_equal(searched(loaded), searched(index))


@pytest.mark.parametrize("code", CODES)
def test_pictures_come_and_go_in_place(code: str) -> None:
    index = built(code)
    added = COUNT * 3 + HUNDRED * 3
    index.remove(HUNDRED * 3)
    index.add(random(100, seed=1), added)
    np.testing.assert_array_equal(index.ids(), np.arange(100, COUNT + 100) * 3)
    embeddings = np.vstack([random(COUNT, seed=0), random(100, seed=1)])[100:]
    expected = np.argsort(-(random(50, seed=2) @ embeddings.T), axis=1)[:, :10] + 100
    _, ids = searched(index, k_factor=COUNT)
    np.testing.assert_array_equal(ids, expected * 3)


@pytest.mark.parametrize(("code", "k_factor"), [("flat", 1), ("fp16", 2), ("pq", 40)])
def test_few_candidates_hold_the_best_where_codes_are_fine(code: str, k_factor: int) -> None:
    index = built(code)
    exact, close = searched(index, k_factor=COUNT)[1], searched(index, k_factor=k_factor)[1]
    assert (exact == close).mean() > 0.99


def test_coarse_codes_need_more_candidates() -> None:
    index = built("rabitq")
    exact = searched(index, k_factor=COUNT)[1]
    few, many = ((searched(index, k_factor=one)[1] == exact).mean() for one in (1, 50))
    assert 2 * few < many < 1


def test_an_index_that_none_of_these_made_is_not_taken_for_one() -> None:
    strange = faiss.index_factory(DIM, "IVF4,PQ8", faiss.METRIC_INNER_PRODUCT)
    with pytest.raises(ValueError, match=r"unknown kind: .*IndexIVFPQ"):
        Index(strange)


def test_less_memory_makes_another_index_of_the_same_pictures(
    empty: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.index.kinds.ONE_LIST_UP_TO", 50)  # "large" begins early
    generations = [fill(empty, range(400)), fill(empty, [])]
    empty.catalog.set(memory=1)
    generations += [fill(empty, []), fill(empty, [])]
    assert generations == [1, 1, 2, 2]
    with empty.snapshot() as snapshot:
        assert snapshot.index is not None
        assert snapshot.index.kind.code != FLAT
        assert snapshot.ids().tolist() == list(range(1, 401))
