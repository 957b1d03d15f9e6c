"""Every question is asked of a catalog in SQLite, and of the same one in PostgreSQL."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import Collection
from tests.servers.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def collection(request: pytest.FixtureRequest, tmp_path: Path, blank: Path) -> Iterator[Collection]:
    """An empty collection for the tiny encoder."""
    folder = tmp_path / "collection"
    if request.param == "sqlite":
        shutil.copytree(blank, folder)
    else:
        _on_server(request, folder, blank)
    opened = Collection(folder)
    yield opened
    opened.close()


def _on_server(request: pytest.FixtureRequest, folder: Path, blank: Path) -> None:
    server: Postgres = request.getfixturevalue("postgres_server")
    like: str = request.getfixturevalue("blank_database")
    shutil.copytree(blank, folder, ignore=shutil.ignore_patterns("catalog.*"))
    (folder / "catalog.url").write_text(server.url(server.database(like)))
