"""A catalog on a server; what questions it answers is asked in tests/search, of both databases."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from store import (
    BadCatalogError,
    Collection,
    CollectionBusyError,
    EncoderMismatchError,
    UnreachableError,
)
from tests.servers.postgres import Postgres
from tests.store.parts import WHO, fill, found, put, removed

HOLD = """
import sys
from pathlib import Path
from store import Collection
with Collection(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address(postgres_server: Postgres) -> str:
    return postgres_server.url(postgres_server.database())


@pytest.fixture(scope="module")
def shared(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """Pictures 1 to 5, published."""
    made = Collection.create(tmp_path_factory.mktemp("shared") / "collection", WHO, address)
    fill(made, range(1, 6))
    yield made
    made.close()


def test_it_is_found_again_through_its_directory(shared: Collection) -> None:
    again = Collection(shared.folder)
    assert found(again, 3, k=2)[0] == "/photos/3.png"
    assert again.encoder == WHO
    assert not (shared.folder / "catalog.sqlite").exists()
    again.close()


def test_pictures_go_and_come_as_in_one_directory(shared: Collection) -> None:
    with shared.writing() as writer:
        put(writer, [6, 7])
        writer.write([], np.empty((0, 4), dtype=np.float32), [removed(2)])
        writer.publish()
    assert found(shared, 6) == ["/photos/6.png"]
    assert found(shared, 2, k=9)[0] != "/photos/2.png"
    assert shared.catalog.counts() == {"present": 6, "removed": 1, "pictures": 6}


def test_a_writer_on_any_machine_is_the_only_one(shared: Collection, tmp_path: Path) -> None:
    elsewhere = shutil.copytree(shared.folder, tmp_path / "elsewhere")  # what shared storage shows
    command = [sys.executable, "-c", HOLD, elsewhere]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(CollectionBusyError, match=f"written by process {other.pid} on "),
            shared.writing(),
        ):
            pass
        assert found(shared, 3) == ["/photos/3.png"]  # readers do not mind
        other.kill()
    with shared.writing():  # the server has let go of the lock
        pass


def test_a_reader_sees_one_state_whatever_is_written(shared: Collection) -> None:
    with shared.snapshot() as snapshot:
        before = snapshot.catalog.count(())
        fill(shared, [30])
        assert snapshot.catalog.count(()) == before
    with shared.snapshot() as snapshot:
        assert snapshot.catalog.count(()) == before + 1


def test_the_catalog_of_another_collection_is_refused(
    shared: Collection, address: str, tmp_path: Path
) -> None:
    with pytest.raises(BadCatalogError, match="is the catalog of another collection"):
        Collection.create(tmp_path / "second", WHO, address)
    with pytest.raises(BadCatalogError, match=r"has its catalog in .* leave out --catalog"):
        Collection.create(shared.folder, WHO, "postgresql://somebody@elsewhere/other")
    with pytest.raises(EncoderMismatchError):
        shared.require(WHO | {"weights": "two"})


@pytest.mark.parametrize("given", ["mysql://a/b", "postgresql://host", "nonsense"])
def test_what_is_no_address_of_a_catalog_is_said(given: str, tmp_path: Path) -> None:
    with pytest.raises(BadCatalogError, match="give postgresql://USER@HOST/DATABASE"):
        Collection.create(tmp_path / "collection", WHO, given)


def test_a_server_that_is_down_is_named_and_the_password_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "collection"
    with pytest.raises(
        UnreachableError, match=r"cannot use the catalog .*start the server"
    ) as said:
        Collection.create(folder, WHO, "postgresql://me:secret@127.0.0.1:1/photos")
    assert "secret" not in str(said.value)


def test_a_password_is_not_written_down(postgres_server: Postgres, tmp_path: Path) -> None:
    name = postgres_server.database()
    url = postgres_server.url(name).replace("postgres@", "postgres:secret@")
    made = Collection.create(tmp_path / "collection", WHO, url)
    made.close()
    written = [file.read_bytes() for file in (tmp_path / "collection").iterdir()]
    assert not any(b"secret" in content for content in written)
