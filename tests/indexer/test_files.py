"""Odd files and folders: each costs at most itself, and its reason can be read."""

import mmap  # noqa: F401  (NumPy wants it late, when root's own Python may be out of reach)
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from indexer import Account, Failure, SourceError, index
from search import Engine
from store import PRESENT, Collection
from tests.colours import Colours
from tests.conftest import Paint

NOBODY = 65534


@pytest.fixture
def home(tmp_path: Path, engine: Engine) -> Iterator[Path]:
    """A folder of somebody who is not root while the test runs: permissions do not bind root.

    Before, pictures were indexed once: Python's own modules may be root's, and be imported late.
    """
    engine.collection.close()
    if os.geteuid() != 0:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            os.seteuid(0)


def failures(account: Account) -> dict[str, str]:
    return {Path(failure.path).name: failure.reason for failure in account.failures}


def test_a_missing_folder_is_refused_before_anything_is_written(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    with pytest.raises(SourceError, match="nowhere does not exist; give folders that hold"):
        index(collection, encoder, [photos, photos / "nowhere"])
    os.mkfifo(photos.parent / "pipe")
    with pytest.raises(SourceError, match=r"pipe is neither a folder nor a file"):
        index(collection, encoder, [photos.parent / "pipe"])
    assert collection.catalog.counts() == {"pictures": 0}


def test_an_empty_folder_is_no_problem(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert index(collection, encoder, [tmp_path / "empty"]) == Account()
    with collection.snapshot() as snapshot:
        assert snapshot.generation == 1


def test_a_file_without_permission_fails_until_it_may_be_read(
    encoder: Colours, home: Path, paint: Paint
) -> None:
    collection = Collection.create(home / "collection", asdict(encoder.identity))
    secret = paint(home / "photos" / "secret.png", (1, 2, 3))
    secret.chmod(0)
    account = index(collection, encoder, [secret.parent])
    assert failures(account) == {"secret.png": "cannot be read: Permission denied"}
    secret.chmod(0o600)  # changes neither size nor time
    assert index(collection, encoder, [secret.parent]) == Account(indexed=1)


def test_files_of_a_folder_that_became_unlistable_are_not_removed(
    encoder: Colours, home: Path, paint: Paint
) -> None:
    collection = Collection.create(home / "collection", asdict(encoder.identity))
    paint(home / "photos" / "sun.png", (200, 200, 0))
    closed = paint(home / "photos" / "closed" / "sea.png", (0, 0, 200)).parent
    index(collection, encoder, [home / "photos"])
    closed.chmod(0)
    for _ in range(2):
        account = index(collection, encoder, [home / "photos"])
        assert (account.unchanged, account.failed, account.removed) == (1, 1, 0)
        assert account.failures == [
            Failure(f"{closed}/", "cannot list this folder: Permission denied"),
        ]
        assert [file.path for file in collection.catalog.failures()] == [f"{closed}/"]
    closed.chmod(0o700)
    assert collection.catalog.counts()[PRESENT] == 2
    assert index(collection, encoder, [home / "photos"]) == Account(unchanged=2)
    assert collection.catalog.failures() == []


def test_a_link_to_a_file_is_a_duplicate_and_links_to_folders_are_not_followed(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "link.png").symlink_to(photos / "cherry.png")
    (photos / "deep" / "round").symlink_to(photos)
    assert index(collection, encoder, [photos]) == Account(indexed=3, duplicate=1)


def test_a_folder_that_is_a_link_is_the_folder_it_leads_to(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos.parent / "link").symlink_to(photos)
    assert index(collection, encoder, [photos.parent / "link"]) == Account(indexed=3)
    assert index(collection, encoder, [photos]) == Account(unchanged=3)


def test_links_that_lead_nowhere_or_to_themselves_fail(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "dangling.png").symlink_to(photos / "gone.png")
    (photos / "loop.png").symlink_to(photos / "loop.png")
    account = index(collection, encoder, [photos])
    assert failures(account) == {
        "dangling.png": "cannot be looked at: No such file or directory",
        "loop.png": "cannot be looked at: Too many levels of symbolic links",
    }
    assert (account.indexed, account.seen) == (3, 5)
    assert collection.catalog.counts()["failed"] == 2


def test_a_picture_that_became_a_link_to_nowhere_is_no_longer_present(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    index(collection, encoder, [photos])
    (photos / "cherry.png").unlink()
    (photos / "cherry.png").symlink_to(photos / "gone.png")
    assert index(collection, encoder, [photos]).failed == 1
    assert collection.catalog.counts() == {"present": 2, "failed": 1, "pictures": 2}


def test_a_pipe_with_a_picture_s_name_does_not_hang_the_run(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    os.mkfifo(photos / "pipe.png")
    account = index(collection, encoder, [photos])
    assert failures(account) == {"pipe.png": "not an ordinary file (a pipe, socket or device)"}


def test_a_name_that_is_not_utf_8_fails_and_the_others_go_on(
    collection: Collection, encoder: Colours, photos: Path, paint: Paint
) -> None:
    name = os.fsdecode(b"caf\xe9.png")
    paint(photos / name, (1, 2, 3))
    account = index(collection, encoder, [photos])
    assert failures(account) == {name: "its name is not valid UTF-8; rename it"}
    assert (account.indexed, account.seen) == (3, 4)


def test_a_folder_to_index_whose_name_is_not_utf_8_is_refused_by_name(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    with pytest.raises(SourceError, match="is not valid UTF-8; rename it"):
        index(collection, encoder, [folder])


def test_names_in_any_script_are_kept_as_they_are(
    collection: Collection, encoder: Colours, photos: Path, paint: Paint
) -> None:
    paint(photos / "猫 %_'\" é\n.png", (9, 9, 9))
    assert index(collection, encoder, [photos]).indexed == 4
    assert index(collection, encoder, [photos]) == Account(unchanged=4)
