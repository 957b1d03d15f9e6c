"""Runs as one HTML page that stands alone: plots, comparisons, and queries to look at."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from evaluation.compare import Comparison
from evaluation.metrics import RANKS
from evaluation.report.bands import Band, bands
from evaluation.report.charts import index_charts, recall_chart
from evaluation.report.thumbnails import Thumbnails
from evaluation.retrieval import WAYS
from evaluation.runs import measures_of, names_of
from evaluation.shape import Run

CHANGES = 12  # queries that are shown of a comparison, of either kind
WORDS = {"text_to_image": "Words to pictures", "image_to_text": "Pictures to words"}


def write_report(
    file: Path,
    runs: Sequence[Run],
    comparisons: Sequence[Comparison],
    pictures: Mapping[str, Path],
) -> None:
    """Write the page; ``pictures`` are the files by the names that the runs use."""
    file.write_text(report(runs, comparisons, pictures), encoding="utf-8")


def report(
    runs: Sequence[Run], comparisons: Sequence[Comparison], pictures: Mapping[str, Path]
) -> str:
    """The page as one string of HTML; it loads nothing from anywhere."""
    thumbnails = Thumbnails(pictures)
    surroundings = Environment(
        loader=PackageLoader("evaluation.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    surroundings.filters["measure"] = _written
    surroundings.globals.update(thumbnail=thumbnails.show, words=WORDS, ranks=RANKS)
    page = surroundings.get_template("page.html")
    body = page.render(
        runs=runs,
        names=names_of(runs),
        sections=_sections(runs),
        charts=[recall_chart(runs, way) for way in WAYS if way in measures_of(runs[0])],
        drill=[(run, list(_drill(run))) for run in runs],
        comparisons=comparisons,
        changes=CHANGES,
        served=[index_charts(run["served"]) for run in runs if "served" in run],
    )
    # The pictures that the page turned out to need, each of them once however often it is shown.
    return body.replace("/* thumbnails */", thumbnails.style())


def _sections(runs: Sequence[Run]) -> Iterable[tuple[str, list[Mapping[str, object]]]]:
    found = [measures_of(run) for run in runs]
    return [(name, [one[name] for one in found]) for name in found[0]]


def _drill(run: Run) -> Iterable[tuple[str, list[Band]]]:
    for way, results in run.get("queries", {}).items():
        yield way, bands(run, way, results)


def _written(value: float, name: str) -> str:
    return f"{value:.1f}" if name in RANKS else f"{value:.3f}"


__all__ = ["report", "write_report"]
