"""`mindseye tag` for real: labels into the catalog, and out again."""

from pathlib import Path

import pytest

from tests.conftest import paint_picture
from tests.mindseye.command import mindseye


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tagged")
    for name, colour in (("red", (200, 10, 10)), ("blue", (20, 20, 200))):
        paint_picture(folder / "photos" / f"{name}.png", colour)
    (folder / "labels.txt").write_text("red: the colour red\nblue: the colour blue\nelephant\n")
    words = ("--encoder", "starter", "--collection", folder / "collection")
    assert mindseye("index", folder / "photos", *words).code == 0
    return folder


def test_labels_of_one_s_own_are_given_and_taken_away(place: Path) -> None:
    own = ("--labels", place / "labels.txt", "--background", place / "photos", "--least", "1e-6")
    ran = mindseye("tag", *own, "--json", "--collection", place / "collection")
    assert ran.code == 0, ran.err
    assert ran.json.keys() == {"pictures", "tagged", "tags", "labels"}
    assert ran.json["pictures"] == 2
    assert set(ran.json["labels"]) <= {"red", "blue", "elephant"}
    ran = mindseye("tag", "--remove", "--collection", place / "collection")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "no picture has a tag from a model any more\n"


def test_a_bad_file_of_labels_is_said_in_one_line(place: Path) -> None:
    (place / "twice.txt").write_text("dog\ndog\n")
    ran = mindseye("tag", "--labels", place / "twice.txt", "--collection", place / "collection")
    assert ran.code == 1
    assert "twice.txt, line 2: the label 'dog' stands there twice" in ran.err
