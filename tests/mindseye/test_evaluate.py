"""`mindseye evaluate` for real, with the starter on a few plain pictures."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import paint_picture
from tests.mindseye.command import Ran, mindseye

BOTH = ("--encoder", "baseline:class-mixture", "--encoder", "starter")


@pytest.fixture(scope="module")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluate") / "album"
    for name in ("red", "green", "blue"):
        picture = paint_picture(folder / f"{name}.png", name)
        picture.with_suffix(".txt").write_text(f"the colour {name}\nde.utf8=Farbe {name}\n")
    (folder / "broken.jpg").write_bytes(b"nothing")
    (folder / "broken.txt").write_text("a broken picture")
    (folder / "alone.txt").write_text("a caption without its picture")
    paint_picture(folder / "silent.png", (9, 9, 9))
    return folder


@pytest.fixture(scope="module")
def runs(captioned: Path) -> Path:
    return captioned.parent / "runs"


@pytest.fixture(scope="module")
def both(captioned: Path, runs: Path) -> Ran:
    """Two encoders side by side."""
    return mindseye("evaluate", captioned, *BOTH, "--runs", runs)


def test_two_encoders_side_by_side(both: Ran, captioned: Path) -> None:
    assert both.code == 0, both.err
    assert "3 pictures, 3 captions (one .txt beside each picture); " in both.out
    assert (
        "1 picture without a caption, 1 caption without a picture, 1 picture unreadable" in both.out
    )
    assert f"unreadable: {captioned}/broken.jpg: not a picture" in both.out
    assert "text_to_image     baseline:class-mixture    starter\n" in both.out
    assert "starter on album against baseline:class-mixture on album" in both.out
    assert "p = " in both.out


@pytest.mark.usefixtures("both")
def test_each_run_is_kept_with_the_names_of_what_was_left_out(runs: Path) -> None:
    kept = {file.name: json.loads(file.read_text()) for file in runs.iterdir()}
    assert {run["encoder"]["name"] for run in kept.values()} == set(BOTH[1::2])
    for run in kept.values():
        assert run["dataset"]["pictures_without_caption"] == ["silent.png"]
        assert run["dataset"]["captions_without_picture"] == ["alone.txt"]
        assert [Path(one["path"]).name for one in run["failures"]] == ["broken.jpg"]
    dims = {run["encoder"]["name"]: run["encoder"]["dim"] for run in kept.values()}
    assert dims == {"baseline:class-mixture": 384, "starter": 896}


@pytest.mark.usefixtures("both")
def test_a_run_against_a_baseline_as_json_and_a_threshold_that_it_misses(
    captioned: Path, runs: Path
) -> None:
    file = next(one for one in runs.iterdir() if "baseline" in one.name)
    words = ("--baseline", file, "--fail-under", "r@10=1", "--fail-under", "median_rank=0.5")
    ran = mindseye("evaluate", captioned, *words, "--runs", runs, "--json")
    assert ran.code == 1
    sentence = "text_to_image median_rank is [1-3].*, over the 0.5 that --fail-under asks for"
    assert ran.json["text_to_image"]["r@10"] == {"value": 1, "low": 1, "high": 1}
    (comparison,) = ran.json["comparisons"]
    assert comparison["before"] == file.stem
    assert ran.err.splitlines()[-1].startswith("Error: starter on album: ")
    assert re.search(sentence, ran.err)


def test_a_folder_for_each_class_is_classified(captioned: Path, runs: Path) -> None:
    folder = captioned.parent / "classes"
    for name in ("red", "green", "blue"):
        paint_picture(folder / name / "1.png", name)
    ran = mindseye("evaluate", folder, "--template", "the colour {}", "--runs", runs)
    assert ran.code == 0, ran.err
    assert "(a folder for each of 3 classes)" in ran.out
    assert "accuracy" in ran.out
    assert "macro_f1" in ran.out


def test_an_index_and_the_modes_of_a_collection(captioned: Path, runs: Path) -> None:
    place = ("--collection", captioned.parent / "collection", "--runs", runs)
    indexed = mindseye("index", captioned, "--encoder", "starter", *place[:2])
    assert indexed.code == 3, indexed.err
    served = mindseye("evaluate", "--served", *place)
    assert served.code == 0, served.err
    assert ": 4 pictures in IVF1,Flat; 500 queries in words, 4 pictures\n" in served.out
    assert re.search(r"image +nprobe 1 +exact +1\.000 \(1\.000-1\.000\)", served.out)
    assert re.search(r"text +served +exact +1\.000 \(1\.000-1\.000\) +1\.000", served.out)
    report = captioned.parent / "report.html"
    words = (
        "--mode",
        "semantic",
        "--mode",
        "hybrid",
        "--report",
        report,
        "--fail-under",
        "r@10=0.75",
    )
    asked = mindseye("evaluate", captioned, *words, *place)
    assert asked.code == 0, asked.err
    assert re.search(r"text_to_image +semantic +hybrid", asked.out)
    assert "Query by query" in report.read_text()


def test_another_language(captioned: Path, runs: Path) -> None:
    words = ("--language", "de", "--test", "4", "--json")
    ran = mindseye("evaluate", captioned, *words, "--runs", runs)
    assert ran.json["dataset"]["language"] == "de"
    assert ran.json["gallery"]["captions"][0]["text"].startswith("Farbe ")
    assert ran.json["captions"] == 3


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--fail-under", "speed=3"], 2, "'speed=3' is not MEASURE=NUMBER; measures are r@1, "),
        (["--template", "a photo"], 2, "'a photo' has no {} for the class"),
        (["--baseline", "never"], 1, "never.json is not a run of `mindseye evaluate`"),
        (["--report", "nowhere/page.html"], 2, "'--report': there is no folder nowhere"),
        (["--fusion", "late", "--fusion-weight", "0.3"], 2, "goes with --fusion sum or concat"),
        (["--nprobe", "3"], 2, "--nprobe goes with --served"),
        (["--served", "--mode", "semantic"], 2, "measure different things; give one"),
        (["--language", "xx"], 1, "no captions in "),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_encoded(
    captioned: Path, runs: Path, words: list[str], code: int, message: str
) -> None:
    ran = mindseye("evaluate", captioned, *words, "--runs", runs)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
