"""Captions as queries to a collection's engine, in one of the modes of the query language."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from encoders import Progress
from evaluation.dataset import Dataset
from evaluation.errors import RunError
from evaluation.measure import How, Subject, new_run, of_dataset, query_results
from evaluation.metrics import NONE, outcome
from evaluation.retrieval import SHOWN, Direction
from evaluation.shape import Run
from search import MAX_K, Engine, Hit, Query, Term
from store import NO_FUSION

AT_ONCE = 500  # pictures whose files the catalog is asked for


class Places:
    """Where the pictures of a collection stand in the gallery of a run.

    Those of the data set, by their ids, come first; others join as answers name them.
    """

    def __init__(self, ids: Sequence[int], names: Sequence[str]) -> None:
        self.names = list(names)
        self._of = {one: place for place, one in enumerate(ids)}

    def of(self, hit: Hit) -> int:
        """The place of the picture that was found."""
        if hit.id not in self._of:
            self._of[hit.id] = len(self.names)
            self.names.append(Path(hit.files[0]).name)
        return self._of[hit.id]


def mode_run(
    engine: Engine,
    subject: Subject,
    how: How,
    mode: str,
    progress: Progress = lambda *_: None,
) -> Run:
    """Words to pictures as a user gets them: the captions of the data set, asked of the collection.

    All pictures of the collection compete. Those of the data set that it does not have, neither at
    their paths nor as copies, count as failures. A picture that is not among the first ``MAX_K``
    answers counts as the last of all.

    Raises:
        RunError: the collection has none of the pictures.
    """
    start = time.perf_counter()
    folder, whole = engine.collection.folder, subject.dataset
    held = _held(engine)
    ids = [_id_of(file, held) for file in whole.pictures]
    dataset = whole.only([place for place, one in enumerate(ids) if one != NONE])
    if not dataset.names:
        raise RunError(f"{folder} does not hold the pictures of {subject.source}; index them first")
    found, names = _asked(engine, dataset, [one for one in ids if one != NONE], mode, progress)
    run = new_run(engine.encoder, subject, how, start)
    with engine.collection.snapshot() as snapshot:
        way = snapshot.fusion.way if snapshot.fusion else NO_FUSION
    run["title"] += f", {mode}" + ("" if way == NO_FUSION else f", fusion {way}")
    run["options"] |= {"mode": mode, "fusion": way, "collection": str(folder)}
    run["failures"] = [
        {"path": str(file), "reason": f"not in {folder}"}
        for file, one in zip(whole.pictures, ids, strict=True)
        if one == NONE
    ]
    sections = of_dataset(dataset)
    sections["gallery"]["pictures"] = names
    measures = how.bootstrap.measures(found.outcome, found.clusters)
    return {
        **run,
        **sections,
        "kind": "retrieval",
        "text_to_image": measures,
        "queries": {"text_to_image": query_results(found)},
    }


def _held(engine: Engine) -> dict[str, int]:
    """Every path, and every content by its SHA-256, with the picture's id."""
    found: dict[str, int] = {}
    with engine.collection.snapshot() as snapshot:
        ids = snapshot.ids().tolist()
        for start in range(0, len(ids), AT_ONCE):
            for picture in snapshot.pictures(ids[start : start + AT_ONCE]).values():
                found |= dict.fromkeys((*picture.files, picture.sha256), picture.id)
    return found


def _id_of(file: Path, held: Mapping[str, int]) -> int:
    """The picture that lies there, or of which a copy lies elsewhere; `NONE` if there is none."""
    number = held.get(str(file.resolve()))
    if number is None and file.is_file():
        with file.open("rb") as stream:
            number = held.get(hashlib.file_digest(stream, "sha256").hexdigest())
    return NONE if number is None else number


def _asked(
    engine: Engine, dataset: Dataset, ids: Sequence[int], mode: str, progress: Progress
) -> tuple[Direction, list[str]]:
    """What each caption found, and the names of all pictures that the answers point into."""
    places = Places(ids, dataset.names)
    texts = [text for lines in dataset.captions for text in lines]
    owners = np.repeat(np.arange(len(ids)), [len(lines) for lines in dataset.captions])
    ranks, scores = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.float32)
    best, tops = np.full((len(texts), SHOWN), NONE), np.zeros((len(texts), SHOWN), np.float32)
    for row, (text, owner) in enumerate(zip(texts, owners.tolist(), strict=True)):
        answer = engine.search(Query((Term("words", text),), mode=mode, dupes="show"), MAX_K)
        right = next((hit for hit in answer.hits if hit.id == ids[owner]), None)
        ranks[row] = right.rank if right else answer.matches
        scores[row] = (right and right.score) or 0
        for column, hit in enumerate(answer.hits[:SHOWN]):
            best[row, column], tops[row, column] = places.of(hit), hit.score or 0
        progress(row + 1, len(texts))
    return Direction(outcome(ranks[:, None]), owners, scores, best, tops), places.names
