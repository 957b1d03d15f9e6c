"""Fixtures: a folder of plain colours, the tiny encoder, and a collection of the two."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from PIL import Image

from indexer import index
from search import Engine
from store import Collection
from tests.colours import Colours
from tests.servers.milvus import TOKEN, Milvus, installed, milvus
from tests.servers.postgres import Postgres, postgres, programs
from tests.web.chromium import browser

__all__ = ["browser"]

Paint = Callable[..., Path]
Size = tuple[int, int]


@pytest.fixture
def encoder() -> Colours:
    return Colours()


def paint_picture(path: Path, colour: object, size: Size = (40, 30), **options: object) -> Path:
    """Write a picture of one colour; the format follows the name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path, **options)
    return path


@pytest.fixture
def paint() -> Paint:
    """`paint_picture`."""
    return paint_picture


@pytest.fixture
def photos(tmp_path: Path, paint: Paint) -> Path:
    """Three pictures: one mostly red, one mostly green, one mostly blue."""
    folder = tmp_path / "photos"
    paint(folder / "cherry.png", (200, 20, 10))
    paint(folder / "leaf.jpg", (20, 180, 30))
    paint(folder / "deep" / "sea.webp", (10, 40, 220), lossless=True)
    return folder


@pytest.fixture
def captioned(photos: Path) -> Path:
    """The three photos, two of them with a caption that fits and one with one that does not."""
    (photos / "cherry.txt").write_text("a red thing")
    (photos / "leaf.txt").write_text("something green")
    (photos / "deep" / "sea.txt").write_text("red by mistake")
    return photos


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty collection for the tiny encoder, made once and copied: migrations take a while."""
    folder = tmp_path_factory.mktemp("blank") / "collection"
    Collection.create(folder, asdict(Colours().identity)).close()
    return folder


@pytest.fixture
def collection(tmp_path: Path, blank: Path) -> Collection:
    """An empty collection for the tiny encoder."""
    return Collection(shutil.copytree(blank, tmp_path / "collection"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """A real PostgreSQL server."""
    installed = programs()
    if installed is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with postgres(installed) as server:
        yield server


@pytest.fixture(scope="session")
def running_milvus() -> Iterator[Milvus]:
    """A real Milvus server."""
    if not installed():
        pytest.skip("Milvus is not installed: pip install milvus==2.3.5 pymilvus tenacity")
    with milvus() as server:
        yield server


@pytest.fixture
def milvus_server(running_milvus: Milvus, monkeypatch: pytest.MonkeyPatch) -> Milvus:
    """The same, and the token that it asks for."""
    monkeypatch.setenv("MINDSEYE_MILVUS_TOKEN", TOKEN)
    return running_milvus


@pytest.fixture(scope="session")
def blank_database(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The catalog of an empty collection on that server, to be copied."""
    name = postgres_server.database()
    folder = tmp_path_factory.mktemp("blank") / "collection"
    Collection.create(folder, asdict(Colours().identity), postgres_server.url(name)).close()
    return name


@pytest.fixture
def shared_collection(
    tmp_path: Path, blank: Path, blank_database: str, postgres_server: Postgres
) -> Collection:
    """An empty collection for the tiny encoder, with its catalog on that server."""
    folder = tmp_path / "collection"
    shutil.copytree(blank, folder, ignore=shutil.ignore_patterns("catalog.*"))
    address = postgres_server.url(postgres_server.database(like=blank_database))
    (folder / "catalog.url").write_text(address)
    return Collection(folder)


@pytest.fixture
def engine(collection: Collection, encoder: Colours, photos: Path) -> Engine:
    """The three pictures, indexed."""
    index(collection, encoder, [photos])
    return Engine(collection, encoder)
