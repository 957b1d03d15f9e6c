"""A disk that is really full: said in one sentence, and the next run goes on from there."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pytest

from indexer import index
from store import Collection, DiskFullError
from tests.colours import Colours
from tests.conftest import Paint

MEGABYTES = 4


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("a file system can be mounted here by root only, or not at all")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path, spare: int) -> Path:
    """The file that leaves only so many KB of the disk."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as stream:
        while True:
            stream.write(bytes(4096))
    os.truncate(ballast, ballast.stat().st_size - spare * 1024)
    return ballast


class Small(Colours):
    """In batches so small that some are written before the disk is full."""

    batch_size = 8


@pytest.mark.parametrize("spare", [0, 60, 200, 400, 700])
def test_a_full_disk_is_said_in_one_sentence_and_the_next_run_goes_on(
    disk: Path, tmp_path: Path, paint: Paint, spare: int
) -> None:
    for number in range(150):
        paint(tmp_path / "photos" / f"{number:03}.png", (number, 90, 9), (300, 300))
    encoder = Small()
    collection = Collection.create(disk / "collection", asdict(encoder.identity))
    ballast = fill(disk, spare)
    with pytest.raises(DiskFullError, match=r"collection is full; make room and run the same"):
        index(collection, encoder, [tmp_path / "photos"])
    written = encoder.pictures_encoded
    kept = collection.catalog.counts().get("present", 0)
    assert written - 3 * encoder.batch_size <= kept <= written
    ballast.unlink()
    account = index(collection, encoder, [tmp_path / "photos"])
    assert (account.indexed, account.unchanged) == (150 - kept, kept)
    with collection.snapshot() as snapshot:
        assert len(snapshot.ids()) == 150
    collection.close()
