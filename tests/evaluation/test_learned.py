"""Figures of learned classifiers, on classes that can be told apart, or not at all."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders import unit
from evaluation import Bootstrap, DatasetError, How
from evaluation.examples import Examples
from evaluation.learned import REPEATS, draw_confusion, few_shot, learned_run, validated
from tests.colours import NAMES, Colours


def examples(each: int, noise: float) -> Examples:
    truths = np.arange(3 * each) % 3
    random = np.random.default_rng(0)
    rows = np.eye(3)[truths] + random.normal(0, noise, (len(truths), 3))
    return Examples(
        NAMES, unit(rows.astype(np.float32)), truths, stored=0, files=tuple(map(str, truths))
    )


def test_what_can_be_told_apart_is_and_what_cannot_is_a_guess() -> None:
    clear = validated(Colours(), examples(20, 0.05)).measures(Bootstrap())
    assert clear["accuracy"]["value"] == clear["macro_f1"]["value"] == 1
    noise = validated(Colours(), examples(100, 1000)).measures(Bootstrap())
    assert noise["accuracy"]["value"] == pytest.approx(1 / 3, abs=0.1)


def test_all_are_tested_on_the_same_pictures_that_none_has_learned_from() -> None:
    found = few_shot(Colours(), examples(20, 0.3), test=10, shots=(1, 10))
    assert [(one.examples, len(one.draws)) for one in found] == [
        (0, 1),
        (1, REPEATS),
        (10, REPEATS),
    ]
    assert {len(draw.truths) for one in found for draw in one.draws} == {30}
    likely = [draw.scores.tolist() for draw in found[1].draws]
    assert all(likely[0] != other for other in likely[1:]), "every draw has other examples"
    whole = [draw.guesses.tolist() for draw in found[2].draws]
    assert all(whole[0] == other for other in whole), "there are only ten to draw from"


def test_a_class_too_small_to_be_split_is_an_error() -> None:
    with pytest.raises(DatasetError, match="the smallest class has 20 pictures, not 25"):
        few_shot(Colours(), examples(20, 0.3), test=10, shots=(5, 15))


def test_the_confusion_matrix_becomes_a_picture(tmp_path: Path) -> None:
    facts = learned_run(Colours(), examples(5, 0.3), tmp_path, How())["classification"]
    assert sum(map(sum, facts["confusion"])) == len(facts["guesses"]) == 15
    draw_confusion(facts, tmp_path / "confusion.png")
    with Image.open(tmp_path / "confusion.png") as picture:
        assert min(picture.size) > 300
