"""How well pictures are classified by the number of examples: drawings in folders by subject.

    mindseye index "$(mindseye fetch openclipart)" --encoder starter --collection clipart
    python -m benchmarks.classify --collection clipart --plot docs/few-shot.png

Of near-duplicates one is left: of drawings whose embeddings have a cosine of ``SAME`` or more, the
first in the order of their contents' SHA-256. Of each class the first ``--test`` in that order are
tested and never learned from; examples are drawn from the others, five times.

The starter has learned from titles and keywords of these drawings, though not from their folders,
except for 15 folders that its recipe kept out. So three lines are measured: the starter on all
subjects, what it is without that training (``baseline:class-mixture``) on the same drawings, and
the starter on the folders it never saw.
"""

import argparse
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

import encoders
from encoders import Encoder, unit
from encoders.cache import cache_dir
from encoders.choose import BASELINE, STARTER, STARTER_FOLDER
from evaluation import Bootstrap, fetch
from evaluation.examples import Examples, examples_of_files, read_labelled
from evaluation.learned import Shots, few_shot
from store import Collection

CORPUS = "openclipart"
SAME = 0.95
VAGUE = ("unsorted", "special", "logos")  # folders that are no subject
MEASURES = ("accuracy", "macro_precision", "macro_recall", "macro_f1")


class Part(NamedTuple):
    """A line of the plot: who is measured, on which examples, with how many to test and learn."""

    title: str
    encoder: Encoder
    examples: Examples
    test: int
    shots: Sequence[int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--test", type=int, default=25, help="pictures a class")
    parser.add_argument("--plot", type=Path, help="a PNG to write")
    given = parser.parse_args()
    found = []
    for part in parts(Collection(given.collection), given.test):
        shots = few_shot(part.encoder, part.examples, part.test, part.shots)
        found.append((part.title, shots))
        print("\n".join(table(part, shots)), flush=True)
    if given.plot:
        draw(found, given.plot)


def parts(collection: Collection, test: int) -> Iterator[Part]:
    """All subjects by the starter and by what learned from no drawing; the folders kept out."""
    folder = fetch(CORPUS, cache_dir(), lambda _: None)
    starter, baseline = encoders.load(STARTER), encoders.load(BASELINE)
    subjects = distinct(examples_of_files(starter, read_labelled(folder), collection))
    shots = (5, 20, 100)
    every = large(subjects, test + max(shots))
    yield Part("starter", starter, every, test, shots)
    # The baseline's space is the last of those that stand side by side in the starter's.
    own = replace(every, rows=unit(every.rows[:, -baseline.identity.dim :]))
    yield Part("no training on drawings", baseline, own, test, shots)
    unseen = distinct(examples_of_files(starter, kept_out(folder), collection))
    few = (5, 10)
    yield Part("starter, folders it never saw", starter, large(unseen, 10 + max(few)), 10, few)


def kept_out(folder: Path) -> list[tuple[Path, str]]:
    """The drawings of the folders that the starter's recipe keeps out, each a class."""
    recipe = tomllib.loads((STARTER_FOLDER / "recipe.toml").read_text())
    data = [one for part in recipe["part"] for one in part["data"] if one["name"] == CORPUS]
    names = [name for one in data for name in one["unseen"]]
    pictures = ((file, name) for name in names for file in sorted((folder / name).rglob("*.png")))
    return [(file, name.rsplit("/", 1)[-1]) for file, name in pictures]


def distinct(examples: Examples) -> Examples:
    """Near-duplicates once."""
    return examples.only(examples.distinct(SAME))


def large(examples: Examples, least: int) -> Examples:
    """The classes that are subjects and have so many examples."""
    counts = np.bincount(examples.truths)
    wanted = [
        place
        for place, name in enumerate(examples.names)
        if counts[place] >= least and name not in VAGUE
    ]
    return examples.only(np.flatnonzero(np.isin(examples.truths, wanted)))


def table(part: Part, found: Sequence[Shots]) -> Iterator[str]:
    """Markdown: a row for each number of examples, the mean of the draws, and their spread."""
    names = part.examples.names
    yield f"\n{part.title}: {len(names)} classes, {part.test} tested of each: {', '.join(names)}\n"
    yield "| examples a class | accuracy | precision | recall | F1 |"
    yield "|---|---|---|---|---|"
    for one in found:
        cells = (cell(values(one, measure)) for measure in MEASURES)
        yield f"| {one.examples or '0, by name'} | {' | '.join(cells)} |"


def values(found: Shots, measure: str) -> list[float]:
    """The measure of each draw."""
    once = Bootstrap(0, 1)
    return [draw.measures(once)[measure]["value"] for draw in found.draws]


def cell(draws: Sequence[float]) -> str:
    spread = f" ({min(draws):.3f}-{max(draws):.3f})" if len(draws) > 1 else ""
    return f"{np.mean(draws):.3f}{spread}"


def draw(found: Sequence[tuple[str, Sequence[Shots]]], file: Path) -> None:
    """Accuracy by the number of examples, a line for each part, and the spread of the draws."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), dpi=120, layout="constrained")
    axes = figure.subplots()
    for title, shots in found:
        draws = [values(one, "accuracy") for one in shots]
        places = [one.examples for one in shots]
        axes.plot(places, [np.mean(one) for one in draws], marker="o", label=title)
        low, high = zip(*((min(one), max(one)) for one in draws), strict=True)
        axes.fill_between(places, low, high, alpha=0.2)
    axes.set_xscale("symlog", linthresh=5)
    ticks = sorted({one.examples for _, shots in found for one in shots})
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.set(xlabel="examples a class (0: by its name)", ylabel="accuracy", ylim=(0, 1))
    axes.legend()
    figure.savefig(file)


if __name__ == "__main__":
    main()
