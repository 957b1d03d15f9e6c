"""`mindseye classify` for real: examples in, figures and a classifier out, and its tags."""

import json
from pathlib import Path

import pytest

from tests.conftest import paint_picture
from tests.mindseye.command import mindseye


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classified")
    for number in range(4):
        paint_picture(folder / "sorted" / "red" / f"{number}.png", (180 + number, 10, 10))
        paint_picture(folder / "sorted" / "blue" / f"{number}.png", (20, 20, 180 + number))
    words = ("--encoder", "starter", "--collection", folder / "collection")
    assert mindseye("index", folder / "sorted", *words).code == 0
    return folder


def test_examples_become_figures_a_file_and_tags(place: Path) -> None:
    out = place / "colours.classifier"
    where = ("--collection", place / "collection")
    ran = mindseye("classify", place / "sorted", "--out", out, *where, "--runs", place / "runs")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0].startswith("8 examples of 2 classes, 8 of them in the collection; 0 repeated")
    assert lines[2].split() == ["blue", "4", "1.000", "1.000", "1.000"]
    assert "accuracy: 1.000 (1.000-1.000)" in lines
    assert out.with_suffix(".png").exists()
    (run,) = (json.loads(file.read_text()) for file in (place / "runs").iterdir())
    assert (run["kind"], run["options"]["mode"]) == ("classification", "learned")
    assert run["classification"]["confusion"] == [[4, 0], [0, 4]]
    assert {Path(one).parent.name for one in run["gallery"]["pictures"]} == {"red", "blue"}
    ran = mindseye("tag", "--classifier", out, "--json", *where)
    assert ran.json == {"pictures": 8, "tagged": 8, "tags": 8, "labels": {"red": 4, "blue": 4}}
    ran = mindseye("search", "tag:red", "--json", *where)
    assert {Path(hit["files"][0]).parent.name for hit in ran.json["hits"]} == {"red"}


def test_what_it_is_to_learn_from_must_be_said_once(place: Path) -> None:
    where = ("--out", place / "x", "--collection", place / "collection")
    for words in ((), (place / "sorted", "--tag", "red")):
        ran = mindseye("classify", *words, *where)
        assert (ran.code, "give either a folder or CSV of EXAMPLES" in ran.err) == (2, True)
    ran = mindseye("classify", "--tag", "dark", "--tag", "light", *where)
    assert ran.code == 1
    assert "no picture has only one of the tags dark, light" in ran.err
