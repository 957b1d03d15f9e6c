"""Sentences that the pages say about files and figures."""

from pathlib import Path

from flask import Flask, request

from evaluation.bootstrap import Interval
from evaluation.metrics import KS, RANKS
from store import many
from web.jobs import lasting
from web.pages.narrowing import label
from web.uploads import KEPT

MEASURES = {"mrr": "MRR", "map": "MAP", "ndcg@10": "nDCG@10", "macro_f1": "macro F1"}
MEASURES |= {f"r@{k}": f"R@{k}" for k in KS}
EVALUATIONS = ("pages.evaluation", "pages.evaluation_against", "pages.evaluation_queries")
NAVIGATION = (  # each with the pages below it
    ("pages.collection", "Collection", ()),
    ("pages.evaluations", "Evaluation", EVALUATIONS),
    ("pages.help", "Help", ()),
)


def teach(app: Flask) -> None:
    """Let the templates say these."""
    app.add_template_filter(lambda path: Path(path).name, "name")
    app.add_template_filter(lambda path: str(Path(path).parent), "folder")
    for words in (label, lasting, many, measure, figure, interval):
        app.add_template_filter(words)
    app.context_processor(
        lambda: {"text": request.args.get("q", ""), "navigation": NAVIGATION, "kept": KEPT}
    )


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
