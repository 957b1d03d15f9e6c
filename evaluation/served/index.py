"""A collection's index against exact search: recall and latency of each route over nprobe."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from encoders import Embeddings, Progress
from evaluation.bootstrap import Bootstrap
from evaluation.errors import RunError
from evaluation.measure import How, Subject, new_run
from evaluation.shape import CurvePoint, Run, ServedFacts
from search import Engine
from store import Ids, Scores, Snapshot

K = 10
QUERIES = 500  # of either kind at most
TENTH = 10  # a filtered search is measured among every tenth picture

EXACT, APPROXIMATE, FILTERED = "exact", "approximate", "filtered"

Find = Callable[[Embeddings, int], tuple[Scores, Ids]]


@dataclass(frozen=True)
class Asked:
    """Queries of one kind ``(n, dim)``, the pictures they are themselves, and who may answer.

    ``own`` is ``(n,)``: the id that does not count as an answer to its own picture, or -1.
    """

    kind: str
    rows: Embeddings
    own: Ids
    allowed: Ids | None = None


def served_run(
    engine: Engine,
    texts: Sequence[str],
    how: How,
    nprobes: Sequence[int] = (),
    subject: Subject | None = None,
    progress: Progress = lambda *_: None,
) -> Run:
    """Ask the index with words and with pictures of the collection, one query at a time.

    What brute force over all embeddings finds is exact. A picture is no answer to itself. Without
    ``nprobes``, the powers of two up to all lists are swept.

    Raises:
        RunError: the collection is empty.
    """
    start = time.perf_counter()
    with engine.collection.snapshot() as snapshot:
        if snapshot.index is None or len(snapshot.index) < 2:
            raise RunError(f"{engine.collection.folder} holds too few pictures to search among")
        kinds = _kinds(engine, snapshot, texts, how.bootstrap.seed)
        sweep = sorted({min(one, snapshot.index.lists) for one in nprobes or _powers(snapshot)})
        curve: list[CurvePoint] = []
        for number, asked in enumerate(kinds, 1):
            curve += _curve(snapshot, asked, sweep, how.bootstrap)
            progress(number, len(kinds))
        facts = _facts(engine, snapshot, kinds, curve)
    run = new_run("served", engine.encoder, subject, how, None, start)
    return {**run, "pictures": facts["pictures"], "served": facts}


def _facts(
    engine: Engine, snapshot: Snapshot, kinds: Sequence[Asked], curve: list[CurvePoint]
) -> ServedFacts:
    index = snapshot.index
    lists = index.lists if index else 0
    return {
        "collection": str(engine.collection.folder),
        "generation": snapshot.generation,
        "pictures": len(index) if index else 0,
        "lists": lists,
        "index": f"IVF{lists}",
        "k": K,
        "text_queries": len(kinds[0].rows),
        "image_queries": len(kinds[1].rows),
        "curve": curve,
    }


def _kinds(engine: Engine, snapshot: Snapshot, texts: Sequence[str], seed: int) -> list[Asked]:
    """Words, pictures, and words under a filter that every tenth picture meets."""
    random = np.random.default_rng(seed)
    ids = snapshot.index.ids() if snapshot.index else np.empty(0, dtype=np.int64)
    chosen = random.permutation(len(texts))[:QUERIES]
    words = engine.encoder.encode_texts([texts[place] for place in chosen])
    pairs = [(one, snapshot.embedding(int(one))) for one in random.permutation(ids)[:QUERIES]]
    known = [(one, row) for one, row in pairs if row is not None]
    pictures = np.concatenate([row for _, row in known])
    nobody = np.full(len(words), -1, dtype=np.int64)
    some = np.sort(random.permutation(ids)[: max(2, len(ids) // TENTH)])
    return [
        Asked("text", words, nobody),
        Asked("image", pictures, np.array([one for one, _ in known])),
        Asked("text", words, nobody, some),
    ]


def _powers(snapshot: Snapshot) -> Iterator[int]:
    lists = snapshot.index.lists if snapshot.index else 1
    probe = 1
    while probe < lists:
        yield probe
        probe *= 2
    yield lists


def _curve(
    snapshot: Snapshot, asked: Asked, sweep: Sequence[int], bootstrap: Bootstrap
) -> Iterator[CurvePoint]:
    def scan(row: Embeddings, k: int) -> tuple[Scores, Ids]:
        return snapshot.scan(row, k, asked.allowed)

    def search(nprobe: int) -> Find:
        return lambda row, k: snapshot.search(row, k, nprobe, asked.allowed)

    truth, seconds = _answers(scan, asked)
    yield _point(asked, None, truth, truth, seconds, bootstrap)
    for nprobe in sweep:
        found, seconds = _answers(search(nprobe), asked)
        route = EXACT if snapshot.index and nprobe == snapshot.index.lists else APPROXIMATE
        yield _point(asked, nprobe, truth, found, seconds, bootstrap, route)


def _answers(find: Find, asked: Asked) -> tuple[list[list[int]], list[float]]:
    """The first ``K`` ids of each query, asked alone as users ask, and how long each took."""
    answers, seconds = [], []
    find(asked.rows[:1], K + 1)  # what only the first search pays is not the second one's
    for row, own in zip(asked.rows, asked.own, strict=True):
        start = time.perf_counter()
        _, ids = find(row[None], K + 1)
        seconds.append(time.perf_counter() - start)
        answers.append([one for one in ids[0].tolist() if one not in (own, -1)][:K])
    return answers, seconds


def _point(
    asked: Asked,
    nprobe: int | None,
    truth: list[list[int]],
    found: list[list[int]],
    seconds: list[float],
    bootstrap: Bootstrap,
    route: str = EXACT,
) -> CurvePoint:
    pairs = zip(truth, found, strict=True)
    shares = np.array([len({*right} & {*got}) / max(1, len(right)) for right, got in pairs])
    p50, p95, p99 = (float(one) * 1000 for one in np.percentile(seconds, (50, 95, 99)))
    return {
        "queries": asked.kind,
        "route": route if asked.allowed is None else FILTERED,
        "nprobe": nprobe,
        "recall": bootstrap.means({"recall": shares}, np.arange(len(shares)))["recall"],
        "p50_ms": round(p50, 4),
        "p95_ms": round(p95, 4),
        "p99_ms": round(p99, 4),
        "queries_per_second": round(len(seconds) / sum(seconds), 1),
    }
