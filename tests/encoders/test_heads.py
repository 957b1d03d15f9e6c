"""Blocks side by side, checked by hand, and what is written is what is read."""

from pathlib import Path

import numpy as np
import pytest

from encoders.joint import Affine, Block, Heads


def affine(rows: list[list[float]], bias: list[float]) -> Affine:
    return Affine(np.array(rows, dtype=np.float32), np.array(bias, dtype=np.float32))


@pytest.fixture
def heads() -> Heads:
    turned = affine([[0, 1], [1, 0]], [0, 0])
    straight = affine([[1, 0], [0, 1]], [0, 0])
    only = affine([[2.0]], [1.0])
    first = affine([[1.0], [0.0]], [0.0])
    return Heads([Block(1.0, (0, 2), turned, straight), Block(2.0, (2, 3), only, first)])


def test_each_block_sees_its_own_columns_and_counts_by_its_weight(heads: Heads) -> None:
    found = heads.images(np.array([[3, 4, 5]], dtype=np.float32))
    np.testing.assert_allclose(found, np.array([[0.8, 0.6, 2]]) / np.sqrt(5), rtol=1e-6)


def test_the_score_is_the_sum_of_cosines_by_squared_weight(heads: Heads) -> None:
    image = heads.images(np.array([[3, 4, 5]], dtype=np.float32))
    text = heads.texts(np.array([[1, 0]], dtype=np.float32))
    assert float((image @ text.T)[0, 0]) == pytest.approx((1 * 0.8 + 4 * 1) / 5)


def test_embeddings_are_unit_vectors_of_all_blocks_dimensions(heads: Heads) -> None:
    rows = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    assert heads.dim == 3
    np.testing.assert_allclose(np.linalg.norm(heads.images(rows), axis=1), 1, rtol=1e-6)


def test_what_is_saved_is_what_is_loaded_however_it_lies_in_memory(tmp_path: Path) -> None:
    wide = np.arange(6, dtype=np.float32).reshape(2, 3)
    head = Affine(wide.T, np.zeros(2, dtype=np.float32))
    heads = Heads([Block(1.0, (0, 3), head, head)])
    heads.save(tmp_path / "heads.safetensors")
    again = Heads.load(tmp_path / "heads.safetensors", heads.shape)
    np.testing.assert_array_equal(again.blocks[0].image.matrix, wide.T)


def test_loaded_heads_give_the_same_embeddings(heads: Heads, tmp_path: Path) -> None:
    heads.save(tmp_path / "heads.safetensors")
    again = Heads.load(tmp_path / "heads.safetensors", heads.shape)
    rows = np.random.default_rng(0).normal(size=(7, 3)).astype(np.float32)
    np.testing.assert_allclose(again.images(rows), heads.images(rows), rtol=1e-6)
    np.testing.assert_allclose(again.texts(rows[:, :2]), heads.texts(rows[:, :2]), rtol=1e-6)
