"""Pixels and words of a picture fused: scores by hand, and a gain where the words help."""

from pathlib import Path

import numpy as np
import pytest

from encoders import unit
from evaluation import Dataset, How, Subject
from evaluation.fusion import FUSIONS, fused, fusion_run
from evaluation.retrieval import Embedded
from store import CONCAT, LATE, SUM
from tests.colours import Colours
from tests.conftest import Paint


def test_scores_are_those_of_the_formula() -> None:
    random = np.random.default_rng(0)
    texts, pictures, words = (unit(random.normal(size=(3, 5)).astype(np.float32)) for _ in range(3))
    dataset = Dataset("", ("a", "b", "c"), (Path(),) * 3, (("x",),) * 3)
    found = {
        fusion: fused(Embedded(dataset, pictures, texts, np.arange(3)), words, fusion)
        for fusion in FUSIONS
    }
    scores = {fusion: one.texts @ one.pictures.T for fusion, one in found.items()}
    seen, said = texts @ pictures.T, texts @ words.T
    assert np.allclose(scores["none"], seen)
    assert np.allclose(scores[CONCAT], (seen + said) / 2, atol=1e-6)
    lengths = np.linalg.norm(pictures + words, axis=1)
    assert np.allclose(scores[SUM], (seen + said) / lengths, atol=1e-6)
    best = [[sorted(row, reverse=True) for row in table] for table in (seen, said)]
    first = 1 / (61 + best[0][0].index(seen[0, 0])) + 1 / (61 + best[1][0].index(said[0, 0]))
    assert scores[LATE][0, 0] == pytest.approx(first)


def test_words_help_where_pixels_do_not_tell(tmp_path: Path, paint: Paint) -> None:
    names = ("red.png", "green.png", "blue.png", "1.png")
    files = tuple(paint(tmp_path / name, "grey") for name in names)
    captions = (("something red",), ("something green",), ("something blue",), ("red green blue",))
    subject = Subject(Dataset("", names, files, captions), tmp_path)
    found = {
        fusion: fusion_run(Colours(), subject, How(), fusion)["text_to_image"]["r@1"]["value"]
        for fusion in FUSIONS
    }
    assert found["none"] < found[SUM] == found[CONCAT] == 1
    assert found[LATE] > found["none"]
