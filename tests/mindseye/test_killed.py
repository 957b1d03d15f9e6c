"""Killed or stopped at any instant: nothing is lost, nothing doubled, nothing encoded twice."""

import hashlib
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from search import Engine, parse
from store import Collection
from tests.conftest import paint_picture
from tests.mindseye.forks import Forks, Telling

ENCODER = ("--encoder", "colours:tiny")
KEPT, NEW = 16, 40
KILLS, FIRST_RUNS, CHANGES, STOPS = 50, 10, 20, 15
MOST_CHANGES = 100  # until two of them were killed while they encoded, which is soon done


def colour(number: int) -> tuple[int, int, int]:
    return (number * 4, 255 - number * 3, number * 7 % 256)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures that will be kept, changed, moved, removed, doubled."""
    folder = tmp_path_factory.mktemp("killed") / "photos"
    for number in range(KEPT):
        paint_picture(folder / f"old {number:02}.png", colour(number), (8, 8))
    paint_picture(folder / "red.png", (255, 0, 0), (8, 8))
    return folder


@pytest.fixture(scope="module")
def before(forks: Forks, photos: Path) -> Path:
    """The collection of those, and then the folder changes: every state of a file occurs."""
    place = photos.parent / "before"
    assert forks.run("index", photos, *ENCODER, "--collection", place).code == 0
    old = sorted(photos.glob("old *"))
    for file in old[:3]:
        file.unlink()
    for file in old[3:6]:
        file.rename(photos / f"moved {file.name}")
    for number, file in enumerate(old[6:9], 60):
        paint_picture(file, colour(number), (9, 9))
    for number in range(KEPT, KEPT + NEW):
        paint_picture(photos / f"new {number}.png", colour(number), (8, 8))
    shutil.copy(photos / "new 16.png", photos / "twin.png")
    (photos / "broken.png").write_bytes(b"not a picture")
    (photos / "note.txt").write_text("hello")
    return place


@pytest.fixture(scope="module")
def undisturbed(forks: Forks, photos: Path, before: Path) -> tuple[dict[str, Any], float]:
    """What a run that nobody disturbs leaves behind, and how many seconds it takes."""
    place = shutil.copytree(before, photos.parent / "undisturbed")
    ran = forks.run("index", photos, "--collection", place)
    assert ran.code == 3, ran.err
    counts = (f"{NEW} indexed", "8 unchanged", "3 changed", "1 duplicate", "3 moved", "1 skipped")
    assert " + ".join((*counts, "1 failed; 3 removed")) in ran.out
    return contents(place), ran.seconds


def contents(place: Path) -> dict[str, Any]:
    """Every file with its picture's content and embedding; the parts are compared on the way."""
    collection = Collection(place)
    files = {file.path: file for file in collection.catalog.files_under(["/"], "/")}
    ids, rows = collection.catalog.living()
    assert len(set(rows.tolist())) == len(rows)
    assert collection.embeddings.path.stat().st_size == collection.catalog.rows() * 4 * 4
    found: dict[str, Any] = {}
    with collection.snapshot() as snapshot:
        assert snapshot.index is not None
        np.testing.assert_array_equal(snapshot.index.ids(), ids)
        pictures = snapshot.pictures(ids.tolist())
        for path, file in files.items():
            if file.picture_id is None or file.state != "present":
                found[path] = (file.state, file.reason)
                continue
            assert collection.thumbnails.get(file.picture_id)
            embedding = snapshot.embedding(file.picture_id)
            assert embedding is not None
            found[path] = (pictures[file.picture_id].sha256, embedding.tobytes())
    collection.close()
    return found


def asking(place: Path) -> Callable[[], None]:
    """A reader: asks for red and wants the red picture first."""
    engine = Engine(Collection(place), Telling(), Telling)

    def ask() -> None:
        best = engine.search(parse("red"), 3).hits[0]
        assert [Path(file).name for file in best.files] == ["red.png"]
        time.sleep(0.02)

    return ask


def known_colours(place: Path, photos: Path) -> set[str]:
    """The colours of those pictures in the folder that the catalog knows."""
    files = {hashlib.sha256(file.read_bytes()).hexdigest(): file for file in photos.glob("*.png")}
    catalog = Collection(place).catalog
    known = catalog.pictures(files)
    catalog.close()
    return {",".join(map(str, Image.open(files[one]).getpixel((0, 0)))) for one in known}


