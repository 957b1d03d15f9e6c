"""Killed between any two steps of writing: nothing is lost, and the next writer repairs.

The parts are the real ones; a child process replaces one of them by itself plus a kill.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from store import Collection, DamagedCollectionError
from store.catalog import Catalog
from store.database import place_of
from store.index import Index, kind_for
from tests.store.parts import fill, found, put, sha256, vectors

KILLED = """
import os, signal, sys
from pathlib import Path
from store import Collection
from store.catalog import Catalog
from store.embeddings import EmbeddingFile
from store.index import Index
from store.thumbnails import Thumbnails
from tests.store.parts import fill

def die(*_args, **_options):
    os.kill(os.getpid(), signal.SIGKILL)

def killed_before(part, step):
    setattr(part, step, die)

def killed_after(part, step):
    whole = getattr(part, step)
    def then_die(*args, **options):
        whole(*args, **options)
        die()
    setattr(part, step, then_die)

for folder, kill in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    child = os.fork()  # so that only one process pays for the imports
    if child == 0:
        exec(kill)
        fill(Collection(Path(folder)), [6, 7])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL, kill
"""

STEPS = {  # the step, and whether the catalog knows of pictures 6 and 7 then
    "before anything": ("killed_before(EmbeddingFile, 'append')", False),
    "after the embeddings": ("killed_after(EmbeddingFile, 'append')", False),
    "after the thumbnails": ("killed_after(Thumbnails, 'put')", False),
    "after the catalog": ("killed_after(Catalog, 'write')", True),
    "before the index has its name": ("killed_before(Path, 'replace')", True),
    "after the index": ("killed_after(Index, 'save')", True),
    "after the generation": ("killed_after(Catalog, 'publish')", True),
    "while old indexes are removed": ("killed_before(Path, 'unlink')", True),
}


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, made: Path) -> dict[str, Path]:
    """For each step, a collection of pictures 1 to 5 whose writer was killed adding 6 and 7."""
    place = tmp_path_factory.mktemp("killed")
    folders = {step: place / step for step in STEPS}
    for folder in folders.values():
        collection = Collection(shutil.copytree(made, folder))
        for numbers in ([1], [2], [3, 4, 5]):
            fill(collection, numbers)
        collection.close()
    arguments = [word for step in STEPS for word in (str(folders[step]), STEPS[step][0])]
    subprocess.run([sys.executable, "-c", KILLED, *arguments], check=True)
    return folders


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_loses_nothing_and_the_next_writer_goes_on(
    killed: dict[str, Path], step: str
) -> None:
    collection = Collection(killed[step])
    written = bool(collection.catalog.pictures([sha256(6)]))
    assert written == STEPS[step][1]
    assert found(collection, 4) == ["/photos/4.png"]  # readers are not disturbed

    with collection.writing() as writer:
        put(writer, [8] if written else [6, 7, 8])
        writer.publish()
    for number in range(1, 9):
        assert found(collection, number) == [f"/photos/{number}.png"]
    assert collection.embeddings.path.stat().st_size == 8 * 4 * 4
    assert len(list(collection.folder.glob("index-*"))) == 2


def test_a_torn_tail_of_the_embeddings_is_dropped(filled: Collection) -> None:
    with filled.embeddings.path.open("ab") as stream:
        stream.write(b"x" * 23)  # one row and a part of another
    fill(filled, [6])
    assert found(filled, 6) == ["/photos/6.png"]
    np.testing.assert_array_equal(filled.embeddings.read(6), vectors(range(1, 7)))


@pytest.mark.parametrize("left", ["nothing", "nonsense", "half"])
def test_an_index_that_is_gone_or_damaged_is_built_anew(filled: Collection, left: str) -> None:
    index = filled.folder / "index-000001.faiss"
    whole = index.read_bytes()
    index.unlink()
    if left != "nothing":
        index.write_bytes(b"nonsense" if left == "nonsense" else whole[: len(whole) // 2])
    with filled.writing() as writer:
        assert writer.publish() == 2
    assert found(filled, 3) == ["/photos/3.png"]


@pytest.mark.parametrize("left", ["nothing", "nonsense", "half"])
def test_rows_that_are_gone_or_damaged_are_written_anew(filled: Collection, left: str) -> None:
    rows = filled.folder / "rows-000001.npy"
    whole = rows.read_bytes()
    rows.unlink()
    if left != "nothing":
        rows.write_bytes(b"nonsense" if left == "nonsense" else whole[: len(whole) // 2])
    with pytest.raises(DamagedCollectionError, match="rebuild it"), filled.snapshot():
        pass
    with filled.writing() as writer:
        assert writer.publish() == 2
    assert found(filled, 3) == ["/photos/3.png"]


def test_an_index_with_other_ids_than_the_catalog_is_repaired(filled: Collection) -> None:
    path = filled.folder / "index-000001.faiss"
    rows, ids = np.arange(4), np.array([2, 3, 4, 99])
    Index.build(kind_for(4, 4), vectors(ids.tolist()), rows, ids).save(path)
    with filled.writing() as writer:
        assert writer.publish() == 2
    with filled.snapshot() as snapshot:
        assert snapshot.index is not None
        assert snapshot.index.ids().tolist() == [1, 2, 3, 4, 5]
    assert [found(filled, number) for number in (1, 5)] == [["/photos/1.png"], ["/photos/5.png"]]


@pytest.mark.parametrize("gone", [True, False])
def test_lost_embeddings_are_not_papered_over(filled: Collection, gone: bool) -> None:
    filled.close()
    filled.embeddings.path.write_bytes(b"")
    if gone:
        filled.embeddings.path.unlink()
    with pytest.raises(DamagedCollectionError, match=r"holds 0 embeddings.*names 5"):
        fill(filled, [6])
    with pytest.raises(DamagedCollectionError), filled.snapshot():
        pass
    assert Catalog(place_of(filled.folder, None)).rows() == 5
