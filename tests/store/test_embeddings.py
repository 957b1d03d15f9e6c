"""The file of embeddings: it only grows, and it is cut only where the catalog knows nothing."""

import re
from pathlib import Path

import numpy as np
import pytest

from store import DamagedCollectionError
from store.embeddings import EmbeddingFile, gathered, scattered
from tests.store.parts import vectors


@pytest.fixture
def file(tmp_path: Path) -> EmbeddingFile:
    return EmbeddingFile(tmp_path / "embeddings.f32", 4)


def test_rows_are_read_as_they_were_appended(file: EmbeddingFile) -> None:
    assert file.append(vectors([1, 2])) == 0
    assert file.append(vectors([3])) == 2
    np.testing.assert_array_equal(file.read(3), vectors([1, 2, 3]))


def test_rows_that_are_read_cannot_be_written(file: EmbeddingFile) -> None:
    file.append(vectors([1]))
    with pytest.raises(ValueError, match="read-only"):
        file.read(1)[0, 0] = 5


def test_rows_already_held_stay_while_more_are_appended_and_cut(file: EmbeddingFile) -> None:
    file.append(vectors([1, 2]))
    held = file.read(2)
    file.append(vectors([3]))
    file.truncate(2)
    np.testing.assert_array_equal(held, vectors([1, 2]))


def test_no_rows_need_no_file(file: EmbeddingFile) -> None:
    assert file.read(0).shape == (0, 4)


def test_another_width_is_refused(file: EmbeddingFile) -> None:
    with pytest.raises(ValueError, match=r"shape \(1, 5\), expected \(n, 4\)"):
        file.append(vectors([1], dim=5))


def test_fewer_rows_than_the_catalog_names_are_damage(file: EmbeddingFile) -> None:
    message = r"holds 1 embeddings, and the catalog names 2; delete the collection and index again"
    file.append(vectors([1]))
    with pytest.raises(DamagedCollectionError, match=message):
        file.read(2)
    with pytest.raises(DamagedCollectionError, match=message):
        file.truncate(2)


def flags(array: np.ndarray) -> list[str]:
    """What Linux was told of the mapping in which an array lies, see proc(5)."""
    address, inside = array.ctypes.data, False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line):
            inside = int(found[1], 16) <= address < int(found[2], 16)
        elif inside and line.startswith("VmFlags:"):
            return line.split()[1:]
    return []


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="asks Linux")
def test_single_rows_are_read_without_those_around_them(file: EmbeddingFile) -> None:
    file.append(vectors([1, 2, 3]))
    rows = file.read(2)
    few = scattered(rows)
    np.testing.assert_array_equal(few, rows)
    assert "rr" in flags(few)  # read at random
    assert "rr" not in flags(rows)  # a scan reads on
    file.append(vectors([4]))
    file.path.unlink()
    np.testing.assert_array_equal(few, vectors([1, 2]))


def test_what_is_no_whole_mapping_stays_as_it_is(file: EmbeddingFile) -> None:
    rows = vectors([1, 2])
    assert scattered(rows) is rows
    file.append(rows)
    np.testing.assert_array_equal(scattered(file.read(2)[1:]), rows[1:])
    assert len(scattered(file.read(0))) == 0


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="no /proc")
def test_going_through_all_rows_keeps_none_of_them_in_memory(tmp_path: Path) -> None:
    """Whether they are read in their order or anywhere."""
    file = EmbeddingFile(tmp_path / "embeddings.f32", 4)
    file.append(vectors(range(300_000)))
    mapped = file.read(300_000)
    rows = np.random.default_rng(0).permutation(300_000)
    for order in (np.sort(rows), rows[:3000]):
        np.testing.assert_array_equal(gathered(mapped, order), np.asarray(mapped)[order])
        gathered(mapped, order[:1])
        assert _resident(file.path) == 0


def _resident(file: Path) -> int:
    """How many kB of the file this process holds."""
    maps = Path("/proc/self/smaps").read_text().split(str(file))[1:]
    return sum(int(one.split("Rss:")[1].split()[0]) for one in maps)
