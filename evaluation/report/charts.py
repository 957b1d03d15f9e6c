"""Curves, drawn by matplotlib, as SVG within the page: they take its colours, light or dark."""

import re
from collections.abc import Sequence
from io import StringIO
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure  # without pyplot: no display is looked for
from matplotlib.ticker import LogLocator, StrMethodFormatter

from evaluation.shape import CurvePoint, Run, ServedFacts

MOST_K = 1000
SIZE = (5.6, 3.0)  # inches of 72 points
COLOURS = tuple(f"#0000e{number}" for number in range(6))  # stand for the page's own
FAINT, RULE = "#0000f0", "#0000f1"
OF_PAGE = {colour: f"var(--c{number})" for number, colour in enumerate(COLOURS)} | {
    FAINT: "var(--faint)",
    RULE: "var(--line)",
}
STYLE: Any = {  # matplotlib names every key in its type
    "svg.fonttype": "none",  # text stays text, in the page's font
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.labelcolor": FAINT,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.edgecolor": RULE,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": RULE,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "ytick.left": False,
    "lines.linewidth": 2,
}

Points = tuple[Sequence[float], Sequence[float]]
"""A curve: its x and its y."""


def recall_chart(runs: Sequence[Run], way: str) -> Markup:
    """The share of queries answered within the first k, over k; a curve for each run."""
    ranks = [np.array([one["rank"] for one in run["queries"][way]]) for run in runs]
    most = min(MOST_K, max(int(one.max()) for one in ranks))
    ks = np.unique(np.geomspace(1, most, 100).astype(int)).tolist()
    curves = [(ks, [float((one <= k).mean()) for k in ks]) for one in ranks]
    return chart("k, the first answers", "recall@k", curves)


def index_charts(served: ServedFacts) -> dict[str, Markup]:
    """Recall over nprobe, and over the median latency; a curve for each kind of query."""
    curves = [
        [one for one in served["curve"] if one["nprobe"] and kind_of(one) == kind]
        for kind in kinds_of(served)
    ]
    recall = f"recall@{served['k']}"
    recalls = [[one["recall"]["value"] for one in points] for points in curves]
    probes = [[one["nprobe"] or 0 for one in points] for points in curves]
    times = [[one["p50_ms"] for one in points] for points in curves]
    return {
        label: chart(label, recall, list(zip(xs, recalls, strict=True)), "o")
        for label, xs in (("nprobe", probes), ("milliseconds, median", times))
    }


def kinds_of(served: ServedFacts) -> list[str]:
    """The kinds of queries, in the order of their curves."""
    return list(dict.fromkeys(map(kind_of, served["curve"])))


def kind_of(one: CurvePoint) -> str:
    """What was asked: words or pictures, and whether a filter let only some answer."""
    return f"{one['queries']}, filtered" if one["route"] == "filtered" else one["queries"]


def chart(x_label: str, y_label: str, curves: Sequence[Points], marker: str = "") -> Markup:
    """Curves over a logarithmic x; y goes from 0 to 1."""
    with rc_context(STYLE | {"svg.hashsalt": x_label + y_label}):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.subplots()
        for (x, y), colour in zip(curves, COLOURS * len(curves), strict=False):
            axes.plot(x, y, color=colour, marker=marker, markersize=5)
        axes.set(xscale="log", xlabel=x_label, ylabel=y_label, ylim=(0, 1.02))
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.minorticks_off()
        return _inline(figure, f"{y_label} against {x_label}")


def _inline(figure: Figure, label: str) -> Markup:
    file = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    svg = file.getvalue()
    svg = re.sub(r' id="\w+_\d+"', "", svg[svg.index("<svg") :])  # they repeat from chart to chart
    for colour, name in OF_PAGE.items():
        svg = svg.replace(colour, name)
    return Markup('<div class="plot" role="img" aria-label="{}">{}</div>').format(
        label,
        Markup(svg),  # noqa: S704  (of matplotlib)
    )