def test_fifty_kills_at_random_instants_lose_and_double_nothing(
    forks: Forks, photos: Path, before: Path, undisturbed: tuple[dict[str, Any], float]
) -> None:
    expected, seconds = undisturbed
    known_before = known_colours(before, photos)
    instants = np.random.default_rng(4)
    midway = 0
    for number in range(KILLS):
        place = shutil.copytree(before, photos.parent / f"killed {number}")
        ask = asking(place)
        after = instants.uniform(0, seconds * 1.05)
        killed = forks.run("index", photos, "--collection", place, after=after, meanwhile=ask)
        assert killed.code in (-signal.SIGKILL, 3)
        known = known_colours(place, photos)
        midway += len(known_before) < len(known) < len(known_before) + NEW
        ran = forks.run("index", photos, "--collection", place, meanwhile=ask)
        assert ran.code == 3, ran.err
        assert not known & set(ran.encoded)
        assert len(ran.encoded) == len(set(ran.encoded))
        assert contents(place) == expected
        ask()
        shutil.rmtree(place)
        seconds = ran.seconds  # what a run takes while others use the machine changes all the time
    assert midway >= 5


@pytest.mark.usefixtures("before")  # it leaves the folder as the other tests know it
def test_ten_kills_of_a_first_run_leave_nothing_that_the_second_does_not_mend(
    forks: Forks, photos: Path
) -> None:
    whole = forks.run("index", photos, *ENCODER, "--collection", photos.parent / "whole")
    expected = contents(photos.parent / "whole")
    instants = np.random.default_rng(5)
    for number in range(FIRST_RUNS):
        place = photos.parent / f"first {number}"
        words = ("index", photos, *ENCODER, "--collection", place)
        assert forks.run(*words, after=instants.uniform(0, whole.seconds)).code in (-9, 3)
        assert forks.run(*words).code == 3
        assert contents(place) == expected
        shutil.rmtree(place)


def test_a_change_of_encoder_survives_kills_and_its_readers_notice_nothing(
    forks: Forks, photos: Path, undisturbed: tuple[dict[str, Any], float]
) -> None:
    expected, _ = undisturbed
    source = photos.parent / "undisturbed"
    words = ("reindex", "--encoder", "colours:other", "--collection")
    whole = forks.run(*words, shutil.copytree(source, photos.parent / "changed"))
    checks, pictures = 2, KEPT - 3 + 1 + NEW  # `encoders.check` encodes two of its own
    assert len(whole.encoded) == checks + pictures
    instants, seconds = np.random.default_rng(7), whole.seconds
    midway = number = 0
    while number < CHANGES or (midway < 2 and number < MOST_CHANGES):
        number += 1
        place = shutil.copytree(source, photos.parent / f"changed {number}")
        ask, after = asking(place), seconds * instants.uniform(0.3, 1.05)
        killed = forks.run(*words, place, after=after, meanwhile=ask)
        assert killed.code in (-signal.SIGKILL, 0), killed.err
        if killed.code == 0:
            seconds = killed.seconds  # the machine is faster by now
        midway += checks < len(killed.encoded) < len(whole.encoded)
        ran = forks.run(*words, place, meanwhile=ask)
        assert ran.code == 0, ran.err
        ask()
        assert set(killed.encoded) | set(ran.encoded) == set(whole.encoded)
        twice = len(killed.encoded) + len(ran.encoded) - len(whole.encoded)
        assert twice <= checks + Telling.batch_size
        assert contents(place) == expected
        assert Collection(place).encoder["name"] == "colours:other"
        shutil.rmtree(place)
    assert midway >= 2, midway


def test_ctrl_c_at_random_instants_says_so_and_keeps_what_was_read(
    forks: Forks, photos: Path, before: Path, undisturbed: tuple[dict[str, Any], float]
) -> None:
    expected, seconds = undisturbed
    instants = np.random.default_rng(6)
    stopped = 0
    for number in range(STOPS):
        place = shutil.copytree(before, photos.parent / f"stopped {number}")
        after = instants.uniform(0, seconds)
        ran = forks.run("index", photos, "--collection", place, after=after, by=signal.SIGINT)
        assert "Traceback" not in ran.err
        assert "Exception ignored" not in ran.err
        assert ran.code in (130, 3)
        if ran.code == 130:
            stopped += 1
            assert not ran.err or "stopped" in ran.err.splitlines()[-1]
        else:
            seconds = ran.seconds  # the machine is faster by now
        assert not (place / "writer.json").exists()
        again = forks.run("index", photos, "--collection", place)
        assert len(set(ran.encoded) & set(again.encoded)) <= 4  # at most one batch
        assert contents(place) == expected
        shutil.rmtree(place)
    assert stopped >= 3
