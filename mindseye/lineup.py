"""Runs side by side in the terminal."""

from collections.abc import Iterable, Iterator, Mapping

from evaluation import Comparison, Run
from evaluation.bootstrap import Interval
from evaluation.metrics import RANKS
from evaluation.retrieval import WAYS
from evaluation.runs import measures_of, names_of
from mindseye.evaluating import Evaluated
from store import many

WORST = 5  # queries that are shown of a comparison
CHANCE = 0.05
SERVED = "{:<9}{:<13}{:<13}{:<21}{:>6}" + 4 * "{:>11}"

Column = tuple[str, Mapping[str, Interval]]


def lineup(done: Evaluated) -> str:
    """What was measured on, a table for each direction with a column for each run, comparisons."""
    if "served" in done.runs[0]:
        return "\n\n".join("\n".join(served(run)) for run in done.runs)
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
    pictures, captions = many(run["pictures"], "picture"), many(run["captions"], "caption")
    yield (
        f"{pictures}, {captions} ({data['format']}); "
        f"{many(data['without_caption'], 'picture')} without a caption, "
        f"{many(data['without_picture'], 'caption')} without a picture, "
        f"{many(len(run['failures']), 'picture')} unreadable"
    )
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


def served(run: Run) -> Iterator[str]:
    """The index of a collection, a line for each way to ask it."""
    facts = run["served"]
    yield (
        f"{run['options']['collection']}: {many(run['pictures'], 'picture')} in {facts['index']}; "
        f"{many(facts['text_queries'], 'query', 'queries')} in words, "
        f"{many(facts['image_queries'], 'picture')}"
    )
    titles = ("queries", "searched", "route", f"recall@{facts['k']}", "stated")
    times = ("p50 ms", "p95 ms", "p99 ms", "queries/s")
    yield SERVED.format(*titles, *times).rstrip()
    for one in facts["curve"]:
        stated = "" if one["stated"] is None else f"{one['stated']:.3f}"
        searched = f"nprobe {one['nprobe']}" if one["nprobe"] else one["searched"]
        numbers = [f"{one[key]:.2f}" for key in ("p50_ms", "p95_ms", "p99_ms")]
        yield SERVED.format(
            *(one["queries"], searched, one["route"], _cell("recall", one["recall"]), stated),
            *(*numbers, f"{one['queries_per_second']:.0f}"),
        )


def _comparison(found: Comparison) -> Iterator[str]:
    yield f"{found['after_title']} against {found['before_title']}"
    if not found["same_dataset"]:
        yield "the data sets differ; compared on the queries that both have"
    for way in WAYS:
        if way not in found:
            continue
        part = found[way]
        yield (
            f"{way}: of {many(part['queries'], 'query', 'queries')} {len(part['better'])} better, "
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
