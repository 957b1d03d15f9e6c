"""What a collection says of itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from store import FAILED, Collection, FileChange, facts
from tests.store.parts import removed


def test_facts_count_pictures_files_and_bytes(filled: Collection) -> None:
    with filled.writing() as writer:
        writer.write((), filled.embeddings.read(0), [removed(2)])
        writer.publish()
    found = facts(filled)
    assert (found.pictures, found.files, found.removed, found.failed) == (4, 4, 1, 0)
    assert (found.generation, found.searchable, found.lists) == (2, 4, 1)
    assert (found.code, found.recall) == ("flat", {})  # it is exact
    assert found.published_at is not None
    assert datetime.now(UTC) - found.published_at < timedelta(minutes=1)
    assert found.sizes["embeddings"] == 5 * 4 * 4  # rows, dimensions, bytes
    assert found.bytes == sum(found.sizes.values())


def test_an_empty_collection_has_no_generation(empty: Collection) -> None:
    found = facts(empty)
    assert (found.pictures, found.generation, found.published_at, found.lists) == (0, 0, None, 0)
    assert (found.code, found.recall) == (None, {})


def test_folders_are_remembered_once_and_without_those_inside(empty: Collection) -> None:
    for folders in (["/a/b", "/c"], ["/a"], ["/a/b/d", "/ab"]):
        with empty.writing() as writer:
            writer.remember(folders)
    assert Collection(Path(empty.folder)).folders == ("/a", "/ab", "/c")


def test_failures_can_be_read_in_parts(empty: Collection) -> None:
    with empty.writing() as writer:
        changes = [FileChange(f"/{n}.png", 1, 1, FAILED, "broken") for n in range(5)]
        writer.write((), empty.embeddings.read(0), changes)
    assert [one.path for one in empty.catalog.failures(2, 1)] == ["/1.png", "/2.png"]
    assert len(empty.catalog.failures()) == 5
