"""Collections without an encoder: four dimensions, numbers for pictures."""

import shutil
from pathlib import Path

import pytest

from store import Collection
from tests.store.parts import WHO, fill


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty collection, made once and copied: migrations take a while."""
    folder = tmp_path_factory.mktemp("made") / "collection"
    Collection.create(folder, WHO).close()
    return folder


@pytest.fixture
def empty(tmp_path: Path, made: Path) -> Collection:
    return Collection(shutil.copytree(made, tmp_path / "collection"))


@pytest.fixture
def filled(empty: Collection) -> Collection:
    """Pictures 1 to 5, published."""
    fill(empty, range(1, 6))
    return empty
