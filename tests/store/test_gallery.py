"""Every exact route against NumPy: the same ids, the same scores, ties by id."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from encoders import Embeddings, unit
from store.index import Gallery, Ids, Index, Kind, RowTable, Scores, scan
from store.index.exact import BATCH, BLOCK_ROWS
from store.index.kinds import CODES, FLAT

DIM = 24
COUNT = 8 * BLOCK_ROWS + 500  # nine blocks of brute force
TWINS = 40  # more than a list of candidates holds at first

Route = Callable[[Gallery, Embeddings, int, Ids | None], tuple[Scores, Ids]]
ROUTES: dict[str, Route] = {
    "all lists": lambda gallery, queries, k, allowed: gallery.search(
        queries, k, 10**6, allowed, k_factor=COUNT
    ),
    "scan": lambda gallery, queries, k, allowed: gallery.scan(queries, k, allowed),
}


def random(count: int, seed: int) -> Embeddings:
    return unit(np.random.default_rng(seed).normal(size=(count, DIM)))


def brute_force(rows: Embeddings, ids: Ids, queries: Embeddings, k: int) -> tuple[Scores, Ids]:
    """In double precision, one product at a time: equal rows get equal scores."""
    scores = np.stack([(rows.astype(np.float64) * query).sum(1) for query in queries])
    scores = scores.astype(np.float32)
    order = np.lexsort((np.broadcast_to(ids, scores.shape), -scores))[:, :k]
    return np.take_along_axis(scores, order, 1), ids[order]


class Made:
    """A gallery whose ids and rows are shuffled, with twins in both blocks, and deletions."""

    def __init__(self, kind: Kind) -> None:
        shuffled = np.random.default_rng(1)
        self.embeddings = random(COUNT, seed=2)
        self.embeddings[shuffled.choice(COUNT, TWINS, replace=False)] = self.embeddings[0]
        ids = np.sort(shuffled.choice(3 * COUNT, COUNT, replace=False)) + 1
        rows = shuffled.permutation(COUNT)
        self.index = Index.build(kind, self.embeddings, rows, ids)
        kept = shuffled.random(COUNT) > 0.1
        self.index.remove(ids[~kept])
        self.ids, self.rows, self.gone = ids[kept], rows[kept], ids[~kept]
        self.gallery = Gallery(self.index, RowTable.build(self.ids, self.rows), self.embeddings)
        self.queries = np.vstack([self.embeddings[:1], random(BATCH, seed=3)])

    def expected(self, queries: Embeddings, k: int, allowed: Ids) -> tuple[Scores, Ids]:
        chosen = np.isin(self.ids, allowed)
        return brute_force(self.embeddings[self.rows[chosen]], self.ids[chosen], queries, k)


KINDS = [Kind(1, FLAT), *(Kind(64, code) for code in CODES)]


@pytest.fixture(scope="module", params=KINDS, ids=str)
def made(request: pytest.FixtureRequest) -> Made:
    return Made(request.param)


def test_thousands_of_equal_embeddings_are_not_all_kept_for_every_query() -> None:
    few, queries = random(4, seed=5), random(500, seed=6)
    embeddings = few[np.arange(10_000) % 4]
    tracemalloc.start()
    scores, places = scan(queries, embeddings, np.arange(len(embeddings)), 3)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    nearest = np.argmax(queries @ few.T, axis=1)
    np.testing.assert_array_equal(places, nearest[:, None] + 4 * np.arange(3))
    assert (scores == scores[:, :1]).all()
    assert most < 10_000_000  # bytes; 500 × 2,500 scores and places alone are 15 MB


@pytest.mark.parametrize("count", [1, BATCH + 1], ids=["one query", "a batch"])
@pytest.mark.parametrize("k", [1, 10, TWINS // 2])
@pytest.mark.parametrize("route", ROUTES)
def test_each_route_answers_as_numpy_does(made: Made, route: str, k: int, count: int) -> None:
    queries = made.queries[:count]
    scores, ids = ROUTES[route](made.gallery, queries, k, None)
    expected = made.expected(queries, k, made.ids)
    np.testing.assert_array_equal(ids, expected[1])
    np.testing.assert_allclose(scores, expected[0], rtol=1e-5, atol=1e-6)


def test_all_routes_give_the_same_scores_to_the_last_bit(made: Made) -> None:
    one = [ROUTES[route](made.gallery, made.queries[:1], 300, None) for route in ROUTES]
    many = [ROUTES[route](made.gallery, made.queries, 300, None) for route in ROUTES]
    for scores, ids in (*one, *many):
        np.testing.assert_array_equal(scores[0], one[0][0][0])
        np.testing.assert_array_equal(ids[0], one[0][1][0])


@pytest.mark.parametrize("route", ROUTES)
def test_equal_embeddings_score_equal_and_come_by_id(made: Made, route: str) -> None:
    twins = made.ids[(made.embeddings[made.rows] == made.embeddings[0]).all(1)]
    assert len(twins) > TWINS // 2
    scores, ids = ROUTES[route](made.gallery, made.queries[:1], len(twins), None)
    np.testing.assert_array_equal(ids[0], twins)
    assert len(set(scores[0].tolist())) == 1


@pytest.mark.parametrize("count", [1, BATCH + 1], ids=["one query", "a batch"])
@pytest.mark.parametrize("share", [0.001, 0.3])
@pytest.mark.parametrize("route", ROUTES)
def test_only_allowed_ids_are_found(made: Made, route: str, share: float, count: int) -> None:
    drawn = np.random.default_rng(4).random(len(made.ids)) < share
    allowed = np.concatenate([made.ids[drawn], made.gone[:3], [10**7]])  # some are not there
    queries = made.queries[:count]
    scores, ids = ROUTES[route](made.gallery, queries, 10, allowed)
    expected = made.expected(queries, 10, allowed)
    np.testing.assert_array_equal(ids, expected[1])
    np.testing.assert_allclose(scores, expected[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("count", [0, 1, BATCH + 1])
@pytest.mark.parametrize("route", ROUTES)
def test_where_nothing_is_allowed_only_padding_comes(made: Made, route: str, count: int) -> None:
    for allowed in (np.empty(0, dtype=np.int64), made.gone, np.array([10**7])):
        scores, ids = ROUTES[route](made.gallery, made.queries[:count], 3, allowed)
        assert scores.shape == ids.shape == (count, 3)
        assert (ids == -1).all()


@pytest.mark.parametrize("count", [1, BATCH + 1])
@pytest.mark.parametrize("route", ROUTES)
def test_k_beyond_what_is_allowed_is_padded(made: Made, route: str, count: int) -> None:
    allowed, queries = made.ids[[5, 9, 700]], made.queries[:count]
    scores, ids = ROUTES[route](made.gallery, queries, 6, allowed)
    np.testing.assert_array_equal(ids[:, :3], made.expected(queries, 3, allowed)[1])
    assert (ids[:, 3:] == -1).all()
    assert np.isneginf(scores[:, 3:]).all()


def test_where_all_that_is_allowed_was_found_nobody_looks_again(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    search = Index.search

    def counted(self: Index, queries: Embeddings, k: int, nprobe: int, allowed: Ids) -> object:
        asked.append(k)
        return search(self, queries, k, nprobe, allowed)

    monkeypatch.setattr(Index, "search", counted)
    made.gallery.search(made.queries, 10, 10**6, made.ids[:3])
    assert len(asked) == 1


@pytest.mark.parametrize("route", ROUTES)
def test_k_beyond_the_collection_gives_all_of_it(made: Made, route: str) -> None:
    _, ids = ROUTES[route](made.gallery, made.queries[:1], COUNT + 7, None)
    np.testing.assert_array_equal(np.sort(ids[0, : len(made.ids)]), made.ids)
    assert (ids[0, len(made.ids) :] == -1).all()


@pytest.mark.parametrize("route", ROUTES)
def test_an_empty_gallery_answers_padding(route: str) -> None:
    nothing = np.empty(0, dtype=np.int64)
    index = Index.build(Kind(1, FLAT), random(1, seed=0)[:0], nothing, nothing)
    gallery = Gallery(index, RowTable.build(nothing, nothing), random(1, seed=0)[:0])
    assert ROUTES[route](gallery, random(1, seed=1), 2, None)[1].tolist() == [[-1, -1]]


def test_a_saved_table_of_rows_knows_the_same_rows(tmp_path: Path) -> None:
    for ids in (np.array([2, 7, 9]), np.empty(0, dtype=np.int64)):
        RowTable.build(ids, ids * 10).save(tmp_path / "rows.npy")
        loaded = RowTable.load(tmp_path / "rows.npy")
        np.testing.assert_array_equal(loaded.ids(), ids)
        np.testing.assert_array_equal(loaded.rows(ids), ids * 10)
        assert loaded.rows(np.array([[-1, 1], [8, 100]])).tolist() == [[-1, -1], [-1, -1]]
    assert [file.name for file in tmp_path.iterdir()] == ["rows.npy"]
