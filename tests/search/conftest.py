"""Every question is asked of a catalog in SQLite, and of the same one in PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Collection


@pytest.fixture(params=["sqlite", "postgresql"])
def collection(request: pytest.FixtureRequest, tmp_path: Path, blank: Path) -> Iterator[Collection]:
    """An empty collection for the tiny encoder."""
    if request.param == "sqlite":
        opened = Collection(shutil.copytree(blank, tmp_path / "collection"))
    else:
        opened = request.getfixturevalue("shared_collection")
    yield opened
    opened.close()
