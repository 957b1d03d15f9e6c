"""Labels told in words, on plain colours."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from encoders import PictureError, unit
from evaluation import Bootstrap
from evaluation.zero_shot import Classification, accuracy, class_embeddings
from tests.colours import Colours


def test_the_share_of_pictures_nearest_to_their_own_label(photos: Path) -> None:
    pictures = [photos / "cherry.png", photos / "leaf.jpg", photos / "deep" / "sea.webp"]
    assert accuracy(Colours(), pictures, ["red", "green", "blue"]) == 1
    assert accuracy(Colours(), pictures, ["red", "blue", "green"]) == pytest.approx(1 / 3)


def test_an_unreadable_picture_does_not_count(photos: Path) -> None:
    (photos / "leaf.jpg").write_bytes(b"")
    pictures = [photos / "cherry.png", photos / "leaf.jpg"]
    assert accuracy(Colours(), pictures, ["red", "green"]) == 1


def test_nothing_to_look_at_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no picture can be opened"):
        accuracy(Colours(), [tmp_path / "none.png"], ["red"])


def random_guesses() -> Classification:
    random = np.random.default_rng(5)
    truths, guesses = random.integers(0, 6, 80), random.integers(0, 5, 80)
    nothing = np.zeros(80, dtype=np.float32)
    return Classification(tuple("abcdef"), truths, guesses, nothing, nothing)


def test_every_figure_is_scikit_learn_s() -> None:
    found = random_guesses()
    measures = found.measures(Bootstrap(samples=20))
    theirs = precision_recall_fscore_support(
        found.truths, found.guesses, average="macro", zero_division=0
    )
    expected = [accuracy_score(found.truths, found.guesses), *theirs[:3]]
    assert list(measures) == ["accuracy", "macro_precision", "macro_recall", "macro_f1"]
    assert [one["value"] for one in measures.values()] == pytest.approx(expected, abs=1e-15)
    assert found.confusion.tolist() == confusion_matrix(found.truths, found.guesses).tolist()


def test_figures_of_classes_lie_in_their_intervals() -> None:
    for one in random_guesses().measures(Bootstrap()).values():
        assert one["low"] <= one["value"] <= one["high"]
        assert one["low"] < one["high"]


def test_several_prompts_of_a_class_are_one_unit_vector() -> None:
    found = class_embeddings(Colours(), ["red", "blue"], ["a {}", "{} and green"])
    by_hand = unit(np.array([[1, 0, 0], [0, 0, 1]]) + np.array([[1, 1, 0], [0, 1, 1]]) / 2**0.5)
    assert found == pytest.approx(by_hand, abs=2e-3)
