"""The planner over 30,000 pictures: what it promises and keeps, and which way it takes when."""

import shutil
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from encoders import Embeddings
from indexer.background import background_texts
from search import Engine, parse
from store import REMOVED, Collection, Ids, facts
from store.models import File
from tests.worldly import COUNT, Worldly, fill

TARGET, NEAR = 0.98, 0.01
ENCODER = Worldly()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worldly") / "collection"
    collection = Collection.create(folder, asdict(ENCODER.identity))
    fill(collection, ENCODER.world.pictures(COUNT, seed=1))
    with collection.writing() as writer:
        assert writer.publish(partial(ENCODER.encode_texts, background_texts())) == 1
    collection.close()
    return folder


@pytest.fixture(scope="module")
def engine(made: Path) -> Engine:
    return Engine(Collection(made), ENCODER)


@pytest.fixture
def copied(made: Path, tmp_path: Path) -> Engine:
    """The same collection, to be changed."""
    return Engine(Collection(shutil.copytree(made, tmp_path / "collection")), ENCODER)


def ids(engine: Engine, text: str, k: int = 10, *, exact: bool = False) -> list[int]:
    query = parse(f"{text} dupes:show")
    return [hit.id for hit in engine.search(query, k, exact=exact).hits]


def test_words_find_what_the_answer_promises(engine: Engine) -> None:
    found = []
    for number in range(60):
        answer = engine.search(parse(f"unseen {number} dupes:show"), 10)
        assert answer.route == "approximate"
        assert answer.recall >= TARGET
        exact = set(ids(engine, f"unseen {number}", exact=True))
        found.append(len(exact & {hit.id for hit in answer.hits}) / 10)
    assert np.mean(found) >= TARGET - NEAR


def test_pictures_look_at_less_than_words_and_words_and_pictures_as_words(engine: Engine) -> None:
    with engine.collection.snapshot() as snapshot:
        text, picture = snapshot.shortcut("text", 10), snapshot.shortcut("picture", 10)
    assert text and picture
    assert picture.nprobe < text.nprobe
    recalls = [engine.search(parse(f"{one} dupes:show"), 10).recall for one in ("like:7", "a b")]
    assert recalls == [picture.recall, text.recall]
    assert engine.search(parse("like:7 word dupes:show"), 10).recall == text.recall


def test_a_collection_says_what_was_measured_of_it(engine: Engine) -> None:
    found = facts(engine.collection)
    assert (found.code, found.recall.keys()) == ("pq", {"text", "picture"})
    assert all(TARGET <= recall <= 1 for recall in found.recall.values())


def test_exact_is_exact(engine: Engine) -> None:
    answer = engine.search(parse("anything"), 10, exact=True)
    assert (answer.route, answer.recall) == ("exact", 1)


@pytest.mark.parametrize(("width", "matches"), [(0, 0), (1, 30), (300, 9000), (999, 29_970)])
def test_under_a_filter_as_many_come_back_as_match(
    engine: Engine, width: int, matches: int
) -> None:
    for k in (10, 100):
        answer = engine.search(parse(f"a word width:<={width} dupes:show"), k)
        assert answer.route == "filtered"
        assert answer.matches == matches
        assert len(answer.hits) == min(k, matches)
        assert answer.recall >= TARGET
        assert all(hit.width <= width for hit in answer.hits)


def test_few_matches_are_scanned_and_many_are_looked_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.index.cost.SCAN", 1.0)  # as if its vectors were longer

    def recall(width: int) -> float:
        return engine.search(parse(f"a word width:<={width} dupes:show"), 10).recall

    assert recall(1) == recall(20) == 1
    assert recall(990) < 1
    assert engine.search(parse("a word width:<=990"), 10, exact=True).recall == 1


def test_filters_against_the_words_are_noticed_and_looked_for_exactly(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = ENCODER.encode_texts(["against"])
    with engine.collection.snapshot() as snapshot:
        _, order = snapshot.scan(vector, COUNT)
    far = np.sort(order[0][COUNT // 2 :])  # the half that fits the words least

    def matching(*_: object) -> Ids:
        return far

    monkeypatch.setattr("store.view.View.matching", matching)
    answer = engine.search(parse("against width:<9999 dupes:show"), 10)
    assert (answer.route, answer.recall) == ("filtered", 1)
    assert [hit.id for hit in answer.hits] == order[0][COUNT // 2 :][:10].tolist()


def test_many_answers_are_looked_for_exactly(engine: Engine) -> None:
    assert engine.search(parse("a word dupes:show"), 1000, 100).route == "exact"


def test_pictures_that_went_are_replaced(copied: Engine) -> None:
    gone = ids(copied, "a word", 5)
    with copied.collection.catalog.changing() as connection:
        connection.execute(update(File).where(File.picture_id.in_(gone)).values(state=REMOVED))
    answer = copied.search(parse("a word dupes:show"), 10)
    assert answer.route == "approximate"
    assert len(answer.hits) == 10
    assert not {hit.id for hit in answer.hits} & set(gone)


def test_curves_stay_with_a_collection_that_grows_a_little_and_not_with_one_that_grows_much(
    copied: Engine,
) -> None:
    def published(count: int, first: int, texts: bool = True) -> tuple[int, int]:
        fill(copied.collection, ENCODER.world.pictures(count, seed=first), first)
        with copied.collection.writing() as writer:
            source = partial(ENCODER.encode_texts, background_texts(100)) if texts else None
            number = writer.publish(source)
        with copied.collection.snapshot() as snapshot:
            assert snapshot.tuning
            return number, snapshot.tuning.size

    assert published(100, COUNT) == (2, COUNT)
    assert published(4000, COUNT + 100) == (3, COUNT + 4100)


def test_another_target_asks_for_other_lists_without_measuring_again(copied: Engine) -> None:
    def texts() -> Embeddings:
        raise AssertionError("measured again")

    with copied.collection.snapshot() as snapshot:
        before = snapshot.shortcut("text", 10)
    copied.collection.catalog.set(recall_target=0.9)
    with copied.collection.writing() as writer:
        assert [writer.publish(texts), writer.publish(texts)] == [2, 2]
    with copied.collection.snapshot() as snapshot:
        after = snapshot.shortcut("text", 10)
    assert before and after
    assert after.nprobe < before.nprobe
    assert 0.9 <= after.recall < TARGET


def test_without_curves_every_answer_is_exact(copied: Engine) -> None:
    (copied.collection.folder / "tuning-000001.json").unlink()
    answer = copied.search(parse("a word"), 10)
    assert (answer.route, answer.recall) == ("exact", 1)
    with copied.collection.writing() as writer:
        assert writer.publish() == 1
        assert writer.publish(partial(ENCODER.encode_texts, background_texts(100))) == 2
    assert copied.search(parse("a word"), 10).route == "approximate"
