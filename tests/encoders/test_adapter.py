"""Adapters: better where captions teach something, and nothing at all where they do not."""

import numpy as np
import pytest

from encoders import Embeddings, TrainingError, unit
from encoders.joint import Heads
from encoders.training import Material, adapt

DIM, HIDDEN = 128, 8


def material(seed: int, count: int, shared: float) -> Material:
    """Pictures and texts of the same hidden things, whose directions agree by ``shared``."""
    fixed = np.random.default_rng(0)
    looks, words = (fixed.normal(size=(HIDDEN, DIM)) for _ in range(2))
    things = np.random.default_rng(seed).normal(size=(count, HIDDEN))
    pictures = unit((things @ looks).astype(np.float32))
    texts = unit((things @ (shared * looks + (1 - shared) * words)).astype(np.float32))
    return Material(pictures, texts, [np.array([one]) for one in range(count)], np.arange(count))


def first(pictures: Embeddings, texts: Embeddings) -> float:
    """Recall@1 of texts."""
    return float((((texts @ pictures.T).argmax(axis=1)) == np.arange(len(texts))).mean())


def test_what_captions_teach_is_learned_and_holds_for_other_pictures() -> None:
    found = adapt(material(1, 90, shared=0.2), scale=20)
    assert found.steps > 0
    assert found.validation[1] > found.validation[0] + 0.1
    other, heads = material(2, 90, shared=0.2), Heads([found.block])
    pictures, texts = heads.images(other.pictures), heads.texts(other.texts)
    assert np.allclose(np.linalg.norm(pictures, axis=1), 1, atol=1e-5)
    assert first(pictures, texts) > first(other.pictures, other.texts) + 0.1


def test_where_nothing_is_to_gain_nothing_changes() -> None:
    right = material(1, 30, shared=1)
    found = adapt(right, scale=20)
    assert (found.steps, found.validation) == (0, (1, 1))
    assert np.allclose(Heads([found.block]).images(right.pictures), right.pictures, atol=1e-6)


def test_too_few_captions_are_an_error() -> None:
    with pytest.raises(TrainingError, match="11 captioned pictures; an adapter needs 12 at least"):
        adapt(material(1, 11, shared=0.2), scale=20)
