"""A classifier from examples: against scikit-learn, on a file, and what it refuses."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

from encoders import Embeddings, unit
from encoders.classifier import Classifier, Truths, class_words, cross_validated, learn
from encoders.errors import LabelError
from encoders.labels import PROMPTS
from tests.colours import NAMES, Colours

WHO = Colours().identity
NO_WORDS = np.empty((0, 3), dtype=np.float32)


def examples(each: int, classes: int = 3, noise: float = 0.3) -> tuple[Embeddings, Truths]:
    """Noisy reds, greens and blues, ``each`` of a class."""
    truths = np.arange(each * classes) % classes
    random = np.random.default_rng(0)
    rows = np.eye(3)[truths] + random.normal(0, noise, (len(truths), 3))
    return unit(rows.astype(np.float32)), truths


@pytest.mark.parametrize("classes", [2, 3])
def test_its_probabilities_are_those_of_scikit_learn(classes: int) -> None:
    rows, truths = examples(20, classes)
    ours = learn(WHO, NAMES[:classes], rows, truths, NO_WORDS).probabilities(rows)
    theirs = LogisticRegression(C=10, class_weight="balanced").fit(rows, truths)
    assert ours == pytest.approx(theirs.predict_proba(rows), abs=1e-3)
    assert ours.sum(axis=1) == pytest.approx(np.ones(len(rows)))


def test_only_the_likeliest_class_is_given_and_only_if_it_is_likely_enough() -> None:
    rows, truths = examples(20)
    model = learn(WHO, NAMES, rows, truths, NO_WORDS)
    grey = unit(np.ones((1, 3), dtype=np.float32))
    scores = model.scores(np.concatenate([np.eye(3, dtype=np.float32), grey]))
    assert (scores > 0).tolist() == [*np.eye(3, dtype=bool).tolist(), [False] * 3]


def test_names_of_classes_are_examples_in_every_prompt() -> None:
    words = class_words(Colours(), ("red", "green"))
    assert words.shape == (2 * len(PROMPTS), 3)
    model = learn(WHO, ("red", "green"), *examples(1, 2), words)
    assert model.probabilities(np.eye(3, dtype=np.float32)[:2]).argmax(axis=1).tolist() == [0, 1]


def test_an_example_is_judged_by_a_classifier_that_has_not_seen_it() -> None:
    rows, truths = examples(10, noise=0.01)
    truths[0] = 1  # a red among the greens: only who has seen it can tell
    guesses = cross_validated(WHO, NAMES, rows, truths, NO_WORDS).argmax(axis=1)
    assert guesses[0] == 0
    assert (guesses[1:] == truths[1:]).all()


def test_what_is_read_is_what_was_saved(tmp_path: Path) -> None:
    rows, truths = examples(5)
    model = learn(WHO, NAMES, rows, truths, NO_WORDS)
    model.save(tmp_path / "colours.classifier", {"accuracy": 1.0})
    read = Classifier.load(tmp_path / "colours.classifier", least=0.7)
    assert (read.encoder, read.names, read.least) == (WHO, NAMES, 0.7)
    assert np.array_equal(read.probabilities(rows), model.probabilities(rows))


def test_a_file_that_is_no_classifier_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="not a classifier"):
        Classifier.load(tmp_path / "none")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(LabelError, match="not a classifier"):
        Classifier.load(tmp_path / "text")
    save_file({"matrix": np.eye(3)}, tmp_path / "other")
    with pytest.raises(LabelError, match="mindseye classify"):
        Classifier.load(tmp_path / "other")


def test_classes_without_examples_are_named() -> None:
    rows, truths = examples(3, 2)
    with pytest.raises(LabelError, match="red 3, green 3, blue 0"):
        learn(WHO, NAMES, rows, truths, NO_WORDS)
    with pytest.raises(LabelError, match="two examples at least: red 3, green 1"):
        cross_validated(WHO, NAMES[:2], rows[:4], np.array([0, 0, 0, 1]), NO_WORDS)
