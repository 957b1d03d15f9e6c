"""A collection's index against exact search: recall and latency of each way to ask, over nprobe."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from encoders import Embeddings, Progress
from evaluation.bootstrap import Bootstrap
from evaluation.errors import RunError
from evaluation.measure import How, Subject, new_run
from evaluation.shape import CurvePoint, Run, ServedFacts
from search import Engine, Query, Term
from search.planner import rank
from store import Ids, Snapshot
from store.index import VectorIndex

K = 10
QUERIES = 500  # of either kind at most
TENTH = 10  # a filtered search is measured among every tenth picture
K_FACTOR = 10  # candidates for each answer, where the lists hold codes

EXACT, APPROXIMATE, FILTERED = "exact", "approximate", "filtered"
SCAN, INDEX, SERVED = "scan", "index", "served"


@dataclass(frozen=True)
class Asked:
    """Queries of one kind ``(n, dim)``, the pictures they are themselves, and who may answer.

    ``own`` is ``(n,)``: the id that does not count as an answer to its own picture, or -1.
    """

    kind: str
    rows: Embeddings
    own: Ids
    allowed: Ids | None = None


@dataclass(frozen=True)
class Found:
    """The ids that one query found, best first, and what the answer says of how."""

    ids: list[int]
    route: str
    stated: float | None = None


Way = Callable[[Embeddings], Found]
"""One query ``(1, dim)`` to the ids of one more than ``K`` answers."""


def served_run(
    engine: Engine,
    texts: Sequence[str],
    how: How,
    nprobes: Sequence[int] = (),
    subject: Subject | None = None,
    progress: Progress = lambda *_: None,
) -> Run:
    """Ask a collection with words and with pictures of its own, one query at a time.

    What a scan of all embeddings finds is exact. A picture is no answer to itself. Without
    ``nprobes``, the powers of two up to all lists are swept.

    Raises:
        RunError: the collection has fewer than two pictures.
    """
    start = time.perf_counter()
    folder = engine.collection.folder
    with engine.collection.snapshot() as snapshot:
        index = snapshot.index
        if index is None or len(index) < 2:
            raise RunError(f"{folder} holds too few pictures to search among")
        kinds = _kinds(engine, snapshot, texts, how.bootstrap.seed)
        sweep = sorted({min(one, index.lists) for one in nprobes or _powers(index.lists)})
        facts: ServedFacts = {
            "generation": snapshot.generation,
            "lists": index.lists,
            "index": index.kind.factory(index.dim),
            "k": K,
            "text_queries": len(kinds[0].rows),
            "image_queries": len(kinds[1].rows),
            "curve": [],
        }
        for number, asked in enumerate(kinds, 1):
            facts["curve"] += _curve(snapshot, index, asked, sweep, how.bootstrap)
            progress(number, len(kinds))
    run = new_run(engine.encoder, subject, how, start)
    run["options"] |= {"mode": "index", "collection": str(folder)}
    return {**run, "kind": "served", "pictures": len(index), "served": facts}


def _kinds(engine: Engine, snapshot: Snapshot, texts: Sequence[str], seed: int) -> list[Asked]:
    """Words, pictures, and words under a filter that every tenth picture meets."""
    random = np.random.default_rng(seed)
    words = engine.encoder.encode_texts(
        [texts[one] for one in random.permutation(len(texts))[:QUERIES]]
    )
    ids = random.permutation(snapshot.ids())
    nobody = np.full(len(words), -1, dtype=np.int64)
    tenth = np.sort(ids[: max(2, len(ids) // TENTH)])
    own = ids[:QUERIES]
    return [
        Asked("text", words, nobody),
        Asked("image", snapshot.embeddings_of(own.tolist()), own),
        Asked("text", words, nobody, tenth),
    ]


def _powers(lists: int) -> Iterator[int]:
    """1, 2, 4 and so on, and all lists."""
    yield from (2**power for power in range(lists.bit_length()) if 2**power < lists)
    yield lists


def _curve(
    snapshot: Snapshot, index: VectorIndex, asked: Asked, sweep: Sequence[int], bootstrap: Bootstrap
) -> Iterator[CurvePoint]:
    filtered = asked.allowed is not None

    def scan(row: Embeddings) -> Found:
        return Found(snapshot.scan(row, K + 1, asked.allowed)[1][0].tolist(), EXACT)

    def probe(row: Embeddings, nprobe: int) -> Found:
        factor = 1 if index.kind.exact else K_FACTOR
        ids = snapshot.search(row, K + 1, nprobe, asked.allowed, factor)[1][0].tolist()
        return Found(ids, EXACT if index.exact and nprobe == index.lists else APPROXIMATE)

    def served(row: Embeddings) -> Found:
        query = Query((Term("words" if asked.kind == "text" else "like", "0"),))
        ranked = rank(snapshot, query, row, K + 1)
        return Found([one.id for one in ranked.places], ranked.route, ranked.recall)

    truth = _answers(scan, asked)
    yield _point(asked, SCAN, None, truth, truth, bootstrap)
    for nprobe in sweep:
        found = _answers(partial(probe, nprobe=nprobe), asked)
        yield _point(asked, INDEX, nprobe, truth, found, bootstrap)
    if not filtered:
        yield _point(asked, SERVED, None, truth, _answers(served, asked), bootstrap)


@dataclass(frozen=True)
class Answers:
    """The first ``K`` ids of each query, how they were found, and how long each took."""

    ids: list[list[int]]
    seconds: list[float]
    last: Found


def _answers(way: Way, asked: Asked) -> Answers:
    """Each query alone, as users ask."""
    ids, seconds = [], []
    found = way(asked.rows[:1])  # what only the first search pays is not the second one's
    for row, own in zip(asked.rows, asked.own.tolist(), strict=True):
        start = time.perf_counter()
        found = way(row[None])
        seconds.append(time.perf_counter() - start)
        ids.append([one for one in found.ids if one not in (own, -1)][:K])
    return Answers(ids, seconds, found)


def _point(
    asked: Asked,
    searched: str,
    nprobe: int | None,
    truth: Answers,
    found: Answers,
    bootstrap: Bootstrap,
) -> CurvePoint:
    pairs = zip(truth.ids, found.ids, strict=True)
    shares = np.array([len({*right} & {*got}) / max(1, len(right)) for right, got in pairs])
    p50, p95, p99 = (np.percentile(found.seconds, (50, 95, 99)) * 1000).round(4).tolist()
    return {
        "queries": asked.kind,
        "searched": searched,
        "route": found.last.route if asked.allowed is None else FILTERED,
        "nprobe": nprobe,
        "recall": bootstrap.means({"recall": shares}, np.arange(len(shares)))["recall"],
        "stated": found.last.stated,
        "p50_ms": p50,
        "p95_ms": p95,
        "p99_ms": p99,
        "queries_per_second": round(len(found.seconds) / sum(found.seconds), 1),
    }
