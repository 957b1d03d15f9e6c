"""The life of a picture, each passage by name, and the account of every file."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from indexer import Account, index
from search import Engine, parse
from store import FAILED, PRESENT, Collection
from tests.colours import Colours
from tests.conftest import Paint

Run = Callable[..., dict[str, int]]


@pytest.fixture
def run(collection: Collection, encoder: Colours, photos: Path) -> Run:
    """Index the photos (or other folders); the counts that are not zero."""

    def run(*folders: Path) -> dict[str, int]:
        account = index(collection, encoder, folders or [photos])
        return counts(account)

    return run


@pytest.fixture
def done(run: Run) -> Run:
    """As `run`, with the three photos already indexed."""
    assert run() == {"indexed": 3}
    return run


def counts(account: Account) -> dict[str, int]:
    found: dict[str, Any] = account.as_dict()
    states = {name: count for name, count in found.items() if count and name != "failures"}
    seen = states.pop("seen", 0)
    assert seen == sum(states.values()) - account.removed
    return states


def answer(collection: Collection, encoder: Colours, words: str) -> list[str]:
    hits = Engine(collection, encoder).search(parse(words)).hits
    return [Path(file).name for file in hits[0].files] if hits else []


def touch(path: Path, seconds: int = 60) -> None:
    later = time.time() + seconds
    os.utime(path, (later, later))


def scribble(path: Path) -> None:
    """Damage a file without a trace in its size and time."""
    facts = path.stat()
    path.write_bytes(b"x" * facts.st_size)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def test_new_pictures_are_indexed(run: Run, encoder: Colours, collection: Collection) -> None:
    assert run() == {"indexed": 3}
    assert encoder.pictures_encoded == 3
    assert answer(collection, encoder, "blue") == ["sea.webp"]


def test_unchanged_pictures_are_not_even_read(done: Run, encoder: Colours, photos: Path) -> None:
    scribble(photos / "cherry.png")  # nobody looks, so nobody minds
    assert done() == {"unchanged": 3}
    assert encoder.pictures_encoded == 3


def test_a_touched_picture_is_read_but_not_encoded_again(
    done: Run, encoder: Colours, photos: Path
) -> None:
    touch(photos / "cherry.png")
    assert done() == {"unchanged": 3}
    assert encoder.pictures_encoded == 3
    scribble(photos / "cherry.png")
    assert done() == {"unchanged": 3}  # its new time is known now: nothing is read


def test_a_changed_picture_is_found_as_what_it_has_become(
    done: Run, encoder: Colours, collection: Collection, photos: Path, paint: Paint
) -> None:
    paint(photos / "cherry.png", (0, 0, 250))
    touch(photos / "cherry.png")
    assert done() == {"changed": 1, "unchanged": 2}
    assert answer(collection, encoder, "blue") == ["cherry.png"]
    assert collection.catalog.counts() == {"present": 3, "pictures": 3}


def test_a_moved_picture_keeps_its_embedding(
    done: Run, encoder: Colours, collection: Collection, photos: Path
) -> None:
    (photos / "new").mkdir()
    (photos / "cherry.png").rename(photos / "new" / "cherry.png")
    assert done() == {"moved": 1, "unchanged": 2}
    assert encoder.pictures_encoded == 3
    assert answer(collection, encoder, "red") == ["cherry.png"]
    assert collection.catalog.counts() == {"present": 3, "pictures": 3}


def test_a_renamed_picture_is_a_moved_one(
    done: Run, encoder: Colours, collection: Collection, photos: Path
) -> None:
    (photos / "cherry.png").rename(photos / "berry.png")
    assert done() == {"moved": 1, "unchanged": 2}
    assert answer(collection, encoder, "red") == ["berry.png"]
    assert done() == {"unchanged": 3}


def test_a_picture_renamed_and_back_again_is_moved_twice(
    done: Run, encoder: Colours, collection: Collection, photos: Path
) -> None:
    there, back = photos / "cherry.png", photos / "berry.png"
    for old, new in ((there, back), (back, there), (there, back)):
        old.rename(new)
        touch(new)
        assert done() == {"moved": 1, "unchanged": 2}
    assert answer(collection, encoder, "red") == ["berry.png"]


def test_two_pictures_that_exchange_their_names_have_changed(
    done: Run, encoder: Colours, collection: Collection, photos: Path, paint: Paint
) -> None:
    sun = paint(photos / "sun.png", (200, 200, 0))
    done()
    cherry, spare = photos / "cherry.png", photos / "spare"
    for old, new in ((cherry, spare), (sun, cherry), (spare, sun)):
        old.rename(new)
    touch(cherry)
    touch(sun)
    assert done() == {"changed": 2, "unchanged": 2}
    assert encoder.pictures_encoded == 4
    assert answer(collection, encoder, "red") == ["sun.png"]


def test_a_picture_moved_between_two_folders_of_one_run_is_moved(
    run: Run, encoder: Colours, tmp_path: Path, photos: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run(photos, other)
    (photos / "cherry.png").rename(other / "cherry.png")
    assert run(other, photos) == {"moved": 1, "unchanged": 2}
    assert encoder.pictures_encoded == 3


def test_a_copy_is_a_duplicate_and_one_hit_names_both(
    done: Run, encoder: Colours, collection: Collection, photos: Path
) -> None:
    (photos / "again.png").write_bytes((photos / "cherry.png").read_bytes())
    assert done() == {"duplicate": 1, "unchanged": 3}
    assert encoder.pictures_encoded == 3
    assert answer(collection, encoder, "red") == ["again.png", "cherry.png"]


def test_copies_that_are_new_together_are_encoded_once(
    run: Run, encoder: Colours, photos: Path
) -> None:
    for number in range(40):  # more than one batch
        (photos / f"copy{number}.png").write_bytes((photos / "cherry.png").read_bytes())
    assert run() == {"indexed": 3, "duplicate": 40}
    assert encoder.pictures_encoded == 3


def test_of_two_copies_one_may_go(
    done: Run, encoder: Colours, collection: Collection, photos: Path
) -> None:
    (photos / "again.png").write_bytes((photos / "cherry.png").read_bytes())
    done()
    (photos / "cherry.png").unlink()
    assert done() == {"removed": 1, "unchanged": 3}
    assert answer(collection, encoder, "red") == ["again.png"]


def test_a_removed_picture_is_no_longer_found(
    done: Run, encoder: Colours, collection: Collection, photos: Path
) -> None:
    (photos / "cherry.png").unlink()
    assert done() == {"removed": 1, "unchanged": 2}
    assert answer(collection, encoder, "red") != ["cherry.png"]
    assert done() == {"unchanged": 2}


@pytest.mark.parametrize("age", [None, 120])
def test_a_picture_that_is_back_is_restored_and_not_encoded_again(
    done: Run, encoder: Colours, collection: Collection, photos: Path, age: int | None
) -> None:
    cherry, aside = photos / "cherry.png", photos.parent / "aside.png"
    cherry.rename(aside)
    done()
    aside.rename(cherry)
    if age:
        touch(cherry, age)
    assert done() == {"restored": 1, "unchanged": 2}
    assert encoder.pictures_encoded == 3
    assert answer(collection, encoder, "red") == ["cherry.png"]


def test_an_unreadable_picture_is_named_with_its_reason_in_every_run(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    broken = photos / "broken.jpg"
    broken.write_bytes(b"no picture at all")
    for others in ("indexed", "unchanged"):
        account = index(collection, encoder, [photos])
        assert counts(account) == {"failed": 1, others: 3}
        assert account.failures == [
            (str(broken), "not a picture in a format that mindseye reads"),
        ]
    assert [file.path for file in collection.catalog.failures()] == [str(broken)]


def test_a_mended_picture_is_indexed(
    done: Run, collection: Collection, photos: Path, paint: Paint
) -> None:
    (photos / "broken.png").write_bytes(b"")
    assert done() == {"failed": 1, "unchanged": 3}
    paint(photos / "broken.png", (1, 2, 3))
    assert done() == {"indexed": 1, "unchanged": 3}
    assert collection.catalog.failures() == []


def test_a_picture_that_breaks_is_no_longer_found(
    done: Run, encoder: Colours, collection: Collection, photos: Path
) -> None:
    (photos / "cherry.png").write_bytes(b"")
    assert done() == {"failed": 1, "unchanged": 2}
    assert answer(collection, encoder, "red") != ["cherry.png"]
    assert collection.catalog.counts()[FAILED] == 1


def test_an_unreadable_file_that_vanishes_is_removed(
    done: Run, collection: Collection, photos: Path
) -> None:
    (photos / "broken.png").write_bytes(b"")
    done()
    (photos / "broken.png").unlink()
    assert done() == {"removed": 1, "unchanged": 3}
    assert collection.catalog.failures() == []


def test_what_has_no_picture_s_name_is_skipped(run: Run, photos: Path, paint: Paint) -> None:
    (photos / "notes.txt").write_text("red")
    paint(photos / "picture.PNG", (9, 9, 9))
    (photos / "no suffix").write_bytes((photos / "picture.PNG").read_bytes())
    assert run() == {"indexed": 4, "skipped": 2}


def test_other_folders_are_left_alone(
    done: Run, collection: Collection, tmp_path: Path, photos: Path, paint: Paint
) -> None:
    other = paint(tmp_path / "photos2" / "sun.png", (200, 200, 0)).parent
    assert done(other) == {"indexed": 1}
    (photos / "cherry.png").unlink()
    assert done(other) == {"unchanged": 1}
    assert collection.catalog.counts()[PRESENT] == 4


def test_every_file_is_counted_once_though_folders_are_nested_or_named_twice(
    run: Run, photos: Path
) -> None:
    assert run(photos / "deep", photos, photos, photos / "deep" / "..") == {"indexed": 3}
