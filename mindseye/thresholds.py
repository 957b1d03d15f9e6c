"""`--fail-under`: measures that must not be worse than a number."""

from collections.abc import Sequence
from typing import NamedTuple

import click

from evaluation import Run
from evaluation.metrics import MEASURES, RANKS
from evaluation.runs import measures_of

WAYS = ("text_to_image", "image_to_text")
CLASSIFICATION = ("accuracy", "macro_precision", "macro_recall", "macro_f1")


class Threshold(NamedTuple):
    """A measure of a section of the run, and what it must reach."""

    section: str
    measure: str
    value: float


def parsed(given: str) -> Threshold:
    """``r@10=0.6`` or ``image_to_text.r@10=0.6``; without a direction, text to image is meant."""
    name, _, number = given.partition("=")
    section, _, measure = name.rpartition(".")
    default = "classification" if measure in CLASSIFICATION else WAYS[0]
    section = section or default
    known = CLASSIFICATION if section == "classification" else MEASURES
    try:
        if section not in (*WAYS, "classification") or measure not in known:
            raise ValueError(name)
        return Threshold(section, measure, float(number))
    except ValueError as error:
        raise click.BadParameter(
            f"{given!r} is not MEASURE=NUMBER; measures are "
            f"{', '.join((*MEASURES, *CLASSIFICATION))}, after image_to_text. for that direction",
            param_hint="--fail-under",
        ) from error


def failing(run: Run, thresholds: Sequence[Threshold]) -> list[str]:
    """A sentence for each threshold that the run does not reach; of ranks, less is better."""
    found = measures_of(run)
    sentences = []
    for section, measure, wanted in thresholds:
        if section not in found:
            sentences.append(f"{run['title']} has no {section}, which --fail-under asks for")
            continue
        value = found[section][measure]["value"]
        worse, side = (value > wanted, "over") if measure in RANKS else (value < wanted, "under")
        if worse:
            sentences.append(
                f"{run['title']}: {section} {measure} is {value:.4f}, {side} the {wanted:g} that "
                "--fail-under asks for"
            )
    return sentences
