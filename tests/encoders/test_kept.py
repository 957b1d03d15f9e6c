"""What is encoded once is kept, and a cache that cannot be used costs only time."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from encoders import Embeddings
from encoders.kept import kept_pictures, kept_texts
from tests.colours import Colours

NOBODY = 65534
TEXTS = ["red", "blue"]


class Counting(Colours):
    """Counts the texts that it reads."""

    texts_encoded = 0

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        self.texts_encoded += len(texts)
        return super().encode_texts(texts)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINDSEYE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def read(encoder: Counting) -> Embeddings:
    return kept_texts(TEXTS, encoder, encoder.encode_texts)


def test_texts_and_pictures_are_encoded_once(cache: Path, photos: Path) -> None:
    encoder = Counting()
    np.testing.assert_array_equal(read(encoder), read(encoder))
    assert encoder.texts_encoded == len(TEXTS)
    files = sorted(photos.glob("*.*"))
    for _ in range(2):
        found = kept_pictures(files, encoder, encoder.encode_images)
        assert found.places == [0, 1]
    assert encoder.pictures_encoded == len(files)
    assert len(list((cache / "features").iterdir())) == 2


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 torn", b"nonsense"])
def test_what_is_damaged_is_encoded_again(cache: Path, damage: bytes) -> None:
    encoder = Counting()
    right = read(encoder)
    (kept,) = (cache / "features").iterdir()
    kept.write_bytes(damage)
    np.testing.assert_array_equal(read(encoder), right)
    assert encoder.texts_encoded == 2 * len(TEXTS)


def test_a_cache_that_may_not_be_written_is_said_and_does_without(
    cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.mkdir()
    cache.chmod(0)
    root = os.geteuid() == 0
    if root:  # permissions do not bind root
        os.seteuid(NOBODY)
    try:
        assert len(read(Counting())) == len(TEXTS)
    finally:
        if root:
            os.seteuid(0)
    assert "cannot keep what was encoded: " in caplog.text
