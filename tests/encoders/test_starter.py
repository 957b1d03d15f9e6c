"""The encoder that works offline, with its real weights (converted once, kept in the cache)."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from encoders import Encoder, check, load

LINES = [
    "a dog",
    "a very long sentence about two dogs that play with a ball on a beach",
    "",
    "é 猫",
]


@pytest.fixture(scope="module")
def starter() -> Encoder:
    return load("starter")


def test_it_passes_the_check_that_every_encoder_must_pass(starter: Encoder) -> None:
    check(starter)


def test_a_text_means_the_same_alone_and_among_longer_ones(starter: Encoder) -> None:
    together = starter.encode_texts(LINES)
    assert together.shape == (4, starter.identity.dim)
    for line, row in zip(LINES, together, strict=True):
        np.testing.assert_allclose(starter.encode_texts([line])[0], row, atol=1e-5)


def test_texts_come_back_in_their_order_from_many_batches(starter: Encoder) -> None:
    lines = [f"{'word ' * (number % 7)}{number}" for number in range(130)]
    rows = starter.encode_texts(lines)
    for place in (0, 64, 129):
        np.testing.assert_allclose(starter.encode_texts([lines[place]])[0], rows[place], atol=1e-5)


def test_a_text_without_end_is_cut_and_not_refused(starter: Encoder) -> None:
    row = starter.encode_texts(["a dog " * 2000])
    assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)


def test_a_picture_means_the_same_alone_and_in_a_batch(starter: Encoder) -> None:
    pictures = [Image.linear_gradient("L").convert("RGB"), Image.new("RGB", (30, 300), "red")]
    prepared = [starter.prepare(picture) for picture in pictures]
    together = starter.encode_images(prepared)
    assert together.shape == (2, starter.identity.dim)
    for one, row in zip(prepared, together, strict=True):
        np.testing.assert_allclose(starter.encode_images([one])[0], row, atol=1e-5)


def test_threads_do_not_disturb_each_other(starter: Encoder) -> None:
    alone = [starter.encode_texts([line]) for line in LINES]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda line: starter.encode_texts([line]), LINES * 6))
    for row, expected in zip(found, alone * 6, strict=True):
        np.testing.assert_array_equal(row, expected)
