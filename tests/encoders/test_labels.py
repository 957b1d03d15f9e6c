"""Labels from files, and what a picture must be like to be given one."""

from pathlib import Path

import numpy as np
import pytest

from encoders import unit
from encoders.errors import LabelError
from encoders.labels import BACKGROUND, PROMPTS, ZeroShot, ensemble, prompts, read_labels, zero_shot
from tests.colours import Colours

RED, GREEN, BLUE = np.eye(3, dtype=np.float32)
GREY = unit(np.ones((1, 3), dtype=np.float32))


def test_a_file_names_labels_and_what_the_encoder_reads_for_them(tmp_path: Path) -> None:
    file = tmp_path / "labels.txt"
    file.write_text("# animals\n\nbat: a bat, the animal\n whale  # large\n", encoding="utf-8-sig")
    assert read_labels(file) == [("bat", "a bat, the animal"), ("whale", "whale")]


@pytest.mark.parametrize(
    ("text", "message"),
    [("a\nb\na\n", "line 3: the label 'a' stands there twice"), ("# nothing\n", "no labels in")],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "labels.txt"
    file.write_text(text)
    with pytest.raises(LabelError, match=message):
        read_labels(file)


def test_labels_in_another_encoding_are_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_bytes(b"caf\xe9")
    with pytest.raises(LabelError, match="cannot read labels from"):
        read_labels(tmp_path / "labels.txt")


def test_the_everyday_labels_are_hundreds_and_all_different() -> None:
    names = [label.name.casefold() for label in read_labels()]
    assert len(set(names)) == len(names) > 600


def test_a_label_is_the_mean_of_its_prompts() -> None:
    rows = np.array([RED] * len(PROMPTS) + [RED, GREEN] * 2 + [BLUE], dtype=np.float32)
    assert ensemble(rows) == pytest.approx(np.array([RED, unit(np.array([[2, 2, 1]]))[0]]))
    assert len(prompts(read_labels())) == len(PROMPTS) * len(read_labels())


def fitted(background: np.ndarray, names: int = 3, least: float = 0.1) -> ZeroShot:
    labels = np.array([RED, GREEN, BLUE])
    return ZeroShot.fit(Colours(), ("red", "green", "blue")[:names], labels, background, least)


def test_scores_without_background_are_the_softmax_of_the_scaled_cosines() -> None:
    rows = unit(np.array([[1, 1, 0]], dtype=np.float32))
    logits = np.exp(Colours.scale * rows[0])
    assert fitted(rows[:0]).scores(rows)[0] == pytest.approx([0.5, 0.5, 0], abs=1e-6)
    assert fitted(rows[:0], least=1e-9).scores(rows)[0] == pytest.approx(logits / logits.sum())


def test_what_the_encoder_says_of_every_picture_is_taken_away() -> None:
    reddish = unit(np.array([[5, 1, 1], [5, 2, 1], [5, 1, 2]], dtype=np.float32))
    picture = unit(np.array([[5, 4, 1]], dtype=np.float32))
    assert fitted(reddish[:0]).scores(picture)[0].argmax() == 0
    assert fitted(reddish).scores(picture)[0].argmax() == 1


def test_a_picture_like_the_background_gets_no_label_however_few_there_are() -> None:
    background = unit(np.random.default_rng(0).uniform(0.5, 1, (200, 3)).astype(np.float32))
    found = fitted(background).scores(np.concatenate([GREY, RED[None]]))
    assert found[0].tolist() == [0, 0, 0]
    assert found[1].argmax() == 0


def test_rivals_compete_without_being_given() -> None:
    scores = fitted(GREY[:0], names=2).scores(np.array([RED, BLUE]))
    assert scores.shape == (2, 2)
    assert scores[0, 0] > 0.99
    assert scores[1].tolist() == [0, 0]


def test_own_labels_are_calibrated_on_the_background_that_comes_along_encoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINDSEYE_CACHE", str(tmp_path / "cache"))
    (tmp_path / "labels.txt").write_text("reddish: red\ngreen\n")
    encoder = Colours()
    tagger = zero_shot(encoder, tmp_path / "labels.txt")
    assert tagger.names == ("reddish", "green")
    assert encoder.pictures_encoded == len(list(BACKGROUND.glob("*.webp"))) == 256
    assert tagger.centre.shape == (2 + len(read_labels()),)
    assert (tagger.threshold > 0).all()
    again = zero_shot(encoder, tmp_path / "labels.txt")
    assert encoder.pictures_encoded == 256
    assert np.array_equal(again.centre, tagger.centre)
