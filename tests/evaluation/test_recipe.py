"""Recipes for training: what is held out is held out, by picture, and counted."""

from pathlib import Path

import pytest

from evaluation import DatasetError, read_dataset, split
from evaluation.recipe import Recipe, Split, read_recipe, split_data
from tests.conftest import paint_picture

STARTER = Path(__file__).parents[2] / "data" / "starter" / "recipe.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve pictures in two folders, each with a sentence beside it."""
    for number in range(12):
        name = tmp_path / "set" / ("birds" if number < 4 else "cars") / f"{number}.png"
        paint_picture(name, (number, 0, 0), (8, 8)).with_suffix(".txt").write_text(f"no {number}")
    return tmp_path / "set"


def cut(folder: Path, **facts: object) -> Split:
    recipe = Recipe({}, [{"weight": 0.5, "data": [{"name": "mine", **facts}]}])
    return split_data(recipe, lambda name: {"mine": folder}[name])


def test_a_picture_is_in_one_part_only_and_none_is_lost(folder: Path) -> None:
    found = cut(folder, test=3, validation=2)
    parts = [
        set(found.tests["mine"].pictures),
        set(found.validated.pictures),
        set(found.parts[0].pictures),
    ]
    assert [len(part) for part in parts] == [3, 2, 7]
    assert len(set.union(*parts)) == 12
    assert found.counts["mine"] == {"test": 3, "validation": 2, "training": 7, "unseen": 0}


def test_the_test_part_is_what_evaluate_takes_first(folder: Path) -> None:
    assert cut(folder, test=3).tests["mine"] == split(read_dataset(folder), 3)[0]


def test_another_picture_hardly_changes_who_is_held_out(folder: Path) -> None:
    before = set(cut(folder, test=6, validation=1).tests["mine"].names)
    paint_picture(folder / "new.png", (1, 1, 1)).with_suffix(".txt").write_text("a new one")
    assert len(before & set(cut(folder, test=6, validation=1).tests["mine"].names)) >= 5


def test_unseen_folders_are_kept_from_everything_else(folder: Path) -> None:
    found = cut(folder, validation=2, unseen=["birds"])
    assert {(path.parent.name, label) for path, label in found.unseen["mine"]} == {("birds",) * 2}
    assert len(found.unseen["mine"]) == 4
    assert {path.parent.name for path in found.parts[0].pictures} == {"cars"}


def test_a_part_keeps_its_weight_and_repeats_its_pictures(folder: Path) -> None:
    (part,) = cut(folder, validation=2, times=3).parts
    assert (part.weight, len(part.pictures), len(set(part.pictures))) == (0.5, 30, 10)


def test_a_tenth_validates_where_nothing_is_said(folder: Path) -> None:
    assert cut(folder).counts["mine"]["validation"] == 1


def test_holding_out_more_than_there_is_says_how_many_there_are(folder: Path) -> None:
    with pytest.raises(DatasetError, match="21 pictures wanted, and there are 12"):
        cut(folder, test=20, validation=1)


def test_the_starter_s_recipe_reads(tmp_path: Path) -> None:
    recipe = read_recipe(STARTER)
    assert recipe.towers["text"] == "minilm"
    assert recipe.parts[0]["data"][0]["name"] == "flickr8k"
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[towers]\n[options]\nspeed = 3\n[[part]]\n")
    with pytest.raises(DatasetError, match=r"wrong.toml is not a recipe for training: .*'speed'"):
        read_recipe(wrong)


def test_classes_without_captions_are_refused(folder: Path) -> None:
    for text in folder.rglob("*.txt"):
        text.unlink()
    with pytest.raises(DatasetError, match="for each of 2 classes, without captions: `mindseye cl"):
        cut(folder)
