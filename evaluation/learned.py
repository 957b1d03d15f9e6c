"""How good a learned classifier is: by cross-validation, and by the number of its examples."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from encoders import Embeddings, Encoder
from encoders.classifier import Truths, class_words, cross_validated, learn
from encoders.labels import ensemble
from evaluation.dataset import Dataset
from evaluation.errors import DatasetError
from evaluation.examples import Examples
from evaluation.measure import How, Subject, classification_facts, new_run, of_dataset
from evaluation.shape import ClassificationFacts, Run
from evaluation.zero_shot import Classification, classify
from store import many

REPEATS = 5  # draws of examples


@dataclass(frozen=True)
class Shots:
    """Classifications of the same test pictures, with ``examples`` a class to learn from.

    There is one for each draw of examples; without examples, one by the names of the classes.
    """

    examples: int
    draws: tuple[Classification, ...]


def validated(encoder: Encoder, examples: Examples) -> Classification:
    """Every example as a classifier judges it that has not seen it.

    Raises:
        LabelError: a class has fewer than two examples.
    """
    words = class_words(encoder, examples.names)
    likely = cross_validated(
        encoder.identity, examples.names, examples.rows, examples.truths, words
    )
    return _judged(examples.names, examples.truths, likely)


def learned_run(encoder: Encoder, examples: Examples, source: Path, how: How) -> Run:
    """How good a classifier of these examples is, cross-validated, as a run to keep.

    Raises:
        LabelError: a class has fewer than two examples.
    """
    start = time.perf_counter()
    found = validated(encoder, examples)
    labels = tuple(examples.names[one] for one in examples.truths)
    dataset = Dataset(
        f"examples of {many(len(examples.names), 'class', 'classes')}",
        examples.files,
        tuple(map(Path, examples.files)),
        tuple((label,) for label in labels),
    )
    run = new_run(encoder, Subject(dataset, source, "cross-validated"), how, start)
    run["options"]["mode"] = "learned"
    run["failures"] = [{"path": path, "reason": reason} for path, reason in examples.failures]
    return {
        **run,
        **of_dataset(dataset),
        "kind": "classification",
        "classification": classification_facts(found, how.bootstrap),
    }


def few_shot(encoder: Encoder, examples: Examples, test: int, shots: Sequence[int]) -> list[Shots]:
    """Zero-shot, then with so many examples a class, all on the first ``test`` of each class.

    Raises:
        DatasetError: a class is too small for that.
    """
    names, rows, truths = examples.names, examples.rows, examples.truths
    own = [np.flatnonzero(truths == place) for place in range(len(names))]
    least = min(len(places) for places in own)
    if least < test + max(shots):
        fewest = many(least, "picture")
        raise DatasetError(f"the smallest class has {fewest}, not {test + max(shots)}")
    held = np.concatenate([places[:test] for places in own])
    pools = [places[test:] for places in own]
    words = class_words(encoder, names)
    found = [Shots(0, (classify(rows[held], ensemble(words), names, truths[held]),))]
    for count in shots:
        draws = []
        for seed in range(REPEATS):
            random = np.random.default_rng(seed)
            seen = np.concatenate([random.choice(pool, count, replace=False) for pool in pools])
            model = learn(encoder.identity, names, rows[seen], truths[seen], words)
            draws.append(_judged(names, truths[held], model.probabilities(rows[held])))
        found.append(Shots(count, tuple(draws)))
    return found


def draw_confusion(found: ClassificationFacts, file: Path) -> None:
    """The confusion matrix as a PNG: the share of each class (rows) that was taken for which."""
    from matplotlib.figure import Figure  # without pyplot: no display is looked for

    classes, confusion = [one["name"] for one in found["classes"]], np.array(found["confusion"])
    shares = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    side = 2.5 + 0.4 * len(classes)
    figure = Figure(figsize=(side + 1, side), dpi=120, layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ticks = range(len(classes))
    axes.set_xticks(ticks, classes, rotation=60, ha="right")
    axes.set_yticks(ticks, classes)
    axes.set(xlabel="taken for", ylabel="class")
    for row, column in zip(*np.nonzero(confusion), strict=True):
        shade = "white" if shares[row, column] > 0.5 else "black"
        count = str(confusion[row, column])
        axes.text(column, row, count, ha="center", va="center", color=shade, fontsize=7)
    figure.colorbar(image, label="share of the class")
    figure.savefig(file)


def _judged(names: Sequence[str], truths: Truths, likely: Embeddings) -> Classification:
    guesses = likely.argmax(axis=1)
    rows = np.arange(len(likely))
    best = likely[rows, guesses]
    return Classification(tuple(names), truths, guesses, best, best - likely[rows, truths])
