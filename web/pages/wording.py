"""Sentences that the pages say about answers and files."""

from pathlib import Path

from flask import Flask, request

from search import Answer
from web.jobs import lasting
from web.pages.narrowing import label
from web.uploads import KEPT

NAVIGATION = (("pages.collection", "Collection"), ("pages.help", "Help"))


def teach(app: Flask) -> None:
    """Let the templates say these."""
    app.add_template_filter(lambda path: Path(path).name, "name")
    app.add_template_filter(lambda path: str(Path(path).parent), "folder")
    app.add_template_filter(how)
    app.add_template_filter(label)
    app.add_template_filter(lasting)
    app.context_processor(
        lambda: {"text": request.args.get("q", ""), "navigation": NAVIGATION, "kept": KEPT}
    )


def how(answer: Answer) -> str:
    """How exact an answer is and how long it took: ``about 98 % of exact, 4 ms``."""
    took = f"{sum(answer.timings_ms.values()):.0f} ms"
    if answer.route == "approximate":
        return f"about {answer.recall:.0%} of exact, {took}".replace("%", " %")
    if answer.route == "filtered" and answer.recall == 1:
        return f"exact within the conditions, {took}"
    return f"{answer.route}, {took}"
