"""Runs side by side in the terminal."""

from collections.abc import Iterable, Iterator, Mapping

from evaluation import Comparison, Run
from evaluation.bootstrap import Interval
from evaluation.metrics import RANKS
from evaluation.runs import measures_of, names_of
from mindseye.evaluating import Evaluated

WORST = 5  # queries that are shown of a comparison
CHANCE = 0.05

Column = tuple[str, Mapping[str, Interval]]


def lineup(done: Evaluated) -> str:
    """What was measured on, a table for each direction with a column for each run, comparisons."""
    lines = [*_subject(done.runs[0])]
    sections = [measures_of(run) for run in done.runs]
    if len(done.runs) == 1:
        lines += ["", *_table(done.runs[0]["encoder"]["name"], sections[0].items())]
    else:
        names = names_of(done.runs)
        for section in sections[0]:
            columns = zip(names, (one[section] for one in sections), strict=True)
            lines += ["", *_table(section, columns)]
    for comparison in done.comparisons:
        lines += ["", *_comparison(comparison)]
    return "\n".join(lines)


def _subject(run: Run) -> Iterator[str]:
    data = run["dataset"]
    if data is None:
        return
    lost = [f"{run['pictures']} pictures, {run['captions']} captions ({data['format']})"]
    counts = {
        "pictures without a caption": data["without_caption"],
        "captions without a picture": data["without_picture"],
        "pictures unreadable": len(run["failures"]),
    }
    lost += [f"{count} {what}" for what, count in counts.items()]
    yield "; ".join((lost[0], ", ".join(lost[1:])))
    yield from (f"unreadable: {one['path']}: {one['reason']}" for one in run["failures"])


def _table(corner: str, columns: Iterable[Column]) -> Iterator[str]:
    """Measures down, columns across, each with its 95 % interval."""
    pairs = list(columns)
    widths = [max(26, len(title) + 2) for title, _ in pairs]
    margin = max(18, len(corner) + 2)
    titles = zip(pairs, widths, strict=True)
    yield (
        corner.ljust(margin) + "".join(title.ljust(width) for (title, _), width in titles).rstrip()
    )
    for measure in pairs[0][1]:
        cells = [
            _cell(measure, figures[measure]).ljust(width)
            for (_, figures), width in zip(pairs, widths, strict=True)
        ]
        yield (measure.ljust(margin) + "".join(cells)).rstrip()


def _cell(measure: str, one: Interval, to: str = "-") -> str:
    digits = 1 if measure in RANKS else 3
    value, low, high = (f"{one[key]:.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} ({low}{to}{high})"


def _comparison(found: Comparison) -> Iterator[str]:
    yield f"{found['after_title']} against {found['before_title']}"
    if not found["same_dataset"]:
        yield "the data sets differ; compared on the queries that both have"
    for way in ("text_to_image", "image_to_text"):
        part = found[way]
        yield (
            f"{way}: of {part['queries']} queries {len(part['better'])} better, "
            f"{len(part['worse'])} worse"
        )
        for measure, one in part["measures"].items():
            sure = "" if one["p"] < CHANCE else "  may be chance"
            sign = "" if one["difference"]["value"] < 0 else "+"
            cell = sign + _cell(measure, one["difference"], " to ")
            yield f"  {measure:<16}{cell:<32}p = {one['p']:.4f}{sure}"
        for change in part["worse"][:WORST]:
            what = f"{change['query']} [{change['picture']}]".strip()
            yield f"  worse: {change['before']} -> {change['after']}  {what}"
