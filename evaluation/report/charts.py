"""Curves as points of an SVG: where lines, ticks and labels go; the template draws them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.shape import CurvePoint, Run, ServedFacts

WIDTH, HEIGHT = 560, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 16, 14, 40
MOST_K = 1000


@dataclass(frozen=True)
class Tick:
    """Where a label goes, in the SVG's units."""

    at: float
    label: str


@dataclass(frozen=True)
class Line:
    """A curve by name: its path, and its points with what they say."""

    name: str
    path: str
    dots: tuple[tuple[float, float, str], ...] = ()


@dataclass(frozen=True)
class Chart:
    """Curves over a logarithmic x, and y from ``low`` to 1."""

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    lines: tuple[Line, ...]


def recall_chart(runs: Sequence[Run], way: str) -> Chart:
    """The share of queries answered within the first k, over k."""
    ranks = [np.array([one["rank"] for one in run["queries"][way]]) for run in runs]
    most = min(MOST_K, max(int(one.max()) for one in ranks))
    ks = sorted({*range(1, min(most, 20) + 1), *np.geomspace(1, most, 60).astype(int).tolist()})
    curves = [[(k, float((one <= k).mean()), "") for k in ks] for one in ranks]
    return _chart(way, "k, the first answers", "recall@k", curves, [""] * len(runs))


def index_charts(served: ServedFacts) -> tuple[ServedFacts, list[Chart]]:
    """Recall over nprobe, and recall over the median latency, a curve for each kind of query."""
    kinds = list(dict.fromkeys((one["queries"], one["route"]) for one in _probed(served)))
    names = [queries if route != "filtered" else f"{queries}, filtered" for queries, route in kinds]
    curves = {
        (queries, route): [
            one for one in _probed(served) if (one["queries"], one["route"]) == (queries, route)
        ]
        for queries, route in kinds
    }

    def over(value: str) -> list[list[tuple[float, float, str]]]:
        return [
            [(float(one[value]), one["recall"]["value"], _said(one)) for one in points]  # type: ignore[literal-required]
            for points in curves.values()
        ]

    recall = f"recall@{served['k']}"
    return served, [
        _chart("recall over nprobe", "nprobe, lists looked at", recall, over("nprobe"), names),
        _chart("recall over latency", "milliseconds, median", recall, over("p50_ms"), names),
    ]


def _probed(served: ServedFacts) -> list[CurvePoint]:
    """Without brute force; at full nprobe the exact route ends the curve of the approximate one."""
    points = [one for one in served["curve"] if one["nprobe"] is not None]
    return [
        {**one, "route": "index" if one["route"] != "filtered" else "filtered"} for one in points
    ]


def _said(one: CurvePoint) -> str:
    return f"nprobe {one['nprobe']}: recall {one['recall']['value']:.3f}, {one['p50_ms']:.2f} ms"


def _chart(
    title: str,
    x_label: str,
    y_label: str,
    curves: Sequence[Sequence[tuple[float, float, str]]],
    names: Sequence[str],
) -> Chart:
    xs = [x for curve in curves for x, _, _ in curve]
    low, high = min(xs), max(max(xs), min(xs) * 1.001)
    span = math.log(high / low)

    def across(x: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * math.log(x / low) / span, 1)

    def down(y: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - y), 1)

    lines = []
    for name, curve in zip(names, curves, strict=True):
        placed = [(across(x), down(y), said) for x, y, said in curve]
        path = "M" + " L".join(f"{x},{y}" for x, y, _ in placed)
        lines.append(Line(name, path, tuple(one for one in placed if one[2])))
    return Chart(
        title,
        x_label,
        y_label,
        tuple(Tick(across(x), f"{x:g}") for x in _ticks(low, high)),
        tuple(Tick(down(y / 5), f"{y / 5:.1f}") for y in range(6)),
        tuple(lines),
    )


def _ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 times every power of ten between the two, fewer where these are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps = (1, 2, 5) if len(powers) <= 4 else (1,)
    return [
        step * 10.0**power
        for power in powers
        for step in steps
        if low <= step * 10.0**power <= high
    ]
