"""Runs: complete JSON, kept and listed, compared query by query."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaluation import (
    Bootstrap,
    How,
    Run,
    RunError,
    Subject,
    compare,
    encoder_run,
    find_run,
    list_runs,
    load_run,
    read_classes,
    read_dataset,
    save_run,
)
from tests.colours import Colours
from tests.conftest import Paint

CAPTIONS = "image,caption\ncherry.png,red\nleaf.jpg,green\nsea.webp,blue\nsea.webp,deep blue sea\n"
QUICK = How(bootstrap=Bootstrap(samples=50))


class Blind(Colours):
    """A tiny encoder that takes every picture for a grey one."""

    def encode_images(self, prepared: Any) -> Any:
        return super().encode_images([pixels * 0 + 9 for pixels in prepared])


@pytest.fixture
def captioned(photos: Path) -> Path:
    (photos / "captions.csv").write_text(CAPTIONS)
    return photos


@pytest.fixture
def run(encoder: Colours, captioned: Path) -> Run:
    return encoder_run(encoder, Subject(read_dataset(captioned), captioned), QUICK)


def test_a_run_says_what_it_stands_on(run: Run, captioned: Path, encoder: Colours) -> None:
    assert run["dataset"] and run["dataset"]["sha256"] == read_dataset(captioned).sha256
    assert run["encoder"]["fingerprint"] == encoder.identity.fingerprint
    assert run["options"]["samples"] == 50
    assert {"processor", "cores", "memory_gb", "python", "packages"} <= run["environment"].keys()
    assert run["environment"]["packages"]["numpy"]
    assert (run["pictures"], run["captions"], run["failures"]) == (3, 4, [])
    assert run["title"] == "colours on photos"


def test_a_run_keeps_every_query_with_its_first_answers(run: Run) -> None:
    gallery, queries = run["gallery"], run["queries"]
    assert gallery["pictures"] == ["cherry.png", "leaf.jpg", "sea.webp"]
    assert [gallery["captions"][one["query"]]["text"] for one in queries["text_to_image"]] == [
        *("red", "green", "blue", "deep blue sea")
    ]
    for one in queries["text_to_image"]:
        caption = gallery["captions"][one["query"]]
        assert (one["rank"], one["best"][0][0]) == (1, caption["picture"])
        assert one["score"] == one["best"][0][1]
    assert [len(one["best"]) for one in queries["image_to_text"]] == [4, 4, 4]


def test_a_run_survives_its_file_and_is_found_again(run: Run, tmp_path: Path) -> None:
    file = save_run(run, tmp_path / "runs")
    assert file.parent == tmp_path / "runs"
    again = load_run(file)
    assert again == json.loads(json.dumps(run))
    assert find_run(tmp_path / "runs", run["id"]) == again
    (tmp_path / "runs" / "note.json").write_text("{}")
    (summary,) = list_runs(tmp_path / "runs", tmp_path / "nowhere")
    assert summary["id"] == run["id"]
    assert summary["measures"]["text_to_image"]["r@1"]["value"] == 1
    save_run(again | {"title": "another name"}, tmp_path / "runs")  # type: ignore[arg-type]
    assert [one["title"] for one in list_runs(tmp_path / "runs")] == ["another name"]


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    (tmp_path / "b.json").write_text('{"format": 99}')
    with pytest.raises(RunError, match=r"a\.json is not a run of"):
        load_run(tmp_path / "a.json")
    with pytest.raises(RunError, match=r"b\.json has the format 99; this mindseye reads 1"):
        load_run(tmp_path / "b.json")
    with pytest.raises(RunError, match=r"nothing\.json is not a run"):
        find_run(tmp_path, "nothing")
    with pytest.raises(RunError, match="cannot be the id of a run"):
        find_run(tmp_path, "../a")


def test_classes_give_a_confusion_matrix(encoder: Colours, tmp_path: Path, paint: Paint) -> None:
    for name, colour in {
        "red/1": "red",
        "red/2": "blue",
        "blue/3": "blue",
        "green/4": "lime",
    }.items():
        paint(tmp_path / "set" / f"{name}.png", colour)
    found = encoder_run(encoder, Subject(read_classes(tmp_path / "set"), tmp_path / "set"), QUICK)[
        "classification"
    ]
    assert [one["name"] for one in found["classes"]] == ["blue", "green", "red"]
    assert found["confusion"] == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert found["measures"]["accuracy"]["value"] == 0.75
    assert found["classes"][0] == {
        "name": "blue",
        "pictures": 1,
        "precision": 0.5,
        "recall": 1,
        "f1": pytest.approx(2 / 3),
    }
    assert [(one["truth"], one["guess"]) for one in found["guesses"]] == [
        (0, 0),
        (1, 1),
        (2, 2),
        (2, 0),
    ]
    assert [one["margin"] > 0 for one in found["guesses"]] == [False, False, False, True]


def test_a_comparison_names_the_queries_that_changed(run: Run, captioned: Path) -> None:
    blind = encoder_run(Blind("blind"), Subject(read_dataset(captioned), captioned), QUICK)
    found = compare(run, blind)
    way = found["text_to_image"]
    assert found["same_dataset"]
    assert (way["queries"], way["better"]) == (4, [])
    assert len(way["worse"]) == 4
    assert way["worse"][0] == {"query": "red", "picture": "cherry.png", "before": 1, "after": 3}
    difference = way["measures"]["r@1"]
    assert (difference["before"], difference["after"]) == (1, 0)
    assert difference["difference"]["value"] == -1
    assert compare(blind, run)["text_to_image"]["better"][0]["before"] == 3


def test_a_run_compared_with_itself_differs_in_nothing(run: Run) -> None:
    way = compare(run, run)["image_to_text"]
    assert (way["worse"], way["better"]) == ([], [])
    assert {one["p"] for one in way["measures"].values()} == {1}


def test_runs_without_a_common_query_cannot_be_compared(
    run: Run, encoder: Colours, tmp_path: Path, paint: Paint
) -> None:
    for name in ("red/1.png", "blue/2.png"):
        paint(tmp_path / "set" / name, name.split("/")[0])
    classes = Subject(read_classes(tmp_path / "set"), tmp_path / "set")
    other = replace(classes, dataset=replace(classes.dataset, labels=()))
    with pytest.raises(RunError, match="have no text_to_image query in common"):
        compare(run, encoder_run(encoder, other, QUICK))
    with pytest.raises(RunError, match="only retrieval can be compared"):
        compare(run, encoder_run(encoder, classes, QUICK))


def test_a_caption_that_a_picture_has_twice_is_two_queries(
    encoder: Colours, captioned: Path
) -> None:
    (captioned / "captions.csv").write_text(CAPTIONS + "cherry.png,red\n")
    run = encoder_run(encoder, Subject(read_dataset(captioned), captioned), QUICK)
    found = compare(run, run)["text_to_image"]
    assert found["queries"] == 5
    assert found["measures"]["r@1"]["before"] == run["text_to_image"]["r@1"]["value"]
