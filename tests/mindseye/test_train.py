"""`mindseye train` for real: captioned pictures in, an encoder out that finds pictures."""

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import paint_picture
from tests.mindseye.command import mindseye

SCENES = {"cherry": (200, 20, 10), "leaf": (20, 180, 30), "sea": (10, 40, 220)}


@pytest.fixture(scope="module")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty plain pictures in three colours, in a table of captions."""
    folder = tmp_path_factory.mktemp("captioned")
    rows = [("image", "caption")]
    for number in range(30):
        name = list(SCENES)[number % 3]
        shade = tuple(value + number % 7 for value in SCENES[name])
        picture = paint_picture(folder / f"{name}{number}.png", shade)
        rows.append((picture.name, f"a photo of the {name}"))
    with (folder / "captions.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return folder


@pytest.fixture(scope="module")
def trained(captioned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "encoder"
    towers = ("--image-tower", "efficientnet-lite0", "--epochs", "12")
    done = mindseye("train", captioned, *towers, "--out", out)
    assert done.code == 0, done.err
    assert "epoch 12/12: loss" in done.err
    return out


def test_the_directory_holds_the_encoder_its_curve_and_its_figures(trained: Path) -> None:
    names = {file.name for file in trained.iterdir()}
    assert names == {"mindseye.json", "heads.safetensors", "curve.png", "report.json"}
    report = json.loads((trained / "report.json").read_text())
    assert report["figures"]["validation"]["text_to_image"]["r@10"] == 1.0
    (counts,) = report["data"].values()
    assert (counts["training"], counts["validation"]) == (27, 3)


def test_the_result_indexes_and_searches_like_any_other_encoder(
    trained: Path, captioned: Path, tmp_path: Path
) -> None:
    collection = ("--collection", tmp_path / "collection")
    done = mindseye("index", captioned, "--encoder", trained, *collection)
    assert done.code == 0, done.err
    found = mindseye("search", "the sea dupes:show", "-k", "5", "--json", *collection)
    hits = json.loads(found.out)["hits"]
    assert {Path(hit["files"][0]).name[:3] for hit in hits} == {"sea"}


def test_what_it_is_to_train_on_must_be_said_once(captioned: Path, tmp_path: Path) -> None:
    done = mindseye("train", "--out", tmp_path)
    assert (done.code, "give either folders" in done.err) == (2, True)
    towers = ("--encoder", "starter", "--text-tower", "minilm")
    done = mindseye("train", captioned, *towers, "--out", tmp_path)
    assert (done.code, "leave out the towers" in done.err) == (2, True)


def test_a_folder_without_captions_is_refused(tmp_path: Path) -> None:
    paint_picture(tmp_path / "alone.png", (1, 2, 3))
    done = mindseye("train", tmp_path, "--out", tmp_path / "out")
    assert done.code == 1
    assert "no captions in" in done.err
    assert not (tmp_path / "out").exists()
