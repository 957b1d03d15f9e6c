"""`mindseye evaluate --judged`: searches that people judged, measured from the command line."""

import json
from pathlib import Path

import pytest

from store import Collection, judge
from tests.mindseye.forks import Forks


@pytest.fixture
def place(photos: Path, forks: Forks) -> Path:
    """The collection of the three photos."""
    place = photos.parent / "collection"
    words = ("--encoder", "colours:tiny", "--collection", place)
    assert forks.run("index", photos, *words).code == 0
    return place


def said(place: Path, query: str, picture: int) -> None:
    collection = Collection(place)
    with collection.catalog.changing() as connection:
        judge(connection, query, picture, right=True)
    collection.close()


def test_what_was_judged_is_measured_and_survives_another_run_of_the_indexer(
    place: Path, photos: Path, forks: Forks, tmp_path: Path
) -> None:
    words = ("evaluate", "--judged", "--collection", place, "--runs", tmp_path / "runs", "--json")
    refused = forks.run(*words)
    assert refused.code == 1
    assert "nothing has been judged" in refused.err
    found = forks.run("search", "red", "-k", "1", "--json", "--collection", place)
    red = json.loads(found.out)["hits"][0]["id"]
    said(place, "red", red)
    said(place, "green blue -red", red)
    assert forks.run("index", photos, "--collection", place).code == 0
    run = json.loads(forks.run(*words).out)
    assert (run["kind"], run["captions"]) == ("judged", 2)
    assert run["text_to_image"]["r@1"]["value"] == 0.5
    assert [one["rank"] for one in run["queries"]["text_to_image"]] == [1, 3]
    (kept,) = (tmp_path / "runs").iterdir()
    assert kept.stem == run["id"]


def test_it_goes_with_nothing_else(place: Path, forks: Forks) -> None:
    ran = forks.run("evaluate", "--judged", "--served", "--collection", place)
    assert ran.code == 2
    assert "--judged" in ran.err
