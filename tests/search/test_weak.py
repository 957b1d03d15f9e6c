"""A word when nothing matched: only where it can be said, and only below the usual score."""

from pathlib import Path

import numpy as np
import pytest

from indexer import index
from indexer.background import background
from indexer.usual import COUNT
from search import Engine, parse
from search.alike import Place
from search.weak import is_weak
from store import USUAL
from tests.conftest import Paint


@pytest.mark.parametrize(
    ("asked", "best", "weak"),
    [
        ("red", 0.5, False),
        ("red", 0.3, False),
        ("red", 0.29, True),
        ('"red ball"', 0.1, True),
        ("red^2 type:png", 0.1, True),
        ("red sort:newest", 0.1, True),
        ("-red", 0.1, None),
        ("red -green", 0.1, None),
        ('red "blue"', 0.1, None),
        ("like:1", 0.1, None),
        ("red mode:hybrid", 0.1, None),
    ],
)
def test_only_one_text_can_be_said_to_have_found_nothing(
    asked: str, best: float, weak: bool | None
) -> None:
    places = [Place(1, best / 2), Place(2, best)]
    assert is_weak(parse(asked), places, 0.3) is weak
    assert is_weak(parse(asked), places, None) is None
    assert is_weak(parse(asked), [], 0.3) is None


def test_the_usual_score_is_the_median_of_what_everyday_sentences_find(engine: Engine) -> None:
    with engine.collection.snapshot() as snapshot:
        pictures = snapshot.embeddings_of(snapshot.ids().tolist())
    best = (background(engine.encoder, COUNT) @ pictures.T).max(axis=1)
    answer = engine.search(parse("red"))
    assert answer.usual_score == pytest.approx(float(np.median(best)), abs=1e-5)
    assert answer.weak is False


def test_filters_can_leave_nothing_that_matches(engine: Engine) -> None:
    assert engine.search(parse("red folder:deep")).weak is True  # only the blue one is there
    assert engine.search(parse("blue folder:deep")).weak is False
    assert engine.search(parse("folder:deep")).weak is None


def test_it_is_said_on_every_page_of_the_same_answer(engine: Engine) -> None:
    assert engine.search(parse("red"), 1, 2).weak is False
    assert engine.search(parse("red -name:cherry sort:name"), 1, 1).weak is True


def test_it_is_measured_again_when_the_collection_has_grown(
    engine: Engine, photos: Path, paint: Paint
) -> None:
    before = engine.collection.catalog.setting(USUAL)
    assert before["pictures"] == 3
    index(engine.collection, engine.encoder, [photos])
    assert engine.collection.catalog.setting(USUAL) == before
    paint(photos / "grey.png", (128, 128, 128))  # what a sentence without colours is
    index(engine.collection, engine.encoder, [photos])
    after = engine.collection.catalog.setting(USUAL)
    assert (after["pictures"], after["score"] > before["score"]) == (4, True)


def test_what_was_measured_with_another_encoder_says_nothing(engine: Engine, photos: Path) -> None:
    measured = engine.collection.catalog.setting(USUAL)
    engine.collection.catalog.set(**{USUAL: measured | {"encoder": "another"}})
    assert engine.search(parse("red folder:deep")).weak is None
    index(engine.collection, engine.encoder, [photos])
    assert engine.search(parse("red folder:deep")).weak is True


def test_an_older_collection_says_nothing_until_it_is_measured(engine: Engine) -> None:
    engine.collection.catalog.set(**{USUAL: None})
    answer = engine.search(parse("red folder:deep"))
    assert (answer.weak, answer.usual_score) == (None, None)
