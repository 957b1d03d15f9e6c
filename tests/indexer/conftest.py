"""Fixtures: pictures that only words tell apart, and an encoder that tells what it was given."""

from pathlib import Path

import pytest

from tests.conftest import Paint
from tests.indexer.fusing import Counting


@pytest.fixture
def greys(tmp_path: Path, paint: Paint) -> Path:
    """Pictures that look alike, and are told apart by words alone."""
    for number, name in enumerate(("red", "green", "blue", "IMG_2041")):
        paint(tmp_path / "greys" / f"{name}.png", (100 + number, 100, 100))
    return tmp_path / "greys"


@pytest.fixture
def counting() -> Counting:
    return Counting()
