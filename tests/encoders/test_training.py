"""Training on a world of three colours whose captions never name them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from encoders import Embeddings, TrainingError, unit
from encoders.joint import Frozen, Heads
from encoders.training import Options, Part, Trained, draw, train
from encoders.training.fit import Projection, contrast, recall
from encoders.training.material import Material
from evaluation.metrics import ranks, recall_at
from tests.colours import Colours
from tests.conftest import paint_picture

WORDS = ("cherry", "blood", "leaf", "frog", "sea", "sky", "a", "the", "on", "paper")
SCENES = (
    ((200, 20, 10), ("a cherry", "the blood on paper")),
    ((20, 180, 30), ("a leaf", "the frog on paper")),
    ((10, 40, 220), ("the sea", "a sky on paper")),
)
QUICK = Options(dim=8, epochs=40, patience=40, batch=16, rate=3e-2, dropout=0.0, text_dropout=0.0)


class Wordy(Colours):
    """Mean colours for pictures, words for texts: nothing is comparable before training."""

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        counts = [[text.split().count(word) for word in WORDS] for text in texts]
        return unit(np.array(counts, dtype=np.float32) + 1e-3)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINDSEYE_CACHE", str(tmp_path / "cache"))


def world(folder: Path, each: int) -> Part:
    """``each`` pictures a colour, in shades that differ, with two captions each."""
    random = np.random.default_rng(each)
    pictures, captions = [], []
    for number in range(each):
        for colour, words in SCENES:
            shade = tuple(int(value) for value in np.clip(colour + random.normal(0, 9, 3), 0, 255))
            pictures.append(paint_picture(folder / f"{words[0]} {number}.png", shade))
            captions.append(words)
    return Part(pictures, captions)


@pytest.fixture
def parts(tmp_path: Path) -> tuple[Part, Part]:
    return world(tmp_path / "train", 12), world(tmp_path / "validation", 4)


def taught(parts: tuple[Part, Part], options: Options = QUICK) -> Trained:
    return train(Frozen(Wordy()), [parts[0]], parts[1], options)


def test_pictures_are_found_by_words_that_only_training_tied_to_them(
    parts: tuple[Part, Part],
) -> None:
    heads, encoder = Heads(taught(parts).blocks), Wordy()
    pixels = np.zeros((3, 8, 8, 3), dtype=np.uint8)
    pixels[:] = np.array([colour for colour, _ in SCENES], dtype=np.uint8)[:, None, None]
    images = heads.images(encoder.encode_images(list(pixels)))
    texts = heads.texts(encoder.encode_texts(["blood", "frog", "sky"]))
    assert (texts @ images.T).argmax(1).tolist() == [0, 1, 2]


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    parts: tuple[Part, Part],
) -> None:
    one, two = taught(parts), taught(parts)
    other = taught(parts, Options(**{**vars(QUICK), "seed": 1}))
    matrices = [trained.blocks[0].image.matrix for trained in (one, two, other)]
    np.testing.assert_array_equal(matrices[0], matrices[1])
    assert not np.array_equal(matrices[0], matrices[2])


def test_it_stops_when_validation_no_longer_improves(parts: tuple[Part, Part]) -> None:
    confused = Part(parts[1].pictures, parts[1].captions[1:] + parts[1].captions[:1])
    options = Options(**{**vars(QUICK), "patience": 3})
    history = taught((parts[0], confused), options).history
    assert len(history.recalls) < QUICK.epochs
    assert len(history.recalls) == history.best + 1 + 3
    assert history.recalls[history.best] == max(history.recalls)


def test_the_processor_rounds_tiny_numbers_afterwards_as_it_did_before(
    parts: tuple[Part, Part],
) -> None:
    taught(parts)
    assert np.float64(5e-324) * np.float64(1.0) > 0


def test_features_are_encoded_once_and_then_come_from_the_cache(parts: tuple[Part, Part]) -> None:
    encoder = Wordy()
    for _ in range(2):
        train(Frozen(encoder), [parts[0]], parts[1], QUICK)
    assert encoder.pictures_encoded == len(parts[0].pictures) + len(parts[1].pictures)


def test_an_unreadable_picture_is_left_out_and_named(parts: tuple[Part, Part]) -> None:
    parts[0].pictures[5].write_bytes(b"nonsense")
    assert [path for path, _ in taught(parts).failures] == [str(parts[0].pictures[5])]


def test_a_handful_of_pictures_is_too_little(parts: tuple[Part, Part]) -> None:
    small = Part(parts[0].pictures[:2], parts[0].captions[:2])
    with pytest.raises(TrainingError, match="at least 4 to train on"):
        taught((small, parts[1]))


def test_classes_need_towers_that_know_some(parts: tuple[Part, Part]) -> None:
    part = Part(parts[0].pictures, parts[0].captions, classes=True)
    with pytest.raises(TrainingError, match="classify ImageNet"):
        taught((part, parts[1]))


def test_captions_that_say_the_same_are_not_negatives_of_each_other() -> None:
    import torch

    from encoders.training.fit import Batch

    texts = torch.eye(4)[[0, 0, 1]]
    heads = Projection(torch.eye(3), torch.eye(4), QUICK).eval()
    together = contrast(heads, Batch(torch.eye(3), texts, 1.0), same_text=0.85)
    apart = contrast(heads, Batch(torch.eye(3), texts, 1.0), same_text=2.0)
    assert float(together.detach()) < float(apart.detach())


def test_a_picture_that_is_drawn_often_stands_once_in_a_batch(parts: tuple[Part, Part]) -> None:
    from encoders.training.fit import batches
    from encoders.training.material import encode

    thrice = Part(parts[0].pictures * 3, parts[0].captions * 3)
    material = encode(Frozen(Wordy()), thrice)
    for rows in batches(material, 50, np.random.default_rng(0)):
        assert len(set(material.ids[rows])) == len(rows)


def test_the_curve_is_drawn(parts: tuple[Part, Part], tmp_path: Path) -> None:
    from encoders import open_picture

    draw(taught(parts).history, tmp_path / "curve.png")
    assert open_picture((tmp_path / "curve.png").read_bytes()).width > 400


def test_validation_recall_is_the_mean_over_captions_of_1_5_and_10(
    parts: tuple[Part, Part],
) -> None:
    import torch

    from encoders.training.material import encode

    material = encode(Frozen(Wordy()), parts[1])
    random = np.random.default_rng(0)
    material.pictures = random.normal(size=(12, 5)).astype(np.float32)
    material.texts = random.normal(size=(24, 5)).astype(np.float32)
    heads = Projection(torch.ones(2, 5), torch.ones(2, 5), Options(dim=4)).eval()
    assert 0.1 < recall(heads, material) < 0.9
    assert recall(heads, material) == pytest.approx(_expected(heads, material))


def _expected(heads: Projection, material: Material) -> float:
    import torch

    with torch.inference_mode():
        images = heads.embed_images(torch.from_numpy(material.pictures)).numpy()
        texts = heads.embed_texts(torch.from_numpy(material.texts)).numpy()
    found = ranks(texts @ images.T, [[caption // 2] for caption in range(24)])
    return float(np.mean([recall_at(found, k) for k in (1, 5, 10)]))
