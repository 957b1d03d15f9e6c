"""Who an encoder is, how it normalises, and which encoders are refused."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

import encoders
from encoders import BrokenEncoderError, Embeddings, Identity, UnknownEncoderError, check, unit
from tests.colours import Colours

WHO = Identity("name", "architecture", "weights", "preprocessing", "tokenizer", 3)


def test_each_row_is_divided_by_its_own_length_and_zeros_stay() -> None:
    found = unit(np.array([[3, 4], [0, 0], [0, -2]], dtype=np.float32))
    np.testing.assert_allclose(found, [[0.6, 0.8], [0, 0], [0, -1]], rtol=1e-6)


def test_normalising_leaves_the_caller_s_array_alone() -> None:
    rows = np.array([[3, 4], [1, 0]], dtype=np.float32)
    found = unit(rows)
    assert rows.tolist() == [[3, 4], [1, 0]]
    assert not np.shares_memory(found, rows)


def test_normalised_rows_are_contiguous_float32_whatever_came_in() -> None:
    found = unit(np.arange(12, dtype=np.float64).reshape(3, 4).T)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous


def test_the_fingerprint_follows_every_field() -> None:
    assert WHO.fingerprint == replace(WHO).fingerprint
    changed = [replace(WHO, **{field.name: 4}) for field in fields(WHO)]
    assert len({WHO.fingerprint, *(other.fingerprint for other in changed)}) == len(changed) + 1


def test_an_encoder_that_works_is_let_through() -> None:
    check(Fixed(np.eye(3, dtype=np.float32)[:2]))


class Fixed(Colours):
    """Gives the rows it was made with, whatever goes in."""

    def __init__(self, rows: Any) -> None:
        super().__init__("fixed")
        self.rows = rows

    def encode_images(self, prepared: Sequence[Any]) -> Embeddings:  # noqa: ARG002
        return self.rows

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:  # noqa: ARG002
        return self.rows


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (np.eye(4, dtype=np.float32)[:2], r"have shape \(2, 4\) and type float32, not \(2, 3\)"),
        (np.eye(3)[:2], "have .* type float64"),
        (np.array([[np.nan, 0, 0], [0, 1, 0]], dtype=np.float32), "are not finite"),
        (np.eye(3, dtype=np.float32)[:2] * 2, "are not unit vectors"),
        (np.array([[1, 0, 0], [1, 0, 0]], dtype=np.float32), "are the same whatever goes in"),
    ],
)
def test_a_broken_encoder_is_refused_with_the_reason(rows: Any, problem: str) -> None:
    with pytest.raises(BrokenEncoderError, match=f"'fixed' is broken.* of pictures {problem}"):
        check(Fixed(rows))


def test_an_encoder_that_sees_pictures_but_cannot_read_is_refused() -> None:
    mute = Fixed(np.zeros((2, 3), dtype=np.float32))
    mute.encode_images = lambda _: np.eye(3, dtype=np.float32)[:2]  # type: ignore[method-assign]
    with pytest.raises(BrokenEncoderError, match="of texts are not unit vectors"):
        check(mute)


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    with pytest.raises(UnknownEncoderError, match=r"'clip-9'; choose one of: .*starter"):
        encoders.load("clip-9")
