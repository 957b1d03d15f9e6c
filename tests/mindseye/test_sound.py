"""`mindseye doctor` and `mindseye failures`: what they print, and how they end."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from store import Collection
from tests.conftest import paint_picture
from tests.mindseye.forks import Forks

SOUND = "sound: catalog, embeddings, index, thumbnails and encoder agree\n"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for number in range(4):
        paint_picture(folder / f"{number}.png", (60 * number, 9, 200), (8, 8))
    return folder


@pytest.fixture
def place(forks: Forks, tmp_path: Path, photos: Path) -> Path:
    place = tmp_path / "collection"
    ran = forks.run("index", photos, "--encoder", "colours:tiny", "--collection", place)
    assert ran.code == 0, ran.err
    return place


def test_the_doctor_names_damage_repairs_it_and_says_so(forks: Forks, place: Path) -> None:
    words = ("doctor", "--collection", place)
    ran = forks.run(*words)
    assert (ran.code, ran.out) == (0, SOUND)

    max(place.glob("index-*")).unlink()
    with (place / "embeddings.f32").open("ab") as stream:
        stream.write(b"torn")
    ran = forks.run(*words)
    assert ran.code == 4
    tail, index = ran.out.splitlines()
    assert tail == (
        "embeddings: 4 bytes behind the last one, left by a write that was cut off; "
        "`mindseye doctor --repair` drops them"
    )
    assert index == (
        "index: index-000001.faiss, or what belongs to it, is gone or damaged; "
        "`mindseye doctor --repair` builds it again"
    )

    ran = forks.run(*words, "--repair")
    assert ran.code == 0, ran.err
    assert [line.split("; ")[-1] for line in ran.out.splitlines()] == ["repaired", "repaired"]
    assert forks.run(*words).out == SOUND


def test_what_the_doctor_cannot_repair_ends_with_4(forks: Forks, place: Path, photos: Path) -> None:
    (place / "thumbnails.sqlite").unlink()
    (photos / "2.png").unlink()
    ran = forks.run("doctor", "--repair", "--json", "--collection", place)
    assert ran.code == 4
    found = json.loads(ran.out)
    assert found["sound"] is False
    problems = [(one["problem"], one["repaired"]) for one in found["findings"]]
    assert problems == [("4 of 4 pictures have none", True), ("1 of 4 pictures have none", False)]


def test_failures_are_listed_until_they_are_mended(forks: Forks, place: Path, photos: Path) -> None:
    words = ("failures", "--collection", place)
    ran = forks.run(*words)
    assert (ran.code, ran.out, ran.err) == (0, "", "every file could be read\n")

    broken = photos / "broken.jpg"
    broken.write_bytes(b"nothing")
    assert forks.run("index", photos, "--collection", place).code == 3
    ran = forks.run(*words)
    assert ran.code == 3
    assert ran.out == f"{broken}: not a picture in a format that mindseye reads\n"
    assert ran.err.startswith("1 file could not be read; ")
    ran = forks.run(*words, "--json")
    assert ran.code == 3
    assert json.loads(ran.out)["failures"][0]["path"] == str(broken)


def test_a_retry_tries_only_what_failed(forks: Forks, place: Path, photos: Path) -> None:
    broken, gone = photos / "broken.png", photos / "gone.png"
    whole = (photos / "1.png").read_bytes() + b"behind the picture"
    members = photos / "members.zip"
    with ZipFile(members, "w") as archive:
        archive.writestr("torn.png", whole[:40])
        archive.writestr("whole.png", whole)
    for file in (broken, gone):
        file.write_bytes(b"nothing")
    assert forks.run("index", photos, "--collection", place).code == 3

    paint_picture(broken, (1, 2, 3), (8, 8))
    paint_picture(photos / "new.png", (3, 2, 1), (8, 8))
    gone.unlink()
    ran = forks.run("failures", "--retry", "--collection", place)
    assert ran.code == 3
    assert ran.out.startswith(f"{members}/torn.png: ")
    assert len(ran.out.splitlines()) == 1
    assert "3 files seen = 1 indexed + 1 unchanged + 1 failed; 1 removed" in ran.err

    members.unlink()
    ran = forks.run("failures", "--retry", "--collection", place)
    assert (ran.code, ran.out) == (0, "")
    assert "0 files seen = nothing; 1 removed" in ran.err
    catalog = Collection(place).catalog
    assert catalog.counts()["present"] == 6
    assert not [file for file in catalog.files_under([str(photos)], "/") if "new" in file.path]
