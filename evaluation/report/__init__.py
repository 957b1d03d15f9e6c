"""Runs as one HTML page that stands alone: plots, comparisons, and queries to look at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from evaluation.compare import Comparison
from evaluation.metrics import RANKS
from evaluation.mistakes import furthest
from evaluation.report.bands import bands
from evaluation.report.charts import index_charts, kinds_of, recall_chart
from evaluation.report.thumbnails import Thumbnails
from evaluation.runs import measures_of, names_of
from evaluation.shape import Run
from store import many

WAYS = {"text_to_image": "Words to pictures", "image_to_text": "Pictures to words"}


def report(
    runs: Sequence[Run], comparisons: Sequence[Comparison], pictures: Mapping[str, Path]
) -> str:
    """The page; it loads nothing from anywhere. ``pictures`` are files by the runs' names."""
    thumbnails = Thumbnails(pictures)
    templates = Environment(
        loader=PackageLoader("evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"measure": _written, "many": many}
    templates.globals.update(furthest=furthest, thumbnail=thumbnails.show, ways=WAYS, ranks=RANKS)
    measures = [measures_of(run) for run in runs]
    page = templates.get_template("page.html").render(
        runs=dict(zip(names_of(runs), runs, strict=True)),
        first=runs[0],
        sections={name: [one[name] for one in measures] for name in measures[0]},
        charts={way: recall_chart(runs, way) for way in WAYS if way in measures[0]},
        bands=bands,
        index_charts=index_charts,
        kinds_of=kinds_of,
        comparisons=comparisons,
    )
    # The pictures that the page turned out to need, each of them once however often it is shown.
    return page.replace("/* thumbnails */", thumbnails.style())


def _written(value: float, name: str) -> str:
    return f"{value:.1f}" if name in RANKS else f"{value:.3f}"


__all__ = ["report"]
