"""Runs as files: one JSON each, in a folder that lists them."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypedDict, cast

from evaluation.errors import RunError
from evaluation.shape import FORMAT, EncoderFacts, Measures, Run

LISTED = 4096  # summaries that are remembered


class RunSummary(TypedDict):
    """What a list of runs shows of one."""

    id: str
    kind: str
    made: str
    title: str
    pictures: int
    captions: int
    measures: dict[str, Measures]  # text_to_image and image_to_text, or classification


def save_run(run: Run, folder: Path) -> Path:
    """Write a run into a folder, so that a reader sees either nothing or all of it; its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{run['id']}.json"
    scratch = file.with_suffix(".new")
    scratch.write_text(json.dumps(run, ensure_ascii=False), encoding="utf-8")
    scratch.replace(file)
    return file


def load_run(file: Path) -> Run:
    """The run in a file.

    Raises:
        RunError: it is not there, no run, or one of a newer mindseye.
    """
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        number = facts["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{file} is not a run of `mindseye evaluate`: {error}") from error
    if number != FORMAT:
        raise RunError(f"{file} has the format {number}; this mindseye reads {FORMAT}: update it")
    return cast(Run, facts)


def find_run(folder: Path, name: str) -> Run:
    """The run of that id in a folder.

    Raises:
        RunError: there is none.
    """
    if not re.fullmatch(r"[\w.+-]+", name):  # an id comes from a request: it must not be a path
        raise RunError(f"{name!r} cannot be the id of a run")
    return load_run(folder / f"{name}.json")


def list_runs(*folders: Path) -> list[RunSummary]:
    """All runs in these folders, newest first; what is not a run is passed over."""
    files = [file for folder in folders for file in folder.glob("*.json")]
    found = [one for file in files if (one := _summary(file, file.stat().st_mtime_ns))]
    return sorted(found, key=lambda one: one["made"], reverse=True)


def measures_of(run: Run) -> dict[str, Measures]:
    """The measures of a run by section: text_to_image and image_to_text, or classification."""
    found: dict[str, Measures] = {}
    if "text_to_image" in run:
        found["text_to_image"] = run["text_to_image"]
    if "image_to_text" in run:
        found["image_to_text"] = run["image_to_text"]
    if "classification" in run:
        found["classification"] = run["classification"]["measures"]
    return found


def encoder_name(facts: EncoderFacts) -> str:
    """An encoder's name, of a directory the last part."""
    name: str = facts["name"]
    return Path(name).name if Path(name).is_absolute() else name


def names_of(runs: Sequence[Run]) -> list[str]:
    """What tells the runs apart: encoders, or how they were asked, as short as may be."""
    asked = [(run["options"]["mode"], run["options"].get("collection") or "") for run in runs]
    ways = (
        [encoder_name(run["encoder"]) for run in runs],
        [run["encoder"]["name"] for run in runs],
        [mode for mode, _ in asked],
        [f"{mode}, {Path(collection).name}" for mode, collection in asked],
    )
    return next(
        (names for names in ways if len({*names}) == len(runs)), [one["id"] for one in runs]
    )


@lru_cache(LISTED)
def _summary(file: Path, _changed: int) -> RunSummary | None:
    """Of a file as it was at that time: a run holds all its queries, too many to read each time."""
    try:
        run = load_run(file)
    except RunError:
        return None
    return {
        "id": run["id"],
        "kind": run["kind"],
        "made": run["made"],
        "title": run["title"],
        "pictures": run["pictures"],
        "captions": run["captions"],
        "measures": measures_of(run),
    }
