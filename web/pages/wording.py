"""Sentences that the pages say about answers and files."""

from math import floor
from pathlib import Path

from flask import Flask, request

from evaluation.bootstrap import Interval
from evaluation.metrics import KS, RANKS
from search import Answer
from web.jobs import lasting
from web.pages.narrowing import label
from web.uploads import KEPT

MEASURES = {"mrr": "MRR", "map": "MAP", "ndcg@10": "nDCG@10"}
MEASURES |= {f"r@{k}": f"R@{k}" for k in KS}
NAVIGATION = (
    ("pages.collection", "Collection"),
    ("pages.evaluations", "Evaluation"),
    ("pages.help", "Help"),
)


def teach(app: Flask) -> None:
    """Let the templates say these."""
    app.add_template_filter(lambda path: Path(path).name, "name")
    app.add_template_filter(lambda path: str(Path(path).parent), "folder")
    app.add_template_filter(how)
    for words in (label, lasting, many, measure, figure, interval):
        app.add_template_filter(words)
    app.context_processor(
        lambda: {"text": request.args.get("q", ""), "navigation": NAVIGATION, "kept": KEPT}
    )


def how(answer: Answer) -> str:
    """How exact an answer is and how long it took: ``about 98 % of exact, 4 ms``."""
    share = floor(1000 * answer.recall) / 10  # never more than was measured
    exact = "exact" if answer.recall == 1 else f"about {share:g} % of exact"
    within = " within the conditions" if answer.route == "filtered" else ""
    return f"{exact}{within}, {sum(answer.timings_ms.values()):.0f} ms"


def many(count: int, one: str, several: str | None = None) -> str:
    """A count with its noun: ``1 picture``, ``2,000 pictures``."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def measure(name: str) -> str:
    """A measure's name as people write it."""
    return MEASURES.get(name, name.replace("_", " "))


def figure(value: float, name: str) -> str:
    """A value of that measure, with as many digits as mean something."""
    return f"{value:.1f}" if name in RANKS else f"{value:.3f}"


def interval(one: Interval, name: str) -> str:
    """A value with its interval."""
    low, high = figure(one["low"], name), figure(one["high"], name)
    return f"{figure(one['value'], name)} ({low} to {high})"
