"""Two runs on the same queries: what got better and worse, and whether it may be chance."""

from collections import Counter
from collections.abc import Mapping
from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from evaluation.bootstrap import Bootstrap, Interval, permutation_p
from evaluation.errors import RunError
from evaluation.metrics import MEANS, Outcome
from evaluation.shape import QueryResult, Run

Key = tuple[str, str, int]
"""A query, whatever its place: the caption (or nothing), its picture's name, and the how-manieth
of the same it is."""


class Difference(TypedDict):
    """One measure of both runs; ``difference`` is after minus before, ``p`` of a permutation test.

    Both look at the same queries, drawn by picture. The median is not compared.
    """

    before: float
    after: float
    difference: Interval
    p: float


class Change(TypedDict):
    """One query whose rank changed."""

    query: str
    picture: str
    before: int
    after: int


class WayComparison(TypedDict):
    """One direction: measures, and the queries that changed, the largest changes first."""

    queries: int
    measures: dict[str, Difference]
    worse: list[Change]
    better: list[Change]


class Comparison(TypedDict):
    """Two runs by id, and each direction that both have."""

    before: str
    after: str
    before_title: str
    after_title: str
    same_dataset: bool
    text_to_image: NotRequired[WayComparison]
    image_to_text: NotRequired[WayComparison]


def compare(before: Run, after: Run, bootstrap: Bootstrap | None = None) -> Comparison:
    """What ``after`` does better or worse than ``before``, on the queries that both have.

    Raises:
        RunError: they are not of retrieval, or have no query in common.
    """
    drawn = bootstrap or Bootstrap()
    for run in (before, after):
        if "queries" not in run:
            raise RunError(f"{run['id']} is a run of {run['kind']}; only retrieval can be compared")
    data = [run["dataset"] and run["dataset"]["sha256"] for run in (before, after)]
    found: Comparison = {
        "before": before["id"],
        "after": after["id"],
        "before_title": before["title"],
        "after_title": after["title"],
        "same_dataset": data[0] == data[1],
    }
    if "text_to_image" in before and "text_to_image" in after:
        found["text_to_image"] = _way(before, after, "text_to_image", drawn)
    if "image_to_text" in before and "image_to_text" in after:
        found["image_to_text"] = _way(before, after, "image_to_text", drawn)
    return found


def _way(before: Run, after: Run, way: str, drawn: Bootstrap) -> WayComparison:
    old, new = _by_key(before, way), _by_key(after, way)
    keys = [key for key in old if key in new]
    if not keys:
        raise RunError(f"{before['id']} and {after['id']} have no {way} query in common")
    places: dict[str, int] = {}
    clusters = np.array([places.setdefault(key[1], len(places)) for key in keys])
    was, now = (_outcome([side[key] for key in keys]) for side in (old, new))
    changes: list[Change] = [
        {
            "query": key[0],
            "picture": key[1],
            "before": old[key]["rank"],
            "after": new[key]["rank"],
        }
        for key in keys
        if old[key]["rank"] != new[key]["rank"]
    ]
    changes.sort(key=lambda one: 1 / one["after"] - 1 / one["before"])
    return {
        "queries": len(keys),
        "measures": differences(was, now, clusters, drawn),
        "worse": [one for one in changes if one["after"] > one["before"]],
        "better": [one for one in reversed(changes) if one["after"] < one["before"]],
    }


def _by_key(run: Run, way: str) -> Mapping[Key, QueryResult]:
    gallery = run["gallery"]
    seen: Counter[tuple[str, str]] = Counter()
    found: dict[Key, QueryResult] = {}
    for one in run["queries"][way]:
        text, owner = "", one["query"]
        if way == "text_to_image":
            caption = gallery["captions"][one["query"]]
            text, owner = caption["text"], caption["picture"]
        picture = gallery["pictures"][owner]
        found[text, picture, seen[text, picture]] = one
        seen[text, picture] += 1
    return found


def _outcome(results: list[QueryResult]) -> Outcome:
    return Outcome(
        np.array([one["rank"] for one in results], dtype=np.int64),
        np.array([one["ap"] for one in results]),
        np.array([one["ndcg"] for one in results]),
    )


def differences(
    before: Outcome, after: Outcome, clusters: NDArray[np.int64], drawn: Bootstrap
) -> dict[str, Difference]:
    """Each measure of both, and whether its difference may be chance; the same queries in order."""
    values = {name: (of(before), of(after)) for name, of in MEANS.items()}
    changed = {name: new - old for name, (old, new) in values.items()}
    intervals = drawn.means(changed, clusters)
    return {
        name: {
            "before": float(old.mean()),
            "after": float(new.mean()),
            "difference": intervals[name],
            "p": permutation_p(changed[name], clusters, drawn.seed),
        }
        for name, (old, new) in values.items()
    }
