"""Searches for which somebody said what is right, asked again."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders import Progress
from evaluation.dataset import Dataset
from evaluation.errors import RunError
from evaluation.measure import How, Subject, new_run, query_results
from evaluation.metrics import NONE, outcome, padded
from evaluation.retrieval import SHOWN, Direction
from evaluation.shape import Caption, Failure, Run
from search import MAX_K, Answer, Engine, SearchError, parse
from store import judgements


@dataclass(frozen=True)
class Asked:
    """A search, the pictures that are right for it, and what it finds now."""

    query: str
    right: tuple[int, ...]
    answer: Answer

    @property
    def ranks(self) -> list[int]:
        """The ranks of the right pictures, best first; what was not found is the last of all."""
        ranks = {hit.id: hit.rank for hit in self.answer.hits}
        last = max(self.answer.matches, len(ranks))
        return sorted(ranks.get(one, last) for one in self.right)


def judged_run(engine: Engine, how: How, progress: Progress = lambda *_: None) -> Run:
    """Judged searches among all pictures of the collection, exactly and with nothing folded.

    A right picture that is not among the first ``MAX_K`` answers counts as the last of all.

    Raises:
        RunError: nothing has been judged, or nothing of it can be asked any more.
    """
    start = time.perf_counter()
    asked, failures = _asked(engine, progress)
    if not asked:
        raise RunError(
            "nothing has been judged: say of results of your searches that they are right"
        )
    ids = list(dict.fromkeys(picture for one in asked for picture in _shown(one)))
    names = _names(engine, ids)
    found = _direction(asked, ids)
    captions: list[Caption] = [
        {"text": one.query, "picture": ids.index(one.right[0])} for one in asked
    ]
    dataset = Dataset("judged searches", tuple(names), (), tuple((one.query,) for one in asked))
    subject = Subject(dataset, engine.collection.folder, "judged searches")
    run = new_run(engine.encoder, subject, how, start)
    run["kind"] = run["options"]["mode"] = "judged"
    run["options"]["collection"] = str(engine.collection.folder)
    run["failures"] = failures
    run["pictures"], run["captions"] = asked[0].answer.matches, len(asked)
    run["gallery"] = {"pictures": names, "captions": captions, "ids": ids}
    run["text_to_image"] = how.bootstrap.measures(found.outcome, found.clusters)
    run["queries"] = {"text_to_image": query_results(found)}
    for one, result in zip(asked, run["queries"]["text_to_image"], strict=True):
        result["right"] = [ids.index(picture) for picture in one.right]
    return run


def _asked(engine: Engine, progress: Progress) -> tuple[list[Asked], list[Failure]]:
    right: dict[str, list[int]] = {}
    with engine.collection.catalog.reading() as connection:
        for one in judgements(connection, present=True):
            right.setdefault(one.query, []).append(one.picture)
    asked: list[Asked] = []
    failures: list[Failure] = []
    for number, (query, pictures) in enumerate(right.items(), 1):
        try:
            answer = engine.search(replace(parse(query), dupes="show"), MAX_K, exact=True)
            asked.append(Asked(query, tuple(pictures), answer))
        except SearchError as error:  # it may be like a picture that is gone
            failures.append({"path": query, "reason": str(error)})
        progress(number, len(right))
    return asked, failures


def _shown(one: Asked) -> list[int]:
    return [*one.right, *(hit.id for hit in one.answer.hits[:SHOWN])]


def _names(engine: Engine, ids: list[int]) -> list[str]:
    with engine.collection.snapshot() as snapshot:
        found = snapshot.pictures(ids)
    return [found[one].files[0] if one in found else f"picture {one}" for one in ids]


def _direction(asked: Sequence[Asked], ids: list[int]) -> Direction:
    places = {one: place for place, one in enumerate(ids)}
    first = [one.answer.hits[:SHOWN] for one in asked]
    best = padded([[places[hit.id] for hit in hits] for hits in first])
    scores = np.zeros(best.shape, dtype=np.float32)
    scores[best != NONE] = [hit.score or 0.0 for hits in first for hit in hits]
    own = [
        max((h.score or 0.0 for h in one.answer.hits if h.id in one.right), default=0.0)
        for one in asked
    ]
    return Direction(
        outcome(padded([one.ranks for one in asked])),
        np.arange(len(asked)),
        np.array(own, dtype=np.float32),
        best,
        scores,
    )
