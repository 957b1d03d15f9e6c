"""What is measured of an index holds for queries that the measurement did not see."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from encoders import Embeddings
from store.index import (
    Gallery,
    Ids,
    Index,
    Kind,
    Point,
    QueryKind,
    RowTable,
    Tuning,
    kind_for,
    measured,
)
from tests.worldly import COUNT, DIM, Worldly

TARGET, NEAR = 0.98, 0.01
LISTS = kind_for(COUNT, DIM).lists
ENCODER = Worldly()


def recall(gallery: Gallery, found: Ids, queries: Embeddings, allowed: Ids | None = None) -> float:
    exact = gallery.scan(queries, found.shape[1], allowed)[1]
    return float(np.mean([np.isin(one, two).mean() for one, two in zip(exact, found, strict=True)]))


@pytest.fixture(scope="module", params=["flat", "pq"])
def gallery(request: pytest.FixtureRequest) -> Gallery:
    embeddings, ids = ENCODER.world.pictures(COUNT, seed=1), np.arange(COUNT) * 2
    index = Index.build(Kind(LISTS, request.param), embeddings, np.arange(COUNT), ids)
    made = Gallery(index, RowTable.build(ids, np.arange(COUNT)), embeddings)
    made.tuning = measured(made, ENCODER.world.texts(1000, seed=2), TARGET)
    return made


@pytest.mark.parametrize("asked", ["text", "picture"])
def test_unseen_queries_find_what_was_measured(gallery: Gallery, asked: QueryKind) -> None:
    world = ENCODER.world
    queries = world.texts(1500, seed=3) if asked == "text" else world.pictures(1500, seed=4)
    point = gallery.shortcut(asked, 10)
    assert point and point.recall >= TARGET
    _, found = gallery.search(queries, 10, **point.effort._asdict())
    assert abs(recall(gallery, found, queries) - point.recall) <= NEAR


def test_words_need_more_lists_than_pictures(gallery: Gallery) -> None:
    assert gallery.tuning
    text, picture = gallery.shortcut("text", 10), gallery.shortcut("picture", 10)
    assert text and picture
    assert picture.nprobe < text.nprobe < LISTS


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_filters_that_have_nothing_to_do_with_words_cost_no_recall(
    gallery: Gallery, share: float
) -> None:
    allowed = np.random.default_rng(5).choice(gallery.rows.ids(), int(COUNT * share), False)
    queries = ENCODER.world.texts(500, seed=6)
    assert gallery.tuning
    point = gallery.tuning.cheapest(gallery.index.kind, DIM, "text", 10 / share)
    assert point
    _, found = gallery.search(queries, 10, point.nprobe, allowed, point.k_factor)
    assert recall(gallery, found, queries, allowed) >= TARGET - NEAR


def test_a_higher_target_costs_more_and_an_unreachable_one_is_not_promised(
    gallery: Gallery,
) -> None:
    assert gallery.tuning
    lists = [
        point.nprobe
        for target in (0.5, 0.9, 0.98)
        if (
            point := replace(gallery.tuning, target=target).cheapest(
                gallery.index.kind, DIM, "text", 10
            )
        )
    ]
    assert lists == sorted(set(lists))
    assert len(lists) == 3
    unreachable = replace(gallery.tuning, target=1.01)
    assert unreachable.cheapest(gallery.index.kind, DIM, "text", 10) is None


def test_more_answers_than_were_measured_are_looked_for_exactly(gallery: Gallery) -> None:
    assert gallery.shortcut("text", 1001) is None
    assert gallery.shortcut("text", 10, candidates=0) is None
    assert gallery.shortcut("text", 10, candidates=50) is None


def test_curves_are_kept(gallery: Gallery, tmp_path: Path) -> None:
    assert gallery.tuning
    path = tmp_path / "index-000001.faiss"
    gallery.save(path)
    loaded = Gallery.load(path, gallery.embeddings)
    assert loaded.tuning == gallery.tuning
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "index-000001.faiss",
        "rows-000001.npy",
        "tuning-000001.json",
    ]
    Gallery.delete(path)
    assert list(tmp_path.iterdir()) == []


def test_codes_that_are_too_coarse_for_the_target_are_not_used() -> None:
    embeddings, ids = ENCODER.world.pictures(3000, seed=1), np.arange(3000)
    index = Index.build(Kind(20, "rabitq"), embeddings, ids, ids)
    made = Gallery(index, RowTable.build(ids, ids), embeddings)
    made.tuning = measured(made, ENCODER.world.texts(100, seed=2), 0.999)
    assert made.tuning.curves["text"]
    assert made.shortcut("text", 10) is None


@pytest.mark.parametrize("text", ["", "{}", "nothing", '{"size": 1, "target": 1, "curves": 5}'])
def test_damaged_curves_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "tuning.json").write_text(text)
    assert Tuning.load(tmp_path / "tuning.json") is None


def test_recall_between_two_depths_lies_between_theirs() -> None:
    text = [Point(4, 1, 10, 0.99), Point(8, 1, 10, 1.0), Point(8, 1, 100, 0.9), Point(9, 1, 100, 1)]
    tuning = Tuning(1000, 1.0, 0.95, {"text": text, "picture": []})
    kind = Kind(10, "flat")
    found = [tuning.cheapest(kind, DIM, "text", depth) for depth in (5, 10, 30, 40, 100, 101)]
    assert [one and one.nprobe for one in found] == [4, 4, 8, 9, 9, None]
    assert found[2] and found[2].recall == pytest.approx(1 - 0.1 * np.log10(3))
    assert tuning.cheapest(kind, DIM, "picture", 10) is None


def test_curves_say_nothing_of_another_size() -> None:
    tuning = Tuning(1000, 1.0, TARGET, {"text": [], "picture": []})
    assert [tuning.fits(size) for size in (900, 920, 1000, 1090, 1110)] == [
        *(False, True, True, True, False)
    ]
