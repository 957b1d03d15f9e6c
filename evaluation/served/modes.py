"""Captions as queries to a collection's engine, in one of the modes of the query language."""

import time
from pathlib import Path

import numpy as np

from encoders import Progress
from evaluation.errors import RunError
from evaluation.measure import How, Subject, new_run
from evaluation.metrics import DEPTH, Outcome
from evaluation.retrieval import SHOWN, WAYS
from evaluation.shape import Caption, QueryResult, Run
from search import MAX_K, Answer, Engine, Query, Term


def mode_run(
    engine: Engine,
    subject: Subject,
    how: How,
    mode: str,
    progress: Progress = lambda *_: None,
) -> Run:
    """Words to pictures as a user gets them: the captions of the data set, asked of the collection.

    The collection may hold more pictures than the data set; all compete. A picture that is not
    among the first ``MAX_K`` answers counts as the last of all.

    Raises:
        RunError: a picture of the data set is not in the collection.
    """
    start = time.perf_counter()
    dataset = subject.dataset
    places = {str(file.resolve()): place for place, file in enumerate(dataset.pictures)}
    names = list(dataset.names)
    captions: list[Caption] = []
    results: list[QueryResult] = []
    total = sum(map(len, dataset.captions))
    for picture, lines in enumerate(dataset.captions):
        for text in lines:
            answer = engine.search(Query((Term("words", text),), mode=mode, dupes="show"), MAX_K)
            captions.append({"text": text, "picture": picture})
            results.append(_result(answer, len(results), picture, places, names))
            progress(len(results), total)
    if all(one["score"] == 0 for one in results):
        raise RunError(f"{engine.collection.folder} does not hold the pictures of {subject.source}")
    outcome = Outcome(
        np.array([one["rank"] for one in results], dtype=np.int64),
        np.array([one["ap"] for one in results]),
        np.array([one["ndcg"] for one in results]),
    )
    owners = np.array([one["picture"] for one in captions])
    run = new_run("retrieval", engine.encoder, subject, how, None, start)
    return {
        **run,
        "title": f"{run['title']}, {mode}",
        "pictures": len(dataset.names),
        "captions": len(captions),
        "options": {**run["options"], "mode": mode},
        "gallery": {"pictures": names, "captions": captions},
        WAYS[0]: how.bootstrap.measures(outcome, owners),
        "queries": {WAYS[0]: results},
    }


def _result(
    answer: Answer, query: int, picture: int, places: dict[str, int], names: list[str]
) -> QueryResult:
    """One answer as the JSON has it; pictures that are not the data set's join ``names``."""
    found = [(_place(hit.files, places, names), hit.score or 0.0) for hit in answer.hits]
    right = next((rank for rank, (place, _) in enumerate(found, 1) if place == picture), 0)
    rank = right or max(answer.matches, len(found))
    return {
        "query": query,
        "rank": rank,
        "score": round(found[right - 1][1], 5) if right else 0.0,
        "ap": 1 / rank,
        "ndcg": float(1 / np.log2(1 + rank)) if rank <= DEPTH else 0.0,
        "best": [(place, round(score, 5)) for place, score in found[:SHOWN]],
    }


def _place(files: tuple[str, ...], places: dict[str, int], names: list[str]) -> int:
    for file in files:
        if file in places:
            return places[file]
    places[files[0]] = len(names)
    names.append(Path(files[0]).name)
    return places[files[0]]
