"""Recipes for training: which towers, which data sets, what is held out, which options."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from encoders.training import Options, Part
from evaluation.dataset import Dataset, split
from evaluation.errors import DatasetError
from evaluation.formats import read_dataset

VALIDATION = 0.1  # of the pictures, where a recipe does not say how many


@dataclass(frozen=True)
class Recipe:
    """Towers by name, options, and parts, each with the data sets that are drawn together."""

    towers: dict[str, Any]
    parts: Sequence[dict[str, Any]]
    options: Options = field(default_factory=Options)


@dataclass
class Split:
    """Data sets cut by picture: what is trained on, validated on, and kept for the report.

    ``unseen`` holds the pictures in folders that were held out, each with its folder, by the data
    set's name.
    """

    parts: list[Part] = field(default_factory=list)
    validation: list[Dataset] = field(default_factory=list)
    tests: dict[str, Dataset] = field(default_factory=dict)
    unseen: dict[str, list[tuple[Path, str]]] = field(default_factory=dict)
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    @property
    def validated(self) -> Part:
        """All validation pictures as one part."""
        pictures = [one for dataset in self.validation for one in dataset.pictures]
        return Part(pictures, [one for dataset in self.validation for one in dataset.captions])


def read_recipe(file: Path) -> Recipe:
    """Read a recipe in TOML; ``data/starter/recipe.toml`` shows every key.

    Raises:
        DatasetError: it is not a recipe.
    """
    try:
        facts = tomllib.loads(file.read_text(encoding="utf-8"))
        return Recipe(facts["towers"], facts["part"], Options(**facts.get("options", {})))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DatasetError(f"{file} is not a recipe for training: {error}") from error


def split_data(recipe: Recipe, find: Callable[[str], Path]) -> Split:
    """Read and cut every data set of a recipe; ``find`` gives the folder of a name.

    Of each data set, in the order of `split`: first the pictures of the test, then those of the
    validation, then those to train on. Folders in ``unseen`` are left out of all three.

    Raises:
        DatasetError: a data set cannot be read, has classes instead of captions, or is smaller than
            what is to be held out.
    """
    found = Split()
    for part in recipe.parts:
        cuts = [_cut(found, facts, _captioned(find(facts["name"]))) for facts in part["data"]]
        facts = {key: value for key, value in part.items() if key != "data"}
        pictures = [one for cut in cuts for one in cut.pictures]
        found.parts.append(Part(pictures, [one for cut in cuts for one in cut.captions], **facts))
    if not found.validation:
        raise DatasetError("no data set of the recipe says how many pictures are for validation")
    return found


def _captioned(folder: Path) -> Dataset:
    dataset = read_dataset(folder)
    if dataset.labels:
        raise DatasetError(
            f"{folder} is {dataset.format}, without captions: `mindseye classify {folder}` learns "
            "classes; to train an encoder, write a sentence into a .txt beside each picture"
        )
    return dataset


def _cut(found: Split, facts: dict[str, Any], dataset: Dataset) -> Dataset:
    name = facts["name"]
    found.hashes[name] = dataset.sha256
    folders = [_held_out(one, facts.get("unseen", ())) for one in dataset.names]
    places = [place for place, folder in enumerate(folders) if folder is None]
    pairs = zip(dataset.pictures, folders, strict=True)
    found.unseen[name] = [(picture, folder) for picture, folder in pairs if folder is not None]
    dataset = dataset.only(places)
    wanted = facts.get("validation", round(VALIDATION * len(places)))
    test, validation, rest = split(dataset, facts.get("test", 0), wanted)
    if test.names:
        found.tests[name] = test
    if validation.names:
        found.validation.append(validation)
    found.counts[name] = {
        "test": len(test.names),
        "validation": len(validation.names),
        "training": len(rest.names),
        "unseen": len(found.unseen[name]),
    }
    times = facts.get("times", 1)
    return replace(rest, pictures=rest.pictures * times, captions=rest.captions * times)


def _held_out(name: str, folders: Sequence[str]) -> str | None:
    return next((folder for folder in folders if name.startswith(f"{folder}/")), None)
